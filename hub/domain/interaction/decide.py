"""What an agent, a customer or the passing of time makes happen to an interaction."""

from typing import Any

from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.interaction.events import (
    Interaction,
    InteractionAbandoned,
    InteractionEnded,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    Phase,
    WrapUpCompleted,
)


def accept(state: Interaction, offer_id: str, agent_id: str, **meta: Any) -> list[Event]:
    """The agent takes the offer. Accepting one's own accepted offer again changes nothing."""
    if state.phase is Phase.ACTIVE and (state.offer_id, state.agent_id) == (offer_id, agent_id):
        return []
    _require_offer(state, offer_id, agent_id)
    return [OfferAccepted(offer_id=offer_id, agent_id=agent_id, **meta)]


def decline(state: Interaction, offer_id: str, agent_id: str, reason: str, **meta: Any) -> list[Event]:
    """The agent will not take it."""
    _require_offer(state, offer_id, agent_id)
    return [OfferDeclined(offer_id=offer_id, agent_id=agent_id, reason=reason, **meta)]


def time_out(state: Interaction, offer_id: str, **meta: Any) -> list[Event]:
    """The offer's deadline passed. Nothing to do when it was answered in time."""
    if state.phase is not Phase.OFFERED or state.offer_id != offer_id:
        return []
    return [OfferTimedOut(offer_id=offer_id, agent_id=state.agent_id, **meta)]


def rescind(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """The hub takes an open offer back. Nothing to do when there is none."""
    if state.phase is not Phase.OFFERED:
        return []
    return [OfferRescinded(offer_id=state.offer_id, agent_id=state.agent_id, reason=reason, **meta)]


def customer_left(state: Interaction, **meta: Any) -> list[Event]:
    """The customer hung up or went away: waiting work is abandoned, a running conversation ends."""
    match state.phase:
        case Phase.WAITING:
            return [InteractionAbandoned(**meta)]
        case Phase.OFFERED:
            return [*rescind(state, "customer left", **meta), InteractionAbandoned(**meta)]
        case Phase.ACTIVE:
            return [InteractionEnded(agent_id=state.agent_id, ended_by="customer", **meta)]
        case _:
            return []


def end(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """The agent ends the conversation. Ending it again changes nothing."""
    if state.phase in (Phase.WRAP_UP, Phase.COMPLETED) and state.agent_id == agent_id:
        return []
    if state.phase is not Phase.ACTIVE or state.agent_id != agent_id:
        raise RefusedError(_phase_message(state, "end", agent_id))
    return [InteractionEnded(agent_id=agent_id, ended_by="agent", **meta)]


def complete_wrap_up(state: Interaction, agent_id: str, code: str, **meta: Any) -> list[Event]:
    """The agent has finished what was to do. Completing it again changes nothing."""
    if state.phase is Phase.COMPLETED and state.agent_id == agent_id:
        return []
    if state.phase is not Phase.WRAP_UP or state.agent_id != agent_id:
        raise RefusedError(_phase_message(state, "complete the wrap-up of", agent_id))
    return [WrapUpCompleted(agent_id=agent_id, code=code, **meta)]


def _require_offer(state: Interaction, offer_id: str, agent_id: str) -> None:
    if state.phase is not Phase.OFFERED or state.offer_id != offer_id:
        raise RefusedError(f"offer {offer_id} is no longer open: it was answered, timed out or taken back")
    if state.agent_id != agent_id:
        raise RefusedError(f"offer {offer_id} was made to another agent, not to {agent_id}")


def _phase_message(state: Interaction, verb: str, agent_id: str) -> str:
    if state.agent_id and state.agent_id != agent_id:
        return f"agent {agent_id} can't {verb} this interaction: it is with another agent"
    return f"agent {agent_id} can't {verb} this interaction: it is {state.phase.value}"
