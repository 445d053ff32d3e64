"""`[[propositions]]` of a path policy: what each is, for whom, on which paths, with which terms, what it is worth."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.grant.decide import Granting
from hub.domain.grant.terms import LARGEST, LONGEST_TEXT, Better, TermRule, problem_of
from hub.paths.policy.conditions import Count, Days, Word
from hub.paths.propositions.conditions import FitWhen
from hub.policies.sections import Section, Text, Texts
from hub.policies.times import Day

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class PropositionKind(StrEnum):
    """What sort of thing it is that they are told."""

    PRODUCT = "product"
    PRICE = "price"
    PROMOTION = "promotion"
    RECOVERY = "recovery"
    """Making good what went wrong."""
    RETENTION = "retention"
    INFORMATION = "information"


class Holder(StrEnum):
    """Who a grant belongs to."""

    CUSTOMER = "customer"
    ACCOUNT = "account"


class Sender(StrEnum):
    """Who of the company may present it."""

    HUB = "hub"
    AGENT = "agent"
    DEALER = "dealer"
    CAMPAIGN = "campaign"


class TermUnit(StrEnum):
    """What a number counts, so that whoever shows it can."""

    MONEY = "money"
    """Whole units of the currency, as stored."""
    DAYS = "days"
    MONTHS = "months"
    PERCENT = "percent"
    """Hundredths of a percent: 250 is 2.5 %."""


PURPOSES_OF: Mapping[PropositionKind, tuple[Purpose, ...]] = {
    PropositionKind.PRODUCT: (Purpose.PROMOTIONAL,),
    PropositionKind.PRICE: (Purpose.PROMOTIONAL,),
    PropositionKind.PROMOTION: (Purpose.PROMOTIONAL,),
    PropositionKind.RECOVERY: (Purpose.RECOVERY, Purpose.SERVICE),
    PropositionKind.RETENTION: (Purpose.PROMOTIONAL,),
    PropositionKind.INFORMATION: (Purpose.SERVICE, Purpose.TRANSACTIONAL, Purpose.PROMOTIONAL),
}
"""What each kind may be for, first what it is for unless it says otherwise. Nobody sells under another name."""


def _language(name: str) -> str:
    if not _LANGUAGE.fullmatch(name):
        raise ValueError(f"{name!r} is no language: write a code such as fa or en")
    return name


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("names nothing: it could never be said")
    if len(set(names)) != len(names):
        raise ValueError("names one of them twice")
    return names


Channels = Annotated[
    tuple[Annotated[Channel, Field(strict=False)], ...], Field(strict=False), AfterValidator(_each_once)
]
Senders = Annotated[tuple[Annotated[Sender, Field(strict=False)], ...], Field(strict=False), AfterValidator(_each_once)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Number = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
TermText = Annotated[Text, Field(max_length=LONGEST_TEXT)]


class Term(Section):
    """A number with its bounds, or a text with what else it may be. `better`: for who holds the grant; `unit`: None, a
    mere number."""

    value: Number | None = None
    floor: Number | None = None
    ceiling: Number | None = None
    text: TermText | None = None
    choices: Texts = ()
    better: Annotated[Better, Field(strict=False)] | None = None
    unit: Annotated[TermUnit, Field(strict=False)] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Term":
        if (self.value is None) == (self.text is None):
            raise ValueError("is a value (a whole number) or a text: write one of them")
        if self.text is not None:
            if self.floor is not None or self.ceiling is not None or self.better not in (None, Better.NEITHER):
                raise ValueError("a text has no floor, no ceiling, and is not better than another: leave them out")
            if self.unit is not None:
                raise ValueError("a unit is for a number: a text counts nothing")
            return self
        if self.choices:
            raise ValueError("choices are for a text: a number has a floor and a ceiling")
        if self.better is None:
            raise ValueError("say in better which is better for the customer: lower, higher or neither")
        problem = problem_of(self.rule, self.rule.value)
        if problem:
            raise ValueError(problem)
        return self

    @property
    def rule(self) -> TermRule:
        """What deciding knows of it."""
        value = self.text if self.value is None else self.value
        assert value is not None
        return TermRule(value, self.better or Better.NEITHER, self.floor, self.ceiling, self.choices)


class Lever(Section):
    """So many percent are added to the score of customers of whom `when` holds."""

    name: Word
    weight: Annotated[int, Field(ge=-100, le=1_000)]
    when: FitWhen = FitWhen()


class Proposition(Section):
    """Something that may be said or sold. Amounts are whole units of the policy's currency."""

    name: Word
    kind: Annotated[PropositionKind, Field(strict=False)]
    purpose: Annotated[Purpose, Field(strict=False)] | None = None
    """None: what its kind is for."""
    holder: Annotated[Holder, Field(strict=False)] = Holder.CUSTOMER
    eligible: FitWhen = FitWhen()
    """May they have it at all?"""
    applicable: FitWhen = FitWhen()
    """Does it make sense now?"""
    suitable: FitWhen = FitWhen()
    """Is it right for them?"""
    channels: Channels
    senders: Senders = tuple(Sender)
    valid_from: Day | None = None
    valid_until: Day | None = None
    """The first day on which it is not granted or proposed any more; a grant of the day before lives its days."""
    days_granted: Days
    terms: dict[Word, Term] = Field(default_factory=dict)
    """The first matters most where two grants are compared."""
    contribution: Count
    service_cost: Count = 0
    contact_cost: dict[Annotated[Channel, Field(strict=False)], Count] = Field(default_factory=dict)
    """Of a contact we make; what is said in a conversation the customer began costs none."""
    chance: Chance | None = None
    """How many accept it, presumed before anybody was asked; None: as [arbitration] says."""
    levers: Annotated[tuple[Lever, ...], Field(strict=False)] = ()
    excludes: Annotated[tuple[Word, ...], Field(strict=False)] = ()
    """Propositions of which nobody who holds it may hold a grant, and the other way round."""
    texts: dict[Annotated[str, AfterValidator(_language)], Text] = Field(default_factory=dict)
    """What agents may say, by language."""

    @property
    def whens(self) -> dict[str, FitWhen]:
        """Its conditions, by the name of their field."""
        return {"eligible": self.eligible, "applicable": self.applicable, "suitable": self.suitable}

    @property
    def is_for(self) -> Purpose:
        """Its purpose."""
        return self.purpose or PURPOSES_OF[self.kind][0]

    def granting(self, policy: str) -> Granting:
        """What granting and amending know of it; `policy` is the version it stands in."""
        rules = {name: term.rule for name, term in self.terms.items()}
        return Granting(self.name, policy, timedelta(days=self.days_granted), rules)
