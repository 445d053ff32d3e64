"""What a replay came to: read from the events its hub stored, compared with the record by one formula."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.table import Table

from hub.application.explaining.audit import Audit, audit
from hub.calls.statistics import CallFact, Span, Statistics
from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.interaction.events import InteractionAbandoned, InteractionEnded, InteractionQueued, OfferAccepted
from hub.ports import Recorded


@dataclass(frozen=True, slots=True)
class Replayed:
    """The stored events of a replay, as calls and shifts."""

    facts: list[CallFact]
    spans: list[Span]
    audit: Audit


def replayed(events: Iterable[Recorded], *, not_agents: frozenset[str] = frozenset()) -> Replayed:
    """Calls and shifts from the log of a hub that did nothing else. Who is in `not_agents` has no shifts."""
    folding = _Folding()
    checked = audit(folding.take(recorded) for recorded in events)
    spans = [span for span in folding.spans if span.agent not in not_agents]
    return Replayed(folding.facts, spans, checked)


class _Folding:
    """Looks on while the audit reads."""

    def __init__(self) -> None:
        self.facts: list[CallFact] = []
        self.spans: list[Span] = []
        self._queued: dict[str, datetime] = {}
        self._answered: dict[str, datetime] = {}
        self._signed_on: dict[str, datetime] = {}

    def take(self, recorded: Recorded) -> Recorded:
        stream, event = recorded.stream, recorded.event
        match event:
            case InteractionQueued():
                self._queued[stream] = event.at
            case OfferAccepted():
                self._answered[stream] = event.at
            case InteractionAbandoned():
                queued_at = self._queued[stream]
                self.facts.append(CallFact(queued_at, (event.at - queued_at).total_seconds(), False, 0.0, ""))
            case InteractionEnded():
                queued_at, answered_at = self._queued[stream], self._answered[stream]
                wait, talk = (answered_at - queued_at).total_seconds(), (event.at - answered_at).total_seconds()
                self.facts.append(CallFact(queued_at, wait, True, talk, event.agent_id))
            case AgentSignedOn():
                self._signed_on.setdefault(event.agent_id, event.at)
            case AgentSignedOff():
                start = self._signed_on.pop(event.agent_id, None)
                if start is not None:
                    self.spans.append(Span(event.agent_id, start, event.at))
        return recorded


@dataclass(frozen=True, slots=True)
class ReplayTotals:
    """The whole outcome. `rows` and what became of them are the file's; the rest is counted in the store."""

    rows: int
    skipped: int
    """Left out by the mapping, or not of the time asked for."""
    rejected: int
    audit: Audit
    expected: int
    """Calls that were to be played."""
    seconds: float
    recorded: Statistics
    replayed: Statistics

    @property
    def lost(self) -> int:
        """Calls that are not in the store, or that nothing became of."""
        return self.audit.lost + max(0, self.expected - self.audit.contacts)

    @property
    def reconciled(self) -> bool:
        """Every row has become one thing, and every contact one interaction with one outcome."""
        got = self.audit
        return (
            self.rows == self.skipped + self.rejected + got.contacts + got.duplicates
            and got.contacts == got.interactions == got.answered + got.abandoned + self.lost
        )

    @property
    def ok(self) -> bool:
        """Reconciled, with nothing lost or done twice."""
        return self.reconciled and not (self.lost or self.audit.duplicates or self.audit.double_assigned)

    def as_json(self) -> dict[str, Any]:
        """Everything by name."""
        got = self.audit
        return {
            "rows": self.rows,
            "skipped": self.skipped,
            "rejected": self.rejected,
            "contacts": got.contacts,
            "customers": got.customers,
            "interactions": got.interactions,
            "answered": got.answered,
            "abandoned": got.abandoned,
            "lost": self.lost,
            "duplicates": got.duplicates,
            "double_assigned": got.double_assigned,
            "events": got.events,
            "seconds": round(self.seconds, 3),
            "events_per_s": round(got.events / self.seconds, 1) if self.seconds else 0.0,
            "reconciled": self.reconciled,
            "recorded": self.recorded.as_json(),
            "replayed": self.replayed.as_json(),
        }


_LINES = (
    ("answered", "answered", "{:,.0f}"),
    ("abandoned", "abandoned", "{:,.0f}"),
    ("asa_s", "ASA, seconds", "{:,.1f}"),
    ("aht_s", "AHT, seconds", "{:,.1f}"),
    ("service_level_20s", "service level, 20 s", "{:.1%}"),
    ("occupancy", "occupancy", "{:.1%}"),
)


def comparison(totals: ReplayTotals) -> Table:
    """Recorded against replayed."""
    table = Table(title="recorded against replayed", title_justify="left")
    table.add_column("")
    for head in ("recorded", "replayed", "difference"):
        table.add_column(head, justify="right")
    recorded, again = totals.recorded.as_json(), totals.replayed.as_json()
    for name, label, form in _LINES:
        one, other = recorded[name], again[name]
        shown = ["–" if value is None else form.format(value) for value in (one, other)]
        difference = "–" if one is None or other is None else _signed(form, other - one)
        table.add_row(label, *shown, difference)
    return table


def _signed(form: str, difference: float) -> str:
    text = form.format(difference)
    return text if text.startswith("-") else f"+{text}"
