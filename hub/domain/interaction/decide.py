"""What an agent, a customer, a supervisor or the passing of time makes happen to an interaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.domain.contact import CallbackOutcome
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    DeclinesForgotten,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionFlagged,
    InteractionHeld,
    InteractionInterrupted,
    InteractionMoved,
    InteractionParked,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionReopened,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnflagged,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    ParticipantJoined,
    ParticipantLeft,
    RequirementRelaxed,
    WrapUpCompleted,
)
from hub.domain.interaction.state import OVER, Interaction, Phase, missed, parked, transferred

MODES = ("conference", "monitor", "coach", "barge")
"""How somebody else may be in a conversation."""
OUTCOMES = tuple(CallbackOutcome)
HIGHEST_PRIORITY = 1000
MOST_CREDIT_SECONDS = 365 * 86_400.0

_OPEN = (Phase.WAITING, Phase.OFFERED)
_UNFINISHED = (*_OPEN, Phase.ACTIVE, Phase.PARKED)


# Offers


def accept(
    state: Interaction, offer_id: str, agent_id: str, counted: Mapping[str, Any] | None = None, **meta: Any
) -> list[Event]:
    """The agent takes the offer; whoever else was asked is no longer. `counted`: the fields of OfferAccepted that say
    what its queue's pace and the agent's day come to. Accepting one's own accepted offer again changes nothing."""
    if state.phase is Phase.ACTIVE and (state.offer_id, state.agent_id) == (offer_id, agent_id):
        return []
    if offer_id in state.outrun:
        raise RefusedError(f"offer {offer_id} is no longer open: another agent was faster and has taken it")
    _require_offer(state, offer_id, agent_id)
    accepted = OfferAccepted(offer_id=offer_id, agent_id=agent_id, **(counted or {}), **meta)
    others = [one for one in state.open_offers if one[0] != offer_id]
    return [accepted, *_rescinded(others, "taken by another agent", meta)]


def decline(
    state: Interaction, offer_id: str, agent_id: str, reason: str, busy: bool = False, **meta: Any
) -> list[Event]:
    """The agent will not take it, or can't: their line is `busy`. Declining the same offer again changes nothing."""
    if (offer_id, agent_id) in state.declined:
        return []
    _require_offer(state, offer_id, agent_id)
    return [OfferDeclined(offer_id=offer_id, agent_id=agent_id, reason=reason, busy=busy, **meta)]


def time_out(state: Interaction, offer_id: str, **meta: Any) -> list[Event]:
    """The offer's deadline passed. Nothing to do when it was answered in time."""
    agent_id = dict(state.open_offers).get(offer_id)
    if state.phase is not Phase.OFFERED or agent_id is None:
        return []
    return [OfferTimedOut(offer_id=offer_id, agent_id=agent_id, **meta)]


def rescind(state: Interaction, reason: str, agent_id: str = "", **meta: Any) -> list[Event]:
    """The hub takes the open offers back: all, or only this agent's. Nothing to do when there is none."""
    if state.phase is not Phase.OFFERED:
        return []
    return _rescinded([one for one in state.open_offers if agent_id in ("", one[1])], reason, meta)


# The customer


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
    if state.callback and due == state.callback_due and state.phase in _UNFINISHED:
        return []
    scheduled = CallbackScheduled(due=due, address_of=address_of, **meta)
    if state.phase is Phase.WAITING or (state.phase is Phase.OFFERED and due is None):
        return [scheduled]
    if state.phase is Phase.OFFERED:
        return [*rescind(state, "customer will be called later", **meta), scheduled]
    if state.phase is Phase.PARKED and state.callback:
        return [scheduled] if due is not None else [scheduled, InteractionUnparked(reason="customer", **meta)]
    raise _refused(state, "be called back")


