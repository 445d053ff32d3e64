"""What a day of calls comes to, by one formula for recorded and replayed calls alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from hub.calls.recorded_call import RecordedCall
from hub.projections.formulas import aht, asa, occupancy, service_level

TARGET_SECONDS = 20.0
SHORT_ABANDON_SECONDS = 5.0


class CallFact(NamedTuple):
    """One finished call: all that the figures are made of. Lengths in seconds; `agent` is empty if nobody answered."""

    queued_at: datetime
    wait: float
    answered: bool
    talk: float
    agent: str


class Span(NamedTuple):
    """A time an agent was signed on."""

    agent: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of a set of calls. None: there was nothing to take it of."""

    answered: int
    abandoned: int
    asa_s: float | None
    """Mean wait of the answered."""
    aht_s: float | None
    """Mean talk of the answered; wrap-up is 0."""
    service_level_20s: float | None
    """Answered within 20 s / (answered + abandoned - abandoned within 5 s)."""
    occupancy: float | None
    """Time in calls / time signed on, over all agents; two calls at once count once."""

    def as_json(self) -> dict[str, int | float | None]:
        """The figures by name, rounded to what can be read."""
        return {
            "answered": self.answered,
            "abandoned": self.abandoned,
            "asa_s": _rounded(self.asa_s, 1),
            "aht_s": _rounded(self.aht_s, 1),
            "service_level_20s": _rounded(self.service_level_20s, 4),
            "occupancy": _rounded(self.occupancy, 4),
        }


def fact_of(call: RecordedCall) -> CallFact:
    """A recorded call as the figures see it."""
    return CallFact(call.queued_at, call.wait, call.answered, call.talk, call.agent)


def statistics(calls: Iterable[CallFact], spans: Iterable[Span]) -> Statistics:
    """The figures of finished calls, with the times their agents were signed on."""
    facts = list(calls)
    answered = [fact for fact in facts if fact.answered]
    abandoned = [fact for fact in facts if not fact.answered]
    in_time = sum(fact.wait <= TARGET_SECONDS for fact in answered)
    short = sum(fact.wait <= SHORT_ABANDON_SECONDS for fact in abandoned)
    signed_on = list(spans)
    busy = busy_seconds(answered, signed_on)
    available = sum((span.end - span.start).total_seconds() for span in signed_on) - busy
    return Statistics(
        answered=len(answered),
        abandoned=len(abandoned),
        asa_s=asa(sum(fact.wait for fact in answered), len(answered)),
        aht_s=aht(sum(fact.talk for fact in answered), len(answered)),
        service_level_20s=service_level(in_time, len(answered), len(abandoned), short),
        occupancy=occupancy(busy, available),
    )


def recorded_spans(calls: Iterable[RecordedCall], zone: tzinfo, *, unknown: str = "unknown") -> list[Span]:
    """Each agent's times signed on, from the first to the last recorded call of each local day. Nobody is signed on as
    `unknown`: that is not one person."""
    days: dict[tuple[str, date], tuple[datetime, datetime]] = {}
    for call in calls:
        start = call.answered_at
        if start is None or call.agent == unknown:
            continue
        key = call.agent, start.astimezone(zone).date()
        first, last = days.get(key, (start, call.ended_at))
        days[key] = min(first, start), max(last, call.ended_at)
    return sorted(Span(agent, first, last) for (agent, _), (first, last) in days.items())


def busy_seconds(calls: Sequence[CallFact], spans: Sequence[Span]) -> float:
    """Seconds the agents were in calls while signed on."""
    talks: dict[str, list[tuple[datetime, datetime]]] = {}
    for fact in calls:
        start = fact.queued_at + timedelta(seconds=fact.wait)
        talks.setdefault(fact.agent, []).append((start, start + timedelta(seconds=fact.talk)))
    return sum(
        (end - start).total_seconds()
        for agent, signed_on in _by_agent(spans).items()
        for start, end in _common(_merged(talks.get(agent, [])), _merged(signed_on))
    )


Stretch = tuple[datetime, datetime]


def _by_agent(spans: Iterable[Span]) -> Mapping[str, list[Stretch]]:
    found: dict[str, list[Stretch]] = {}
    for span in spans:
        found.setdefault(span.agent, []).append((span.start, span.end))
    return found


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _common(left: Sequence[Stretch], right: Sequence[Stretch]) -> list[Stretch]:
    """What both cover; each is in order and free of overlaps."""
    found: list[Stretch] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            found.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return found


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
