"""How a contact becomes work: it joins its thread's open work, comes back to its place, or finds a queue, or none."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import CallbackScheduled, ContactAttached, InteractionQueued, InteractionRefused
from hub.domain.interaction.state import Phase
from hub.policies.hours import is_open, next_open
from hub.router.matching.waiting import Line
from hub.router.policy.fields import Action, Diversion, Who
from hub.router.policy.model import KnownAgent as KnownAgentRule
from hub.router.policy.requirement import Requirement
from hub.router.pool.commands import TakeUp
from hub.router.pool.decided import AWAY_FROM_WORK, by_policy, numbered, of, placement, require_queue
from hub.router.pool.state import Decided, Left, OpenInteraction, PoolState

REFUSE = Diversion.model_construct(action=Action.REFUSE)

Known = tuple[str, str, datetime | None]
"""An agent, why they are asked first, until when; empty: nobody."""
_NOBODY: Known = ("", "", None)
_DAY = 86_400.0


class Place(NamedTuple):
    """Where a contact is to wait, or why it can't."""

    requirement: Requirement
    action: Action
    obstacle: str
    reasons: tuple[str, ...]
    """Of all that led there."""


def take_up(state: PoolState, command: TakeUp) -> list[Decided]:
    """A contact joins what is open on its thread, or the work for which it was asked in writing, or is new work. In
    wrap-up nobody would answer it: then it is new. What a machine wrote is nobody's work where none is open."""
    contact = command.contact
    if contact.pool != state.pool or contact.contact_id in state.contacts:
        return []
    running = state.interactions.get(state.threads.get((contact.channel, contact.thread), contact.correlation))
    if running is not None and running.state.phase is not Phase.WRAP_UP:
        meta = by_policy(state, command, running.stream)
        return of(running, [ContactAttached(**meta, contact_id=contact.contact_id)])
    if contact.auto:
        return []
    over = _reopenable(state, command)
    if over is not None and over.state.reopened_by == contact.contact_id:
        return []
    place = find_place(state, state.classifier.classify(contact), contact.channel.value, command.at)
    if over is None:
        return _join(state, place, command)
    if place.action is Action.REFUSE:
        came_back = f"the customer came back to {over.stream}"
        return _join(state, place._replace(reasons=(*place.reasons, came_back)), command)
    return _reopen(state, over, place, command)


def _join(state: PoolState, place: Place, command: TakeUp) -> list[Decided]:
    contact, stream = command.contact, command.interaction_id
    facts = {
        **by_policy(state, command, stream),
        "pool": state.pool,
        "contact_id": contact.contact_id,
        "customer_id": command.customer_id,
        "channel": contact.channel,
        "thread": contact.thread,
        "service": contact.service,
    }
    if place.action is Action.REFUSE:
        refused = InteractionRefused(
            **facts, queue=place.requirement.queue, reason=place.obstacle, opens_at=opens_at(state, place, command.at),
            policy=state.policy.version, reasons=place.reasons,
        )  # fmt: skip
        return numbered(stream, 0, [refused])
    requirement, standing = place.requirement, contact.standing
    left = _left(state, command, requirement.queue)
    line = _line_at_once(state, requirement, contact.channel.value)
    agent = who_first(state, requirement.known_agent, command, line)
    agent = _had_them(state, left.agent_id if left is not None else "", "dropped", agent, command.at)
    place_in_queue, wait = estimate(state, requirement.queue, line, command.at)
    queued = InteractionQueued(
        **facts,
        **placement(
            state, requirement, agent=agent, reasons=place.reasons,
            since=None if left is None else datetime.fromtimestamp(left.since, command.at.tzinfo),
        ),
        segment=standing.segment,
        value_tier=standing.value_tier,
        lifecycle_stage=standing.lifecycle_stage,
        language=contact.language,
        known_agents=contact.known_agents,
        interruptible=requirement.interruptible,
        interrupts=requirement.interrupts,
        place=place_in_queue,
        estimated_wait_seconds=wait,
    )  # fmt: skip
    return numbered(stream, 0, [queued, *_to_be_called(state, place, command, stream)])


