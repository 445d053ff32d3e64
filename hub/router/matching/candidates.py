"""What matching means, said as plainly as can be: who may take what, by which rule not, and who comes first.

Nothing here uses the indexes that make matching fast. It explains decisions, and tests hold the fast way to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.router.matching.agents import Need, Seat
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice, Order
from hub.router.matching.waiting import Work


class Rule(StrEnum):
    """Why an agent may take a piece of work, or the first reason why not."""

    FITS = "fits"
    NOT_SIGNED_ON = "not_signed_on"
    NOT_READY = "not_ready"
    RESTING = "resting"
    SKILL = "skill"
    LANGUAGE = "language"
    ATTRIBUTE = "attribute"
    RESERVED_FOR_ANOTHER = "reserved_for_another"
    ALREADY_OFFERED = "already_offered"
    DECLINED_BEFORE = "declined_before"
    CHANNEL_CLOSED = "channel_closed"
    CEILING = "ceiling"
    CAPACITY = "capacity"


Inputs = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class AgentCandidate:
    """An agent, seen from a piece of work. `rank`: from 1 among those who may take it, None for the others."""

    agent_id: str
    rule: Rule
    rank: int | None
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class WorkCandidate:
    """Waiting work, seen from an agent. `rank`: from 1 among what they may take, None for the rest."""

    work_id: str
    queue: str
    rule: Rule
    rank: int | None
    inputs: Inputs


def may_take(seat: Seat, work: Work, now: float) -> Rule:
    """Whether this agent may take this work now."""
    unable = None if work.bound is not None else _of_skills(seat, work.need)
    return _of_agent(seat, now) or unable or _of_work(seat, work, now) or _of_room(seat, work.need)


def candidates(matcher: Matcher, work: Work, now: float) -> list[AgentCandidate]:
    """Every agent for this work: who may take it, the chosen one first; then the others by their names."""
    rules = {seat: may_take(seat, work, now) for seat in _seats(matcher)}
    able = sorted((seat for seat, rule in rules.items() if rule is Rule.FITS), key=lambda one: _choice(one, work.need))
    rest = sorted((seat for seat, rule in rules.items() if rule is not Rule.FITS), key=lambda one: one.agent_id)
    found = [AgentCandidate(one.agent_id, Rule.FITS, at, _agent_inputs(one, work)) for at, one in enumerate(able, 1)]
    return found + [AgentCandidate(one.agent_id, rules[one], None, _agent_inputs(one, work)) for one in rest]


def choices(matcher: Matcher, seat: Seat, now: float) -> list[WorkCandidate]:
    """All waiting work for this agent: what they may take, in order; then the rest in the order of all."""
    rules = {work: may_take(seat, work, now) for work in waiting_work(matcher)}
    able = sorted(
        (one for one, rule in rules.items() if rule is Rule.FITS), key=lambda one: place(matcher, one, now, seat)
    )
    rest = sorted(
        (one for one, rule in rules.items() if rule is not Rule.FITS), key=lambda one: place(matcher, one, now)
    )
    found = [_candidate(one, Rule.FITS, at, seat, now) for at, one in enumerate(able, 1)]
    return found + [_candidate(one, rules[one], None, seat, now) for one in rest]


def canonical_match(matcher: Matcher, now: float) -> tuple[Work, Seat] | None:
    """The next match: what `Matcher.next` must answer."""
    if matcher.order is Order.SKILL:
        return _named_by_agents(matcher, now)
    for work in sorted(waiting_work(matcher), key=lambda one: place(matcher, one, now)):
        seat = _chosen(matcher, work, now)
        if seat is not None:
            return work, seat
    return None


def waiting_work(matcher: Matcher) -> Iterator[Work]:
    """All that waits."""
    for line in matcher.waiting.lines():
        for one in (line, *line.own.values()):
            for entry in one.entries():
                yield entry[3]


def place(matcher: Matcher, work: Work, now: float, seat: Seat | None = None) -> tuple[float, float, int]:
    """Where work stands in the order of all, lowest first; for an agent, where they have a say in it."""
    line, age_counts_from = work.line, work.since - work.credit
    lead = 0.0
    if matcher.order is Order.PRIORITY:
        lead = -line.priority
    elif matcher.order is Order.DEADLINE:
        lead = age_counts_from + line.target
    elif matcher.order is Order.GROWING:
        lead = -(line.priority + line.weight * (now - age_counts_from) / 60)
    elif matcher.order is Order.SKILL and seat is not None:
        lead = -level(seat, work.need)
    return lead, age_counts_from, work.number


def level(seat: Seat, need: Need) -> int:
    """The sum of the agent's levels in the skills that are asked for."""
    return sum(seat.profile.skills.get(skill, 0) for skill, _ in need.skills)


