"""Decisions of the log, decided once more by the production rules in the state they were decided in."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from hub.domain.event import Event
from hub.domain.ids import offer_id
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionMoved,
    InteractionOffered,
    InteractionPrioritised,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    RequirementRelaxed,
)
from hub.ports import Recorded
from hub.router.explaining.retelling import Taken
from hub.router.matching.agents import Seat
from hub.router.matching.waiting import Work
from hub.router.policy.classify import traits_kept
from hub.router.pool.commands import Tick
from hub.router.pool.decided import by_policy, placement
from hub.router.pool.due import due_now
from hub.router.pool.joining import last_agent, take_up
from hub.router.pool.placing import ENTRY_DELAY
from hub.router.pool.reactions import NOBODY, REACTIONS
from hub.router.pool.reasons import offer_reasons
from hub.router.pool.state import Decided, OpenInteraction, PoolState
from hub.router.pool.supervising import classified_anew, drained_to, move_to
from hub.router.pool.timers import Due, Timer

DECISIONS: tuple[type[Event], ...] = (
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    ContactAttached,
    InteractionOffered,
    InteractionMoved,
    InteractionPrioritised,
    RequirementRelaxed,
)
"""Facts that put work somewhere, change its rank there, or give it to somebody."""


class Again(NamedTuple):
    """A decision taken once more. `event`: what it comes to now, None: nothing of the kind. `different`: by field what
    the log says and what came out now; of a decision that would not be taken at all the field is `decided`."""

    event: Event | None
    different: Mapping[str, tuple[Any, Any]]

    @property
    def same(self) -> bool:
        """Whether it came out as it was."""
        return not self.different


def is_decision(recorded: Recorded) -> bool:
    """Whether this says where work went, whoever decided it."""
    return isinstance(recorded.event, DECISIONS)


def recompute(state: PoolState, recorded: Recorded, taken: Taken | None) -> Again | None:
    """The same decision, in the state before it. `taken`: the contact it is about, where it is about one. None: a
    person decided it, or what it was decided on is on record no more."""
    again = _AGAIN.get(type(recorded.event))
    if again is None:
        return None
    state.matcher.reach(recorded.event.at.timestamp())
    return again(state, recorded, taken)


def compare(was: Event, found: Event | None) -> Again:
    """What differs between a decision and the same decision taken again."""
    if found is None or type(found) is not type(was):
        return Again(found, {"decided": (type(was).__name__, type(found).__name__ if found else "nothing")})
    if found == was:
        return Again(found, {})
    pairs = {name: (value, getattr(found, name)) for name, value in was}
    return Again(found, {name: pair for name, pair in pairs.items() if pair[0] != pair[1]})


def _offered(state: PoolState, recorded: Recorded, _: Taken | None) -> Again | None:
    event = recorded.event
    assert isinstance(event, InteractionOffered)
    if not _is_policys(event):
        return None
    now = event.at.timestamp()
    interaction = state.interactions.get(recorded.stream)
    if interaction is not None and interaction.state.open_offers:
        another = state.matcher.another(interaction.work, now)
        match = (interaction.work, another) if another is not None else None
    else:
        match = state.matcher.next(now)
    if match is None:
        return compare(event, None)
    work, seat = match
    found = compare(event, _offer(state, event, work, seat))
    if work.id == recorded.stream:
        return found
    return Again(found.event, {"interaction_id": (recorded.stream, work.id), **found.different})


def _offer(state: PoolState, event: InteractionOffered, work: Work, seat: Seat) -> InteractionOffered:
    """The offer of this work to this agent, at the time of the event."""
    interaction = state.interactions[work.id]
    timeout = timedelta(seconds=state.rules_of(interaction.placement).offer_timeout_seconds)
    return event.model_copy(
        update={
            "correlation": work.id,
            "actor": state.actor,
            "offer_id": offer_id(work.id, interaction.state.offers + 1),
            "agent_id": seat.agent_id,
            "expires_at": event.at + timeout,
            "units": seat.units_for(work.need),
            "policy": state.policy.version,
            "reasons": offer_reasons(work, seat, event.at.timestamp(), state.matcher.order),
        }
    )


def _taken_up(state: PoolState, recorded: Recorded, taken: Taken | None) -> Again | None:
    event = recorded.event
    contact_id = getattr(event, "contact_id", "")
    if not contact_id:
        return None
    if taken is None:
        return _put_again(state, event)
    _let_know(state, event, taken)
    decided = take_up(state, taken.command(event, recorded.stream))
    if not decided or decided[0].stream == recorded.stream:
        return compare(event, decided[0].event if decided else None)
    return Again(decided[0].event, {"interaction_id": (recorded.stream, decided[0].stream)})


def _put_again(state: PoolState, event: Event) -> Again | None:
    """The contact is gone, as where a customer was forgotten: what is kept of it tells the queue all the same."""
    if not isinstance(event, InteractionQueued) or event.since is not None:
        return None
    requirement = state.classifier.classify_traits(traits_kept(event))
    if requirement.queue != event.queue:
        return None
    where = placement(state, requirement)
    names = ("priority", "skills", "languages", "attributes", "steps", "units")
    different = {name: (getattr(event, name), where[name]) for name in names if getattr(event, name) != where[name]}
    return Again(event, different)


def _let_know(state: PoolState, event: Event, taken: Taken) -> None:
    """Who a customer's last agent was may be known from before what was read again: the decision says so."""
    customer_id = taken.customer_id
    is_known = last_agent(state, customer_id, taken.contact.also)[0] != ""
    if getattr(event, "known_reason", "") == "last_agent" and not is_known:
        state.last_agents[customer_id] = (event.known_agent, event.at.timestamp())  # type: ignore[attr-defined]


