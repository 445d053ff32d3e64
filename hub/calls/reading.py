"""Reads a foreign call log row by row: each becomes a call, or is refused or skipped with its reason."""

from collections.abc import Callable, Iterator
from pathlib import Path

from hub.calls.mapping import Mapping
from hub.calls.recorded_call import Row
from hub.calls.row import CallParser
from hub.tables.reading import read_table


def read_calls(path: Path, mapping: Mapping, on_bytes: Callable[[int], None] | None = None) -> Iterator[Row]:
    """Every row of the file in its order, as a call, refused or skipped; as `read_table` does it."""
    return read_table(path, mapping, lambda index: CallParser(mapping, index).parse, on_bytes, "call log")
