"""One row of another system's customer file: who it is, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator

from hub.domain.contact import Declared, Identifier
from hub.domain.customer.identity import Spell
from hub.records.given import first_columns, given_sources
from hub.records.moments import moment_reader, whole_moment
from hub.records.who import who_reader
from hub.tables.moments import known_zone
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import FieldSource, FileFormat, IdentifierSource, Part, SkipRule, TimeSource, columns_of
from hub.tables.texts import text_reader


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
    times: CustomerTimes = CustomerTimes()

    @cached_property
    def column_of(self) -> Mapping[str, str]:
        """The column that a kind of identifier or a field comes from first."""
        return {one.kind: one.column for one in reversed(self.identifiers)} | first_columns(self.fields, self.times)

    def used_columns(self) -> dict[str, str]:
        """Each column the mapping reads, with the dotted place that names it first."""
        return columns_of(
            [
                *[("skip", rule) for rule in self.skip],
                *[(f"identifiers.{one.kind}", one) for one in self.identifiers],
                *[(f"fields.{name}", one) for name, one in given_sources(self.fields).items()],
                *[(f"times.{name}", one) for name, one in given_sources(self.times).items()],
            ]
        )


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as another system knows them."""

    row: int
    """Line in the file, the first line being 1."""
    identifiers: tuple[Identifier, ...]
    """The one the customer is found by first."""
    declared: Declared
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
        )


class CustomerParser:
    """Parses the rows of one file. `index`: place of each column."""

    def __init__(self, mapping: CustomerMapping, spell: Spell, index: Mapping[str, int]) -> None:
        self._who = who_reader(mapping.identifiers, spell, index)
        self._changed_at = moment_reader(mapping.times.changed_at, ZoneInfo(mapping.times.zone), index)
        self._texts = [
            (name, text_reader(one, index))
            for name, one in given_sources(mapping.fields).items()
            if isinstance(one, FieldSource)
        ]
        self._columns = mapping.column_of

    def __call__(self, row: int, cells: Cells, raw: str) -> CustomerRecord:
        """The customer of a row. Raises BadValueError."""
        return CustomerRecord(row, self._who(cells), self._declared(cells), self._changed_at(cells), raw)

    def _declared(self, cells: Cells) -> Declared:
        told = {name: value for name, read in self._texts if (value := read(cells))}
        try:
            return Declared.model_validate(told)
        except ValidationError as error:
            problem = error.errors()[0]
            name = str(problem["loc"][0])
            raise BadValueError(self._columns.get(name, name), f"can't be a {name}: {problem['msg']}") from None
