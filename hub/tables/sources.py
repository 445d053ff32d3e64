"""Where single fields of another system's table come from: the parts a mapping file is made of."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Part(BaseModel):
    """A section of a mapping file: unknown names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileFormat(Part):
    """The file as text. One line is one row."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    """Empty: no quoting, every character counts."""
    encoding: str = "utf-8"
    header: bool = True
    columns: tuple[str, ...] = ()
    """Names by position, for a file without a header."""
    lines_before_header: int = Field(default=0, ge=0)

    @field_validator("encoding")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            "".encode(name)
        except LookupError:
            raise ValueError(f"there is no encoding {name!r}") from None
        return name

    @model_validator(mode="after")
    def _named_columns(self) -> Self:
        if self.header == bool(self.columns):
            raise ValueError("give `columns` if, and only if, `header = false`")
        if len(set(self.columns)) != len(self.columns):
            raise ValueError("`columns` names one column twice")
        return self


class SkipRule(Part):
    """Rows that are none of those wanted: left out and counted, before anything else of them is looked at."""

    column: str
    values: tuple[str, ...] = ()
    pattern: str = ""
    """A regular expression that the whole value matches."""
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if bool(self.values) == bool(self.pattern):
            raise ValueError("give either `values` or `pattern`")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"`pattern` is no regular expression: {error}") from None
        return self

    def applies(self, value: str) -> bool:
        """Whether a row with this value is left out."""
        return value in self.values if self.values else re.fullmatch(self.pattern, value) is not None


class FieldSource(Part):
    """Where a text field comes from: a column, a template over columns, or a constant."""

    column: str = ""
    template: str = ""
    constant: str | None = None
    values: dict[str, str] = {}
    """What foreign values become. A value that is not in the table is refused, unless `other` says what it becomes."""
    other: str | None = None
    none: tuple[str, ...] = ()
    """Foreign values that mean there is nothing."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (bool(self.column), bool(self.template), self.constant is not None).count(True) != 1:
            raise ValueError("give exactly one of `column`, `template`, `constant`")
        if self.template and not PLACEHOLDER.search(self.template):
            raise ValueError("`template` names no column: write {column}")
        if self.other is not None and not self.values:
            raise ValueError("`other` goes with `values`")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,) if self.column else tuple(PLACEHOLDER.findall(self.template))


class IdentifierSource(Part):
    """A column that names the customer; `verified` if the old system attested it."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    column: str
    verified: bool = False
    none: tuple[str, ...] = ()


def read_moment(text: str, form: str) -> datetime:
    """The moment a text says, in `iso` or strptime's letters; naive unless the text holds its offset.
    Raises ValueError."""
    return datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007


class TimeSource(Part):
    """A column with a moment. `format`: `iso` (ISO 8601), `epoch`, `epoch_ms`, or strptime's letters; without a
    date in it, the day comes from `times.date`."""

    column: str
    format: str = "iso"
    none: tuple[str, ...] = ()
    """Texts that mean there was none, unless the duration beside it says there was."""

    @property
    def is_time_of_day(self) -> bool:
        """Whether it needs a date from elsewhere."""
        return "%" in self.format and not any(letter in self.format for letter in ("%d", "%j", "%x", "%c"))

    @field_validator("format")
    @classmethod
    def _readable(cls, text: str) -> str:
        if text in ("iso", "epoch", "epoch_ms"):
            return text
        if "%" not in text:
            raise ValueError(f"{text!r} is neither iso, epoch, epoch_ms nor strptime's letters (%H:%M:%S)")
        sample = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
        try:
            read_moment(sample.strftime(text), text)
        except ValueError as error:
            raise ValueError(f"{text!r} can't be read back: {error}") from None
        return text


class Columned(Protocol):
    """Reads one column; none where it is empty."""

    @property
    def column(self) -> str: ...


def columns_of(sources: Iterable[tuple[str, FieldSource | Columned]]) -> dict[str, str]:
    """Each column that these sources read, with the dotted place that names it first."""
    used: dict[str, str] = {}
    for place, source in sources:
        for column in source.columns if isinstance(source, FieldSource) else (source.column,):
            if column:
                used.setdefault(column, place)
    return used
