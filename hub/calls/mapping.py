"""How a foreign call log's columns become the hub's fields: a mapping file, read and checked once."""

import re
import tomllib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from hub.calls.sources import (
    AgentSource,
    DurationSource,
    FieldSource,
    FileFormat,
    IdentifierSource,
    OutcomeSource,
    Part,
    SkipRule,
    Source,
    TimeSource,
)
from hub.domain.contact import Channel
from hub.domain.errors import HubError


class MappingError(HubError):
    """A mapping file that can't be used; the message names file, line and field."""


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
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {name!r}: write one like 'Asia/Jerusalem' or 'UTC'") from None
        return name

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
        used: dict[str, str] = {}
        for place, part in self._sources():
            columns = part.columns if isinstance(part, FieldSource) else (part.column,)
            for column in columns:
                used.setdefault(column, place)
        return used

    def _sources(self) -> list[tuple[str, Source]]:
        found: list[tuple[str, Source]] = [("skip", rule) for rule in self.skip]
        for section, model in (("fields", self.fields), ("times", self.times), ("durations", self.durations)):
            named = {name: getattr(model, name) for name in type(model).model_fields}
            found += [(f"{section}.{name}", one) for name, one in named.items() if isinstance(one, Source)]
        found += [(f"identifiers.{one.kind}", one) for one in self.identifiers]
        found.append(("outcome", self.outcome))
        if self.agent.column:
            found.append(("agent", self.agent))
        return found


def load_mapping(path: Path) -> Mapping:
    """The mapping of a file; a policy it names is resolved against the mapping's folder. Raises MappingError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MappingError(f"mapping file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MappingError(f"mapping file {path}: is not UTF-8 text") from None
    try:
        mapping = Mapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"mapping file {path}: {error}") from None
    except ValidationError as error:
        raise MappingError("\n".join(_explain(path, text, problem) for problem in error.errors())) from None
    if mapping.replay.policy is None:
        return mapping
    replay = mapping.replay.model_copy(update={"policy": path.parent / mapping.replay.policy})
    return mapping.model_copy(update={"replay": replay})


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line of a TOML text that stands for a place such as ("times", "zone"), or for the nearest above it."""
    wanted = [part for part in place if isinstance(part, str)]
    ordinal = next((part for part in place if isinstance(part, int)), 0)
    best, best_line, header, seen = 0, 1, list[str](), dict[str, int]()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            header = _key_parts(found[2])
            if found[1] == "[[":
                seen[found[2]] = seen.get(found[2], -1) + 1
                if seen[found[2]] != ordinal:
                    header = []
            parts = header
        elif found := re.match(r"""\s*((?:[\w+-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'+-]+)*)\s*=""", line):
            parts = header + _key_parts(found[1])
        else:
            continue
        if len(parts) > best and parts == wanted[: len(parts)]:
            best, best_line = len(parts), number
    return best_line


def _key_parts(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.split(".")]


def _explain(path: Path, text: str, problem: ErrorDetails) -> str:
    place = problem["loc"]
    field = ".".join(str(part) for part in place) or "mapping"
    where = f"{path}, line {line_of(text, place)}, {field}"
    if problem["type"] == "extra_forbidden":
        return f"{where}: there is no such field"
    if problem["type"] == "missing":
        return f"{where}: is missing"
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"
