"""One row of a foreign log, made a call by its mapping: outcome, agent, identifiers, texts."""

from collections.abc import Callable
from collections.abc import Mapping as Table
from datetime import datetime

from pydantic import ValidationError

from hub.calls.mapping import Mapping
from hub.calls.recorded_call import CallOutcome, RecordedCall
from hub.calls.sources import PLACEHOLDER, FieldSource, IdentifierSource
from hub.calls.timeline import BadValueError, Cells, TimelineParser
from hub.domain.contact import Contact, Declared, Path

LONGEST_IDENTIFIER = 320


class CallParser:
    """Parses the rows of one file. `index`: place of each column."""

    def __init__(self, mapping: Mapping, index: Table[str, int]) -> None:
        self._mapping = mapping
        self._index = index
        self._texts = {name: _text_reader(source, index) for name, source in mapping.fields.given().items()}
        self._identifiers = [(one, index[one.column]) for one in mapping.identifiers]
        self._outcomes = dict.fromkeys(mapping.outcome.answered, CallOutcome.ANSWERED)
        self._outcomes |= dict.fromkeys(mapping.outcome.abandoned, CallOutcome.ABANDONED)
        self._timeline = TimelineParser(mapping, index)

    def parse(self, row: int, cells: Cells, raw: str) -> RecordedCall:
        """The call of a row; `raw` is kept with it. Raises BadValueError."""
        outcome = self._outcome(cells)
        answered = outcome is CallOutcome.ANSWERED
        entered_at, queued_at, wait, talk = self._timeline.parse(cells, answered=answered)
        return RecordedCall(
            row=row,
            contact=self._contact(cells, entered_at),
            queued_at=queued_at,
            wait=wait,
            outcome=outcome,
            talk=talk if answered else 0.0,
            agent=self._agent(cells) if answered else "",
            raw=raw,
        )

    def _outcome(self, cells: Cells) -> CallOutcome:
        column = self._mapping.outcome.column
        value = cells[self._index[column]].strip()
        if value not in self._outcomes:
            raise BadValueError(column, f"unknown value {value!r}: the mapping knows {', '.join(self._outcomes)}")
        return self._outcomes[value]

    def _agent(self, cells: Cells) -> str:
        source = self._mapping.agent
        value = cells[self._index[source.column]].strip() if source.column else ""
        if not value or value in source.none:
            return source.unknown
        if len(value) > 100 or not value.isprintable():
            raise BadValueError(source.column, "is no agent's id: at most 100 printable characters")
        return value

    def _contact(self, cells: Cells, entered_at: datetime) -> Contact:
        texts = {name: value for name, read in self._texts.items() if (value := read(cells))}
        contact_id = texts.pop("contact_id", "")
        if not contact_id.isprintable():
            raise BadValueError("contact_id", "holds characters that can't be printed")
        named = [one for source, place in self._identifiers if (one := _identifier(source, cells[place].strip()))]
        try:
            return Contact.model_validate(
                {
                    "id": contact_id,
                    "path": {name: texts.pop(name) for name in Path.model_fields if name in texts},
                    "declared": {name: texts.pop(name) for name in Declared.model_fields if name in texts},
                    "occurred_at": entered_at,
                    "identifiers": named,
                    **texts,
                }
            )
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(part) for part in problem["loc"])
            raise BadValueError("contact_id" if place == "id" else place, problem["msg"]) from None


def _identifier(source: IdentifierSource, value: str) -> dict[str, object] | None:
    if not value or value in source.none:
        return None
    if not value.isprintable():
        raise BadValueError(source.column, "holds characters that can't be printed")
    if len(value) > LONGEST_IDENTIFIER:
        raise BadValueError(source.column, f"is longer than {LONGEST_IDENTIFIER} characters")
    return {"kind": source.kind, "value": value, "verified": source.verified}


def _text_reader(source: FieldSource, index: Table[str, int]) -> Callable[[Cells], str]:
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


def _template_reader(template: str, index: Table[str, int]) -> Callable[[Cells], str]:
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
    if "\x00" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise BadValueError(place, "holds bytes that are no text in the file's encoding")
    return value
