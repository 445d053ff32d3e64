"""Many agents who are freed at once: the lines they could serve compete for them, and nobody's own is forgotten."""

import pytest

from hub.router.matching.candidates import canonical_match
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import Order
from tests.router.matchers import add_agent, add_asking, add_work, match_all


def free_many(matcher: Matcher, skill: str = "other") -> None:
    for number in range(8):
        add_agent(matcher, f"agent {number}", 50.0 + number, **{skill: 1})


def test_they_take_what_waits_in_the_order_of_all_from_whatever_lines():
    matcher = Matcher()
    for number in range(12):
        add_asking(matcher, f"w{number}", float(number), {"sales": 1}, queue=f"queue {number % 3}")
    matcher.withdraw(add_asking(matcher, "gone", 0.0, {"sales": 1}, queue="empty"))
    assert matcher.next(20.0) is None
    free_many(matcher, "sales")

    assert match_all(matcher, 60.0) == [(f"w{number}", f"agent {number}") for number in range(8)]


@pytest.mark.parametrize("order", Order)
def test_they_take_what_the_plain_meaning_says(order: Order):
    matcher = Matcher(order)
    for number in range(15):
        add_asking(
            matcher, f"w{number}", 5.0 * number, {("sales", "support", "nobody's")[number % 3]: 1},
            weight=number % 2, priority=number % 4, target=7.0 * (number % 5),
        )  # fmt: skip
    assert matcher.next(80.0) is None
    for number in range(9):
        add_agent(matcher, f"agent {number}", 80.0, sales=1 + number % 2, support=1 + number % 3)

    for taken in range(10):
        expected = canonical_match(matcher, 100.0 + taken)
        assert matcher.next(100.0 + taken) == expected
        assert (expected is None) == (taken == 9)
        if expected is not None:
            matcher.reserve(*expected)


def test_who_refused_the_head_of_a_line_takes_what_is_behind_it():
    matcher = Matcher()
    free_many(matcher)
    agent = add_agent(matcher, "a", 0.0, sales=1)
    matcher.bar(agent, add_work(matcher, "refused", 1.0, sales=1), 200.0)
    add_work(matcher, "next", 2.0, sales=1)

    assert match_all(matcher, 60.0) == [("next", "a")]


def test_who_holds_the_head_of_a_line_takes_what_is_behind_it():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0, capacity=200, sales=1)
    consult = add_work(matcher, "consult", 1.0, sales=1)
    assert match_all(matcher, 1.0) == [("consult", "a")]
    matcher.set_ready(agent, False)
    matcher.wait(consult)
    add_work(matcher, "next", 2.0, sales=1)
    assert match_all(matcher, 2.0) == []
    free_many(matcher)
    matcher.set_ready(agent, True)

    assert match_all(matcher, 60.0) == [("next", "a")]


def test_what_waits_for_one_of_them_alone_is_theirs():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    matcher.set_ready(agent, False)
    matcher.bind(add_work(matcher, "bound", 1.0, sales=1), agent)
    assert match_all(matcher, 2.0) == []
    free_many(matcher)
    matcher.set_ready(agent, True)

    assert match_all(matcher, 60.0) == [("bound", "a")]


def test_of_two_freed_at_once_each_takes_what_is_theirs():
    matcher = Matcher()
    add_work(matcher, "sale", 1.0, sales=1)
    assert matcher.next(1.0) is None
    add_agent(matcher, "a", 2.0, support=1)
    add_agent(matcher, "b", 3.0, sales=1)

    assert match_all(matcher, 3.0) == [("sale", "b")]
