"""A scenario under a routing policy: the same matcher, classified by the production classifier."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from hub.cli.main import hub
from hub.router.policy.parsing import Policy, load_policy, parse_policy
from hub.router.simulation.scenario import Scenario, ScenarioError, load_scenario, parse_scenario
from hub.router.simulation.simulate import SimulationResult, simulate
from tests.router.test_simulation import TWO_CLASSES, figures_of, scenarios

ROOT = Path(__file__).parents[2]
ORDERS = {"age": "age", "skill_then_age": "skill", "priority_then_age": "priority"}
CHOICES = {"longest_idle": "longest_idle", "skill_then_longest_idle": "highest_level"}


def the_same(scenario: Scenario) -> Policy:
    """A policy that says what the scenario's own routing says."""
    lines = [f'order = "{ORDERS[scenario.routing.work_choice]}"', "[queues.rest]", "[[rules]]", 'queue = "rest"']
    for number, arrivals in enumerate(scenario.arrivals):
        lines += [
            f'[queues."{arrivals.name}"]',
            f"priority = {arrivals.priority}",
            f'agent_choice = "{CHOICES[scenario.routing.agent_choice]}"',
            "[[rules]]",
            f'service = "service {number}"',
            f'queue = "{arrivals.name}"',
            f"skills = {{ {arrivals.skill} = 1 }}",
        ]
    return parse_policy("\n".join(lines))


@settings(max_examples=50, deadline=None)
@given(scenarios().filter(lambda scenario: scenario.routing.agent_choice in CHOICES))
def test_a_policy_that_says_the_same_does_the_same(scenario: Scenario) -> None:
    named = [one.model_copy(update={"service": f"service {n}"}) for n, one in enumerate(scenario.arrivals)]

    found = simulate(scenario.model_copy(update={"arrivals": tuple(named)}), the_same(scenario))

    assert figures_of(found) == figures_of(simulate(scenario))


def a_moment(arrivals: str, agents: str, policy: str, calls: int = 2) -> SimulationResult:
    """A few calls within about a second, each handled for a thousand, of service s unless told otherwise."""
    scenario = parse_scenario(
        f"""
        run = {{ calls = {calls}, seed = 3 }}
        [[arrivals]]
        name = "all"
        skill = "s"
        rate_per_hour = 36000
        handle = {{ distribution = "deterministic", mean = 1000 }}
        {arrivals}
        [[agents]]
        {agents}
        """,
        by_policy=True,
    )
    return simulate(scenario, parse_policy(policy))


EXPERT_AND_NOVICE = "count = 1\nskills = { s = 5 }\n[[agents]]\ncount = 1\nskills = { s = 1 }"
ONE_RULE = '[[rules]]\nqueue = "a"\nskills = { s = 4 }\n'


def test_a_requirement_relaxes_with_age() -> None:
    policy = f"[queues.a]\n{ONE_RULE}steps = [{{ after_seconds = 30, skills = {{ s = 1 }} }}]"
    result = a_moment("", EXPERT_AND_NOVICE, policy)

    assert [result.figures["wait_p50_s"], result.figures["wait_p99_s"]] == pytest.approx([0.0, 30.0])


def test_a_step_nobody_can_meet_is_skipped_at_once() -> None:
    steps = "[{ after_seconds = 10, skills = { t = 1 } }, { after_seconds = 30, skills = { s = 1 } }]"
    result = a_moment("", EXPERT_AND_NOVICE, f"[queues.a]\n{ONE_RULE}steps = {steps}")

    assert result.figures["wait_p99_s"] == pytest.approx(10.0)


def test_a_requirement_may_ask_for_languages_and_attributes() -> None:
    agents = (
        'count = 1\nskills = {}\n[[agents]]\ncount = 1\nskills = {}\nlanguages = ["fa"]\nattributes = { site = "x" }'
    )
    rule = '[queues.a]\n[[rules]]\nqueue = "a"\nlanguages = ["fa"]\nattributes = { site = "x" }\n'
    result = a_moment("", agents, rule)

    assert result.figures["wait_p99_s"] > 900


def test_work_overflows_to_another_queue() -> None:
    overflow = "overflow = { after_seconds = 40, to = 'b' }"
    result = a_moment(
        "", EXPERT_AND_NOVICE, f"[queues.a]\n{overflow}\n[queues.b]\nserves = {{ skills = {{ s = 1 }} }}\n{ONE_RULE}"
    )

    assert result.figures["wait_p99_s"] == pytest.approx(40.0)


def test_a_queue_may_be_joined_late() -> None:
    result = a_moment("", EXPERT_AND_NOVICE, f"[queues.a]\nentry_delay_seconds = 15\n{ONE_RULE}", calls=1)

    assert result.figures["wait_mean_s"] == pytest.approx(15.0)


def test_who_waited_too_long_is_let_go() -> None:
    result = a_moment("", EXPERT_AND_NOVICE, f"[queues.a]\nleave_after_seconds = 25\n{ONE_RULE}")

    assert (result.figures["answered"], result.figures["abandoned"]) == (1, 1)
    assert result.figures["wait_p99_s"] == pytest.approx(25.0)


