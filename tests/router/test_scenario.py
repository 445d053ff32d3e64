"""A scenario is checked before it is simulated; each mistake is told by line and field."""

import re
from pathlib import Path

import pytest

from hub.router.simulation.scenario import ScenarioError, load_scenario, parse_scenario
from hub.router.simulation.simulate import simulate

ROOT = Path(__file__).parents[2]

GOOD = """\
[run]
calls = 1000
warmup_calls = 100
seed = 7
max_in_system = 12
service_level_seconds = [20, 2.5]

[routing]
work_choice = "priority_then_age"
agent_choice = "fastest"

[[arrivals]]
name = "sales"
rate_per_hour = 84
skill = "sales"
priority = 3
handle = { distribution = "lognormal", mean = 600.0, sd = 300 }
patience = { distribution = "exponential", mean = 120.0 }

[[arrivals]]
name = "support"
rate_per_hour = 12.5
skill = "support"
handle = { distribution = "deterministic", mean = 60 }

[[agents]]
count = 15
skills = { sales = 5, support = 3 }
handle_factor = 0.5
"""
LEAST = """\
[run]
calls = 10
[[arrivals]]
name = "a"
rate_per_hour = 1.0
skill = "s"
handle = { distribution = "exponential", mean = 1.0 }
[[agents]]
count = 1
skills = { s = 1 }
"""
LEAST_TABLES = ["[" + part for part in re.split(r"^\[", LEAST, flags=re.MULTILINE)[1:]]


def test_all_that_may_be_written() -> None:
    scenario = parse_scenario(GOOD)

    assert scenario.run.calls == 1000
    assert scenario.run.service_level_seconds == (20, 2.5)
    assert [arrivals.priority for arrivals in scenario.arrivals] == [3, 0]
    assert scenario.arrivals[0].patience is not None
    assert scenario.arrivals[1].patience is None
    assert scenario.agents[0].handle_factor == 0.5


@pytest.mark.parametrize("path", sorted((ROOT / "examples/scenarios").glob("*.toml")), ids=lambda path: path.stem)
def test_the_examples_can_be_simulated(path: Path) -> None:
    scenario = load_scenario(path)

    result = simulate(scenario.model_copy(update={"run": scenario.run.model_copy(update={"calls": 45_000})}))
    assert result.figures["answered"] > 0


def test_the_example_of_the_documentation() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/simulation.md").read_text(), re.DOTALL)

    scenario = parse_scenario(example)
    assert [arrivals.name for arrivals in scenario.arrivals] == ["sales", "support"]
    assert scenario.run.max_in_system == 120


def test_what_may_be_left_out() -> None:
    scenario = parse_scenario(LEAST)

    assert scenario.run.warmup_calls == 0
    assert scenario.run.seed == 1
    assert scenario.run.max_in_system is None
    assert scenario.run.service_level_seconds == (20.0,)
    assert scenario.routing.work_choice == "age"
    assert scenario.routing.agent_choice == "longest_idle"
    assert scenario.agents[0].handle_factor == 1.0


def test_seed_and_calls_are_replaced() -> None:
    scenario = parse_scenario(GOOD, seed=99, calls=500)

    assert (scenario.run.seed, scenario.run.calls, scenario.run.warmup_calls) == (99, 500, 100)


def test_calls_may_come_from_outside_alone() -> None:
    assert parse_scenario(LEAST.replace("calls = 10", "seed = 2"), calls=5).run.calls == 5


