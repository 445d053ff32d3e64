"""What comes of writing an identifier in its one spelling: the value to keep, and why it is not sound if it is not."""

import unicodedata
from enum import StrEnum
from typing import NamedTuple


class Problem(StrEnum):
    """Why an identifier has no proper spelling and is kept as it was brought."""

    NONE = ""
    BLANK = "blank"
    """Nothing was brought: it names nobody."""
    WITHHELD = "withheld"
    """The caller does not say who they are: it names nobody, or everybody who does the same."""
    FORM = "form"
    """It does not look like one of its kind."""
    NOT_IN_USE = "not_in_use"
    """It looks like one, but its country gives out no such number: short codes, numbers cut short, inventions."""
    CHECK_DIGIT = "check_digit"
    """Its last digit does not follow from the others: a slip of the pen."""
    PLACEHOLDER = "placeholder"
    """What is typed to get past a form, such as ten equal digits: the same for many people."""


class Spelling(NamedTuple):
    """An identifier as it is kept and compared. Not valid: `value` is as it was brought, without blanks around it."""

    value: str
    is_valid: bool
    problem: Problem

    @property
    def names_somebody(self) -> bool:
        """Whether it tells one person from another at all."""
        return self.problem is not Problem.BLANK and self.problem is not Problem.WITHHELD


def proper(value: str) -> Spelling:
    """The one spelling of a sound identifier."""
    return Spelling(value, True, Problem.NONE)


def kept(raw: str, problem: Problem) -> Spelling:
    """An identifier that stays as it was brought."""
    return Spelling(raw.strip(), False, problem)


def plain(written: str) -> str:
    """Without blanks around it, signs nobody sees (marks of direction, half-spaces), and other scripts' digits."""
    if written.isascii():
        return written.strip()
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in written
        if unicodedata.category(sign) != "Cf"
    ).strip()
