"""The callbacks that were promised in a customer's stream, as they stand."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.domain.customer.callbacks.events import CallbackCancelled, CallbackChanged, CallbackOpened, CallbackPromised
from hub.domain.event import Event


class Phase(StrEnum):
    """How far a promised callback is."""

    PROMISED = "promised"
    CANCELLED = "cancelled"
    OPENED = "opened"
    """It is work for agents: the interaction says what came of it."""


class Callback(NamedTuple):
    """One of them."""

    callback_id: str
    phase: Phase
    promised_at: datetime
    due: datetime
    agent_id: str
    """Who promised it."""
    for_agent: str
    queue: str
    number: str
    note: str
    service: str
    language: str
    promised_in: str
    """The interaction; empty: in none."""
    version: int = 1
    """How often its terms were said."""
    said_by: str = ""
    """Who said them last."""
    interaction_id: str = ""
    """What it was opened as."""

    @property
    def listed_by(self) -> str:
        """The agent in whose list it stands."""
        return self.for_agent or self.agent_id


Callbacks = dict[str, Callback]
"""By id, in the order in which they were promised."""


def callbacks_of(events: Iterable[Event]) -> Callbacks:
    """What the facts of a stream add up to; other facts say nothing."""
    found: Callbacks = {}
    for event in events:
        match event:
            case CallbackPromised():
                found[event.callback_id] = _promised(event)
            case CallbackChanged() if event.callback_id in found:
                before = found[event.callback_id]
                found[event.callback_id] = before._replace(
                    due=event.due, for_agent=event.for_agent, queue=event.queue, number=event.number, note=event.note,
                    version=before.version + 1, said_by=event.agent_id,
                )  # fmt: skip
            case CallbackCancelled() if event.callback_id in found:
                found[event.callback_id] = found[event.callback_id]._replace(phase=Phase.CANCELLED)
            case CallbackOpened() if event.callback_id in found:
                found[event.callback_id] = found[event.callback_id]._replace(
                    phase=Phase.OPENED, interaction_id=event.interaction_id
                )
            case _:
                pass
    return found


def _promised(event: CallbackPromised) -> Callback:
    return Callback(
        event.callback_id, Phase.PROMISED, event.at, event.due, event.agent_id, event.for_agent, event.queue,
        event.number, event.note, event.service, event.language, event.correlation, said_by=event.agent_id,
    )  # fmt: skip
