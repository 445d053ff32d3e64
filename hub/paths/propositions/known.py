"""What the conditions of propositions look at: a customer at a moment, with what they were granted and said."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from hub.domain.cases.open_cases import OpenCases, worst
from hub.domain.grant.holding import Held
from hub.domain.grant.state import Answer, Grant
from hub.paths.policy.conditions import NO, YES, Measure
from hub.paths.propositions.conditions import NONE
from hub.paths.standing.facts import Facts
from hub.paths.standing.measuring import NEVER, Customer, ledger_of
from hub.paths.standing.standing import Stands

NOTHING_HELD = Held({}, {}, {})
_DAY = timedelta(days=1)
_NO_PROFILE: Mapping[str, str] = MappingProxyType({})


class Known(NamedTuple):
    """A whole customer at `customer.at`."""

    customer: Customer
    stage: str
    held: Held = NOTHING_HELD
    account: Held | None = None
    """What the account they act for holds; None: they act for none."""
    open_cases: OpenCases = ()
    """Of the customer and of the account."""
    profile: Mapping[str, str] = _NO_PROFILE
    """By field."""

    @property
    def standing(self) -> Mapping[str, Grant]:
        """The grants that stand, by proposition: the customer's own, else the account's."""
        return self.held.stands if self.account is None else {**self.account.stands, **self.held.stands}

    def stands(self, proposition: str) -> Grant | None:
        """The grant of it that stands, the customer's own or the account's."""
        found = self.held.stands.get(proposition)
        return found or (self.account.stands.get(proposition) if self.account is not None else None)

    def answer(self, proposition: str) -> Answer | None:
        """What was said to it last, on the customer's own grants or the account's."""
        own = self.held.answers.get(proposition)
        other = self.account.answers.get(proposition) if self.account is not None else None
        return max((one for one in (own, other) if one is not None), default=None)


def customer_at(facts: Facts, stands: Stands, currency: str, at: datetime) -> Customer:
    """Somebody at a moment, where the policy says that they stand."""
    return Customer(facts, ledger_of(facts, currency), at, stands.segment, stands.value_tier, stands.named)


def measuring(measure: Measure) -> Callable[[Known], int | str]:
    """How this is measured; worked out once for a policy."""
    name, days, of = measure
    match name:
        case "stage":
            return lambda known: known.stage
        case "case_severity":
            return lambda known: worst(known.open_cases) or 0
        case "holds":
            return lambda known: YES if known.stands(of) is not None else NO
        case "answered":
            return lambda known: _answered(known, of, days)
        case "profile":
            return lambda known: known.profile.get(of, "")
        case "profile_number":
            return lambda known: _number(known.profile.get(of, ""))
        case _:
            return lambda known: known.customer.measure(measure)


def _answered(known: Known, proposition: str, days: int) -> str:
    """Half-open: what was said just so many days ago is not said lately any more."""
    answer = known.answer(proposition)
    if answer is None or (days and answer.at <= known.customer.at - days * _DAY):
        return NONE
    return answer.response.value


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return NEVER
