"""What a demo came to, counted in the store."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.application.explaining.audit import Audit, audit
from hub.channels.phone.cdr import fallback_id
from hub.channels.phone.events import thread_of
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.ports import Recorded
from hub.settings import Settings
from hub.simulated.customers import Totals
from hub.simulated.stored import stored_events


@dataclass(frozen=True, slots=True)
class DemoTotals:
    """`sent`, `confirmed` and `restarts` are of this run; all else is the whole store's."""

    sent: int
    confirmed: int
    rejected: int
    by_channel: dict[str, int]
    outbound: int
    answers: dict[str, int]
    """What agents wrote to customers, and that left, by channel."""
    calls: int
    """Real ones, by the telephone system's records; they are among `sent`, and `confirmed` where they are stored."""
    missing: int
    """Contacts of this run that the hub confirmed and that are not in the store; real calls too, after a run that ended
    by itself."""
    audit: Audit
    restarts: int
    seconds: float
    finished: bool
    """The run ended by itself; else it was stopped, and what is open the next run goes on with."""

    @property
    def lost(self) -> int:
        """Confirmed contacts that are not stored; after a run that ended by itself also contacts nothing took up, and
        interactions nobody has answered."""
        return self.missing + (self.audit.lost if self.finished else 0)

    @property
    def ok(self) -> bool:
        """Nothing lost, nothing twice, nothing impossible."""
        got = self.audit
        return not (self.lost or got.duplicates or got.double_assigned or got.over_capacity or got.contradictions)

    def as_json(self) -> dict[str, Any]:
        """Everything by name."""
        got = self.audit
        return {
            "seconds": round(self.seconds, 1),
            "sent": self.sent,
            "confirmed": self.confirmed,
            "rejected": self.rejected,
            "by_channel": self.by_channel,
            "outbound": self.outbound,
            "answers": self.answers,
            "calls": self.calls,
            "contacts": got.contacts,
            "customers": got.customers,
            "interactions": got.interactions,
            "answered": got.answered,
            "abandoned": got.abandoned,
            "open": got.open,
            "lost": self.lost,
            "duplicates": got.duplicates,
            "double_assigned": got.double_assigned,
            "over_capacity": got.over_capacity,
            "contradictions": got.contradictions,
            "restarts": self.restarts,
            "events": got.events,
        }

    def farewell(self, directory: str) -> str:
        """What to tell who stopped the demo."""
        got = self.audit
        answers = ", ".join(f"{count:,} by {channel}" for channel, count in self.answers.items()) or "none"
        figures = (
            f"{got.contacts:,} contacts, {self.outbound:,} outbound and {answers} in answer, "
            f"{self.calls:,} real calls in this run, "
            f"{got.interactions:,} interactions: "
            f"{got.answered:,} answered, {got.abandoned:,} abandoned, {got.open:,} not over yet; "
            f"{got.events:,} events; "
            f"lost {self.lost}, duplicates {got.duplicates}, double assigned {got.double_assigned}"
        )
        findings = "".join(f"\n  {finding}" for finding in got.findings)
        return f"stopped. In {directory}: {figures}.{findings}\nThe next start goes on from there."


def demo_totals(
    settings: Settings,
    sent: Totals,
    confirmed: Sequence[str],
    calls: Collection[str],
    *,
    restarts: int,
    seconds: float,
    finished: bool,
) -> DemoTotals:
    """Read the store of a hub that has stopped. `calls`: real ones, as the telephone system names them."""
    names = {name: call for call in calls for name in (thread_of(call), fallback_id(call))}
    seen = _Contacts(frozenset(confirmed), names)
    checked = audit(seen.look(stored_events(settings)))
    return DemoTotals(
        sent=sent.sent + len(calls),
        confirmed=sent.confirmed + len(seen.called),
        rejected=sent.rejected,
        by_channel=dict(sorted(seen.by_channel.items())),
        outbound=seen.outbound,
        answers=dict(sorted(seen.answers.items())),
        calls=len(calls),
        missing=len(seen.expected) - seen.found + (len(calls) - len(seen.called) if finished else 0),
        audit=checked,
        restarts=restarts,
        seconds=seconds,
        finished=finished,
    )


class _Contacts:
    """Looks on while the audit reads."""

    def __init__(self, expected: frozenset[str], calls: Mapping[str, str]) -> None:
        self.expected = expected
        self.called = set[str]()
        self._calls = calls
        self.found = 0
        self.outbound = 0
        self.answers: Counter[str] = Counter()
        self.by_channel: Counter[str] = Counter()

    def look(self, events: Iterable[Recorded]) -> Iterator[Recorded]:
        for recorded in events:
            event = recorded.event
            if isinstance(event, ContactSent) and event.purpose == Purpose.REPLY:
                self.answers[event.channel.value] += 1
            elif isinstance(event, ContactReceived | ContactSent):
                self.by_channel[event.channel.value] += 1
                self.outbound += isinstance(event, ContactSent)
                self.found += event.contact_id in self.expected
                if call := self._calls.get(event.contact_id):
                    self.called.add(call)
            yield recorded
