"""The pace of a queue is that of its agents, also where they answer at once; it is told when enough was seen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.router.pool.pacing import Pace, answered, passed_over
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

NOON = datetime(2027, 3, 22, 12, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=1)


def after(*seconds: float) -> Pace:
    """Answers so many seconds after noon, while somebody waits."""
    pace = None
    for one in seconds:
        pace = answered(pace, LONG_AGO, NOON + timedelta(seconds=one))
    assert pace is not None
    return pace


def test_nothing_is_told_before_five_gaps() -> None:
    assert after(0, 30, 60, 90, 120).told is None
    assert after(0, 30, 60, 90, 120, 150).told == 30.0


def test_first_gaps_count_the_same_and_later_ones_a_tenth() -> None:
    assert after(0, 10, 40).seconds == pytest.approx(20.0)
    assert after(*range(0, 1010, 10), 1110).seconds == pytest.approx(10 + 0.1 * 100)


def test_answers_at_once_make_one_gap_shared_by_all_of_them() -> None:
    assert (after(0, 0.004).seconds, after(0, 0.004).gaps) == (None, 0)
    pace = after(0, 0.004, 60)
    assert (pace.seconds, pace.gaps) == (30.0, 1)


@given(some.integers(1, 8), some.floats(2, 600))
def test_bursts_of_any_size_have_the_pace_of_single_answers(size: int, between: float) -> None:
    pace = after(*(number * between * size + late * 0.1 for number in range(7) for late in range(size)))
    assert pace.seconds == pytest.approx(between, rel=1e-4)
    assert pace.told is not None


@given(some.floats(0.02, 0.9))
def test_a_fast_queue_is_no_endless_burst(between: float) -> None:
    pace = after(*(number * between for number in range(600)))
    assert pace.told == pytest.approx(between, rel=1e-3)


def test_where_nobody_waited_since_the_last_answer_there_is_no_gap() -> None:
    later = answered(after(0, 30), NOON + timedelta(seconds=31), NOON + timedelta(seconds=500))
    assert (later.seconds, later.gaps) == (30.0, 1)
    assert answered(later, NOON, NOON + timedelta(seconds=550)).seconds == 40.0


def test_an_answer_that_was_not_matched_says_nothing() -> None:
    pace = passed_over(after(0, 30, 30.5), NOON + timedelta(seconds=100))
    assert (pace.seconds, pace.gaps) == (30.0, 1)
    assert answered(pace, LONG_AGO, NOON + timedelta(seconds=150)).seconds == 40.0
    assert passed_over(None, NOON).seconds is None


def test_what_is_on_record_of_the_last_answer_is_all_there_is_to_know() -> None:
    pool = PoolInHand(policy())
    pool.signs_on("anna", capacity=400)
    for number in range(4):
        pool.arrives(f"c{number}", service="sales")
    for number, seconds in enumerate((0, 20, 0.004, 40)):
        pool.now += timedelta(seconds=seconds)
        [event] = pool.accepts("anna", f"offer-c{number}-1")
        again = Pace(event.pace_seconds, event.gaps, event.burst_since, event.burst, event.at)
        assert pool.state.paces["sales"] == again
    assert (again.seconds, again.gaps) == (pytest.approx((20 + 40.004 / 2) / 2), 2)