def test_a_full_queue_takes_no_more() -> None:
    result = a_moment("", EXPERT_AND_NOVICE, f"[queues.a]\nlimit = 1\n{ONE_RULE}", calls=5)

    assert (result.figures["answered"], result.figures["blocked"]) == (2, 3)


def test_a_full_queue_sends_to_another() -> None:
    policy = (
        f"[queues.a]\nlimit = 1\nfull = {{ to = 'b' }}\n[queues.b]\nserves = {{ skills = {{ s = 1 }} }}\n{ONE_RULE}"
    )
    result = a_moment("", EXPERT_AND_NOVICE, policy, calls=3)

    assert (result.figures["answered"], result.figures["blocked"]) == (3, 0)
    assert result.figures["p_wait"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(("nobody", "blocked"), [("'refuse'", 2), ("{ to = 'b' }", 0)])
def test_a_queue_nobody_serves_diverts(nobody: str, blocked: int) -> None:
    policy = f"[queues.a]\nnobody = {nobody}\n[queues.b]\n[[rules]]\nqueue = 'a'\nskills = {{ t = 1 }}"
    result = a_moment("", EXPERT_AND_NOVICE, policy)

    assert (result.figures["blocked"], result.figures["answered"]) == (blocked, 2 - blocked)


def test_an_agent_handles_as_many_at_once_as_have_room() -> None:
    result = a_moment(
        'channel = "web"',
        "count = 1\nskills = {}",
        "[channels.web]\nunits = 25\n[queues.a]\n[[rules]]\nqueue = 'a'",
        calls=5,
    )

    assert result.figures["p_wait"] == pytest.approx(1 / 5)
    assert result.figures["wait_p99_s"] == pytest.approx(1000, abs=2)
    assert 0.25 < result.figures["utilisation"] < 1


def test_no_more_of_a_channel_than_its_ceiling() -> None:
    policy = "[channels.web]\nunits = 25\nceiling = 2\n[queues.a]\n[[rules]]\nqueue = 'a'"
    result = a_moment('channel = "web"', "count = 1\nskills = {}", policy, calls=4)

    assert result.figures["p_wait"] == pytest.approx(2 / 4)


def test_calls_that_would_wait_for_ever_are_refused() -> None:
    policy = "[queues.a]\n[[rules]]\nqueue = 'a'\nskills = { t = 1 }"
    with pytest.raises(
        ScenarioError, match=r"arrivals all, field patience: is missing, and nobody can serve .* queue a"
    ):
        a_moment("", EXPERT_AND_NOVICE, policy)

    patience = "patience = { distribution = 'deterministic', mean = 7 }"
    assert a_moment(patience, EXPERT_AND_NOVICE, policy).figures["wait_mean_s"] == pytest.approx(7)


def test_the_most_specific_rule_decides() -> None:
    policy = """
    [queues.all]
    [queues.gold]
    [[rules]]
    queue = "all"
    skills = { s = 5 }
    [[rules]]
    segment = "B2B"
    value_tier = "gold"
    lifecycle_stage = "retention"
    channel = "phone"
    language = "fa"
    service = "sales"
    queue = "gold"
    skills = { s = 1 }
    """
    named = 'segment = "B2B"\nvalue_tier = "gold"\nlifecycle_stage = "retention"\nlanguage = "fa"\nservice = "sales"'

    assert a_moment(named, EXPERT_AND_NOVICE, policy).figures["p_wait"] == 0
    assert a_moment(named.replace("gold", "silver"), EXPERT_AND_NOVICE, policy).figures["p_wait"] == 0.5


def test_the_example_of_a_bank_puts_high_value_first() -> None:
    scenario = load_scenario(ROOT / "examples/scenarios/bank.toml", calls=20_000)
    own = simulate(scenario)
    under_policy = simulate(scenario, load_policy(ROOT / "examples/policies/bank_calls.toml"))

    def waits(result: SimulationResult) -> list[float]:
        return [result.by_arrival[name]["wait_mean_s"] for name in ("regular, high value", "regular")]

    high, standard = waits(under_policy)
    assert high < standard / 2
    assert high < waits(own)[0]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    scenario, policy = tmp_path / "scenario.toml", tmp_path / "policy.toml"
    scenario.write_text(TWO_CLASSES)
    policy.write_text(
        """
        [queues.all]
        [[rules]]
        queue = "all"
        skills = { support = 1 }
        [[rules]]
        service = "sales"
        queue = "all"
        priority = 10
        skills = { sales = 3 }
        """
    )
    return str(scenario), str(policy)


def test_the_command_takes_a_policy(files: tuple[str, str]) -> None:
    def run(*options: str) -> dict[str, Any]:
        return json.loads(CliRunner().invoke(hub, ["simulate", files[0], "--json", *options]).stdout)

    own, other = run(), run("--policy", files[1])
    assert other["arrivals"] == own["arrivals"]
    assert other["by_arrival"]["sales"]["wait_mean_s"] < own["by_arrival"]["sales"]["wait_mean_s"]
    assert other["by_arrival"]["support"]["wait_mean_s"] > own["by_arrival"]["support"]["wait_mean_s"]
