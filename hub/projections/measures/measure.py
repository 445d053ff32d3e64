"""A figure of reports: what it is called and made of, in words and as a formula."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.projections import formulas

Sums = Mapping[str, int | None]
"""By column; None: it can't be told apart as it was asked for."""
Value = int | float | None


class Unit(StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of reports. `needs`: the sums it is made of; where one of them is unknown, so is the figure."""

    slug: str
    unit: Unit
    name_en: str
    name_fa: str
    formula_en: str
    formula_fa: str
    needs: tuple[str, ...]
    of: Callable[..., Value]

    def value(self, sums: Sums) -> Value:
        """Of these sums."""
        given = [sums.get(one) for one in self.needs]
        return None if None in given else self.of(*given)


def count(slug: str, en: str, fa: str, what_en: str, what_fa: str, column: str = "") -> Measure:
    """One that is counted: the sum in `column`, its own unless given."""
    return Measure(slug, Unit.COUNT, en, fa, what_en, what_fa, (column or slug,), _same)


def mean(slug: str, en: str, fa: str, words: tuple[str, str], total: str, count: str) -> Measure:
    """A mean time in seconds: the milliseconds in `total` by the number in `count`."""
    return Measure(slug, Unit.SECONDS, en, fa, *words, (total, count), _seconds)


def _same(counted: int) -> int:
    return counted


def _seconds(total_ms: int, count: int) -> float | None:
    return formulas.mean(total_ms / 1000, count)
