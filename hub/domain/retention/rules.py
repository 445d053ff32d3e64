"""What may be taken out by now: of cases only what is settled, of customers only who has nothing going on."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.domain.account.state import roles
from hub.domain.cases.state import Cases, evolve
from hub.domain.customer.events import CustomerForgotten
from hub.domain.event import Event

BY_POLICY = "policy:"
"""What the actor of a fact begins with that nobody did: a rule, or time."""


def settled(history: Iterable[Event]) -> set[str]:
    """The cases of a stream that are not open."""
    cases: Cases = {}
    for event in history:
        cases = evolve(cases, event)
    return {one.case_id for one in cases.values() if not one.is_open}


def is_without_contact(history: Sequence[Event], before: datetime, now: datetime) -> bool:
    """Whether a customer, by the facts of all their streams, was last heard of before a moment and has nothing going
    on: no open case, no role in an account. Whatever the path policy wrote is no sign of them."""
    signs = [event.recorded_at for event in history if not event.actor.startswith(BY_POLICY)]
    if not signs or max(signs) >= before or any(isinstance(event, CustomerForgotten) for event in history):
        return False
    if any(holding.holds(now) for holding in roles(history)):
        return False
    cases: Cases = {}
    for event in history:
        cases = evolve(cases, event)
    return not any(one.is_open for one in cases.values())