def _named_by_agents(matcher: Matcher, now: float) -> tuple[Work, Seat] | None:
    for seat in sorted(_seats(matcher), key=lambda one: one.idle[:2]):
        able = [work for work in waiting_work(matcher) if may_take(seat, work, now) is Rule.FITS]
        if able:
            work = min(able, key=lambda one: place(matcher, one, now, seat))
            chosen = _chosen(matcher, work, now)
            return None if chosen is None else (work, chosen)
    return None


def _chosen(matcher: Matcher, work: Work, now: float) -> Seat | None:
    able = [seat for seat in _seats(matcher) if may_take(seat, work, now) is Rule.FITS]
    return min(able, key=lambda one: _choice(one, work.need), default=None)


def _choice(seat: Seat, need: Need) -> tuple[float, float, int]:
    by: float = 0.0
    if need.choice is AgentChoice.HIGHEST_LEVEL:
        by = -level(seat, need)
    elif need.choice is AgentChoice.LEAST_OCCUPIED:
        by = _units_in_use(seat)
    elif need.choice is AgentChoice.FEWEST_TODAY:
        by = seat.today
    elif need.choice is AgentChoice.ROUND_ROBIN:
        by = seat.turn
    elif need.choice is AgentChoice.FASTEST:
        by = seat.pace
    return by, seat.idle[0], seat.idle[1]


def _of_agent(seat: Seat, now: float) -> Rule | None:
    if not seat.signed_on:
        return Rule.NOT_SIGNED_ON
    if not seat.ready:
        return Rule.NOT_READY
    return Rule.RESTING if seat.rest > now else None


def _of_skills(seat: Seat, need: Need) -> Rule | None:
    profile = seat.profile
    if any(profile.skills.get(skill, 0) < least for skill, least in need.skills):
        return Rule.SKILL
    if need.languages and not profile.languages.intersection(need.languages):
        return Rule.LANGUAGE
    return Rule.ATTRIBUTE if any(profile.attributes.get(name) != value for name, value in need.attributes) else None


def _of_work(seat: Seat, work: Work, now: float) -> Rule | None:
    if work.bound is not None and work.bound is not seat:
        return Rule.RESERVED_FOR_ANOTHER
    if work in seat.held:
        return Rule.ALREADY_OFFERED
    return Rule.DECLINED_BEFORE if seat.barred.get(work.id, 0.0) > now else None


def _of_room(seat: Seat, need: Need) -> Rule:
    if need.channel in seat.closed:
        return Rule.CHANNEL_CLOSED
    if need.channel in seat.ceilings:
        pieces = [held for held in seat.held.values() if held.channel == need.channel]
        if len(pieces) >= seat.ceilings[need.channel]:
            return Rule.CEILING
    in_the_way = [
        held for work, held in seat.held.items()
        if work not in seat.paused and not (need.interrupts and held.interruptible)
    ]  # fmt: skip
    units = sum(held.units for held in in_the_way)
    return Rule.FITS if units + seat.units.get(need.channel, need.units) <= seat.capacity else Rule.CAPACITY


def _units_in_use(seat: Seat) -> int:
    return sum(need.units for work, need in seat.held.items() if work not in seat.paused)


def _seats(matcher: Matcher) -> Iterable[Seat]:
    return matcher.roster.seats.values()


def _agent_inputs(seat: Seat, work: Work) -> Inputs:
    return {
        "idle_since": seat.idle[0],
        "level": level(seat, work.need),
        "units_in_use": _units_in_use(seat),
        "capacity": seat.capacity,
        "today": seat.today,
        "turn": seat.turn,
        "pace": seat.pace,
    }


def _candidate(work: Work, rule: Rule, rank: int | None, seat: Seat, now: float) -> WorkCandidate:
    line = work.line
    inputs: Inputs = {
        "age": now - work.since + work.credit,
        "priority": line.priority,
        "weight": line.weight,
        "target": line.target,
        "level": level(seat, work.need),
    }
    return WorkCandidate(work.id, line.queue, rule, rank, inputs)
