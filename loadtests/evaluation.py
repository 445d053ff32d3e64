"""The result of a run: the counts from the store alone, the times from what agents saw."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.application.explaining.audit import Audit, audit
from hub.domain.customer.events import ContactReceived
from hub.domain.interaction.events import WrapUpCompleted
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded
from loadtests.generator import Published
from loadtests.observed import Matching, Observed, Percentiles, Samples, agent_free_to_offer, contact_to_offer
from loadtests.plan import Load, Stage

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """What a run comes to; times in milliseconds."""

    rate: float
    completed: int
    events_per_s: float
    contact_to_offer_ms: Percentiles
    agent_free_to_offer_ms: Percentiles
    lost: int
    duplicates: int
    double_assigned: int
    over_capacity: int
    cpu_s: float
    rss_mb: float

    @property
    def clean(self) -> bool:
        """Nothing was lost, done twice or too much."""
        return not (self.lost or self.duplicates or self.double_assigned or self.over_capacity)


class Log:
    """Reads the log once, for the audit, the samples and the speed."""

    def __init__(self, events: Iterable[Recorded], observed: Observed) -> None:
        self.completed = 0
        self._arriving: list[datetime] = []
        self._recorded: list[datetime] = []
        self._matching = Matching(observed)
        self.audit: Audit = audit(self._tapped(events))

    @property
    def samples(self) -> Samples:
        """What was observed, matched."""
        return self._matching.samples

    @property
    def events_per_s(self) -> float:
        """Events recorded from the first contact to the last one, by the hub's clock; without PoolCommitted."""
        if not self._arriving:
            return 0.0
        first, last = min(self._arriving), max(self._arriving)
        seconds = (last - first).total_seconds()
        return sum(first <= moment <= last for moment in self._recorded) / seconds if seconds else 0.0

    def _tapped(self, events: Iterable[Recorded]) -> Iterator[Recorded]:
        for recorded in events:
            event = recorded.event
            if not isinstance(event, PoolCommitted):
                self._recorded.append(event.recorded_at)
            if isinstance(event, ContactReceived):
                self._arriving.append(event.recorded_at)
            self.completed += isinstance(event, WrapUpCompleted)
            self._matching.follow((recorded,))
            yield recorded


def evaluate(plan: Load, begin: int, published: Published, log: Log, *, cpu_s: float, rss_mb: float) -> Result:
    """All figures of a run that began at `begin` (monotonic nanoseconds). A contact that the hub confirmed and the
    store does not have is lost, as is one that was never confirmed or that nobody took up."""
    mark = f"load-{Stage.FREE_AGENTS}-"
    first_phase = {contact: due for contact, due in published.scheduled.items() if contact.startswith(mark)}
    second = begin + int(plan.begins(Stage.BACKLOG) * _NS), begin + int(plan.ends * _NS)
    missing = max(0, len(published.scheduled) - published.rejected - log.audit.contacts)
    return Result(
        rate=plan.rate,
        completed=log.completed,
        events_per_s=round(log.events_per_s, 1),
        contact_to_offer_ms=contact_to_offer(log.samples, first_phase),
        agent_free_to_offer_ms=agent_free_to_offer(log.samples, *second),
        lost=log.audit.lost + missing + published.rejected,
        duplicates=log.audit.duplicates,
        double_assigned=log.audit.double_assigned,
        over_capacity=log.audit.over_capacity,
        cpu_s=round(cpu_s, 2),
        rss_mb=round(rss_mb, 1),
    )
