"""Work that is for one agent, and work that several are asked for."""

import pytest

from hub.router.matching.candidates import Rule, candidates, choices
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice, Order
from tests.router.matchers import add_agent, add_work, held_by, match_all

NEVER = float("inf")


def test_bound_work_waits_for_its_agent_and_goes_by_the_order_of_all_for_them():
    matcher = Matcher()
    other, known = add_agent(matcher, "other", 0.0), add_agent(matcher, "known", 1.0)
    matcher.set_ready(known, False)
    urgent = add_work(matcher, "urgent", 2.0, priority=1)
    bound = add_work(matcher, "bound", 3.0)
    matcher.bind(bound, known)
    assert match_all(matcher, 3.0) == [("urgent", "other")]
    matcher.release(urgent, other)
    add_work(matcher, "more urgent", 4.0, priority=2)
    add_work(matcher, "later", 5.0)
    matcher.set_ready(other, False)
    matcher.set_ready(known, True)

    assert match_all(matcher, 6.0) == [("more urgent", "known")]
    matcher.release(*held_by(known))
    assert match_all(matcher, 7.0) == [("bound", "known")]
    assert known.bound == {}
    assert matcher.queue_length("q") == 1


def test_work_is_unbound_to_its_old_place():
    matcher = Matcher()
    known = add_agent(matcher, "known", 0.0)
    matcher.set_ready(known, False)
    bound = matcher.work("bound", 1.0, matcher.line("q", matcher.need({})))
    matcher.bind(bound, known)
    matcher.wait(bound)
    add_work(matcher, "later", 2.0)
    assert matcher.oldest("q") is bound
    assert matcher.in_order("q", 3.0)[0] is bound
    matcher.unbind(bound)
    assert known.bound == {}
    add_agent(matcher, "other", 3.0)

    assert match_all(matcher, 3.0) == [("bound", "other")]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("choice", AgentChoice)
def test_bound_work_is_for_its_agent_whatever_they_can_do(order: Order, choice: AgentChoice):
    matcher = Matcher(order)
    known, fitting = add_agent(matcher, "known", 5.0, other=1), add_agent(matcher, "fitting", 0.0, sales=5)
    bound = matcher.work("w", 6.0, matcher.line("q", matcher.need({"sales": 3}, attributes={"a": "b"}, choice=choice)))
    matcher.bind(bound, known)
    matcher.wait(bound)

    rules = {one.agent_id: one.rule for one in candidates(matcher, bound, 6.0)}
    assert rules == {"known": Rule.FITS, "fitting": Rule.RESERVED_FOR_ANOTHER}
    assert match_all(matcher, 6.0) == [("w", "known")]
    assert matcher.another(bound, 6.0) is None
    assert not fitting.held


@pytest.mark.parametrize("order", Order)
def test_bound_work_waits_for_its_agent_to_have_room_and_to_be_ready(order: Order):
    matcher = Matcher(order)
    known = add_agent(matcher, "known", 0.0)
    held = add_work(matcher, "held", 1.0)
    assert match_all(matcher, 1.0) == [("held", "known")]
    matcher.bind(add_work(matcher, "w", 1.0, sales=1), known)
    assert match_all(matcher, 1.0) == []
    matcher.set_ready(known, False)
    matcher.release(held, known)
    assert match_all(matcher, 1.0) == []
    matcher.set_ready(known, True)

    assert match_all(matcher, 1.0) == [("w", "known")]


def test_an_agent_takes_what_they_are_good_at_before_what_waits_for_them_without_their_skills():
    matcher = Matcher(Order.SKILL)
    known = add_agent(matcher, "known", 0.0, support=2)
    matcher.set_ready(known, False)
    matcher.bind(add_work(matcher, "bound", 1.0, sales=1), known)
    matcher.bind(add_work(matcher, "bound and half known", 3.0, sales=1, support=1), known)
    add_work(matcher, "open", 2.0, support=1)
    matcher.set_ready(known, True)

    assert [one.work_id for one in choices(matcher, known, 4.0)] == ["open", "bound and half known", "bound"]
    taken = []
    while (match := matcher.next(4.0)) is not None:
        matcher.reserve(*match)
        matcher.release(*match)
        taken.append(match[0].id)
    assert taken == ["open", "bound and half known", "bound"]


def test_forgotten_work_that_waits_again_waits_for_anybody():
    matcher = Matcher()
    known = add_agent(matcher, "known", 0.0)
    matcher.set_ready(known, False)
    work = add_work(matcher, "w", 1.0)
    matcher.bind(work, known)
    matcher.forget(work)
    assert matcher.queue_length("q") == 0
    matcher.wait(work)
    add_agent(matcher, "other", 2.0)

    assert match_all(matcher, 2.0) == [("w", "other")]


def test_work_is_offered_to_one_more_who_is_not_asked_yet():
    matcher = Matcher()
    seats = [add_agent(matcher, name, since) for since, name in enumerate("abcd")]
    work = add_work(matcher, "w", 5.0)
    assert match_all(matcher, 5.0) == [("w", "a")]
    matcher.bar(seats[1], work, NEVER)

    assert matcher.another(work, 6.0) is seats[2]
    assert matcher.another(work, 6.0, [seats[2]]) is seats[3]
    assert matcher.another(work, 6.0, {seats[2], seats[3]}) is None
    matcher.reserve(work, seats[2])
    assert matcher.another(work, 6.0) is seats[3]
    add_work(matcher, "next", 7.0)
    assert match_all(matcher, 7.0) == [("next", "b")]


def test_who_has_work_that_waits_for_somebody_else_is_not_asked_for_it():
    matcher = Matcher()
    add_agent(matcher, "holder", 0.0, capacity=200)
    consult = add_work(matcher, "consult", 1.0)
    assert match_all(matcher, 1.0) == [("consult", "holder")]
    matcher.wait(consult)
    assert match_all(matcher, 2.0) == []
    add_work(matcher, "another", 2.0)
    assert match_all(matcher, 2.0) == [("another", "holder")]
    add_agent(matcher, "expert", 3.0)

    assert match_all(matcher, 3.0) == [("consult", "expert")]


def test_an_agent_who_was_freed_just_now_may_be_offered_the_same_work():
    matcher = Matcher()
    add_agent(matcher, "a", 0.0)
    work = add_work(matcher, "w", 1.0)
    assert match_all(matcher, 1.0) == [("w", "a")]
    freed = add_agent(matcher, "b", 2.0)

    assert matcher.another(work, 2.0) is freed
