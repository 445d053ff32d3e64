"""How a foreign call log's columns become the hub's fields: a mapping file, read and checked once."""

from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from hub.calls.sources import AgentSource, DurationSource, OutcomeSource, Source
from hub.domain.contact import Channel
from hub.tables.mapping_file import load_part
from hub.tables.moments import known_zone
from hub.tables.sources import FieldSource, FileFormat, IdentifierSource, Part, SkipRule, TimeSource, columns_of


class Fields(Part):
    """The contact's fields. What is left out says nothing."""

    contact_id: FieldSource
    channel: FieldSource = FieldSource(constant="phone")
    service: FieldSource | None = None
    language: FieldSource | None = None
    segment: FieldSource | None = None
    value_tier: FieldSource | None = None
    lifecycle_stage: FieldSource | None = None
    name: FieldSource | None = None
    address: FieldSource | None = None
    sender: FieldSource | None = None
    purpose: FieldSource | None = None
    subject: FieldSource | None = None
    text: FieldSource | None = None

    @field_validator("channel")
    @classmethod
    def _known_channels(cls, source: FieldSource) -> FieldSource:
        given = [source.constant] if source.constant is not None else list(source.values.values())
        unknown = [name for name in given if name not in set(Channel)]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no channel: {', '.join(Channel)}")
        return source

    def given(self) -> dict[str, FieldSource]:
        """The sources that are there, by field."""
        return {name: source for name in Fields.model_fields if (source := getattr(self, name)) is not None}


MOMENTS = ("entered_at", "menu_left_at", "queued_at", "queue_left_at", "answered_at", "ended_at")


class Times(Part):
    """When things happened. Only `entered_at` must be there."""

    zone: str = "UTC"
    date: TimeSource | None = None
    entered_at: TimeSource
    menu_left_at: TimeSource | None = None
    """End of what comes before the queue: greeting, menu, identification."""
    queued_at: TimeSource | None = None
    queue_left_at: TimeSource | None = None
    answered_at: TimeSource | None = None
    ended_at: TimeSource | None = None
    past_midnight: Literal["next day", "refuse"] = "next day"
    """A time of day far before the call's beginning belongs to the next day, or makes the row a bad one."""

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        return known_zone(name)

    @model_validator(mode="after")
    def _dated(self) -> Self:
        given = [source for name in MOMENTS if (source := getattr(self, name))]
        if len({source.is_time_of_day for source in given}) != 1:
            raise ValueError("times of day and full timestamps can't be mixed in one file")
        if given[0].is_time_of_day != (self.date is not None):
            raise ValueError("give `date` if, and only if, the times are times of day")
        return self


class Durations(Part):
    """How long things took: checked against the times, and used where there are none."""

    menu: DurationSource | None = None
    wait: DurationSource | None = None
    talk: DurationSource | None = None
    tolerance_seconds: float = Field(default=1.0, ge=0)
    """How far a duration may be from the difference of its times."""
    longest_seconds: float = Field(default=86_400, gt=0)


class ReplayDefaults(Part):
    """What `hub replay` needs beyond the calls."""

    policy: Path | None = None
    """Routing policy; relative to the mapping file."""
    agent_skills: Literal["served", "all"] = "served"
    """What agents can do: the services they served in the record, or all."""


class Mapping(Part):
    """A whole mapping file."""

    name: str = Field(min_length=1)
    file: FileFormat = FileFormat()
    skip: tuple[SkipRule, ...] = ()
    fields: Fields
    identifiers: tuple[IdentifierSource, ...] = Field(default=(), max_length=20)
    times: Times
    durations: Durations = Durations()
    outcome: OutcomeSource
    agent: AgentSource = AgentSource()
    replay: ReplayDefaults = ReplayDefaults()

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        times, durations = self.times, self.durations
        if not (durations.wait or times.queue_left_at or times.answered_at):
            raise ValueError("how long a call waited: give durations.wait, times.queue_left_at or times.answered_at")
        if not (durations.talk or times.ended_at):
            raise ValueError("how long a call was spoken: give durations.talk or times.ended_at")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """Whose days and hours the file speaks of."""
        return ZoneInfo(self.times.zone)

    def used_columns(self) -> dict[str, str]:
        """Each column the mapping reads, with the dotted place that names it first."""
        return columns_of(self._sources())

    def _sources(self) -> list[tuple[str, Source]]:
        found: list[tuple[str, Source]] = [("skip", rule) for rule in self.skip]
        for section, model in (("fields", self.fields), ("times", self.times), ("durations", self.durations)):
            named = {name: getattr(model, name) for name in type(model).model_fields}
            found += [(f"{section}.{name}", one) for name, one in named.items() if isinstance(one, Source)]
        found += [(f"identifiers.{one.kind}", one) for one in self.identifiers]
        return [*found, ("outcome", self.outcome), ("agent", self.agent)]


def load_mapping(path: Path) -> Mapping:
    """The mapping of a file; a policy it names is resolved against the mapping's folder. Raises MappingError."""
    mapping = load_part(path, Mapping)
    if mapping.replay.policy is None:
        return mapping
    replay = mapping.replay.model_copy(update={"policy": path.parent / mapping.replay.policy})
    return mapping.model_copy(update={"replay": replay})
