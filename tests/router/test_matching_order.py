"""In which order waiting work is taken."""

import pytest

from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice, Order
from tests.router.matchers import add_agent, add_asking, add_work, match_all, taken_one_by_one


def test_higher_priority_goes_first_then_the_older():
    matcher = Matcher()
    for name, since, priority in (("old", 1.0, 0), ("older", 0.5, 0), ("new but high", 2.0, 5)):
        add_work(matcher, name, since, priority)
    for number in range(3):
        add_agent(matcher, f"agent {number}", 10.0)

    assert [work for work, _ in match_all(matcher, 11.0)] == ["new but high", "older", "old"]


def test_by_age_priority_and_queue_count_for_nothing():
    matcher = Matcher(Order.AGE)
    add_asking(matcher, "young", 3.0, queue="high", priority=9)
    add_asking(matcher, "old", 1.0, queue="low")
    add_asking(matcher, "between", 2.0, queue="high", priority=9)

    assert taken_one_by_one(matcher, 10.0) == ["old", "between", "young"]


def test_by_deadline_what_is_to_be_answered_first_goes_first():
    matcher = Matcher(Order.DEADLINE)
    add_asking(matcher, "has time", 0.0, target=300.0)
    add_asking(matcher, "is urgent", 50.0, target=20.0)
    add_asking(matcher, "was urgent", 10.0, target=20.0)

    assert taken_one_by_one(matcher, 60.0) == ["was urgent", "is urgent", "has time"]


@pytest.mark.parametrize(
    ("now", "expected"), [(299.0, ["steady", "growing"]), (301.0, ["growing", "steady"])], ids=["early", "late"]
)
def test_a_growing_priority_overtakes_a_higher_one_with_time(now: float, expected: list[str]):
    matcher = Matcher(Order.GROWING)
    add_asking(matcher, "growing", 0.0, weight=1.0)
    add_asking(matcher, "steady", 0.0, priority=5)

    assert taken_one_by_one(matcher, now) == expected


def test_what_grows_is_compared_at_the_present_time_also_when_it_was_looked_at_before():
    matcher = Matcher(Order.GROWING)
    add_asking(matcher, "growing", 0.0, weight=1.0)
    add_asking(matcher, "steady", 0.0, priority=5)
    for name in "abc":
        add_agent(matcher, name, 0.0)

    before, after = matcher.next(120.0), matcher.next(360.0)
    assert before is not None
    assert after is not None
    assert (before[0].id, after[0].id) == ("steady", "growing")


def test_who_was_freed_takes_what_has_grown_most_by_its_age():
    for now, expected in ((1060.0, "steady"), (1301.0, "growing")):
        matcher = Matcher(Order.GROWING)
        add_asking(matcher, "growing", 1000.0, weight=1.0)
        add_asking(matcher, "steady", 1000.0, priority=5)
        assert matcher.next(1000.0) is None
        add_agent(matcher, "a", 0.0)

        assert match_all(matcher, now) == [(expected, "a")]


@pytest.mark.parametrize(
    ("order", "expected"),
    [(Order.PRIORITY, "high"), (Order.AGE, "old"), (Order.DEADLINE, "urgent"), (Order.SKILL, "their best")],
)
def test_who_was_freed_takes_what_the_order_says(order: Order, expected: str):
    matcher = Matcher(order)
    add_asking(matcher, "old", 10.0, target=300.0)
    add_asking(matcher, "urgent", 50.0, target=20.0)
    add_asking(matcher, "their best", 51.0, {"sales": 1}, target=300.0)
    add_asking(matcher, "high", 52.0, priority=1, target=300.0)
    assert matcher.next(60.0) is None
    add_agent(matcher, "a", 0.0, sales=2)

    assert match_all(matcher, 60.0) == [(expected, "a")]


@pytest.mark.parametrize("order", Order)
def test_of_what_is_equal_in_the_order_who_was_freed_takes_what_came_first(order: Order):
    matcher = Matcher(order)
    other, line = (matcher.line(queue, matcher.need({})) for queue in ("other", "q"))
    matcher.wait(matcher.work("first", 1.0, line))
    matcher.wait(matcher.work("second", 1.0, other))
    assert matcher.next(1.0) is None
    add_agent(matcher, "a", 0.0)

    assert match_all(matcher, 2.0) == [("first", "a")]


def test_by_skill_agents_take_what_they_are_best_at_then_the_older():
    matcher = Matcher(Order.SKILL)
    add_work(matcher, "anybody", 0.0)
    add_work(matcher, "weak", 1.0, sales=1)
    add_work(matcher, "strong", 3.0, support=1)
    add_work(matcher, "strong and old", 2.0, support=1)

    assert taken_one_by_one(matcher, 9.0, sales=2, support=5) == ["strong and old", "strong", "weak", "anybody"]


