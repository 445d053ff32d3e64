"""Reads a table row by row: each is parsed, or refused or skipped with its reason."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from hub.domain.errors import HubError
from hub.tables.mapping_file import MappingError
from hub.tables.rows import BadValueError, Cells, Rejected, Skipped
from hub.tables.sources import FileFormat, SkipRule

LONGEST_LINE = 1_000_000
"""Characters of a line that are looked at; a longer line is refused."""


_LONGEST_CELL = csv.field_size_limit()


class TableError(HubError):
    """A table that can't be read at all; single bad rows never raise."""


R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Index = Mapping[str, int]
"""Place of each column in a row."""


class TableMapping(Protocol):
    """What a mapping says of the file, whatever its rows are."""

    @property
    def name(self) -> str: ...
    @property
    def file(self) -> FileFormat: ...
    @property
    def skip(self) -> tuple[SkipRule, ...]: ...
    def used_columns(self) -> dict[str, str]:
        """Each column the mapping reads, with the dotted place that names it first."""
        ...


class Parse(Protocol[R_co]):
    """Makes something of a row: its line in the file, its cells, and the row as it stood. Raises BadValueError."""

    def __call__(self, row: int, cells: Cells, raw: str, /) -> R_co: ...


def read_table(
    path: Path,
    mapping: TableMapping,
    parser: Callable[[Index], Parse[R]],
    on_bytes: Callable[[int], None] | None = None,
    what: str = "file",
) -> Iterator[R | Rejected | Skipped]:
    """Every row of the file in its order, parsed, refused or skipped; empty lines are no rows. `on_bytes` hears now and
    then how many bytes of the file have been read; `what` it is called in messages. Raises TableError for a file that
    can't be read, MappingError for one that lacks a column the mapping uses."""
    try:
        with path.open("rb") as raw:
            lines = _Lines(io.TextIOWrapper(raw, encoding=mapping.file.encoding, errors="surrogateescape"))
            reader = _RowReader(mapping, _columns(path, lines, mapping, what), parser)
            while (line := lines.next()) is not None:
                if line.strip():
                    yield reader.read(lines.number, line)
                if on_bytes and lines.number % 100 == 0:
                    on_bytes(raw.tell())
            if on_bytes:
                on_bytes(raw.tell())
    except OSError as error:
        raise TableError(f"{what} {path}: {error.strerror or error}") from None
    except UnicodeError as error:
        raise TableError(f"{what} {path}: is not {mapping.file.encoding} text: {error}") from None


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


def _columns(path: Path, lines: _Lines, mapping: TableMapping, what: str) -> tuple[str, ...]:
    for _ in range(mapping.file.lines_before_header):
        lines.next()
    if not mapping.file.header:
        names = mapping.file.columns
    else:
        line = lines.next()
        if line is None:
            raise TableError(f"{what} {path}: is empty, not even the header is there")
        try:
            names = tuple(name.strip() for name in _split(line.removeprefix("\ufeff"), mapping.file))
        except csv.Error as error:
            raise TableError(f"{what} {path}, line {lines.number}: the header can't be read: {error}") from None
    for column, place in mapping.used_columns().items():
        if names.count(column) != 1:
            problem = "names twice" if column in names else "has no column"
            found = f"the {what} {path} {problem} {column!r}; it has {', '.join(names)}"
            raise MappingError(f"mapping {mapping.name!r}, {place}: {found}")
    return names


def _split(line: str, file: FileFormat) -> list[str]:
    if not file.quote or (file.quote not in line and len(line) < _LONGEST_CELL):
        return line.split(file.delimiter)
    return next(csv.reader([line], delimiter=file.delimiter, quotechar=file.quote, strict=True))


class _RowReader(Generic[R]):
    """One line after the other, by the columns the file has."""

    def __init__(self, mapping: TableMapping, columns: tuple[str, ...], parser: Callable[[Index], Parse[R]]) -> None:
        self._file = mapping.file
        self._columns = columns
        index = {name: place for place, name in enumerate(columns)}
        self._skips = [(index[rule.column], rule) for rule in mapping.skip]
        self._parse = parser(index)

    def read(self, row: int, line: str) -> R | Rejected | Skipped:
        """What a line holds, or why it is not taken."""
        try:
            cells = self._cells(line)
            for place, rule in self._skips:
                if rule.applies(cells[place].strip()):
                    return Skipped(row, rule.reason)
            return self._parse(row, cells, _shown(line))
        except BadValueError as bad:
            return Rejected(row, bad.field, bad.reason, _shown(line))

    def _cells(self, line: str) -> Cells:
        if len(line) >= LONGEST_LINE:
            raise BadValueError("", f"the line is longer than {LONGEST_LINE} characters")
        try:
            cells = _split(line, self._file)
        except csv.Error as error:
            raise BadValueError("", f"the line can't be split into columns: {error}") from None
        if len(cells) != len(self._columns):
            raise BadValueError("", f"the line has {len(cells)} columns, the file {len(self._columns)}")
        return cells


def _shown(line: str) -> str:
    """A row as people and JSON can take it: bytes that are no text are written as escapes."""
    return (
        line if line.isascii() and len(line) <= 10_000 else line[:10_000].encode("utf-8", "backslashreplace").decode()
    )
