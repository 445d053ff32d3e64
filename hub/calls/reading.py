"""Reads a foreign call log row by row: each becomes a call, or is refused or skipped with its reason."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from hub.calls.mapping import Mapping, MappingError
from hub.calls.recorded_call import Rejected, Row, Skipped
from hub.calls.row import CallParser
from hub.calls.timeline import BadValueError, Cells
from hub.domain.errors import HubError

LONGEST_LINE = 1_000_000
"""Characters of a line that are looked at; a longer line is refused."""


class CallLogError(HubError):
    """A call log that can't be read at all; single bad rows never raise."""


def read_calls(path: Path, mapping: Mapping, on_bytes: Callable[[int], None] | None = None) -> Iterator[Row]:
    """Every row of the file in its order, as a call, refused or skipped; empty lines are no rows. `on_bytes` hears
    now and then how many bytes of the file have been read. Raises CallLogError for a file that can't be read,
    MappingError for one that lacks a column the mapping uses."""
    try:
        with path.open("rb") as raw:
            lines = _Lines(io.TextIOWrapper(raw, encoding=mapping.file.encoding, errors="surrogateescape"))
            reader = _RowReader(mapping, _columns(path, lines, mapping))
            while (line := lines.next()) is not None:
                if line.strip():
                    yield reader.read(lines.number, line)
                if on_bytes and lines.number % 100 == 0:
                    on_bytes(raw.tell())
            if on_bytes:
                on_bytes(raw.tell())
    except OSError as error:
        raise CallLogError(f"call log {path}: {error.strerror or error}") from None
    except UnicodeError as error:
        raise CallLogError(f"call log {path}: is not {mapping.file.encoding} text: {error}") from None


class _Lines:
    """Lines of text, counted from 1."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.number = 0

    def next(self) -> str | None:
        """The next line without its end; None after the last."""
        line = self._text.readline(LONGEST_LINE)
        if not line:
            return None
        self.number += 1
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
        return line.rstrip("\n")


def _columns(path: Path, lines: _Lines, mapping: Mapping) -> tuple[str, ...]:
    for _ in range(mapping.file.lines_before_header):
        lines.next()
    if not mapping.file.header:
        names = mapping.file.columns
    else:
        line = lines.next()
        if line is None:
            raise CallLogError(f"call log {path}: is empty, not even the header is there")
        try:
            names = tuple(name.strip() for name in _split(line.removeprefix("\ufeff"), mapping))
        except csv.Error as error:
            raise CallLogError(f"call log {path}, line {lines.number}: the header can't be read: {error}") from None
    for column, place in mapping.used_columns().items():
        if names.count(column) != 1:
            problem = "names twice" if column in names else "has no column"
            found = f"the call log {path} {problem} {column!r}; it has {', '.join(names)}"
            raise MappingError(f"mapping {mapping.name!r}, {place}: {found}")
    return names


def _split(line: str, mapping: Mapping) -> list[str]:
    file = mapping.file
    if not file.quote:
        return line.split(file.delimiter)
    return next(csv.reader([line], delimiter=file.delimiter, quotechar=file.quote, strict=True))


class _RowReader:
    """One line after the other, by the columns the file has."""

    def __init__(self, mapping: Mapping, columns: tuple[str, ...]) -> None:
        self._mapping = mapping
        self._columns = columns
        index = {name: place for place, name in enumerate(columns)}
        self._skips = [(index[rule.column], rule) for rule in mapping.skip]
        self._parser = CallParser(mapping, index)

    def read(self, row: int, line: str) -> Row:
        """The call of a line, or why there is none."""
        try:
            cells = self._cells(line)
            for place, rule in self._skips:
                if rule.applies(cells[place].strip()):
                    return Skipped(row, rule.reason)
            return self._parser.parse(row, cells, _shown(line))
        except BadValueError as bad:
            return Rejected(row, bad.field, bad.reason, _shown(line))

    def _cells(self, line: str) -> Cells:
        if len(line) >= LONGEST_LINE:
            raise BadValueError("", f"the line is longer than {LONGEST_LINE} characters")
        try:
            cells = _split(line, self._mapping)
        except csv.Error as error:
            raise BadValueError("", f"the line can't be split into columns: {error}") from None
        if len(cells) != len(self._columns):
            raise BadValueError("", f"the line has {len(cells)} columns, the file {len(self._columns)}")
        return cells


def _shown(line: str) -> str:
    """A row as people and JSON can take it: bytes that are no text are written as escapes."""
    return line[:10_000].encode("utf-8", "backslashreplace").decode()
