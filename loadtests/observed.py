"""What agents saw and did, when; joined with the log it tells how long contacts and agents waited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from hdrh.histogram import HdrHistogram

from hub.domain.agent.events import AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionOffered,
    InteractionQueued,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.ports import Recorded

_LONGEST_US = 3_600_000_000
_DIGITS = 3

_Skills = frozenset[tuple[str, int]]


@dataclass(slots=True)
class Observed:
    """Moments in nanoseconds of the machine's monotonic clock, which all its processes share."""

    received: dict[str, int] = field(default_factory=dict)
    """When an agent received an offer, by offer id."""
    finished: dict[str, int] = field(default_factory=dict)
    """When an agent said that an interaction is wrapped up, by interaction id: from then on they are free."""

    def write(self, file: Path) -> None:
        """Keep it for the process that evaluates; the file is there whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(orjson.dumps({"received": self.received, "finished": self.finished}))
        draft.replace(file)

    @classmethod
    def read(cls, file: Path) -> "Observed":
        """What `write` kept."""
        return cls(**orjson.loads(file.read_bytes()))


@dataclass(slots=True)
class Samples:
    """The moments of a run, matched. One interaction an agent at a time is taken for granted."""

    offers: list[tuple[str, int]] = field(default_factory=list)
    """Contact and moment of its offer, of contacts that found a free agent who fits when they entered the queue."""
    freed: list[tuple[int, int]] = field(default_factory=list)
    """Moment an agent became free while contacts waited that they can serve, and moment of their next offer."""


class _Need:
    """Work that asks for the same skills: how much of it waits, and how many who can do it are free."""

    def __init__(self, skills: Mapping[str, int]) -> None:
        self.skills = skills
        self.waiting = 0
        self.free = 0

    def fits(self, skills: Mapping[str, int]) -> bool:
        return all(skills.get(skill, 0) >= least for skill, least in self.skills.items())


@dataclass(slots=True)
class _Team:
    """Agents with the same skills, and what they can do."""

    skills: Mapping[str, int]
    needs: list[_Need] = field(default_factory=list)


class Matching:
    """Counts free agents and waiting contacts in the log's order, and matches what was observed. Who can't do a
    piece of work is neither free for it nor kept from it."""

    def __init__(self, observed: Observed) -> None:
        self.samples = Samples()
        self._observed = observed
        self._needs: dict[_Skills, _Need] = {}
        self._teams: dict[_Skills, _Team] = {}
        self._team_of: dict[str, _Team] = {}
        self._free: set[str] = set()
        self._need_of: dict[str, _Need] = {}
        self._found_free_agent: dict[str, str] = {}
        self._freed: dict[str, int] = {}

    def follow(self, log: Iterable[Recorded]) -> None:
        """The next events of the log."""
        for recorded in log:
            self._take(recorded.stream, recorded.event)

    def _take(self, stream: str, event: object) -> None:
        match event:
            case InteractionQueued():
                need = self._need_of[stream] = self._need(event.skills)
                if need.free > need.waiting:
                    self._found_free_agent[stream] = event.contact_id
                need.waiting += 1
            case InteractionOffered():
                self._offered(stream, event)
            case WrapUpCompleted():
                self._is_free(event.agent_id)
                finished = self._observed.finished.get(stream)
                if finished is not None and any(need.waiting for need in self._team(event.agent_id).needs):
                    self._freed[event.agent_id] = finished
                self._need_of.pop(stream, None)
            case OfferDeclined() | OfferRescinded():
                self._need_of[stream].waiting += 1
                self._is_free(event.agent_id)
            case OfferTimedOut():
                self._need_of[stream].waiting += 1
            case InteractionAbandoned():
                self._need_of.pop(stream).waiting -= 1
            case AgentSignedOn():
                self._is_busy(event.agent_id)
                self._team_of[event.agent_id] = self._team_with(event.skills)
                self._is_free(event.agent_id)
            case AgentStateChanged() if event.state is AgentState.READY:
                self._is_free(event.agent_id)

    def _offered(self, stream: str, event: InteractionOffered) -> None:
        self._need_of[stream].waiting -= 1
        self._is_busy(event.agent_id)
        contact, freed = self._found_free_agent.pop(stream, None), self._freed.pop(event.agent_id, None)
        received = self._observed.received.get(event.offer_id)
        if received is None:
            return
        if contact is not None:
            self.samples.offers.append((contact, received))
        if freed is not None:
            self.samples.freed.append((freed, received))

    def _is_free(self, agent: str) -> None:
        if agent not in self._free:
            self._free.add(agent)
            for need in self._team(agent).needs:
                need.free += 1

    def _is_busy(self, agent: str) -> None:
        if agent in self._free:
            self._free.discard(agent)
            for need in self._team(agent).needs:
                need.free -= 1

    def _team(self, agent: str) -> _Team:
        return self._team_of.get(agent) or self._team_of.setdefault(agent, self._team_with({}))

    def _team_with(self, skills: Mapping[str, int]) -> _Team:
        key = frozenset(skills.items())
        team = self._teams.get(key)
        if team is None:
            can = [need for need in self._needs.values() if need.fits(skills)]
            team = self._teams[key] = _Team(skills, can)
        return team

    def _need(self, skills: Mapping[str, int]) -> _Need:
        key = frozenset(skills.items())
        need = self._needs.get(key)
        if need is None:
            need = self._needs[key] = _Need(skills)
            for team in self._teams.values():
                if need.fits(team.skills):
                    team.needs.append(need)
            need.free = sum(need in self._team(agent).needs for agent in self._free)
        return need


Percentiles = dict[str, float]


def contact_to_offer(samples: Samples, scheduled: Mapping[str, int]) -> Percentiles:
    """From the scheduled moment of publishing (not the real one: a late generator must not flatter the hub) to the
    offer, of the contacts in `scheduled`."""
    return percentiles(at - scheduled[contact] for contact, at in samples.offers if contact in scheduled)


def agent_free_to_offer(samples: Samples, since: int, until: int) -> Percentiles:
    """From an agent's being free to their next offer, of agents who became free in [since, until)."""
    return percentiles(offer - free for free, offer in samples.freed if since <= free < until)


def percentiles(nanoseconds: Iterable[int]) -> Percentiles:
    """p50, p95, p99, max in milliseconds; zeros if there was nothing."""
    histogram = HdrHistogram(1, _LONGEST_US, _DIGITS)
    count = 0
    for value in nanoseconds:
        histogram.record_value(min(_LONGEST_US, max(1, value // 1000)))
        count += 1
    if not count:
        return {"p50": 0.0, "p95": 0.0, "p99": 0.0, "max": 0.0}
    found = {f"p{rank}": histogram.get_value_at_percentile(rank) / 1000 for rank in (50, 95, 99)}
    return {**found, "max": histogram.get_max_value() / 1000}
