import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loadtests.plan import Load, Stage, arrivals, load_of


def test_talk_and_wrap_up_fill_four_fifths_of_the_agents_unless_given() -> None:
    load = load_of(rate=500, agents=2000, seconds=60)
    assert load.talk + load.wrap == pytest.approx(3.2)
    assert load.rate * (load.talk + load.wrap) / load.agents == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("talk", "wrap", "expected"),
    [(None, 1.0, (2.2, 1.0)), (3.0, None, (3.0, 0.2)), (5.0, None, (5.0, 0.0)), (1.0, 2.0, (1.0, 2.0))],
)
def test_what_is_given_is_kept(talk: float | None, wrap: float | None, expected: tuple[float, float]) -> None:
    load = load_of(500, 2000, 60, talk=talk, wrap=wrap)
    assert (load.talk, load.wrap) == pytest.approx(expected)


def test_in_phase_two_agents_just_keep_up_with_the_rate() -> None:
    load = load_of(500, 2000, 60)
    talk, wrap = load.handle("load-b-7")
    assert load.agents / (talk + wrap) == pytest.approx(load.rate)
    assert load.handle("load-a-7") == (load.talk, load.wrap)


def test_an_overloaded_team_talks_no_longer_in_phase_two() -> None:
    assert Load(rate=100, agents=10, seconds=5, talk=1, wrap=1, warmup=1).stretch == 1.0


@given(rate=st.floats(5, 300), agents=st.integers(1, 3000), seconds=st.floats(0.5, 4))
def test_arrivals_come_in_order_each_once_within_their_stage(rate: float, agents: int, seconds: float) -> None:
    load = load_of(rate, agents, seconds)
    assume(load.ramp_seconds < 30)
    found = list(arrivals(load))
    assert [one.due for one in found] == sorted(one.due for one in found)
    assert [one.number for one in found] == list(range(len(found)))
    for one in found:
        assert load.begins(one.stage) <= one.due < load.ends


def test_the_rate_is_the_mean_of_what_arrives() -> None:
    load = load_of(200, 800, 30)
    measured = [one for one in arrivals(load) if one.stage is Stage.FREE_AGENTS]
    assert len(measured) == pytest.approx(200 * 30, rel=0.05)


def test_the_ramp_brings_enough_to_fill_agents_and_backlog() -> None:
    load = load_of(500, 2000, 60)
    extra = load.ramp_seconds * load.rate / 4
    assert extra == pytest.approx(0.2 * load.agents + load.backlog)


VARIED = load_of(400, 48_000, 60, cycle=100)


def test_a_mean_cycle_lets_times_vary_around_it() -> None:
    """Of the first ones: those of the last ones are cut short when all is measured."""
    measured = list(itertools.islice(arrivals(VARIED), 20_000))
    times = [VARIED.handle(one.contact_id) for one in measured]
    totals = [talk + wrap for talk, wrap in times]
    mean = sum(totals) / len(totals)
    deviation = (sum((one - mean) ** 2 for one in totals) / len(totals)) ** 0.5
    assert mean == pytest.approx(100, rel=0.05)
    assert deviation == pytest.approx(100, rel=0.1)
    assert VARIED.warmup == 300
    assert VARIED.handle(measured[0].contact_id) == VARIED.handle(measured[0].contact_id)


def test_nothing_lasts_longer_than_it_takes_to_close() -> None:
    for one in arrivals(load_of(400, 48_000, 5, cycle=100, warmup=20)):
        talk, wrap = VARIED.handle(one.contact_id)
        assert talk >= 0
        assert wrap >= 0
        assert one.due + talk + wrap <= VARIED.ends + VARIED.drained


def test_in_a_varied_ramp_agents_and_backlog_fill_for_all_of_phase_two() -> None:
    """By the means: contacts that came and are not over yet, were all of them served at once."""
    cycle, stretched = 100, 100 * VARIED.stretch

    def unfinished(at: float, since: float, until: float, rate: float, mean: float) -> float:
        return rate * mean * (math.exp(-max(0.0, at - until) / mean) - math.exp(-(at - since) / mean))

    for at in (VARIED.begins(Stage.BACKLOG), VARIED.ends):
        ramp, backlog = VARIED.begins(Stage.RAMP), VARIED.begins(Stage.BACKLOG)
        there = unfinished(at, 0, ramp, 400, cycle) + unfinished(at, ramp, backlog, 500, stretched)
        if at > backlog:
            there += unfinished(at, backlog, at, 400, stretched)
        assert there >= VARIED.agents
