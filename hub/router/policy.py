"""The routing policy: written by people in TOML, checked before it is used, named by its version in each decision."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hub.domain.agent.events import FULL_CAPACITY
from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS, Channel
from hub.domain.errors import HubError
from hub.router.toml_lines import Place, line_of, lines_of

CONDITIONS = ("segment", "value_tier", "lifecycle_stage", "channel", "service")
"""What a rule may ask of a contact and its customer."""


class PolicyError(HubError):
    """A policy that can't be used. Each line of the message names file, line, rule and field of one mistake."""


def _level(level: int) -> int:
    if not 1 <= level <= 5:
        raise ValueError(f"level {level} is not between 1 and 5")
    return level


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: leave it out where anything will do")
    return text


Text = Annotated[str, AfterValidator(_not_empty)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Seconds = Annotated[float, Field(gt=0, le=30 * 86_400)]
Priority = Annotated[int, Field(ge=-1000, le=1000)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ChannelPolicy(_Section):
    """What work of a channel takes of an agent's 100 units."""

    units: int = Field(default=FULL_CAPACITY, ge=1, le=10_000)


class ServiceLevel(_Section):
    """`share` of the interactions are to be answered within `seconds`."""

    seconds: Seconds = 20.0
    share: float = Field(default=0.8, gt=0, le=1)


class Queue(_Section):
    """A waiting line and its target."""

    service_level: ServiceLevel = ServiceLevel()
    short_abandon_seconds: float = Field(default=5.0, ge=0)
    """Who leaves within this time does not count against the service level."""
    offer_timeout_seconds: Seconds = 20.0
    wrap_up: Texts = ()
    """Codes an agent may close with; empty: any."""
    priority: Priority = 0
    """Of work whose rule names none; higher goes first."""


class Rule(_Section):
    """One row of the decision table: what it asks for (nothing named: anything), and what follows."""

    segment: Text | None = None
    value_tier: Text | None = None
    lifecycle_stage: Text | None = None
    channel: Text | None = None
    service: Text | None = None
    queue: Text
    priority: Priority | None = None
    skills: dict[Text, Annotated[int, AfterValidator(_level)]] = Field(default_factory=dict)
    """Least level per skill, 1 to 5."""
    languages: Texts = ()
    """The agent speaks one of these; empty: it does not matter."""

    @property
    def conditions(self) -> tuple[str | None, ...]:
        """What it asks for, in the order of CONDITIONS; None: anything."""
        return (self.segment, self.value_tier, self.lifecycle_stage, self.channel, self.service)


class Policy(_Section):
    """All of it. `version` is derived from the text, so that equal texts are equal policies."""

    version: str
    channels: dict[Text, ChannelPolicy] = Field(default_factory=dict)
    queues: dict[Text, Queue]
    rules: Annotated[tuple[Rule, ...], Field(strict=False)]
    decline_backoff_seconds: Seconds = 60.0
    """How long an agent is not asked again about what they declined or let time out."""

    def units(self, channel: str) -> int:
        """What work of this channel takes of an agent."""
        named = self.channels.get(channel)
        return named.units if named else FULL_CAPACITY

    def queue(self, name: str) -> Queue:
        """The queue, or the defaults for one that an earlier policy knew."""
        return self.queues.get(name, _FORGOTTEN_QUEUE)


_FORGOTTEN_QUEUE = Queue()


def load_policy(path: Path | None = None) -> Policy:
    """The policy in a file; None: the one that ships with the hub. Raises PolicyError."""
    if path is None:
        return parse_policy(resources.files("hub.router").joinpath("default_policy.toml").read_text("utf-8"))
    try:
        return parse_policy(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"policy {path} can't be read: {error}") from None


def parse_policy(text: str, name: str = "policy") -> Policy:
    """The policy that a TOML text says; `name` is what errors call it. Raises PolicyError naming every mistake."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: this is not TOML: {error}") from None
    problems: list[tuple[Place, str]] = []
    if "version" in values:
        problems.append((("version",), "there is no such field: the version is derived from the text"))
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    try:
        policy = Policy.model_validate({**values, "version": version})
    except ValidationError as error:
        problems += [_explain(problem) for problem in error.errors()]
    else:
        problems += _contradictions(policy)
    if not problems:
        return policy
    lines = lines_of(text)
    found = sorted((line_of(lines, place), _field(place), message) for place, message in problems)
    raise PolicyError("\n".join(f"{name}: line {line}, {field}: {message}" for line, field, message in found))


def _contradictions(policy: Policy) -> Iterator[tuple[Place, str]]:
    """What no field by itself shows."""
    channels = tuple(Channel)
    known = {"segment": SEGMENTS, "lifecycle_stage": LIFECYCLE_STAGES, "channel": channels, "queue": policy.queues}
    for channel in policy.channels:
        if channel not in channels:
            yield ("channels", channel), f"there is no channel {channel!r}; known are {', '.join(channels)}"
    for index, rule in enumerate(policy.rules):
        for field, names in known.items():
            named = getattr(rule, field)
            if named is not None and named not in names:
                what = field.replace("_", " ")
                yield ("rules", index, field), f"there is no {what} {named!r}; known are {', '.join(names)}"
    if not any(rule.conditions == (None,) * len(CONDITIONS) for rule in policy.rules):
        yield (
            ("rules",),
            "no rule takes what all others leave: add one that names only a queue, so that every contact has one",
        )


def _explain(problem: Mapping[str, Any]) -> tuple[Place, str]:
    place = tuple(part for part in problem["loc"] if part != "[key]")
    match problem["type"]:
        case "extra_forbidden":
            return place, f"there is no such field; known are {', '.join(_known_fields(place))}"
        case "missing":
            return place, "is missing"
        case "value_error":
            return place, str(problem["ctx"]["error"])
        case _:
            return place, f"{problem['input']!r} can't be taken: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _known_fields(place: Place) -> list[str]:
    sections: dict[str | int, type[BaseModel]] = {"channels": ChannelPolicy, "queues": Queue, "rules": Rule}
    section: type[BaseModel] = Policy
    if len(place) > 1:
        section = ServiceLevel if "service_level" in place[:-1] else sections[place[0]]
    return sorted(set(section.model_fields) - {"version"})


def _field(place: Place) -> str:
    """A place as people say it: `rule 3, field skills.english`."""
    match place:
        case ("rules", int(index), *inner):
            owner = f"rule {index + 1}"
        case ("queues" | "channels" as table, str(name), *inner):
            owner = f"{table[:-1]} {name}"
        case _:
            return "field " + ".".join(str(part) for part in place)
    return f"{owner}, field {'.'.join(str(part) for part in inner)}" if inner else owner