def find_place(state: PoolState, requirement: Requirement, channel: str, at: datetime) -> Place:
    """The queue where it can wait, after whatever the policy says about closed, full and unserved ones."""
    reasons = list(requirement.reasons)
    been = {requirement.queue}
    while True:
        for obstacle, diversion in _obstacles(state, requirement, channel, at):
            if diversion.action is Action.WAIT:
                continue
            if diversion.action is not Action.MOVE:
                reasons.append(f"queue {requirement.queue} is {_WORDS[obstacle]}: {diversion}")
                return Place(requirement, diversion.action, obstacle, tuple(reasons))
            if diversion.to in been:
                continue
            reasons.append(f"queue {requirement.queue} is {_WORDS[obstacle]}: {diversion}")
            been.add(diversion.to)
            requirement = state.classifier.of_queue(diversion.to, channel, reasons[-1])
            break
        else:
            return Place(requirement, Action.WAIT, "", tuple(reasons))


_WORDS = {
    "paused": "closed by a supervisor",
    "draining": "drained by a supervisor",
    "closed": "out of hours",
    "nobody": "served by nobody who is signed on",
    "full": "full",
    "long_wait": "too slow",
}


def _obstacles(
    state: PoolState, requirement: Requirement, channel: str, at: datetime
) -> Iterator[tuple[str, Diversion]]:
    """What is in the way of this queue, and what the policy says to do about it."""
    queue = requirement.queue
    queue_rules = state.queue(queue)
    intake = state.intakes.get(queue)
    if intake is not None:
        if intake.to:
            yield "draining", Diversion.model_construct(action=Action.MOVE, to=intake.to)
        yield "paused", REFUSE if queue_rules.closed.action is Action.WAIT else queue_rules.closed
    hours = state.hours.get(queue)
    if hours is not None and not is_open(hours, at):
        yield "closed", queue_rules.closed
    if queue_rules.nobody.action is not Action.WAIT and not any(
        state.matcher.somebody(line.need) for line in state.lines(requirement, channel)
    ):
        yield "nobody", queue_rules.nobody
    limit, longest = queue_rules.limit, queue_rules.max_estimated_wait_seconds
    if limit is None and longest is None:
        return
    place, wait = estimate(state, queue, _line_at_once(state, requirement, channel), at)
    if limit is not None and place > limit and wait != 0.0:
        yield "full", queue_rules.full
    if longest is not None and wait is not None and wait > longest:
        yield "long_wait", queue_rules.long_wait


def opens_at(state: PoolState, place: Place, at: datetime) -> datetime | None:
    """When the queue that is in the way is open again, if hours are what closes it."""
    hours = state.hours.get(place.requirement.queue)
    return next_open(hours, at) if hours is not None and place.obstacle == "closed" else None


def estimate(state: PoolState, queue: str, line: Line, at: datetime) -> tuple[int, float | None]:
    """Place in the queue, from 1, and expected wait in seconds of work that joins it now; None: nothing is known yet.

    Place times the smoothed time between two answers while somebody waited: the queue-length estimator of Ibrahim and
    Whitt (2009), with the service rate taken from what was seen."""
    now, delay = at.timestamp(), state.queue(queue).entry_delay_seconds
    if state.matcher.another(state.matcher.work("", now, line), now) is not None:
        return 1, delay
    place = state.waiting_in.get(queue, 0) + 1
    pace = state.paces.get(queue)
    return place, None if pace is None or pace.told is None else max(delay, place * pace.told)


class Estimate(NamedTuple):
    """What somebody who joins a queue now has to expect; None: too few were answered there yet."""

    waiting: int
    estimated_wait_seconds: float | None


def estimate_of(state: PoolState, queue: str) -> Estimate:
    """Of work that nobody is free for. Raises NotFoundError."""
    require_queue(state, queue)
    waiting = state.waiting_in.get(queue, 0)
    pace = state.paces.get(queue)
    return Estimate(waiting, None if pace is None or pace.told is None else (waiting + 1) * pace.told)