def _relaxed(state: PoolState, recorded: Recorded, _: Taken | None) -> Again | None:
    event, interaction = recorded.event, state.interactions.get(recorded.stream)
    assert isinstance(event, RequirementRelaxed)
    if interaction is None:
        return compare(event, None)
    if event.reason == NOBODY:
        cause = Decided(recorded.stream, interaction.version, interaction.queued)
        return _first(event, REACTIONS[InteractionQueued](state, cause, _command(event)))
    if event.reason == "declined":
        bound = interaction.work.bound
        is_refused = bound is not None and bound.agent_id in interaction.barred
        given = by_policy(state, _command(event), recorded.stream)
        return compare(event, RequirementRelaxed(step=-1, reason="declined", **given) if is_refused else None)
    return _due(state, interaction, event, _DUE_BY.get((event.reason, event.step < 0), Due.ENTRY))


_DUE_BY = {("time", True): Due.KNOWN_AGENT, ("time", False): Due.STEP, (ENTRY_DELAY, True): Due.ENTRY}


def _moved(state: PoolState, recorded: Recorded, _: Taken | None) -> Again | None:
    event, interaction = recorded.event, state.interactions.get(recorded.stream)
    assert isinstance(event, InteractionMoved)
    if interaction is None:
        return compare(event, None)
    match event.reason:
        case "overflow":
            return _due(state, interaction, event, Due.OVERFLOW)
        case "drained":
            to = drained_to(state, event.from_queue)
            return _first(event, move_to(state, interaction, to, "drained", _command(event)))
        case "policy" if interaction.queued.contact_id:
            found = classified_anew(state, state.policy, state.classifier, interaction, _command(event))
            return _first(event, found)
        case _:
            return None


def _due(state: PoolState, interaction: OpenInteraction, event: Event, due: Due) -> Again:
    timer = Timer(event.at.timestamp(), 0, due, interaction.stream, interaction.placed)
    return _first(event, due_now(state, timer, _command(event)))


def _first(event: Event, found: list[Decided]) -> Again:
    return compare(event, found[0].event if found else None)


def _command(event: Event) -> Tick:
    """What a decision needs to know of the command that it followed."""
    return Tick(at=event.at, id=event.causation, actor=event.actor)


def _is_policys(event: Event) -> bool:
    return event.actor.startswith("policy:")


_AGAIN: dict[type[Event], Callable[[PoolState, Recorded, Taken | None], Again | None]] = {
    InteractionQueued: _taken_up,
    InteractionRefused: _taken_up,
    InteractionReopened: _taken_up,
    ContactAttached: _taken_up,
    InteractionOffered: _offered,
    InteractionMoved: _moved,
    RequirementRelaxed: _relaxed,
}
