"""What a path policy consists of: each section of the file, its fields and their defaults."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS
from hub.domain.customer.consent.events import Purpose
from hub.paths.arbitration.model import Arbitration
from hub.paths.consent.purposes import PURPOSES, Confidence, Gate, PurposeTable, overridden
from hub.paths.frequency.section import DEFAULT_CAPS, Cap
from hub.paths.gates.service import ServiceState
from hub.paths.holdout.section import Holdout
from hub.paths.policy.conditions import When, Word
from hub.paths.policy.outbound import Outbound
from hub.paths.policy.profile_fields import ProfileField
from hub.paths.policy.retention import Retention
from hub.paths.policy.surveys import Surveys
from hub.paths.propositions.model import Proposition
from hub.paths.time.section import QuietHours
from hub.policies.sections import Section, Text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError(f"{text!r} is no currency: three capital letters such as IRR or EUR")
    return text


def _kind(name: str) -> str:
    if name not in SEGMENTS:
        raise ValueError(f"there is no kind {name!r}; known are {', '.join(SEGMENTS)}")
    return name


def _stage(name: str) -> str:
    if name not in LIFECYCLE_STAGES:
        raise ValueError(f"there is no stage {name!r}; known are {', '.join(LIFECYCLE_STAGES)}")
    return name


Currency = Annotated[str, AfterValidator(_currency)]
Kind = Annotated[str, AfterValidator(_kind)]
Stage = Annotated[str, AfterValidator(_stage)]


class Money(Section):
    """Amounts are whole numbers of `currency` wherever they are stored or written in this file. Screens may show them
    otherwise: `shown_units` of what is stored are one `shown_as`."""

    currency: Currency = "IRR"
    shown_as: Text | None = None
    """None: the currency itself."""
    shown_units: int = Field(default=1, ge=1, le=1_000_000)

    def shown(self, amount: int) -> str:
        """For people to read: 12500003 rial are `1,250,000.3 toman`."""
        whole, rest = divmod(abs(amount), self.shown_units)
        digits = len(str(self.shown_units - 1))
        part = f".{rest * 10**digits // self.shown_units:0{digits}d}".rstrip("0") if rest else ""
        return f"{'-' if amount < 0 else ''}{whole:,}{part} {self.shown_as or self.currency}"


class Kinds(Section):
    """Which kinds of customer there are; `default`: of whom nobody declared one."""

    known: Annotated[tuple[Kind, ...], Field(strict=False)] = SEGMENTS
    default: Kind = "B2C"


class Declared(Section):
    """Whether what a person or an adapter declared stands, whatever the rules say."""

    value_tier: bool = True
    lifecycle_stage: bool = True


class TierRule(Section):
    """Customers of whom `when` holds are of this value tier, unless a rule before it took them."""

    name: Word
    when: When = When()


class SegmentRule(Section):
    """Customers of whom `when` holds are in this segment of the operator's own, unless a rule before it took them."""

    name: Word
    when: When = When()


class StageRule(Section):
    """Customers of whom `when` holds are at this stage, unless a rule before it took them."""

    name: Stage
    when: When = When()


Rule = TierRule | SegmentRule | StageRule
TABLES = ("value_tiers", "segments", "stages")
"""The tables of rules in the order in which they are asked; each may ask for what those before it said."""


class PurposeChanges(Section):
    """What is different from the table of purposes that ships with the hub."""

    gates: Annotated[frozenset[Annotated[Gate, Field(strict=False)]], Field(strict=False)] | None = None
    allowed_by_default: bool | None = None
    is_counted: bool | None = None
    ends_on_unsubscribe: bool | None = None
    identity: Annotated[Confidence, Field(strict=False)] | None = None

    def changes(self) -> dict[str, Any]:
        """By field of PurposeRule."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


class PathPolicy(Section):
    """All of it. `version` is derived from the text, so that equal texts are equal policies."""

    version: str
    text: str = ""
    """The file as it was written."""
    money: Money = Money()
    kinds: Kinds = Kinds()
    declared: Declared = Declared()
    value_tiers: Annotated[tuple[TierRule, ...], Field(strict=False)]
    segments: Annotated[tuple[SegmentRule, ...], Field(strict=False)] = ()
    stages: Annotated[tuple[StageRule, ...], Field(strict=False)]
    fields: Annotated[tuple[ProfileField, ...], Field(strict=False)] = ()
    retention: Retention = Retention()
    purposes: dict[Annotated[Purpose, Field(strict=False)], PurposeChanges] = Field(default_factory=dict)
    surveys: Surveys = Surveys()
    service_state: ServiceState = ServiceState()
    quiet_hours: QuietHours = QuietHours()
    frequency: Annotated[tuple[Cap, ...], Field(strict=False)] = DEFAULT_CAPS
    holdouts: Annotated[tuple[Holdout, ...], Field(strict=False)] = ()
    outbound: Outbound = Outbound()

    propositions: Annotated[tuple[Proposition, ...], Field(strict=False)] = ()
    arbitration: Arbitration = Arbitration()

    def table(self, name: str) -> tuple[Rule, ...]:
        """The rules of one of TABLES."""
        found: tuple[Rule, ...] = getattr(self, name)
        return found

    def purpose_table(self) -> PurposeTable:
        """The gates of each purpose. Raises InvalidError for changes that nobody may make; a policy in force has
        none."""
        return overridden(PURPOSES, {purpose: one.changes() for purpose, one in self.purposes.items()})
