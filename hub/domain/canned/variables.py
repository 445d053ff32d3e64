"""What may stand in braces in a canned answer, and what it becomes."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

VARIABLES = (
    "customer.name", "customer.number", "agent.name", "case.number", "case.subject", "queue.name", "today", "time",
)  # fmt: skip
_IN_BRACES = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")


class Unknown(NamedTuple):
    """Something in braces that is no variable: where, counted from 1."""

    name: str
    line: int
    column: int


class Filled(NamedTuple):
    """`missing`: variables nothing is known for; they stand in the text as they were written."""

    text: str
    missing: tuple[str, ...]


def unknown_in(text: str) -> Iterator[Unknown]:
    """In the order they stand there."""
    for found in _IN_BRACES.finditer(text):
        if found[1] not in VARIABLES:
            before = text[: found.start()]
            yield Unknown(found[1], before.count("\n") + 1, found.start() - before.rfind("\n"))


def used_in(text: str) -> set[str]:
    """The variables it has."""
    return {found[1] for found in _IN_BRACES.finditer(text)} & set(VARIABLES)


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """With what is known; what a value says is text, whatever stands in it."""
    missing = dict.fromkeys(found[1] for found in _IN_BRACES.finditer(text) if not values.get(found[1]))
    return Filled(_IN_BRACES.sub(lambda found: values.get(found[1]) or found[0], text), tuple(missing))
