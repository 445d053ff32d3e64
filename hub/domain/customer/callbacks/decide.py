"""Whether a callback may be promised, changed or cancelled, and that its time has come."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hub.domain.customer.callbacks.events import (
    CallbackCancelled,
    CallbackChanged,
    CallbackOpened,
    CallbackPromised,
    callback_id,
)
from hub.domain.customer.callbacks.state import Callback, Callbacks, Phase
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event

FARTHEST = timedelta(days=366)
"""How far ahead somebody is promised a call."""


class Terms(NamedTuple):
    """When the customer is called, on which number, by whom, and what the caller should know."""

    due: datetime
    number: str
    queue: str
    for_agent: str = ""
    note: str = ""


class Circumstances(NamedTuple):
    """What decides beside the promise itself."""

    numbers: Collection[str]
    """The customer's own."""
    shut: str = ""
    """In words why they may not be called there and then; empty: they may."""


def promise(
    callbacks: Callbacks, customer: str, terms: Terms, found: Circumstances, agent_id: str, *,
    service: str = "", language: str = "", **meta: Any,
) -> list[Event]:  # fmt: skip
    """Raises InvalidError, RefusedError."""
    _check(terms, found, meta["at"])
    name = callback_id(customer, len(callbacks) + 1)
    spoken = {"service": service, "language": language}
    return [CallbackPromised(callback_id=name, agent_id=agent_id, **terms._asdict(), **spoken, **meta)]


def change(
    callbacks: Callbacks, callback: str, terms: Terms, found: Circumstances, agent_id: str,
    expected: int | None = None, **meta: Any,
) -> list[Event]:  # fmt: skip
    """Until it is offered to somebody. Nothing where it is so already; refused where its terms were said anew since
    version `expected`."""
    one = _open(callbacks, callback, "changed")
    if terms == Terms(one.due, one.number, one.queue, one.for_agent, one.note):
        return []
    _unchanged_since(one, expected)
    _check(terms, found, meta["at"])
    agents = tuple(dict.fromkeys((one.listed_by, terms.for_agent or one.agent_id)))
    return [CallbackChanged(callback_id=callback, agent_id=agent_id, agents=agents, **terms._asdict(), **meta)]


def cancel(
    callbacks: Callbacks, callback: str, agent_id: str, reason: str, expected: int | None = None, **meta: Any
) -> list[Event]:
    """Until it is offered to somebody. Nothing where it was cancelled before; refused where its terms were said anew
    since version `expected`."""
    if callback in callbacks and callbacks[callback].phase is Phase.CANCELLED:
        return []
    one = _open(callbacks, callback, "cancelled")
    _unchanged_since(one, expected)
    agents = (one.listed_by,)
    return [CallbackCancelled(callback_id=callback, agent_id=agent_id, agents=agents, reason=reason, **meta)]


def open_due(callbacks: Callbacks, callback: str, interaction_id: str, **meta: Any) -> list[Event]:
    """Nothing where it is not due, or not any more."""
    one = callbacks.get(callback)
    if one is None or one.phase is not Phase.PROMISED or one.due > meta["at"]:
        return []
    return [CallbackOpened(callback_id=callback, agents=(one.listed_by,), interaction_id=interaction_id, **meta)]


def _check(terms: Terms, found: Circumstances, now: datetime) -> None:
    if terms.due <= now:
        raise InvalidError("the time to be called at has passed already", "due")
    if terms.due > now + FARTHEST:
        raise InvalidError("nobody is promised a call more than a year ahead", "due")
    if terms.number not in found.numbers:
        raise RefusedError(
            f"{terms.number} is no number of this customer: take one by which they are known",
            "number",
            code="not-their-number",
        )
    if found.shut:
        raise RefusedError(found.shut, "due", code="not-then")


def _unchanged_since(one: Callback, expected: int | None) -> None:
    if expected is not None and expected != one.version:
        raise RefusedError(
            f"{one.said_by} has changed this callback meanwhile: see what it is now, then say it again",
            "expected_version",
            code="changed-meanwhile",
        )


def _open(callbacks: Callbacks, callback: str, verb: str) -> Callback:
    one = callbacks.get(callback)
    if one is None:
        raise NotFoundError(f"there is no callback {callback}")
    if one.phase is Phase.CANCELLED:
        raise RefusedError(f"this callback can't be {verb}: it was cancelled", code="cancelled")
    if one.phase is Phase.OPENED:
        raise RefusedError(
            f"this callback can't be {verb}: its time has come, and it is offered to agents as {one.interaction_id}",
            code="offered",
        )
    return one
