"""Reads the log back and counts: what came in, what became of it, and whether anything was lost or done twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.application.explaining import audit_rules
from hub.application.explaining.audit_counts import Counts, ImpossibleError
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded


@dataclass(frozen=True, slots=True)
class Audit:
    """What a stretch of the log comes to. Everything is counted from events, nothing from anybody's memory."""

    contacts: int
    """Inbound contacts received."""
    customers: int
    """Customers seen for the first time."""
    interactions: int
    """Opened by contacts that found a place to wait; what agents ask each other is not among them."""
    answered: int
    """Interactions an agent accepted; of customers to be called those who were reached."""
    abandoned: int
    """Interactions whose customer left before anybody answered."""
    open: int
    """Interactions that are not over when the log ends."""
    lost: int
    """Contacts that nothing took up, and open interactions that nobody has answered."""
    duplicates: int
    """Contacts recorded, or taken up, more than once."""
    double_assigned: int
    """Times an interaction was given to an agent while another one had it, or offered twice to the same one. Several
    agents may be asked at once; only one may accept."""
    over_capacity: int
    """Times an agent got more than they can hold. What is interrupted or parked takes nothing."""
    contradictions: int
    """Events that what was before them does not allow: a second outcome, an end without a beginning."""
    events: int
    """All events but PoolCommitted."""
    findings: tuple[str, ...]
    """The first of what is wrong, in words."""
    expired: int = 0
    """Interactions that were over without an agent, by the policy."""
    refused: int = 0
    """Contacts that found no place to wait and were told so."""
    reopened: int = 0
    consults: int = 0
    """Agents asked other agents."""

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twice, nothing impossible."""
        return not (self.lost or self.duplicates or self.double_assigned or self.over_capacity or self.contradictions)


def audit(events: Iterable[Recorded]) -> Audit:
    """Audit a log, or the part of it that one run wrote. Streaming: keeps what is open, the ids of contacts that
    nothing has taken up yet, and the hash as an integer of the id of every contact, received and taken up, and of every
    interaction that is over: some 200 to 350 bytes of memory a contact."""
    counting = _Counting()
    for recorded in events:
        counting.take(recorded)
    return counting.result()


@dataclass(slots=True)
class _Counting:
    counts: Counts = field(default_factory=Counts)
    events: int = 0

    def take(self, recorded: Recorded) -> None:
        event, counts = recorded.event, self.counts
        if isinstance(event, PoolCommitted):
            return
        self.events += 1
        rule = audit_rules.RULES.get(type(event))
        if rule is None:
            return
        try:
            rule(counts, recorded.stream, event)
        except ImpossibleError as impossible:
            counts.contradictions += 1
            counts.find(f"{recorded.stream}: {type(event).__name__} at {recorded.position}, although {impossible}")

    def result(self) -> Audit:
        counts = self.counts
        customers_work = [one for one in counts.open.values() if not one.consult]
        return Audit(
            contacts=counts.contacts,
            customers=counts.customers,
            interactions=counts.interactions,
            answered=counts.answered,
            abandoned=counts.abandoned,
            open=len(customers_work),
            lost=len(counts.waiting_contacts) + sum(not one.settled for one in customers_work),
            duplicates=counts.duplicates,
            double_assigned=counts.double_assigned,
            over_capacity=counts.over_capacity,
            contradictions=counts.contradictions,
            events=self.events,
            findings=tuple(counts.findings),
            expired=counts.expired,
            refused=counts.refused,
            reopened=counts.reopened,
            consults=counts.consults,
        )
