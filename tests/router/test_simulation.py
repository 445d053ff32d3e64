"""Simulated centres: every figure is what the definitions say, every call meets the same fate as in the plain one."""

import json
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cli.main import hub
from hub.router.matching.matcher import Matcher
from hub.router.simulation.scenario import Routing, Scenario, parse_scenario
from hub.router.simulation.simulate import SimulationResult, make_run, simulate
from tests.router.plain_simulation import PlainCentre

WORK_CHOICES = get_args(Routing.model_fields["work_choice"].annotation)
AGENT_CHOICES = get_args(Routing.model_fields["agent_choice"].annotation)
SKILLS = ("a", "b", "c")

TIMES = st.one_of(
    st.builds(lambda mean: {"distribution": "exponential", "mean": mean}, st.sampled_from([5.0, 60.0, 300.0])),
    st.builds(
        lambda mean, sd: {"distribution": "lognormal", "mean": mean, "sd": sd},
        st.sampled_from([20.0, 100.0]),
        st.sampled_from([0.0, 30.0, 200.0]),
    ),
    st.builds(lambda mean: {"distribution": "deterministic", "mean": mean}, st.sampled_from([7.5, 90.0])),
)
ARRIVALS = st.fixed_dictionaries(
    {
        "rate_per_hour": st.sampled_from([6.0, 60.0, 240.0]),
        "skill": st.sampled_from(SKILLS),
        "priority": st.integers(-1, 2),
        "handle": TIMES,
    },
    optional={"patience": TIMES},
)
GROUPS = st.fixed_dictionaries(
    {
        "count": st.integers(1, 3),
        "skills": st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5), max_size=3),
        "handle_factor": st.sampled_from([0.5, 1.0, 1.0, 2.0]),
    }
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Small centres of all kinds; one agent can do everything, so that nobody waits for ever."""
    arrivals = draw(st.lists(ARRIVALS, min_size=1, max_size=3))
    groups = draw(st.lists(GROUPS, max_size=3))
    everything = {skill: draw(st.integers(1, 5)) for skill in SKILLS}
    groups.insert(draw(st.integers(0, len(groups))), {"count": 1, "skills": everything})
    calls = draw(st.integers(1, 120))
    run: dict[str, Any] = {"calls": calls, "warmup_calls": draw(st.integers(0, calls - 1)), "seed": draw(st.integers())}
    run["service_level_seconds"] = draw(st.lists(st.sampled_from([0, 20, 2.5]), max_size=2))
    if draw(st.booleans()):
        run["max_in_system"] = draw(st.integers(1, 8))
    routing = {"work_choice": draw(st.sampled_from(WORK_CHOICES)), "agent_choice": draw(st.sampled_from(AGENT_CHOICES))}
    named = [{"name": f"class {number}", **one} for number, one in enumerate(arrivals)]
    return Scenario.model_validate({"run": run, "routing": routing, "arrivals": named, "agents": groups})


def figures_of(result: SimulationResult) -> dict[str, Any]:
    return {key: value for key, value in result.as_json().items() if key not in ("seconds", "decisions_per_s")}


def flat(figures: dict[str, Any], prefix: str = "") -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for key, value in figures.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


@settings(max_examples=150, deadline=None)
@given(scenarios())
def test_every_figure_is_what_the_definitions_say(scenario: Scenario) -> None:
    found = flat(figures_of(simulate(scenario)))
    plain = flat(PlainCentre(scenario).run().result())

    assert found.keys() == plain.keys()
    for name, value in plain.items():
        assert found[name] == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)), name


@settings(max_examples=50, deadline=None)
@given(scenarios())
def test_every_call_ends_in_exactly_one_way(scenario: Scenario) -> None:
    result = simulate(scenario)

    for one in (result.figures, *result.by_arrival.values()):
        assert one["arrivals"] == one["blocked"] + one["answered"] + one["abandoned"]
        assert 0 <= one["utilisation"] <= 1 + 1e-9
    for count in ("arrivals", "blocked", "answered", "abandoned"):
        assert result.figures[count] == sum(one[count] for one in result.by_arrival.values())
    assert result.figures["arrivals"] == scenario.run.calls - scenario.run.warmup_calls
    assert sum(one["utilisation"] for one in result.by_arrival.values()) == pytest.approx(result.figures["utilisation"])


@settings(max_examples=30, deadline=None)
@given(scenarios())
def test_the_same_scenario_gives_the_same_bytes(scenario: Scenario) -> None:
    assert json.dumps(figures_of(simulate(scenario))) == json.dumps(figures_of(simulate(scenario)))


@settings(max_examples=30, deadline=None)
@given(scenarios())
def test_every_policy_meets_the_same_calls(scenario: Scenario) -> None:
    met = set()
    for work_choice, agent_choice in product(WORK_CHOICES, AGENT_CHOICES):
        routing = Routing(work_choice=work_choice, agent_choice=agent_choice)
        calls = PlainCentre(scenario.model_copy(update={"routing": routing})).run().calls
        met.add(tuple((call.kind, call.since, call.handle, call.patience) for call in calls))
        run = make_run(scenario.model_copy(update={"routing": routing}), None, Matcher)
        run.run()
        assert run.measured_to == calls[-1].since
    assert len(met) == 1


def test_one_class_does_not_change_the_calls_of_another() -> None:
    alone = PlainCentre(parse_scenario(TWO_CLASSES, calls=501)).run().calls
    more_support = TWO_CLASSES.replace("rate_per_hour = 30", "rate_per_hour = 90")
    busier = PlainCentre(parse_scenario(more_support, calls=501)).run().calls

    def first_of_sales(calls: list[Any]) -> list[tuple[float, ...]]:
        return [(call.since, call.handle, call.patience) for call in calls if call.kind == 0][:100]

    assert first_of_sales(alone) == first_of_sales(busier)
    assert len(first_of_sales(alone)) == 100


TWO_CLASSES = """
[run]
calls = 3000
warmup_calls = 500
service_level_seconds = [20, 60]
[[arrivals]]
name = "sales"
rate_per_hour = 60
skill = "sales"
handle = { distribution = "exponential", mean = 100 }
patience = { distribution = "exponential", mean = 100 }
[[arrivals]]
name = "support"
rate_per_hour = 30
skill = "support"
handle = { distribution = "lognormal", mean = 100, sd = 50 }
[[agents]]
count = 2
skills = { sales = 5, support = 3 }
[[agents]]
count = 1
skills = { support = 1 }
"""
KEYS = [
    "arrivals", "blocked", "answered", "abandoned", "blocked_share", "p_wait", "p_abandon", "wait_mean_s",
    "wait_mean_answered_s", "wait_sd_s", "wait_p50_s", "wait_p90_s", "wait_p99_s", "queue_length_mean", "utilisation",
    "service_level",
]  # fmt: skip


@pytest.fixture
def scenario_file(tmp_path: Path) -> Path:
    path = tmp_path / "two classes.toml"
    path.write_text(TWO_CLASSES)
    return path


def test_the_command_prints_one_json_object(scenario_file: Path) -> None:
    result = CliRunner().invoke(hub, ["simulate", str(scenario_file), "--json"])

    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert list(printed) == [*KEYS, "by_arrival", "decisions", "decisions_per_s", "seconds"]
    assert list(printed["by_arrival"]) == ["sales", "support"]
    assert all(list(one) == KEYS for one in printed["by_arrival"].values())
    assert list(printed["service_level"]) == ["20", "60"]
    assert printed["arrivals"] == 2500
    assert printed["decisions_per_s"] == pytest.approx(printed["decisions"] / printed["seconds"])


def test_the_command_takes_another_seed_and_number_of_calls(scenario_file: Path) -> None:
    def run(*options: str) -> dict[str, Any]:
        return json.loads(CliRunner().invoke(hub, ["simulate", str(scenario_file), "--json", *options]).stdout)

    assert run("--calls", "700")["arrivals"] == 200
    assert run("--seed", "2")["wait_mean_s"] != run()["wait_mean_s"]
    assert run("--seed", "1")["wait_mean_s"] == run()["wait_mean_s"]


def test_the_command_prints_a_table_for_people(scenario_file: Path) -> None:
    lines = [line.split() for line in CliRunner().invoke(hub, ["simulate", str(scenario_file)]).stdout.splitlines()]

    assert lines[0][:4] == ["arrivals", "of", "arrivals", "blocked"]
    assert [line[0] for line in lines[1:4]] == ["all", "sales", "support"]
    assert lines[1][1:3] == ["2500", "0"]
    assert int(lines[2][1]) + int(lines[3][1]) == 2500
    assert [line[0] for line in lines[4:]] == ["decisions", "seconds"]


def test_a_bad_scenario_is_refused_by_the_command(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(TWO_CLASSES.replace("rate_per_hour = 30", "rate_per_hour = -30"))
    with pytest.raises(Exception, match=r"bad.toml: line 14, arrivals 2, field rate_per_hour: -30 can't be taken"):
        CliRunner().invoke(hub, ["simulate", str(path), "--json"], catch_exceptions=False)
