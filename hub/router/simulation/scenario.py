"""The scenario of a simulation: written by people in TOML, checked before use, each mistake told by line and field."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS, Channel
from hub.domain.errors import HubError
from hub.policies.toml_errors import Mistake, mistakes_in
from hub.policies.toml_lines import Place, line_of, lines_of


class ScenarioError(HubError):
    """A scenario that can't be simulated. Each line of the message names file, line and field of one mistake."""


def _level(level: int) -> int:
    if not 1 <= level <= 5:
        raise ValueError(f"level {level} is not between 1 and 5")
    return level


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


Text = Annotated[str, AfterValidator(_not_empty)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Distribution(_Section):
    """How a time (seconds) is distributed. `sd` is for the lognormal alone."""

    distribution: Literal["exponential", "lognormal", "deterministic"]
    mean: Positive
    sd: NotNegative | None = None


class Run(_Section):
    """How long to simulate and what to measure. `calls` include those of the warm-up and those that are blocked."""

    calls: int = Field(ge=1)
    warmup_calls: int = Field(default=0, ge=0)
    seed: int = 1
    max_in_system: int | None = Field(default=None, ge=1)
    """An arrival that finds so many waiting and served is blocked."""
    service_level_seconds: Annotated[tuple[NotNegative, ...], Field(strict=False)] = (20.0,)


class Routing(_Section):
    """What a freed agent takes, and who gets an arrival."""

    work_choice: Literal["age", "skill_then_age", "priority_then_age"] = "age"
    agent_choice: Literal["longest_idle", "skill_then_longest_idle", "fastest"] = "longest_idle"


class Arrivals(_Section):
    """One class of calls. All from `segment` on is asked for by routing policies only."""

    name: Text
    rate_per_hour: Positive
    skill: Text
    priority: int = Field(default=0, ge=-1000, le=1000)
    handle: Distribution
    patience: Distribution | None = None
    """How long a call waits before it leaves; none: for ever."""
    segment: Text = "B2C"
    value_tier: Text = "standard"
    lifecycle_stage: Text = "acquisition"
    channel: Text = Channel.PHONE.value
    service: Text | None = None
    """What the policy knows it as; the skill, where it is not named."""
    language: str = ""


class Agents(_Section):
    """So many agents who are alike. `handle_factor` 0.5: they need half the time."""

    count: int = Field(ge=1, le=1_000_000)
    skills: dict[Text, Annotated[int, AfterValidator(_level)]]
    languages: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    attributes: dict[Text, Text] = Field(default_factory=dict)
    handle_factor: Positive = 1.0


class Scenario(_Section):
    """All of it."""

    run: Run
    routing: Routing = Routing()
    arrivals: Annotated[tuple[Arrivals, ...], Field(strict=False)]
    agents: Annotated[tuple[Agents, ...], Field(strict=False)]


def load_scenario(
    path: Path, *, seed: int | None = None, calls: int | None = None, by_policy: bool = False
) -> Scenario:
    """The scenario in a file; `seed` and `calls` replace what it says. Raises ScenarioError."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"scenario {path} can't be read: {error}") from None
    return parse_scenario(text, str(path), seed=seed, calls=calls, by_policy=by_policy)


def parse_scenario(
    text: str, name: str = "scenario", *, seed: int | None = None, calls: int | None = None, by_policy: bool = False
) -> Scenario:
    """The scenario that a TOML text says; `name` is what errors call it. `by_policy`: the policy says which skills are
    asked for. Raises ScenarioError naming every mistake."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: this is not TOML: {error}") from None
    replaced = {key: value for key, value in (("seed", seed), ("calls", calls)) if value is not None}
    if replaced and isinstance(values.get("run", {}), dict):
        values["run"] = {**values.get("run", {}), **replaced}
    try:
        scenario = Scenario.model_validate(values)
    except ValidationError as error:
        problems = mistakes_in(error, Scenario)
    else:
        problems = list(_contradictions(scenario, by_policy))
        if not problems:
            return scenario
    lines = lines_of(text)
    found = sorted((line_of(lines, place), _field(place), message) for place, message in problems)
    raise ScenarioError("\n".join(f"{name}: line {line}, {field}: {message}" for line, field, message in found))


def _contradictions(scenario: Scenario, by_policy: bool) -> Iterator[Mistake]:
    """What no field by itself shows."""
    run = scenario.run
    if run.warmup_calls >= run.calls:
        yield ("run", "warmup_calls"), f"{run.warmup_calls} of warm-up leave none of the {run.calls} calls to measure"
    for table in ("arrivals", "agents"):
        if not getattr(scenario, table):
            yield (table,), f"is empty: there must be at least one [[{table}]]"
    skills = {skill for agents in scenario.agents for skill in agents.skills}
    names: set[str] = set()
    for index, arrivals in enumerate(scenario.arrivals):
        place = ("arrivals", index)
        if arrivals.name in names:
            yield (*place, "name"), f"{arrivals.name!r} is the name of an earlier one: results are told by name"
        names.add(arrivals.name)
        if skills and not by_policy and arrivals.skill not in skills:
            yield (
                (*place, "skill"),
                f"no agent has the skill {arrivals.skill!r}; agents have {', '.join(sorted(skills))}",
            )
        known = {"segment": SEGMENTS, "lifecycle_stage": LIFECYCLE_STAGES, "channel": tuple(Channel)}
        for field, values in known.items():
            if (value := getattr(arrivals, field)) not in values:
                yield (*place, field), f"there is no {field.replace('_', ' ')} {value!r}; known are {', '.join(values)}"
        for field, times in (("handle", arrivals.handle), ("patience", arrivals.patience)):
            if times is not None and (times.sd is not None) != (times.distribution == "lognormal"):
                missing = "is missing: a lognormal distribution has a mean and an sd"
                yield (*place, field, "sd"), missing if times.sd is None else f"{times.distribution} has no sd"


def _field(place: Place) -> str:
    """A place as people say it: `arrivals 2, field handle.mean`."""
    match place:
        case (("arrivals" | "agents") as table, int(index), *inner):
            owner = f"{table} {index + 1}"
            return f"{owner}, field {'.'.join(str(part) for part in inner)}" if inner else owner
        case _:
            return "field " + ".".join(str(part) for part in place)
