"""Where each key of a TOML text stands, so that errors can point at a line."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str | int, ...]
"""Path of a value: table and key names, and the index in an array of tables."""


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of each table and key of a valid TOML text; a value over several lines counts from its key."""
    lines: dict[Place, int] = {(): 1}
    arrays: dict[Place, int] = {}
    table: Place = ()
    for number, statement, value in _statements(text):
        if statement.startswith("["):
            table = _table(value, arrays, is_array=statement.startswith("[["))
            for depth in range(1, len(table) + 1):
                lines.setdefault(table[:depth], number)
        else:
            for place in _places(value):
                lines.setdefault((*table, *place), number)
    return lines


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest that encloses it and is written down."""
    while place not in lines:
        place = place[:-1]
    return lines[place]


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Line, text and value of each header and each `key = value`: the fewest lines that are TOML by themselves."""
    gathered: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        gathered.append(line)
        try:
            value = tomllib.loads("\n".join(gathered))
        except tomllib.TOMLDecodeError:
            continue
        if value:
            yield number - len(gathered) + 1, gathered[0].lstrip(), value
        gathered = []


def _table(header: dict[str, Any], arrays: dict[Place, int], *, is_array: bool) -> Place:
    """The full place a header stands for: within an array of tables it is the last one so far that is meant."""
    place: Place = ()
    names = _names(header)
    for depth, name in enumerate(names, 1):
        place = (*place, name)
        if is_array and depth == len(names):
            arrays[place] = arrays.get(place, 0) + 1
        if place in arrays:
            place = (*place, arrays[place] - 1)
    return place


def _names(header: dict[str, Any]) -> list[str]:
    names: list[str] = []
    inner: Any = header
    while inner:
        if isinstance(inner, list):
            inner = inner[0]
            continue
        [(name, inner)] = inner.items()
        names.append(name)
    return names


def _places(value: dict[str, Any]) -> Iterator[Place]:
    for name, inner in value.items():
        yield (name,)
        if isinstance(inner, dict):
            for place in _places(inner):
                yield (name, *place)
