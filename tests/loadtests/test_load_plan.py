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
