"""One row of a foreign log, made a call by its mapping: outcome, agent, identifiers, texts."""

from collections.abc import Mapping as Table
from datetime import datetime

from pydantic import ValidationError

from hub.calls.mapping import Mapping
from hub.calls.recorded_call import CallOutcome, RecordedCall
from hub.calls.timeline import TimelineParser
from hub.domain.contact import Contact, Declared, Path
from hub.tables.rows import BadValueError, Cells
from hub.tables.texts import identifier, text_reader


class CallParser:
    """Parses the rows of one file. `index`: place of each column."""

    def __init__(self, mapping: Mapping, index: Table[str, int]) -> None:
        self._mapping = mapping
        self._index = index
        self._texts = {name: text_reader(source, index) for name, source in mapping.fields.given().items()}
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
        named = [one for source, place in self._identifiers if (one := identifier(source, cells[place].strip()))]
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
