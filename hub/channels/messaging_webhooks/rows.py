"""In which row of a TOML file a setting stands: what checks it by its fields knows of none."""

import re
from collections.abc import Sequence

_TABLE = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z0-9_.\-\"']+)\s*=")


def row_of(text: str, field: Sequence[str | int]) -> int:
    """Of the setting, or of the table it would stand in; 1 where there is not even that."""
    rows = _rows(text)
    wanted = tuple(map(str, field))
    while wanted and wanted not in rows:
        wanted = wanted[:-1]
    return rows.get(wanted, 1)


def _rows(text: str) -> dict[tuple[str, ...], int]:
    rows: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if opened := _TABLE.fullmatch(line):
            table = _parts(opened["name"])
            rows.setdefault(table, number)
            if opened["open"] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
                rows.setdefault(table, number)
        elif key := _KEY.match(line):
            rows.setdefault((*table, *_parts(key["key"])), number)
    return rows


def _parts(name: str) -> tuple[str, ...]:
    return tuple(one.strip().strip("\"'") for one in name.split("."))
