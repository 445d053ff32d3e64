"""Where single fields of a call log come from that other tables don't have: lengths, outcomes, agents."""

from typing import Literal, Self

from pydantic import Field, model_validator

from hub.tables.sources import FieldSource, IdentifierSource, Part, SkipRule, TimeSource


class DurationSource(Part):
    """A column with a length of time."""

    column: str
    unit: Literal["seconds", "milliseconds", "minutes", "clock"] = "seconds"
    """`clock`: h:mm:ss or m:ss."""


class OutcomeSource(Part):
    """How the call ended. A value in neither list is refused."""

    column: str
    answered: tuple[str, ...] = Field(min_length=1)
    abandoned: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        both = set(self.answered) & set(self.abandoned)
        if both:
            raise ValueError(f"{sorted(both)[0]!r} can't be both answered and abandoned")
        return self


class AgentSource(Part):
    """Who answered. Without a column: somebody, in every row."""

    column: str = ""
    none: tuple[str, ...] = ()
    unknown: str = Field(default="unknown", min_length=1)
    """Who answered where the record does not say."""


Source = SkipRule | FieldSource | IdentifierSource | TimeSource | DurationSource | OutcomeSource | AgentSource
