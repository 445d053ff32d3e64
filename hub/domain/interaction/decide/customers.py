"""What a customer makes happen: they leave, would be called back, come back."""

from datetime import datetime
from typing import Any

from hub.domain.contact import CallbackOutcome
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.interaction.decide.offers import rescind
from hub.domain.interaction.decide.refusing import UNFINISHED, refused, require_active
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    InteractionAbandoned,
    InteractionEnded,
    InteractionExpired,
    InteractionReopened,
    InteractionUnparked,
)
from hub.domain.interaction.state import OVER, Interaction, Phase, missed

OUTCOMES = tuple(CallbackOutcome)


def customer_left(state: Interaction, dropped: bool = False, **meta: Any) -> list[Event]:
    """The customer hung up or went away: waiting work is abandoned, a running conversation ends. Who is to be called
    back, and has not been reached yet, may hang up; what is parked goes on without them. `dropped`: the line broke."""
    if state.callback:
        return []
    match state.phase:
        case Phase.WAITING | Phase.OFFERED:
            return [*rescind(state, "customer left", **meta), InteractionAbandoned(dropped=dropped, **meta)]
        case Phase.ACTIVE:
            ended_by = "dropped" if dropped else "customer"
            return [InteractionEnded(agent_id=state.agent_id, ended_by=ended_by, **meta)]
        case _:
            return []


def schedule_callback(state: Interaction, due: datetime | None, address_of: str, **meta: Any) -> list[Event]:
    """The customer will be called: at `due`, or when their turn comes. Asked for the same again, nothing happens;
    another time replaces the first."""
    if state.callback and due == state.callback_due and state.phase in UNFINISHED:
        return []
    scheduled = CallbackScheduled(due=due, address_of=address_of, **meta)
    if state.phase is Phase.WAITING or (state.phase is Phase.OFFERED and due is None):
        return [scheduled]
    if state.phase is Phase.OFFERED:
        return [*rescind(state, "customer will be called later", **meta), scheduled]
    if state.phase is Phase.PARKED and state.callback:
        return [scheduled] if due is not None else [scheduled, InteractionUnparked(reason="customer", **meta)]
    raise refused(state, "be called back")


def reach_callback(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """The customer who was called back is on the line. Nothing to do when they are."""
    require_active(state, "reach the customer of", agent_id)
    return [CallbackReached(agent_id=agent_id, **meta)] if state.callback else []


def miss_callback(
    state: Interaction, agent_id: str, outcome: str, retry_at: datetime | None, **meta: Any
) -> list[Event]:
    """The agent called and nobody answered: again at `retry_at`, or that was the last attempt and the work is over."""
    if outcome not in OUTCOMES:
        raise InvalidError(f"{outcome!r} is no outcome of a callback: use {', '.join(OUTCOMES)}", "outcome")
    if state.gave_up == missed(agent_id):
        return []
    require_active(state, "miss the callback of", agent_id)
    if not state.callback:
        raise RefusedError("there is no callback to miss: the customer of this interaction is on the line")
    attempt = CallbackMissed(
        agent_id=agent_id, attempt=state.attempts + 1, outcome=outcome, retry_at=retry_at, **meta
    )  # fmt: skip
    return [attempt] if retry_at is not None else [attempt, InteractionExpired(reason="callback failed", **meta)]


def reopen(state: Interaction, contact_id: str, placement: dict[str, Any], **meta: Any) -> list[Event]:
    """The customer came back by this contact to work that was over. The same contact reopens it once."""
    if contact_id == state.reopened_by:
        return []
    if state.phase not in OVER or state.phase is Phase.REFUSED:
        raise refused(state, "be reopened")
    return [InteractionReopened(contact_id=contact_id, **placement, **meta)]
