"""The terms of a grant: what they may be, which are better for who holds it, and the hash every path shows."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from hub.domain.errors import InvalidError

Terms = Mapping[str, int | str]
"""Numbers (money in whole units as stored, days, counts, percent points x 100) and short texts, by name."""
LARGEST = 2**53 - 1
LONGEST_TEXT = 200


class Better(StrEnum):
    """Which way a term gets better for who holds the grant."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"
    """Nobody can say: any change of it has to be explained."""


Directions = Mapping[str, Better]
"""By term; the first named matters most where two grants are compared."""


class TermRule(NamedTuple):
    """What a term is as long as nobody says otherwise, and how far it may be changed; None: as far as anybody likes. A
    text is one of its `choices` or its value."""

    value: int | str
    better: Better = Better.NEITHER
    floor: int | None = None
    ceiling: int | None = None
    choices: tuple[str, ...] = ()


def terms_hash(terms: Terms) -> str:
    """The first 32 hex digits of the SHA-256 of the terms as canonical JSON: names sorted, no spaces, UTF-8. For
    whole numbers and texts that is RFC 8785, so that anybody can compute it."""
    text = json.dumps(dict(terms), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def checked(rules: Mapping[str, TermRule], changed: Terms) -> dict[str, int | str]:
    """What is changed of the terms, if their rules allow it. Raises InvalidError that names the term."""
    for name, value in changed.items():
        rule = rules.get(name)
        if rule is None:
            known = ", ".join(rules) or "it has none"
            raise InvalidError(f"there is no term {name!r} of this proposition: {known}", f"terms.{name}")
        problem = problem_of(rule, value)
        if problem:
            raise InvalidError(problem, f"terms.{name}")
    return dict(changed)


def problem_of(rule: TermRule, value: int | str) -> str:
    """Why a term can't have this value; empty: it can."""
    if isinstance(rule.value, str):
        if value not in (rule.value, *rule.choices):
            return f"{value!r} is not one of {', '.join(dict.fromkeys((rule.value, *rule.choices)))}"
        return ""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        return f"{value!r} is no whole number up to {LARGEST}"
    if rule.floor is not None and value < rule.floor:
        return f"{value} is below the floor {rule.floor}"
    if rule.ceiling is not None and value > rule.ceiling:
        return f"{value} is above the ceiling {rule.ceiling}"
    return ""


def worsened(old: Terms, new: Terms, better: Directions) -> tuple[str, ...]:
    """The terms that become worse for who holds the grant, or of which nobody can say that they don't."""
    return tuple(name for name in sorted({*old, *new}) if not _no_worse(old.get(name), new.get(name), better.get(name)))


def rank(terms: Terms, better: Directions) -> tuple[tuple[int, int], ...]:
    """The greater, the better for who holds them; a term that is not there is worse than any."""
    signs = [(name, -1 if way is Better.LOWER else 1) for name, way in better.items() if way is not Better.NEITHER]
    return tuple(_place(terms.get(name), sign) for name, sign in signs)


def _place(value: int | str | None, sign: int) -> tuple[int, int]:
    return (1, sign * value) if isinstance(value, int) else (0, 0)


def _no_worse(old: int | str | None, new: int | str | None, better: Better | None) -> bool:
    if old == new:
        return True
    if isinstance(old, int) and isinstance(new, int):
        return (better is Better.LOWER and new < old) or (better is Better.HIGHER and new > old)
    return False
