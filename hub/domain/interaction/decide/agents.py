"""What the agent who has an interaction makes happen, or what happens to them on it."""

from datetime import datetime
from typing import Any

from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.interaction.decide.customers import OUTCOMES
from hub.domain.interaction.decide.refusing import refused, require, require_active
from hub.domain.interaction.events import (
    InteractionContinued,
    InteractionEnded,
    InteractionHeld,
    InteractionInterrupted,
    InteractionParked,
    InteractionPulledBack,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnparked,
    WrapUpCompleted,
)
from hub.domain.interaction.state import OVER, Interaction, Phase, parked, transferred


def hold(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """The customer is put on hold. Nothing to do when they are."""
    require_active(state, "hold", agent_id)
    return [] if state.on_hold else [InteractionHeld(agent_id=agent_id, **meta)]


def resume(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """The customer is taken off hold. Nothing to do when they are not on hold."""
    require_active(state, "resume", agent_id)
    return [InteractionResumed(agent_id=agent_id, **meta)] if state.on_hold else []


def interrupt(state: Interaction, agent_id: str, by: str, **meta: Any) -> list[Event]:
    """More urgent work came to its agent. Nothing to do when it is interrupted already."""
    require_active(state, "interrupt", agent_id)
    return [] if state.interrupted else [InteractionInterrupted(agent_id=agent_id, by=by, **meta)]


def continue_(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """Its agent has time for it again. Nothing to do when it is not interrupted."""
    require_active(state, "continue", agent_id)
    return [InteractionContinued(agent_id=agent_id, **meta)] if state.interrupted else []


def end(state: Interaction, agent_id: str, ended_by: str = "agent", **meta: Any) -> list[Event]:
    """The agent (or, for them, the policy) ends the conversation. Ending it again changes nothing."""
    if state.phase in (Phase.WRAP_UP, Phase.COMPLETED) and state.agent_id == agent_id:
        return []
    require_active(state, "end", agent_id)
    return [InteractionEnded(agent_id=agent_id, ended_by=ended_by, **meta)]


def complete_wrap_up(state: Interaction, agent_id: str, code: str, **meta: Any) -> list[Event]:
    """The agent has finished what was to do. Completing it again changes nothing."""
    if state.phase is Phase.COMPLETED and state.agent_id == agent_id:
        return []
    require(state, Phase.WRAP_UP, "complete the wrap-up of", agent_id)
    return [WrapUpCompleted(agent_id=agent_id, code=code, **meta)]


def park(
    state: Interaction, agent_id: str, until: datetime | None, reason: str, customer_id: str = "", **meta: Any
) -> list[Event]:
    """It rests until then, or until the customer answers. Parking it again until the same time changes nothing."""
    if state.gave_up == parked(agent_id, until):
        return []
    require_active(state, "park", agent_id)
    return [InteractionParked(agent_id=agent_id, until=until, reason=reason, customer_id=customer_id, **meta)]


def unpark(
    state: Interaction, reason: str, known_agent: str = "", known_until: datetime | None = None, **meta: Any
) -> list[Event]:
    """It waits for an agent again. Nothing to do when it is not parked (any more)."""
    if state.phase in OVER or state.phase is Phase.NEW:
        raise refused(state, "be taken up again")
    if state.phase is not Phase.PARKED:
        return []
    return [InteractionUnparked(reason=reason, known_agent=known_agent, known_until=known_until, **meta)]


def miss_agent(state: Interaction, agent_id: str, outcome: str, **meta: Any) -> list[Event]:
    """The agent's phone could not be reached: it waits again. Nothing to do when they have it no longer."""
    if outcome not in OUTCOMES:
        raise InvalidError(f"{outcome!r} is no outcome of a call: use {', '.join(OUTCOMES)}", "outcome")
    if state.phase is not Phase.ACTIVE or state.agent_id != agent_id:
        return []
    return [InteractionPulledBack(agent_id=agent_id, missed=outcome, **meta)]


def transfer(
    state: Interaction, agent_id: str, *, warm: bool = False, to_agent: str = "", to_units: int | None = None,
    reason: str = "", customer_id: str = "", placement: dict[str, Any], **meta: Any,
) -> list[Event]:  # fmt: skip
    """The agent gives it away; `placement`: the fields of Placement. Warm: `to_agent` has it at once, and it takes
    `to_units` of their capacity; else it waits. The same transfer again changes nothing until somebody else accepts it.
    """
    if to_agent == agent_id:
        raise InvalidError(f"agent {agent_id} can't transfer to themselves: name another agent or a queue", "to_agent")
    if warm and not to_agent:
        raise InvalidError("a warm transfer goes to the agent who was consulted: name them", "to_agent")
    has_it = state.phase is Phase.ACTIVE and state.agent_id == agent_id
    if not has_it and state.gave_up == transferred(agent_id, placement["queue"], to_agent, warm):
        return []
    require_active(state, "transfer", agent_id)
    given = {"agent_id": agent_id, "warm": warm, "to_agent": to_agent, "to_units": to_units}
    return [InteractionTransferred(**given, reason=reason, customer_id=customer_id, **placement, **meta)]