@pytest.mark.parametrize(
    ("written", "instead", "line", "field"),
    [
        ("calls = 1000", "calls = 0", 2, "field run.calls"),
        ("calls = 1000", 'calls = "1000"', 2, "field run.calls"),
        ("calls = 1000", "calls = true", 2, "field run.calls"),
        ("calls = 1000", "", 1, "field run.calls"),
        ("warmup_calls = 100", "warmup_calls = 1000", 3, "field run.warmup_calls"),
        ("warmup_calls = 100", "warmup_calls = -1", 3, "field run.warmup_calls"),
        ("seed = 7", "seed = 1.5", 4, "field run.seed"),
        ("seed = 7", "sead = 7", 4, "field run.sead"),
        ("max_in_system = 12", "max_in_system = 0", 5, "field run.max_in_system"),
        ("[20, 2.5]", "[-20]", 6, "field run.service_level_seconds.0"),
        ("[20, 2.5]", "[nan]", 6, "field run.service_level_seconds.0"),
        ('"priority_then_age"', '"youngest"', 9, "field routing.work_choice"),
        ('"fastest"', '"prettiest"', 10, "field routing.agent_choice"),
        ("rate_per_hour = 84", "rate_per_hour = 0", 14, "arrivals 1, field rate_per_hour"),
        ("rate_per_hour = 84", "rate_per_hour = inf", 14, "arrivals 1, field rate_per_hour"),
        ("rate_per_hour = 84", "", 12, "arrivals 1, field rate_per_hour"),
        ('name = "support"', 'name = "sales"', 21, "arrivals 2, field name"),
        ('skill = "support"', 'skill = "suport"', 23, "arrivals 2, field skill"),
        ("priority = 3", "priority = 0.5", 16, "arrivals 1, field priority"),
        ('"lognormal"', '"normal"', 17, "arrivals 1, field handle.distribution"),
        ("mean = 600.0", "mean = -600.0", 17, "arrivals 1, field handle.mean"),
        ("mean = 600.0, ", "", 17, "arrivals 1, field handle.mean"),
        (", sd = 300", "", 17, "arrivals 1, field handle.sd"),
        ("sd = 300", "sd = -1", 17, "arrivals 1, field handle.sd"),
        ("mean = 120.0", "mean = 120.0, sd = 1.0", 18, "arrivals 1, field patience.sd"),
        ("mean = 120.0", "mean = 0", 18, "arrivals 1, field patience.mean"),
        ("count = 15", "count = 0", 27, "agents 1, field count"),
        ("sales = 5", "sales = 6", 28, "agents 1, field skills.sales"),
        ("handle_factor = 0.5", "handle_factor = 0.0", 29, "agents 1, field handle_factor"),
        ("handle_factor = 0.5", "speed = 2", 29, "agents 1, field speed"),
        ("priority = 3", 'channel = "pigeon"', 16, "arrivals 1, field channel"),
        ("priority = 3", 'segment = "B2X"', 16, "arrivals 1, field segment"),
    ],
)
def test_a_mistake_is_told_by_line_and_field(written: str, instead: str, line: int, field: str) -> None:
    assert GOOD.count(written) >= 1
    with pytest.raises(ScenarioError, match=re.escape(f"my.toml: line {line}, {field}: ")):
        parse_scenario(GOOD.replace(written, instead, 1), "my.toml")


@pytest.mark.parametrize("table", ["arrivals", "agents", "run"])
def test_a_table_that_is_missing(table: str) -> None:
    text = "\n\n".join(part for part in LEAST_TABLES if table not in part.splitlines()[0])
    with pytest.raises(ScenarioError, match=f"field {table}: is missing"):
        parse_scenario(text)


@pytest.mark.parametrize("table", ["arrivals", "agents"])
def test_a_table_that_is_empty(table: str) -> None:
    text = "\n\n".join(part for part in LEAST_TABLES if table not in part.splitlines()[0])
    with pytest.raises(ScenarioError, match=f"line 1, field {table}: is empty"):
        parse_scenario(f"{table} = []\n{text}")


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(GOOD.replace("seed = 7", "seed = 'x'").replace("count = 15", "count = -1"))

    assert [line.split(",")[0] for line in str(caught.value).splitlines()] == ["scenario: line 4", "scenario: line 27"]


def test_text_that_is_not_toml() -> None:
    with pytest.raises(ScenarioError, match="this is not TOML"):
        parse_scenario("[run")


def test_run_that_is_not_a_table() -> None:
    with pytest.raises(ScenarioError, match="field run"):
        parse_scenario("run = 3", calls=4)