def test_by_skill_the_longest_idle_agent_names_the_work_and_the_choice_says_who_gets_it():
    matcher = Matcher(Order.SKILL)
    add_agent(matcher, "idle for long", 0.0, sales=3, support=1)
    add_agent(matcher, "expert", 5.0, sales=5, support=1)
    assert match_all(matcher, 6.0) == []
    add_asking(matcher, "old", 7.0, {"support": 1}, choice=AgentChoice.HIGHEST_LEVEL)
    add_asking(matcher, "named", 8.0, {"sales": 1}, choice=AgentChoice.HIGHEST_LEVEL)

    assert match_all(matcher, 8.0) == [("named", "expert"), ("old", "idle for long")]


def test_by_skill_many_changes_at_once_are_the_same_as_few():
    matcher = Matcher(Order.SKILL)
    for number in range(8):
        add_agent(matcher, f"agent {number}", float(number), sales=1, support=1 + number % 5)
    assert match_all(matcher, 10.0) == []
    for number in range(10):
        add_work(matcher, f"w{number}", 10.0 + number, **{("sales", "support")[number % 2]: 1})

    found = match_all(matcher, 20.0)
    assert found[:2] == [("w0", "agent 0"), ("w1", "agent 1")]
    assert len(found) == 8


def test_credit_is_age():
    matcher = Matcher()
    add_work(matcher, "older", 0.0)
    add_asking(matcher, "helped", 50.0, credit=60.0)
    hindered = add_asking(matcher, "hindered", -10.0, credit=-100.0)

    assert taken_one_by_one(matcher, 60.0) == ["helped", "older", "hindered"]
    assert hindered.credit == -100.0
    assert matcher.work("as it is", 60.0, hindered.line).credit == 0.0


def test_a_new_order_holds_for_what_waits_already():
    for order, expected in ((Order.AGE, ["old", "high", "new"]), (Order.DEADLINE, ["new", "old", "high"])):
        matcher = Matcher()
        add_asking(matcher, "old", 0.0, target=100.0)
        add_asking(matcher, "high", 10.0, priority=1, target=100.0)
        add_asking(matcher, "new", 20.0, target=5.0)
        assert matcher.next(30.0) is None
        matcher.set_order(order)

        assert matcher.order is order
        assert taken_one_by_one(matcher, 30.0) == expected


def test_by_skill_the_longest_idle_agent_names_the_work_also_when_others_are_better_at_all_of_it():
    matcher = Matcher(Order.SKILL)
    add_agent(matcher, "idle for long", 0.0, sales=2, support=1)
    add_agent(matcher, "expert", 5.0, sales=3, support=5)
    assert match_all(matcher, 6.0) == []
    add_asking(matcher, "their best", 7.0, {"support": 1}, choice=AgentChoice.HIGHEST_LEVEL)
    add_asking(matcher, "named", 8.0, {"sales": 1}, choice=AgentChoice.HIGHEST_LEVEL)

    assert match_all(matcher, 8.0) == [("named", "expert"), ("their best", "idle for long")]


def test_by_skill_work_that_waits_for_one_agent_is_named_by_nobody_else():
    matcher = Matcher(Order.SKILL)
    add_agent(matcher, "idle for long", 0.0, sales=5)
    known = add_agent(matcher, "known", 5.0, sales=1)
    assert match_all(matcher, 6.0) == []
    bound = add_asking(matcher, "bound", 7.0, {"sales": 1}, choice=AgentChoice.HIGHEST_LEVEL)
    matcher.bind(bound, known)

    assert match_all(matcher, 8.0) == [("bound", "known")]


@pytest.mark.parametrize("choice", AgentChoice)
@pytest.mark.parametrize("is_ready", [False, True], ids=["not ready", "no room"])
def test_by_skill_who_can_take_nothing_now_names_nothing(choice: AgentChoice, is_ready: bool):
    matcher = Matcher(Order.SKILL)
    first = add_agent(matcher, "idle for long", 0.0, sales=1, support=5)
    add_agent(matcher, "ready", 1.0, sales=5, support=1)
    assert match_all(matcher, 1.0) == []
    if is_ready:
        matcher.reserve(matcher.work("held", 1.0, matcher.line("q", matcher.need({}))), first)
    else:
        matcher.set_ready(first, False)
    add_asking(matcher, "their best", 2.0, {"support": 1}, choice=choice)
    add_asking(matcher, "best for who is ready", 3.0, {"sales": 1}, choice=choice)

    assert match_all(matcher, 3.0) == [("best for who is ready", "ready")]
