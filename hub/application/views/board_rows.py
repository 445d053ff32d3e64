"""The rows of a wallboard, made of what the views show, what the policy asks for and what the pool expects."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel
from hub.projections import formulas
from hub.projections.activity import OF_STATE, Activity, activity
from hub.projections.board import DAY, OUTCOMES, AgentLine, HeldLine, Look
from hub.projections.formulas import ServiceLevelVariant
from hub.projections.metrics_fold import Threshold
from hub.projections.projection import moment
from hub.projections.queues import QueueNow
from hub.router.policy.model import Base, Policy

TEAM = "team"
"""The attribute of an agent that names their team."""


@dataclass(frozen=True, slots=True)
class BoardLevel:
    """A queue's service level since midnight UTC: `value` by the variant `definition`, `answered` of the day and those
    of them `within` so many `seconds`; `target` is the share the policy asks for."""

    value: float | None
    target: float
    seconds: float
    definition: ServiceLevelVariant
    answered: int
    within: int


@dataclass(frozen=True, slots=True)
class BoardQueue:
    """A queue: work by where it is now, agents who serve it, and what became of what was queued since midnight UTC.
    `waiting` is offered to nobody, `in_queue` waits for an agent whether offered or not, `in_service` is spoken.
    `agents_ready` serve it and are in state ready, `agents_free` of these have nothing to do, `agents_busy` have work
    of it or are offered some. `expected_wait_s` is null where it can't be said."""

    name: str
    labels: Mapping[str, str]
    """What the policy calls it, by language; none: its name will do."""
    waiting: int
    on_offer: int
    in_queue: int
    oldest_since: datetime | None
    in_service: int
    on_hold: int
    wrap_up: int
    parked: int
    flagged: int
    consults: int
    intake: str
    to: str
    expected_wait_s: float | None
    agents_ready: int
    agents_free: int
    agents_busy: int
    service_level: BoardLevel
    offered: int
    abandoned: int
    expired: int
    refused: int
    asa_s: float | None
    aht_s: float | None


@dataclass(frozen=True, slots=True)
class BoardAgent:
    """Somebody who is signed on. `since` is that of the state, `working_since` that of the oldest conversation they
    have; `load` of `capacity` is taken; `work` are ids of interactions."""

    agent_id: str
    name: str
    team: str
    pool: str
    state: AgentState
    reason: str
    activity: Activity
    since: datetime
    working_since: datetime | None
    load: int
    capacity: int
    work: list[str]


@dataclass(frozen=True, slots=True)
class BoardChannel:
    """Contacts of a channel since midnight UTC, by direction."""

    channel: Channel
    inbound: int
    outbound: int


@dataclass(frozen=True, slots=True)
class Ready:
    """How many agents serve a queue and are ready, and of these have nothing to do."""

    ready: int = 0
    free: int = 0


def queue_row(
    now: QueueNow,
    day: Sequence[int],
    limit: Threshold,
    share: float,
    wait: float | None,
    ready: Ready,
    labels: Mapping[str, str],
) -> BoardQueue:
    """`day`: its sums, as DAY names them."""
    sums = dict(zip(DAY, day, strict=True))
    levels = formulas.service_levels(formulas.Outcomes(*day[:OUTCOMES]))
    variant = ServiceLevelVariant(limit.variant)
    handle_s = (sums["talk_ms"] + sums["hold_ms"] + sums["wrap_up_ms"]) / 1000
    return BoardQueue(
        name=now.queue,
        labels=labels,
        waiting=now.waiting,
        on_offer=now.offered,
        in_queue=now.in_queue,
        oldest_since=now.oldest_waiting_since,
        in_service=now.active,
        on_hold=now.on_hold,
        wrap_up=now.wrap_up,
        parked=now.parked,
        flagged=now.flagged,
        consults=now.consults,
        intake=now.intake,
        to=now.to,
        expected_wait_s=None if wait is None else round(wait, 1),
        agents_ready=ready.ready,
        agents_free=ready.free,
        agents_busy=now.agents,
        service_level=BoardLevel(
            levels[variant], share, limit.target_s, variant, sums["answered"], sums["answered_in_target"]
        ),
        offered=sums["offered"],
        abandoned=sums["abandoned"],
        expired=sums["expired"],
        refused=sums["refused"],
        asa_s=formulas.asa(sums["answered_wait_ms"] / 1000, sums["answered"]),
        aht_s=formulas.aht(handle_s, sums["handled"]),
    )


def agent_row(line: AgentLine, held: Sequence[HeldLine]) -> BoardAgent:
    """Of somebody who is signed on, with what they have."""
    talking = [one.accepted_ms for one in held if one.accepted_ms is not None]
    return BoardAgent(
        agent_id=line.agent_id,
        name=line.name,
        team=orjson.loads(line.attributes).get(TEAM, ""),
        pool=line.pool,
        state=AgentState(line.state),
        reason=line.reason,
        activity=_activity(line, held),
        since=moment(line.since_ms),
        working_since=moment(min(talking)) if talking else None,
        load=sum(one.units for one in held if not one.rests),
        capacity=line.capacity,
        work=[one.interaction_id for one in held],
    )


def channel_row(channel: Channel, look: Look) -> BoardChannel:
    """Also of a channel on which nothing happened."""
    counts = look.channels.get(channel.value, {})
    return BoardChannel(channel, counts.get("inbound", 0), counts.get("outbound", 0))


class Served:
    """Which queues an agent serves by a policy: looked up once for all who can do the same."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._of: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def ready(self, agents: Iterable[tuple[Any, ...]], held: Container[str]) -> dict[str, Ready]:
        """By queue, of these agents; who is among `held` has work."""
        ready: Counter[tuple[str, str, str]] = Counter()
        free: Counter[tuple[str, str, str]] = Counter()
        for one in agents:
            if one[_STATE] == _READY:
                ready[one[_ABLE]] += 1
                free[one[_ABLE]] += one[0] not in held
        sums: dict[str, list[int]] = {}
        for what, count in ready.items():
            for queue in self._queues(what):
                sums_of = sums.setdefault(queue, [0, 0])
                sums_of[0] += count
                sums_of[1] += free[what]
        return {queue: Ready(*counts) for queue, counts in sums.items()}

    def _queues(self, what: tuple[str, str, str]) -> tuple[str, ...]:
        known = self._of.get(what)
        if known is None:
            skills, languages, attributes = map(orjson.loads, what)
            queues = self.policy.queues.items()
            known = self._of[what] = tuple(
                name for name, queue in queues if _serves(queue.serves, skills, languages, attributes)
            )
        return known


def _serves(asks: Base, skills: Mapping[str, int], languages: Sequence[str], attributes: Mapping[str, Any]) -> bool:
    return (
        all(skills.get(skill, 0) >= least for skill, least in asks.skills.items())
        and all(attributes.get(name) == value for name, value in asks.attributes.items())
        and (not asks.languages or any(one in languages for one in asks.languages))
    )


def _activity(line: AgentLine, held: Sequence[HeldLine]) -> Activity:
    return activity(line.state, [one.phase for one in held if not one.rests]) if held else OF_STATE[line.state]


_READY = AgentState.READY.value
_STATE = AgentLine._fields.index("state")
_ABLE = slice(AgentLine._fields.index("skills"), AgentLine._fields.index("attributes") + 1)
