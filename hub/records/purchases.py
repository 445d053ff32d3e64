"""One row of another system's purchases: who bought what when, for how much in which currency."""

import re
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

RECORDED, REVERSED = "recorded", "reversed"
_WHOLE = re.compile(r"[0-9]{1,16}")


class PurchaseFields(Part):
    """What the record says. Id, amount and currency must be there in every row."""

    purchase_id: FieldSource
    """Of the system it was made in, for ever: the same id with other contents is refused."""
    amount: FieldSource
    """A whole number, without signs or separators."""
    currency: FieldSource
    product: FieldSource | None = None
    channel: FieldSource | None = None
    state: FieldSource | None = None
    """`recorded`, or `reversed`: it was returned or cancelled; left out: recorded."""
    reason: FieldSource | None = None
    """Why it was reversed, in words that name nobody."""


class PurchaseTimes(Part):
    """When it was bought."""

    zone: str = "UTC"
    bought_at: TimeSource

    _known = field_validator("zone")(known_zone)
    _dated = field_validator("bought_at")(whole_moment)


class PurchaseMapping(Part):
    """A whole mapping file of purchases."""

    name: str = Field(min_length=1)
    kind: Literal["purchases"] = "purchases"
    file: FileFormat = FileFormat()
    skip: tuple[SkipRule, ...] = ()
    identifiers: tuple[IdentifierSource, ...] = Field(min_length=1, max_length=20)
    fields: PurchaseFields
    times: PurchaseTimes
    units: int = Field(default=1, ge=1, le=1_000_000)
    """How many units of the currency, as stored, one unit of the file is: 10 for tomans that are stored as rials."""

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
class PurchaseRecord:
    """A purchase as another system has it on record."""

    row: int
    identifiers: tuple[Identifier, ...]
    """The one the customer is found by first."""
    purchase_id: str
    amount: int
    currency: str
    product: str
    channel: str
    is_reversed: bool
    reason: str
    bought_at: datetime
    raw: str = field(repr=False, compare=False)

    @property
    def told(self) -> tuple[object, ...]:
        """All it says: what must be the same under the same id."""
        who = [(one.kind, one.value) for one in self.identifiers]
        return (who, self.amount, self.currency, self.product, self.channel, self.is_reversed, self.bought_at)


class PurchaseParser:
    """Parses the rows of one file. `index`: place of each column."""

    def __init__(self, mapping: PurchaseMapping, spell: Spell, index: Mapping[str, int]) -> None:
        self._units = mapping.units
        self._columns = mapping.column_of
        self._who = who_reader(mapping.identifiers, spell, index)
        self._bought_at = moment_reader(mapping.times.bought_at, ZoneInfo(mapping.times.zone), index)
        self._texts = text_readers(given_sources(mapping.fields), index)

    def __call__(self, row: int, cells: Cells, raw: str) -> PurchaseRecord:
        """The purchase of a row. Raises BadValueError."""
        told = {name: read(cells) for name, read in self._texts.items()}
        bought_at = self._bought_at(cells)
        if bought_at is None:
            raise self._bad("bought_at", "is empty: when was it bought?")
        if not told["purchase_id"]:
            raise self._bad("purchase_id", "is empty: a purchase has an id of its own")
        if not told["currency"]:
            raise self._bad("currency", "is empty: money without its currency says nothing")
        if not _WHOLE.fullmatch(told["amount"]):
            raise self._bad("amount", f"{told['amount']!r} is no whole number")
        state = told.get("state") or RECORDED
        if state not in (RECORDED, REVERSED):
            raise self._bad("state", f"{state!r} is no state: {RECORDED}, {REVERSED}")
        return PurchaseRecord(
            row, self._who(cells), told["purchase_id"], int(told["amount"]) * self._units, told["currency"],
            told.get("product", ""), told.get("channel", ""), state == REVERSED, told.get("reason", ""), bought_at, raw,
        )  # fmt: skip

    def _bad(self, name: str, reason: str) -> BadValueError:
        return BadValueError(self._columns.get(name, name), reason)
