"""One row of another system's file of organisations: the account, and a person who acts for it, if the row has one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from hub.domain.contact import Identifier
from hub.domain.customer.identity import Spell
from hub.records.given import first_columns, given_sources, text_readers, used_columns
from hub.records.moments import moment_reader, whole_moment
from hub.records.who import who_reader
from hub.tables.moments import known_zone
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import FieldSource, FileFormat, IdentifierSource, Part, SkipRule, TimeSource


class AccountFields(Part):
    """What the record says. The account's number or legal id, its segment and name must be there in every row."""

    kind: FieldSource = FieldSource(constant="legal_id")
    """`legal_id` or `account_number`."""
    value: FieldSource
    segment: FieldSource
    name: FieldSource
    role: FieldSource | None = None
    """What the person is to the account; without it, or empty in a row, the row is about the account alone."""
    owner: FieldSource | None = None
    """The agent who looks after the account; empty in a row: it says nothing of that."""


class RoleTimes(Part):
    """From when on, and until just before when, the person has the role."""

    zone: str = "UTC"
    since: TimeSource | None = None
    """Empty, or left out: since it was imported."""
    until: TimeSource | None = None

    _known = field_validator("zone")(known_zone)
    _dated = field_validator("since", "until")(whole_moment)


class AccountMapping(Part):
    """A whole mapping file of accounts. The identifiers are the person's."""

    name: str = Field(min_length=1)
    kind: Literal["accounts"] = "accounts"
    file: FileFormat = FileFormat()
    skip: tuple[SkipRule, ...] = ()
    identifiers: tuple[IdentifierSource, ...] = Field(default=(), max_length=20)
    fields: AccountFields
    times: RoleTimes = RoleTimes()

    @cached_property
    def column_of(self) -> Mapping[str, str]:
        """The column that a kind of identifier or a field comes from first."""
        return first_columns(self.identifiers, given_sources(self.fields), given_sources(self.times))

    def used_columns(self) -> dict[str, str]:
        """Each column the mapping reads, with the dotted place that names it first."""
        return used_columns(
            self.skip, self.identifiers, fields=given_sources(self.fields), times=given_sources(self.times)
        )


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as another system knows it, and one of its people."""

    row: int
    kind: str
    value: str
    segment: str
    name: str
    person: tuple[Identifier, ...]
    """The one they are found by first; empty: the row is about the account alone."""
    role: str
    since: datetime | None
    until: datetime | None
    owner: str
    raw: str = field(repr=False, compare=False)

    @property
    def told(self) -> tuple[object, ...]:
        """All it says: what makes it another record than one before."""
        person = [(one.kind, one.value, one.verified) for one in self.person]
        said = (self.kind, self.value, self.segment, self.name, person, self.role, self.since, self.until)
        return (*said, self.owner) if self.owner else said


class AccountParser:
    """Parses the rows of one file. `index`: place of each column."""

    def __init__(self, mapping: AccountMapping, spell: Spell, index: Mapping[str, int]) -> None:
        zone = ZoneInfo(mapping.times.zone)
        self._columns = mapping.column_of
        self._texts = text_readers(given_sources(mapping.fields), index)
        self._who = who_reader(mapping.identifiers, spell, index) if mapping.identifiers else None
        self._since = moment_reader(mapping.times.since, zone, index)
        self._until = moment_reader(mapping.times.until, zone, index)

    def __call__(self, row: int, cells: Cells, raw: str) -> AccountRecord:
        """The account of a row. Raises BadValueError."""
        told = {name: read(cells) for name, read in self._texts.items()}
        for name in ("kind", "value", "segment", "name"):
            if not told[name]:
                raise BadValueError(self._columns.get(name, name), "is empty, and an account needs it")
        role = told.get("role", "")
        if role and self._who is None:
            raise BadValueError(
                self._columns.get("role", "role"), "is a role, but the mapping has no identifiers for whose"
            )
        person = self._who(cells) if role and self._who else ()
        return AccountRecord(
            row, told["kind"], told["value"], told["segment"], told["name"], person, role,
            self._since(cells) if role else None, self._until(cells) if role else None,
            told.get("owner", ""), raw,
        )  # fmt: skip
