"""Patience estimated from who left and who was answered first."""

import math
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.router.trial.patience import patience

Waits = list[tuple[float, bool]]
WAITS = st.lists(
    st.tuples(st.floats(min_value=0, max_value=1e4, allow_nan=False).map(lambda one: round(one, 3)), st.booleans()),
    max_size=60,
)
CHANCE = st.floats(min_value=0, max_value=1, exclude_max=True)


def test_the_estimate_of_kaplan_and_meier_on_their_own_example() -> None:
    # Kaplan and Meier (1958), table 1: deaths at 0.8, 3.1, 5.4, 9.2; losses at 1.0, 2.7, 7.0, 12.1.
    deaths, losses = (0.8, 3.1, 5.4, 9.2), (1.0, 2.7, 7.0, 12.1)
    found = patience([(one, True) for one in deaths] + [(one, False) for one in losses])
    assert [found.still_there(one) for one in deaths] == pytest.approx([7 / 8, 7 / 10, 21 / 40, 21 / 80])
    assert found.still_there(0.79) == 1
    assert (found.observed, found.left) == (8, 4)


def test_without_censoring_the_draws_are_the_observed() -> None:
    found = patience([(10.0, True), (20.0, True), (20.0, True), (40.0, True)])
    draws = [found.draw(chance / 100) for chance in range(100)]
    assert {round(draw, 3) for draw in draws} == {10, 20, 40}
    assert mean(draws) == pytest.approx(22.5, abs=0.5)


def test_who_leaves_at_the_very_moment_another_is_answered_leaves_first() -> None:
    assert patience([(10.0, False), (10.0, True)]).still_there(10.0) == 0.5


def test_where_nobody_left_everybody_stays_for_ever() -> None:
    assert patience([(10.0, False)] * 20).draw(0.99) == math.inf
    assert patience([]).draw(0.5) == math.inf


def test_behind_the_last_departure_people_leave_at_the_mean_rate() -> None:
    found = patience([(50.0, True)] * 10 + [(100.0, False)] * 10)
    assert found.rate == pytest.approx(10 / 1500)
    late = [found.draw(chance / 2000, waited=60.0) - 60 for chance in range(2000)]
    assert mean(late) == pytest.approx(150, rel=0.02)


@given(WAITS, CHANCE, st.floats(min_value=0, max_value=2e4, allow_nan=False))
def test_patience_is_more_than_what_was_waited_already(
    waits: list[tuple[float, bool]], at: float, waited: float
) -> None:
    found = patience(waits)
    assert found.draw(at, waited) > waited
    assert list(found.shares) == sorted(found.shares, reverse=True)
    assert all(0 <= share <= 1 for share in found.shares)


@given(WAITS, CHANCE, CHANCE)
def test_more_chance_is_more_patience(waits: Waits, one: float, other: float) -> None:
    found = patience(waits)
    assert found.draw(min(one, other)) <= found.draw(max(one, other))
