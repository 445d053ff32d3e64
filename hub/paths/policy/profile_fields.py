"""The fields of a customer's profile that the operator defines: whose they are, and what they may hold."""

import re
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from hub.paths.policy.conditions import Names
from hub.policies.sections import Section, Text, Texts

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LONGEST_TEXT = 2_000


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    DATE = "date"
    """Written 1984-11-02."""
    CHOICE = "choice"
    MONEY = "money"
    """A whole number of units of the policy's currency, as stored."""
    PHONE = "phone"
    MAIL = "mail"
    YES_NO = "yes_no"


_RANGED = (FieldType.INTEGER, FieldType.MONEY)
_BELONG = {
    "choices": (FieldType.CHOICE,),
    "at_least": _RANGED,
    "at_most": _RANGED,
    "longest": (FieldType.TEXT,),
    "pattern": (FieldType.TEXT,),
    "earliest": (FieldType.DATE,),
    "latest": (FieldType.DATE,),
}
"""The types that each rule for values belongs to."""


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a field: lower-case letters, digits and _, up to 64")
    return name


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


def date_of(text: str) -> date:
    """The date that is written like 1984-11-02. Raises ValueError that says so."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise ValueError(f'{text!r} is no date: write it like "1984-11-02"')


def _date(text: str) -> str:
    date_of(text)
    return text


Date = Annotated[str, AfterValidator(_date)]


class ProfileField(Section):
    """One field. Whose it is: of those kinds, tiers, segments, stages that it names; none named: everybody's."""

    name: Annotated[str, AfterValidator(_name)]
    type: Annotated[FieldType, Field(strict=False)]
    label: Text | None = None
    """What screens call it; None: its name."""
    required: bool = False
    """Whether a profile without it is not complete."""
    kind: Names | None = None
    value_tier: Names | None = None
    segment: Names | None = None
    stage: Names | None = None
    choices: Texts = ()
    at_least: int | None = None
    at_most: int | None = None
    longest: Annotated[int, Field(ge=1, le=LONGEST_TEXT)] | None = None
    pattern: Annotated[Text, AfterValidator(_pattern)] | None = None
    """A regular expression for the whole text."""
    earliest: Date | None = None
    latest: Date | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> "ProfileField":
        for rule, types in _BELONG.items():
            if rule in self.model_fields_set and self.type not in types:
                raise ValueError(f"{rule} is for fields of type {' or '.join(types)}, not {self.type}: leave it out")
        if self.type is FieldType.CHOICE and not self.choices:
            raise ValueError("a choice needs choices to choose from")
        if len(set(self.choices)) != len(self.choices):
            raise ValueError("a choice is named twice")
        for first, last in (("at_least", "at_most"), ("earliest", "latest")):
            low, high = getattr(self, first), getattr(self, last)
            if low is not None and high is not None and low > high:
                raise ValueError(f"{first} {low} is more than {last} {high}: nothing is in between")
        return self

    def whose(self) -> dict[str, tuple[str, ...]]:
        """What it names of kind, value_tier, segment and stage."""
        named: dict[str, Any] = {name: getattr(self, name) for name in ("kind", "value_tier", "segment", "stage")}
        return {name: values for name, values in named.items() if values is not None}

    def is_of(self, **stands: str) -> bool:
        """Whether it belongs to somebody of this kind, value_tier, segment and stage."""
        return all(stands[name] in values for name, values in self.whose().items())