def who_first(state: PoolState, rule: KnownAgentRule | None, command: TakeUp, line: Line) -> Known:
    """The agent to be asked first: the one asked for by name, else the first the rule names who is there and fits."""
    known, at = command.contact.known_agents, command.at
    direct = known.get("direct")
    if direct and (found := _if_here(state, direct, "direct", state.policy.agents.known_agent_seconds, at)):
        return found
    if rule is None:
        return _NOBODY
    for who in rule.who:
        if who is Who.LAST_AGENT:
            agent_id, last = last_agent(state, command.customer_id, command.contact.also)
            if last < at.timestamp() - rule.days * _DAY:
                continue
        else:
            agent_id = known.get(who.value, "")
        agent = state.agents.get(agent_id)
        if agent is None or agent.state.state in AWAY_FROM_WORK or not agent.seat.fits(line.need):
            continue
        if not rule.only_ready or agent.seat.can_take(line.need):
            return agent_id, who.value, at + timedelta(seconds=rule.seconds)
    return _NOBODY


def last_agent(state: PoolState, customer: str, also: tuple[str, ...]) -> tuple[str, float]:
    """Whom the customer of these streams spoke to last, and when (epoch seconds); nobody: at 0."""
    spoke = [state.last_agents[one] for one in (customer, *also) if one in state.last_agents]
    return max(spoke, key=lambda one: one[1], default=("", 0.0))


def _had_them(state: PoolState, agent_id: str, reason: str, first: Known, at: datetime) -> Known:
    """Who had them before is asked before whoever else would be first, but one who was asked for by name."""
    if not agent_id or first[1] == "direct":
        return first
    return _if_here(state, agent_id, reason, state.policy.agents.known_agent_seconds, at) or first


def _if_here(state: PoolState, agent_id: str, reason: str, seconds: float, at: datetime) -> Known | None:
    agent = state.agents.get(agent_id)
    if agent is None or agent.state.state in AWAY_FROM_WORK:
        return None
    return agent_id, reason, at + timedelta(seconds=seconds)


def _left(state: PoolState, command: TakeUp, queue: str) -> Left | None:
    """The place this customer lost when their line dropped, if they are back in time."""
    left = state.left.get((command.customer_id, command.contact.channel)) if state.left else None
    if left is None or left.queue != queue:
        return None
    return left if command.at.timestamp() - left.at <= state.queue(queue).reentry_seconds else None


def _reopenable(state: PoolState, command: TakeUp) -> OpenInteraction | None:
    """What was over on the thread of this contact, if the customer is back in time."""
    contact = command.contact
    over = state.closed.get(state.closed_threads.get((contact.channel, contact.thread), contact.correlation))
    if over is None:
        return None
    days = state.policy.channel(over.queued.channel).reopen_within_days
    return over if command.at.timestamp() - over.over_at <= days * _DAY else None


def _reopen(state: PoolState, over: OpenInteraction, place: Place, command: TakeUp) -> list[Decided]:
    """It waits where new work of this contact would, first for the agent who had it."""
    contact, requirement = command.contact, place.requirement
    line = _line_at_once(state, requirement, contact.channel.value)
    agent = who_first(state, requirement.known_agent, command, line)
    agent = _had_them(state, over.state.agent_id, "reopened", agent, command.at)
    where = placement(state, requirement, agent=agent, since=command.at, reasons=place.reasons)
    meta = by_policy(state, command, over.stream)
    reopened = rules.reopen(over.state, contact.contact_id, where, **meta)
    return of(over, [*reopened, *_to_be_called(state, place, command, over.stream, contact.contact_id)])


def _to_be_called(
    state: PoolState, place: Place, command: TakeUp, stream: str, address_of: str = ""
) -> list[CallbackScheduled]:  # fmt: skip
    """The customer is called back where the policy says so: when the queue opens, or when their turn comes."""
    if place.action is not Action.CALLBACK:
        return []
    due = opens_at(state, place, command.at)
    return [CallbackScheduled(**by_policy(state, command, stream), due=due, address_of=address_of)]


def _line_at_once(state: PoolState, requirement: Requirement, channel: str) -> Line:
    """Where it will wait as soon as the steps nobody who is signed on meets are skipped; if nobody meets any: last."""
    for line in state.lines(requirement, channel):
        if state.matcher.somebody(line.need):
            break
    return line
