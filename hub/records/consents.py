"""One row of another system's consents: what somebody, or a list, said of a contact point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from hub.domain.customer.consent.events import Purpose
from hub.records.given import first_columns, given_sources, text_readers, used_columns
from hub.records.moments import moment_reader, whole_moment
from hub.tables.moments import known_zone
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import FieldSource, FileFormat, Part, SkipRule, TimeSource

E = TypeVar("E", bound=StrEnum)


class ConsentState(StrEnum):
    """What was said."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"
    """A list (`source`) holds the contact point: no purpose."""
    UNBLOCKED = "unblocked"


SAID = (ConsentState.GRANTED, ConsentState.DENIED, ConsentState.WITHDRAWN)
"""What people say, of a purpose; the others are what lists say."""


class ConsentFields(Part):
    """What the record says."""

    kind: FieldSource
    """Of the contact point: `phone`, `email`, `cookie`."""
    value: FieldSource
    channel: FieldSource
    purpose: FieldSource | None = None
    """Needed for what people say; lists speak of none."""
    state: FieldSource
    source: FieldSource
    """Where it was said, or whose list it is."""
    text_version: FieldSource | None = None
    """Which wording was shown: a consent that was granted needs one."""
    evidence: FieldSource | None = None


class ConsentTimes(Part):
    """When it was said, and until when a consent was given."""

    zone: str = "UTC"
    said_at: TimeSource
    expires_at: TimeSource | None = None

    _known = field_validator("zone")(known_zone)
    _dated = field_validator("said_at", "expires_at")(whole_moment)


class ConsentMapping(Part):
    """A whole mapping file of consents."""

    name: str = Field(min_length=1)
    kind: Literal["consents"] = "consents"
    file: FileFormat = FileFormat()
    skip: tuple[SkipRule, ...] = ()
    fields: ConsentFields
    times: ConsentTimes

    @cached_property
    def column_of(self) -> Mapping[str, str]:
        """The column that a field comes from first."""
        return first_columns((), given_sources(self.fields), given_sources(self.times))

    def used_columns(self) -> dict[str, str]:
        """Each column the mapping reads, with the dotted place that names it first."""
        return used_columns(self.skip, (), fields=given_sources(self.fields), times=given_sources(self.times))


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """What was said of a contact point, as another system has it on record."""

    row: int
    kind: str
    value: str
    channel: str
    purpose: Purpose | None
    state: ConsentState
    source: str
    text_version: str
    evidence: str
    said_at: datetime
    expires_at: datetime | None
    raw: str = field(repr=False, compare=False)

    @property
    def told(self) -> tuple[object, ...]:
        """All it says: what makes it another record than one before."""
        said = (self.channel, self.purpose, self.state, self.source, self.text_version, self.evidence)
        return (self.kind, self.value, *said, self.said_at, self.expires_at)


class ConsentParser:
    """Parses the rows of one file. `index`: place of each column."""

    def __init__(self, mapping: ConsentMapping, index: Mapping[str, int]) -> None:
        zone = ZoneInfo(mapping.times.zone)
        self._columns = mapping.column_of
        self._texts = text_readers(given_sources(mapping.fields), index)
        self._said_at = moment_reader(mapping.times.said_at, zone, index)
        self._expires_at = moment_reader(mapping.times.expires_at, zone, index)

    def __call__(self, row: int, cells: Cells, raw: str) -> ConsentRecord:
        """What a row says. Raises BadValueError."""
        told = {name: read(cells) for name, read in self._texts.items()}
        said_at = self._said_at(cells)
        if said_at is None:
            raise BadValueError(self._columns["said_at"], "is empty: when was it said?")
        state = self._one_of(ConsentState, "state", told["state"])
        purpose = self._one_of(Purpose, "purpose", told.get("purpose", "")) if state in SAID else None
        return ConsentRecord(
            row, told["kind"], told["value"], told["channel"], purpose, state, told["source"],
            told.get("text_version", ""), told.get("evidence", ""), said_at, self._expires_at(cells), raw,
        )  # fmt: skip

    def _one_of(self, kind: type[E], name: str, text: str) -> E:
        try:
            return kind(text)
        except ValueError:
            column = self._columns.get(name, name)
            raise BadValueError(column, f"{text!r} is no {name}: {', '.join(kind)}") from None