def reach_callback(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """The customer who was called back is on the line. Nothing to do when they are."""
    _require_active(state, "reach the customer of", agent_id)
    return [CallbackReached(agent_id=agent_id, **meta)] if state.callback else []


def miss_callback(
    state: Interaction, agent_id: str, outcome: str, retry_at: datetime | None, **meta: Any
) -> list[Event]:
    """The agent called and nobody answered: again at `retry_at`, or that was the last attempt and the work is over."""
    if outcome not in OUTCOMES:
        raise InvalidError(f"{outcome!r} is no outcome of a callback: use {', '.join(OUTCOMES)}", "outcome")
    if state.gave_up == missed(agent_id):
        return []
    _require_active(state, "miss the callback of", agent_id)
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
        raise _refused(state, "be reopened")
    return [InteractionReopened(contact_id=contact_id, **placement, **meta)]


# The agent who has it


def hold(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """The customer is put on hold. Nothing to do when they are."""
    _require_active(state, "hold", agent_id)
    return [] if state.on_hold else [InteractionHeld(agent_id=agent_id, **meta)]


def resume(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """The customer is taken off hold. Nothing to do when they are not on hold."""
    _require_active(state, "resume", agent_id)
    return [InteractionResumed(agent_id=agent_id, **meta)] if state.on_hold else []


def interrupt(state: Interaction, agent_id: str, by: str, **meta: Any) -> list[Event]:
    """More urgent work came to its agent. Nothing to do when it is interrupted already."""
    _require_active(state, "interrupt", agent_id)
    return [] if state.interrupted else [InteractionInterrupted(agent_id=agent_id, by=by, **meta)]


def continue_(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """Its agent has time for it again. Nothing to do when it is not interrupted."""
    _require_active(state, "continue", agent_id)
    return [InteractionContinued(agent_id=agent_id, **meta)] if state.interrupted else []


def end(state: Interaction, agent_id: str, ended_by: str = "agent", **meta: Any) -> list[Event]:
    """The agent (or, for them, the policy) ends the conversation. Ending it again changes nothing."""
    if state.phase in (Phase.WRAP_UP, Phase.COMPLETED) and state.agent_id == agent_id:
        return []
    _require_active(state, "end", agent_id)
    return [InteractionEnded(agent_id=agent_id, ended_by=ended_by, **meta)]


def complete_wrap_up(state: Interaction, agent_id: str, code: str, **meta: Any) -> list[Event]:
    """The agent has finished what was to do. Completing it again changes nothing."""
    if state.phase is Phase.COMPLETED and state.agent_id == agent_id:
        return []
    _require(state, Phase.WRAP_UP, "complete the wrap-up of", agent_id)
    return [WrapUpCompleted(agent_id=agent_id, code=code, **meta)]


def park(state: Interaction, agent_id: str, until: datetime | None, reason: str, **meta: Any) -> list[Event]:
    """It rests until then, or until the customer answers. Parking it again until the same time changes nothing."""
    if state.gave_up == parked(agent_id, until):
        return []
    _require_active(state, "park", agent_id)
    return [InteractionParked(agent_id=agent_id, until=until, reason=reason, **meta)]


def unpark(
    state: Interaction, reason: str, known_agent: str = "", known_until: datetime | None = None, **meta: Any
) -> list[Event]:
    """It waits for an agent again. Nothing to do when it is not parked (any more)."""
    if state.phase in OVER or state.phase is Phase.NEW:
        raise _refused(state, "be taken up again")
    if state.phase is not Phase.PARKED:
        return []
    return [InteractionUnparked(reason=reason, known_agent=known_agent, known_until=known_until, **meta)]


def transfer(
    state: Interaction, agent_id: str, *, warm: bool = False, to_agent: str = "", to_units: int | None = None,
    reason: str = "", placement: dict[str, Any], **meta: Any,
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
    _require_active(state, "transfer", agent_id)
    given = {"agent_id": agent_id, "warm": warm, "to_agent": to_agent, "to_units": to_units, "reason": reason}
    return [InteractionTransferred(**given, **placement, **meta)]


# Supervisors


def pull_back(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """It is taken from its agent, or from those it is offered to, and waits again."""
    match state.phase:
        case Phase.OFFERED:
            return rescind(state, reason, **meta)
        case Phase.ACTIVE:
            return [InteractionPulledBack(agent_id=state.agent_id, reason=reason, **meta)]
        case _:
            raise _refused(state, "be pulled back")


def move(state: Interaction, *, from_queue: str, reason: str, placement: dict[str, Any], **meta: Any) -> list[Event]:
    """It waits elsewhere, with its age. Where it waits already nothing happens, but that a new policy (`policy`) may
    ask something else of it there."""
    if state.phase not in _OPEN:
        raise _refused(state, "be moved")
    if placement["queue"] == from_queue and reason != "policy":
        return []
    moved = InteractionMoved(from_queue=from_queue, reason=reason, **placement, **meta)
    return [*rescind(state, f"moved to queue {placement['queue']}", **meta), moved]


def prioritise(state: Interaction, priority: int | None, credit_seconds: float, **meta: Any) -> list[Event]:
    """It has this priority (None: as it was) and this artificial age from now on."""
    if priority is not None and abs(priority) > HIGHEST_PRIORITY:
        raise InvalidError(
            f"priority {priority} is not between -{HIGHEST_PRIORITY} and {HIGHEST_PRIORITY}", "priority"
        )  # fmt: skip
    if not abs(credit_seconds) <= MOST_CREDIT_SECONDS:
        raise InvalidError(
            f"an artificial age of {credit_seconds} seconds is more than a year ({MOST_CREDIT_SECONDS:.0f})",
            "credit_seconds",
        )
    if state.phase not in (*_OPEN, Phase.PARKED):
        raise _refused(state, "be moved in the order of waiting work")
    now = state.prioritised
    if now is not None and priority in (None, now[0]) and credit_seconds == now[1]:
        return []
    return [InteractionPrioritised(priority=priority, credit_seconds=credit_seconds, **meta)]


def join(state: Interaction, agent_id: str, mode: str, **meta: Any) -> list[Event]:
    """Somebody else comes into the conversation, or is in it in another way. In it that way already: nothing."""
    if mode not in MODES:
        raise InvalidError(f"{mode!r} is no way to join a conversation: use {', '.join(MODES)}", "mode")
    if state.phase is not Phase.ACTIVE:
        raise _refused(state, "be joined")
    if state.agent_id == agent_id:
        raise RefusedError(f"agent {agent_id} can't join this interaction: they have it")
    return [] if (agent_id, mode) in state.participants else [ParticipantJoined(agent_id=agent_id, mode=mode, **meta)]


def leave(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """They are out of the conversation again. Nothing to do for who is not in it."""
    if state.phase is Phase.ACTIVE and state.agent_id == agent_id:
        raise RefusedError(f"agent {agent_id} can't leave this interaction, they have it: end, park or transfer it")
    return [ParticipantLeft(agent_id=agent_id, **meta)] if agent_id in dict(state.participants) else []


def flag(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """A supervisor should look at it. The same reason counts once until it is offered or goes to somebody else."""
    if state.phase in OVER or state.phase is Phase.NEW:
        raise _refused(state, "be flagged")
    return [] if state.flagged == reason else [InteractionFlagged(reason=reason, **meta)]


def unflag(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """What a supervisor was asked to look at is over. Nothing to do when it is not flagged, or for another reason."""
    is_flagged = state.flagged == reason and state.phase not in OVER
    return [InteractionUnflagged(reason=reason, **meta)] if is_flagged else []


# The passing of time


def relax(state: Interaction, step: int, reason: str, **meta: Any) -> list[Event]:
    """Less is asked of an agent. Nothing to do when that much was relaxed before, or nobody is looked for."""
    if state.phase not in _OPEN or (state.step is not None and step <= state.step):
        return []
    return [RequirementRelaxed(step=step, reason=reason, **meta)]


def expire(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """It is over without an agent. Nothing to do when it is over; what an agent has does not expire."""
    if state.phase in OVER:
        return []
    if state.phase not in (*_OPEN, Phase.PARKED):
        raise _refused(state, "expire")
    return [*rescind(state, reason, **meta), InteractionExpired(reason=reason, **meta)]


def forget_declines(state: Interaction, after: datetime, **meta: Any) -> list[Event]:
    """Who declined it may be asked again after that moment. Nothing to do when that is so, or nobody is looked for."""
    if state.phase is not Phase.WAITING or state.asked_again_after == after:
        return []
    return [DeclinesForgotten(after=after, **meta)]


def _rescinded(offers: list[tuple[str, str]], reason: str, meta: dict[str, Any]) -> list[Event]:
    return [OfferRescinded(offer_id=offer, agent_id=agent, reason=reason, **meta) for offer, agent in offers]


def _require_offer(state: Interaction, offer_id: str, agent_id: str) -> None:
    asked = dict(state.open_offers).get(offer_id)
    if state.phase is not Phase.OFFERED or asked is None:
        raise RefusedError(f"offer {offer_id} is no longer open: it was answered, timed out or taken back")
    if asked != agent_id:
        raise RefusedError(f"offer {offer_id} was made to another agent, not to {agent_id}")


def _require_active(state: Interaction, verb: str, agent_id: str) -> None:
    _require(state, Phase.ACTIVE, verb, agent_id)


def _require(state: Interaction, phase: Phase, verb: str, agent_id: str) -> None:
    if state.phase is phase and state.agent_id == agent_id:
        return
    raise RefusedError(f"agent {agent_id} can't {verb} this interaction: {_how_it_is(state, agent_id)}")


def _refused(state: Interaction, verb: str) -> RefusedError:
    return RefusedError(f"this interaction can't {verb}: {_how_it_is(state)}")


def _how_it_is(state: Interaction, asker: str = "") -> str:
    phase = "in wrap-up" if state.phase is Phase.WRAP_UP else state.phase.value
    if state.agent_id in ("", asker):
        return f"it is {phase}"
    if state.phase is Phase.OFFERED:
        return f"it is offered to agent {state.agent_id}"
    return f"agent {state.agent_id} {'had' if state.phase in OVER else 'has'} it, and it is {phase}"
