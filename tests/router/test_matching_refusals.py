"""Who is not asked for a while, or not again: what they declined, and what they rest from."""

import pytest

from hub.router.matching.matcher import Matcher
from tests.router.matchers import add_agent, add_work, match_all

NEVER = float("inf")


def test_who_declined_is_passed_over_until_the_backoff_is_over_and_the_next_in_line_is_not():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 1.0)
    declined, other = add_work(matcher, "declined", 1.0), add_work(matcher, "other", 2.0)
    matcher.bar(agent, declined, 50.0)

    assert match_all(matcher, 10.0) == [("other", "a")]
    assert other.waiting is False
    matcher.release(other, agent)
    assert match_all(matcher, 49.9) == []
    assert matcher.next_change() == 50.0
    assert match_all(matcher, 50.0) == [("declined", "a")]
    assert matcher.next_change() is None


def test_what_was_refused_for_good_comes_back_when_that_is_forgotten():
    matcher = Matcher()
    first, second = add_agent(matcher, "a", 1.0), add_agent(matcher, "b", 2.0)
    work = add_work(matcher, "w", 1.0)
    assert not matcher.refused_by_all(work, 10.0)
    matcher.bar(first, work, NEVER)
    assert not matcher.refused_by_all(work, 10.0)
    matcher.bar(second, work, NEVER)
    assert matcher.refused_by_all(work, 10.0)
    assert match_all(matcher, 10.0) == []
    assert matcher.next_change() is None
    matcher.clear_bars(work)

    assert match_all(matcher, 10.0) == [("w", "a")]


def test_an_agent_forgiven_may_be_asked_again():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 1.0)
    matcher.bar(agent, add_work(matcher, "w", 1.0), NEVER)
    assert match_all(matcher, 10.0) == []
    matcher.forgive(agent)

    assert match_all(matcher, 10.0) == [("w", "a")]


@pytest.mark.parametrize("is_freed_later", [True, False])
def test_barred_from_the_heads_of_two_lines_the_agent_gets_the_older_of_what_follows(is_freed_later: bool):
    for second_sales, second_other, expected in ((3.0, 5.0, "sales 2"), (5.0, 3.0, "other 2")):
        matcher = Matcher()
        agent = add_agent(matcher, "a", 0.0, sales=1)
        barred = [add_work(matcher, "sales 1", 1.0, sales=1), add_work(matcher, "other 1", 2.0)]
        add_work(matcher, "sales 2", second_sales, sales=1)
        add_work(matcher, "other 2", second_other)
        for work in barred:
            matcher.bar(agent, work, 100.0)
        if is_freed_later:
            matcher.set_ready(agent, False)
            assert match_all(matcher, 9.0) == []
            matcher.set_ready(agent, True)

        assert match_all(matcher, 10.0) == [(expected, "a")]


def test_who_rests_gets_nothing_until_the_rest_is_over():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 1.0)
    matcher.rest(agent, 20.0)
    add_work(matcher, "w", 2.0)

    assert match_all(matcher, 19.9) == []
    assert matcher.next_change() == 20.0
    assert match_all(matcher, 20.0) == [("w", "a")]
    assert matcher.next_change() is None


def test_a_new_rest_takes_the_place_of_the_one_before():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 1.0)
    matcher.rest(agent, 20.0)
    matcher.rest(agent, 40.0)
    add_work(matcher, "w", 2.0)

    assert match_all(matcher, 20.0) == []
    assert matcher.next_change() == 40.0
    assert match_all(matcher, 40.0) == [("w", "a")]


@pytest.mark.parametrize(
    ("refused_by", "signed_on", "expected"),
    [
        ((), ("a", "b"), False),
        (("a",), ("a", "b"), False),
        (("a", "b"), ("a", "b"), True),
        (("a",), ("a",), True),
        (("a", "b"), ("a",), True),
        (("a", "other"), ("a", "b"), False),
        ((), (), False),
        (("a",), (), False),
    ],
)
def test_refused_by_all_counts_who_fits_and_is_signed_on(
    refused_by: tuple[str, ...], signed_on: tuple[str, ...], expected: bool
):
    matcher = Matcher()
    seats = {name: add_agent(matcher, name, 0.0, sales=1) for name in "ab"}
    seats["other"] = add_agent(matcher, "other", 0.0)
    work = add_work(matcher, "w", 1.0, sales=1)
    for name in refused_by:
        matcher.bar(seats[name], work, 20.0)
    for name in "ab":
        matcher.sign(seats[name], name in signed_on)

    assert matcher.refused_by_all(work, 19.9) is expected
    assert not matcher.refused_by_all(work, 20.0)
    matcher.forgive(seats["a"])
    assert not (matcher.refused_by_all(work, 10.0) and "a" in signed_on)


def test_who_was_forgiven_has_not_refused_it_at_whatever_time():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    work = add_work(matcher, "w", 0.0)
    matcher.bar(agent, work, 20.0)
    assert matcher.refused_by_all(work, 0.0)
    matcher.forgive(agent)

    assert not matcher.refused_by_all(work, 0.0)


def test_what_is_over_when_time_has_come_so_far_is_over_before_anything_is_matched():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    matcher.rest(agent, 20.0)
    matcher.bar(agent, matcher.work("w", 1.0, matcher.line("q", matcher.need({}))), 30.0)
    matcher.reach(19.9)
    assert (agent.is_open, len(agent.barred), matcher.next_change()) == (False, 1, 20.0)
    matcher.reach(20.0)
    assert (agent.is_open, len(agent.barred), matcher.next_change()) == (True, 1, 30.0)
    matcher.reach(30.0)

    assert (agent.is_open, len(agent.barred), matcher.next_change()) == (True, 0, None)


def test_a_rest_that_was_replaced_does_not_hide_that_others_are_over():
    matcher = Matcher()
    agent, other = add_agent(matcher, "a", 1.0), add_agent(matcher, "b", 2.0)
    matcher.rest(agent, 20.0)
    matcher.rest(agent, 90.0)
    matcher.rest(other, 30.0)
    add_work(matcher, "w", 3.0)

    assert match_all(matcher, 40.0) == [("w", "b")]


def test_a_rest_ends_in_time_however_many_ended_before():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    for turn in range(100):
        matcher.rest(agent, turn / 100)
        assert matcher.next(turn / 100) is None
    matcher.rest(agent, 2.0)
    add_work(matcher, "w", 1.0)

    assert match_all(matcher, 1.9) == []
    assert match_all(matcher, 2.0) == [("w", "a")]


def test_who_refused_something_gets_what_they_did_not_refuse_from_the_first_moment_on():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    matcher.bar(agent, matcher.work("refused", 0.0, matcher.line("q", matcher.need({}))), NEVER)
    add_work(matcher, "w", 0.0)

    assert match_all(matcher, 0.0) == [("w", "a")]
