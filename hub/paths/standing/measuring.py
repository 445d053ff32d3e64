"""What a customer measures at a moment, and when time alone will change that."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from hub.paths.policy.conditions import EVERYTHING, NO, YES, Allowed, Measure
from hub.paths.standing.facts import Facts

NEVER = -1
"""Days since what never was."""
_DAY = timedelta(days=1)


class Ledger(NamedTuple):
    """When something was bought, the oldest first, and what was spent before each of these moments and in the end."""

    times: Sequence[datetime]
    sums: Sequence[int]


def ledger_of(facts: Facts, currency: str) -> Ledger:
    """Only what was bought in this currency counts as spent."""
    amounts = (one.amount if one.currency == currency else 0 for one in facts.purchases)
    return Ledger([one.at for one in facts.purchases], list(accumulate(amounts, initial=0)))


class Customer(NamedTuple):
    """Somebody at a moment; what was decided of them so far is among what rules may ask for."""

    facts: Facts
    ledger: Ledger
    at: datetime
    kind: str
    value_tier: str = ""
    segment: str = ""

    def measure(self, measure: Measure) -> int | str:
        """A number, NEVER, or a name; empty: none."""
        facts = self.facts
        match measure.name:
            case "purchases":
                first, last = self._bought(measure.days)
                return last - first
            case "spent":
                first, last = self._bought(measure.days)
                return min(self.ledger.sums[last] - self.ledger.sums[first], EVERYTHING[1] - 1)
            case "days_since_purchase":
                _, last = self._bought(0)
                return self._days_since(self.ledger.times[max(0, last - 1) : last])
            case "days_since_first_purchase":
                _, last = self._bought(0)
                return self._days_since(self.ledger.times[: min(1, last)])
            case "tenure_days":
                return max(0, self._days_since([facts.registered_at] if facts.registered_at else []))
            case "contacts":
                return facts.contacts
            case "days_since_contact":
                return self._days_since([facts.last_contact_at] if facts.last_contact_at else [])
            case "account":
                return YES if any(_holds(one.since, one.until, self.at) for one in facts.roles) else NO
            case "declared_value_tier":
                return facts.declared.value_tier
            case "declared_stage":
                return facts.declared.lifecycle_stage
            case _:
                named: str = getattr(self, measure.name)
                return named

    def _bought(self, days: int) -> tuple[int, int]:
        """Which purchases, from the one until before the other, were made until now, in the last so many days; 0: ever.
        What was bought just so many days ago is not among them any more."""
        times = self.ledger.times
        return bisect_right(times, self.at - days * _DAY) if days else 0, bisect_right(times, self.at)

    def _days_since(self, moments: Sequence[datetime]) -> int:
        """Whole days of 24 hours; of what lies ahead none."""
        return max(0, (self.at - moments[0]) // _DAY) if moments else NEVER


def moments_of_change(facts: Facts, conditions: Sequence[tuple[Measure, Allowed]]) -> Iterator[datetime]:
    """Every moment at which one of these conditions may begin or cease to hold with nothing happening, in no order."""
    bought = [one.at for one in facts.purchases]
    starts = {
        "days_since_purchase": bought[-1:],
        "days_since_first_purchase": bought[:1],
        "tenure_days": [facts.registered_at] if facts.registered_at else [],
        "days_since_contact": [facts.last_contact_at] if facts.last_contact_at else [],
    }
    asked = {measure.name for measure, _ in conditions}
    if "account" in asked:
        for role in facts.roles:
            yield role.since
            if role.until is not None:
                yield role.until
    for measure, allowed in conditions:
        if measure.days:
            yield from (moment + measure.days * _DAY for moment in bought)
        if measure.name in starts and isinstance(allowed, tuple):
            for days in allowed:
                if days < _LONGEST_DAYS:
                    yield from (moment + days * _DAY for moment in starts[measure.name])


_LONGEST_DAYS = 366_000


def _holds(since: datetime, until: datetime | None, at: datetime) -> bool:
    return since <= at and (until is None or at < until)
