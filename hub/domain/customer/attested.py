"""What another system's record makes happen to a customer, without any contact; and what in it can't be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Declared, Identifier
from hub.domain.customer.decide import declare, observe
from hub.domain.customer.events import Customer, CustomerRegistered
from hub.domain.customer.links.component import Known, whole
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.rules import BY_LAW, NUMBER
from hub.domain.event import Event


@dataclass(frozen=True, slots=True)
class AttestCustomer:
    """Another system (`actor`) says who somebody was, and where they stood, at `at`."""

    identifiers: tuple[Identifier, ...]
    declared: Declared
    at: datetime
    now: datetime
    actor: str
    causation: str


def attest_customer(customer: Customer, command: AttestCustomer) -> list[Event]:
    """What is new of it; nothing where all is known."""
    common = {
        "at": command.at,
        "recorded_at": command.now,
        "causation": command.causation,
        "actor": command.actor,
    }
    events: list[Event] = [] if customer.registered else [CustomerRegistered(**common)]
    events += observe(customer, command.identifiers, common)
    events += declare(customer, command.declared, command.actor, common)
    return events


class Contradiction(NamedTuple):
    """A record says that `said` is the customer's; `known` says whose it is."""

    said: Side
    known: Side


def contradiction(known: Known, said: Sequence[Side]) -> Contradiction | None:
    """The first of a record's verified identifiers that belongs to somebody else: to a customer with another identity
    by law, or another customer number, than the record has. None: nothing stands against it. Raises KeyError where
    a stream that they are joined with is not known."""
    for group in (BY_LAW, (NUMBER,)):
        own = {side.id for side in said if side.kind in group}
        for side in said:
            for other in whole(known, side).values() if own and side.id in known else ():
                if other.kind in group and other.id not in own:
                    return Contradiction(side, other)
    return None
