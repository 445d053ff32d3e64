"""Texts and identifiers in the cells of a row, as the sources of a mapping say."""

import re
from collections.abc import Callable, Mapping

from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import PLACEHOLDER, FieldSource, IdentifierSource

LONGEST_IDENTIFIER = 320
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def identifier(source: IdentifierSource, value: str) -> dict[str, object] | None:
    """Kind, value and whether it is verified; None: the cell names nobody. Raises BadValueError."""
    told = identifier_text(source, value)
    return {"kind": source.kind, "value": told, "verified": source.verified} if told else None


def identifier_text(source: IdentifierSource, value: str) -> str:
    """The value; empty: the cell names nobody. Raises BadValueError."""
    if not value or value in source.none:
        return ""
    if not value.isprintable():
        raise BadValueError(source.column, "holds characters that can't be printed")
    if len(value) > LONGEST_IDENTIFIER:
        raise BadValueError(source.column, f"is longer than {LONGEST_IDENTIFIER} characters")
    return value


def text_reader(source: FieldSource, index: Mapping[str, int]) -> Callable[[Cells], str]:
    """Reads a text from the cells of a row; empty: there is none. The reader raises BadValueError."""
    constant = source.constant
    if constant is not None:
        return lambda _cells: constant
    if source.template:
        return _template_reader(source.template, index)
    place, column, table = index[source.column], source.column, source.values
    none = frozenset(source.none)

    def read(cells: Cells) -> str:
        value = cells[place].strip()
        if value in none:
            return ""
        if not table:
            return _storable(value, column)
        if value in table:
            return table[value]
        if source.other is not None:
            return source.other
        raise BadValueError(column, f"unknown value {value!r}: the mapping knows {', '.join(table)}")

    return read


def _template_reader(template: str, index: Mapping[str, int]) -> Callable[[Cells], str]:
    pieces = PLACEHOLDER.split(template)
    """Literal text and column names in turn, literal first."""
    parts = [(literal, index[name], name) for literal, name in zip(pieces[::2], pieces[1::2], strict=False)]
    tail = pieces[-1]

    def read(cells: Cells) -> str:
        text = ""
        for literal, place, name in parts:
            value = cells[place].strip()
            if not value:
                raise BadValueError(name, "is empty, and the template needs it")
            text += literal + value
        return _storable(text + tail, template)

    return read


def _storable(value: str, place: str) -> str:
    if _NO_TEXT.search(value):
        raise BadValueError(place, "holds bytes that are no text in the file's encoding")
    return value
