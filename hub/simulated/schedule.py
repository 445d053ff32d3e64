"""When a replay does what: calls, hang-ups and shifts of a recorded time, worked out before it begins."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from statistics import median
from typing import Literal, NamedTuple

from hub.calls.recorded_call import RecordedCall
from hub.calls.statistics import Span
from hub.domain.contact import Contact
from hub.simulated.behaviour import AgentProfile

SKILL_LEVEL = 5
"""What a recorded agent knows of what they served: the record tells no levels, so no step excludes them."""

_AGENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True, slots=True)
class ScheduledCall:
    """One recorded call as it will be played."""

    contact: Contact
    at: datetime
    """When it is published: its queue time."""
    patience: float | None
    """Seconds until it hangs up if nobody has answered; None: it was served, so it waits as long as it takes."""
    talk: float
    """Seconds it talks once answered."""

    @property
    def leaves_at(self) -> datetime | None:
        """When it hangs up unless it is answered."""
        return None if self.patience is None else self.at + timedelta(seconds=self.patience)


@dataclass(frozen=True, slots=True)
class Shift:
    """A time an agent is signed on."""

    agent: AgentProfile
    start: datetime
    end: datetime
    until_all_ended: bool = False
    """Stays longer than `end` while any call is open."""


class Action(NamedTuple):
    """Something to do at a moment, in the order of the fields where moments are equal."""

    at: datetime
    order: int
    kind: Literal["sign_on", "call", "hang_up", "shift_end"]
    subject: str
    """Contact id or agent id."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything a replay does, by time."""

    calls: Mapping[str, ScheduledCall]
    shifts: Sequence[Shift]

    @property
    def begin(self) -> datetime:
        """The first moment at which anything is to be done."""
        return min([call.at for call in self.calls.values()] + [shift.start for shift in self.shifts])

    def actions(self) -> list[Action]:
        """All that is known beforehand, in order."""
        found = [Action(shift.start, 0, "sign_on", shift.agent.id) for shift in self.shifts]
        found += [Action(shift.end, 3, "shift_end", shift.agent.id) for shift in self.shifts]
        for contact_id, call in self.calls.items():
            found.append(Action(call.at, 1, "call", contact_id))
            if call.leaves_at is not None:
                found.append(Action(call.leaves_at, 2, "hang_up", contact_id))
        return sorted(found)


def chosen(call: RecordedCall, zone: tzinfo, day: date | None, start: time | None, end: time | None) -> bool:
    """Whether a call came in on that day, from `start` on and before `end`, by the clock of the record's place."""
    local = call.entered_at.astimezone(zone)
    return (
        (day is None or local.date() == day)
        and (start is None or local.time() >= start)
        and (end is None or local.time() < end)
    )


def schedule(
    calls: Sequence[RecordedCall],
    spans: Sequence[Span],
    *,
    skills: Literal["served", "all"] = "served",
    agents: int | None = None,
) -> Schedule:
    """The replay of these calls by the recorded agents at their recorded times, or by `agents` who know everything
    and stay from the first call to the last. Of a contact id that is there twice, the first row is played."""
    played: dict[str, ScheduledCall] = {}
    talks = typical_talks(calls)
    for call in calls:
        talk = call.talk if call.answered else talks.get(call.service, 0.0)
        patience = None if call.answered else max(0.0, call.wait)
        played.setdefault(call.contact_id, ScheduledCall(call.contact, call.queued_at, patience, max(0.0, talk)))
    if not played:
        return Schedule({}, ())
    if agents is None:
        return Schedule(played, recorded_shifts(calls, spans, skills=skills))
    first = min(call.queued_at for call in calls)
    last = max(call.ended_at for call in calls)
    everything = dict.fromkeys(sorted({call.service for call in calls}), SKILL_LEVEL)
    languages = _languages(calls)
    width = len(str(agents))
    team = [
        AgentProfile(f"agent-{number:0{width}d}", f"Agent {number}", everything, languages)
        for number in range(1, agents + 1)
    ]
    return Schedule(played, [Shift(agent, first, last, until_all_ended=True) for agent in team])


def recorded_shifts(
    calls: Sequence[RecordedCall], spans: Sequence[Span], *, skills: Literal["served", "all"]
) -> list[Shift]:
    """The recorded agents' times, each agent with the services they served in these calls. What nobody is recorded to
    serve, everybody may: else those calls could never end."""
    every = {call.service for call in calls}
    served: dict[str, set[str]] = {}
    for call in calls:
        if call.answered:
            served.setdefault(call.agent, set()).add(call.service)
    present = {span.agent for span in spans}
    nobodys = every - {service for agent in present for service in served.get(agent, set())}
    languages = _languages(calls)

    def profile(agent: str) -> AgentProfile:
        known = every if skills == "all" else served.get(agent, set()) | nobodys
        return AgentProfile(agent_id_of(agent), agent, dict.fromkeys(sorted(known), SKILL_LEVEL), languages)

    return [Shift(profile(span.agent), span.start, span.end) for span in spans]


def agent_id_of(name: str) -> str:
    """An id the hub takes, for whatever another system calls an agent: the name itself where it can be one."""
    if _AGENT_ID.fullmatch(name):
        return name
    readable = re.sub(r"[^A-Za-z0-9._@-]+", "-", name).strip("-._@")[:48]
    return f"{readable or 'agent'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def typical_talks(calls: Iterable[RecordedCall]) -> dict[str, float]:
    """The median talk of each service's answered calls; of all calls where a service has none."""
    by_service: dict[str, list[float]] = {}
    everything: list[float] = []
    services = set()
    for call in calls:
        services.add(call.service)
        if call.answered:
            by_service.setdefault(call.service, []).append(call.talk)
            everything.append(call.talk)
    overall = median(everything) if everything else 0.0
    return {service: median(by_service[service]) if service in by_service else overall for service in services}


def may_leave(
    agent: AgentProfile,
    on_duty: Iterable[AgentProfile],
    to_come: Iterable[AgentProfile],
    remaining: Iterable[str],
) -> bool:
    """Whether somebody can go home at the end of a shift: for each service of which calls remain to be served, who
    else is on duty or comes yet can serve it."""
    others = [other for group in (on_duty, to_come) for other in group if other.id != agent.id]
    return all(
        any(service in other.skills for other in others) for service in set(remaining) if service in agent.skills
    )


def _languages(calls: Iterable[RecordedCall]) -> tuple[str, ...]:
    return tuple(sorted({call.contact.language for call in calls if call.contact.language}))
