"""One row of another system's customer file: who it is, where they stand, and what else is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator

from hub.domain.contact import Declared, Identifier
from hub.domain.customer.identity import Spell
from hub.records.given import first_columns, given_sources, text_readers, used_columns
from hub.records.moments import moment_reader, whole_moment
from hub.records.who import who_reader
from hub.tables.moments import known_zone
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import FieldSource, FileFormat, IdentifierSource, Part, SkipRule, TimeSource


class CustomerFields(Part):
    """What the record says of the customer. What is left out, or empty in a row, says nothing."""

    name: FieldSource | None = None
    segment: FieldSource | None = None
    value_tier: FieldSource | None = None
    lifecycle_stage: FieldSource | None = None


class CustomerTimes(Part):
    """When the record was changed last."""

    zone: str = "UTC"
    changed_at: TimeSource | None = None
    """Without it the facts happened when they were imported."""

    _known = field_validator("zone")(known_zone)
    _dated = field_validator("changed_at")(whole_moment)


class CustomerMapping(Part):
    """A whole mapping file of customers."""

    name: str = Field(min_length=1)
    kind: Literal["customers"] = "customers"
    file: FileFormat = FileFormat()
    skip: tuple[SkipRule, ...] = ()
    identifiers: tuple[IdentifierSource, ...] = Field(min_length=1, max_length=20)
    fields: CustomerFields = CustomerFields()
    profile: dict[str, FieldSource] = Field(default_factory=dict)
    """By name of the path policy's profile field."""
    times: CustomerTimes = CustomerTimes()

    @cached_property
    def column_of(self) -> Mapping[str, str]:
        """The column that a kind of identifier or a field comes from first; profile fields as `fields.NAME`."""
        profile = {f"fields.{name}": one for name, one in self.profile.items()}
        return first_columns(self.identifiers, given_sources(self.fields), profile, given_sources(self.times))

    def used_columns(self) -> dict[str, str]:
        """Each column the mapping reads, with the dotted place that names it first."""
        fields, times = given_sources(self.fields), given_sources(self.times)
        return used_columns(self.skip, self.identifiers, fields=fields, profile=self.profile, times=times)


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as another system knows them."""

    row: int
    """Line in the file, the first line being 1."""
    identifiers: tuple[Identifier, ...]
    """The one the customer is found by first."""
    declared: Declared
    profile: Mapping[str, str]
    """What profile fields hold, by name, as it is written there; of those that hold nothing, nothing."""
    changed_at: datetime | None
    raw: str = field(repr=False, compare=False)

    @property
    def told(self) -> tuple[object, ...]:
        """All it says: what makes it another record than one before."""
        declared = self.declared
        return (
            [(one.kind, one.value, one.verified) for one in self.identifiers],
            (declared.name, declared.segment, declared.value_tier, declared.lifecycle_stage),
            self.changed_at,
            *self.profile.items(),
        )


class CustomerParser:
    """Parses the rows of one file. `index`: place of each column."""

    def __init__(self, mapping: CustomerMapping, spell: Spell, index: Mapping[str, int]) -> None:
        self._who = who_reader(mapping.identifiers, spell, index)
        self._changed_at = moment_reader(mapping.times.changed_at, ZoneInfo(mapping.times.zone), index)
        self._texts = text_readers(given_sources(mapping.fields), index)
        self._profile = text_readers(mapping.profile, index)
        self._columns = mapping.column_of

    def __call__(self, row: int, cells: Cells, raw: str) -> CustomerRecord:
        """The customer of a row. Raises BadValueError."""
        profile = {name: value for name, read in self._profile.items() if (value := read(cells))}
        return CustomerRecord(row, self._who(cells), self._declared(cells), profile, self._changed_at(cells), raw)

    def _declared(self, cells: Cells) -> Declared:
        told = {name: value for name, read in self._texts.items() if (value := read(cells))}
        try:
            return Declared.model_validate(told)
        except ValidationError as error:
            problem = error.errors()[0]
            name = str(problem["loc"][0])
            raise BadValueError(self._columns.get(name, name), f"can't be a {name}: {problem['msg']}") from None
