"""What a matcher answers, case by case; that it is right in all of them is for the test of its histories."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.router.agents import Seat
from hub.router.candidates import Rule, candidates, choices
from hub.router.matching import Matcher
from hub.router.order import AgentChoice, Order
from hub.router.waiting import Work

NEVER = float("inf")


def _agent(matcher: Matcher, name: str, since: float, capacity: int = 100, **skills: int) -> Seat:
    return _equipped(matcher, name, since, skills, capacity=capacity)


def _equipped(matcher: Matcher, name: str, since: float, skills: dict[str, int], **given: Any) -> Seat:
    seat = matcher.seat(name)
    matcher.equip(seat, skills, **given)
    matcher.idle_since(seat, since)
    matcher.sign(seat, True)
    matcher.set_ready(seat, True)
    return seat


def _work(matcher: Matcher, name: str, since: float, priority: int = 0, **skills: int) -> Work:
    return _asking(matcher, name, since, skills, priority=priority)


def _asking(
    matcher: Matcher,
    name: str,
    since: float,
    skills: dict[str, int] | None = None,
    *,
    queue: str = "q",
    credit: float = 0.0,
    priority: int = 0,
    weight: float = 0.0,
    target: float = 0.0,
    **need: Any,
) -> Work:
    line = matcher.line(queue, matcher.need(skills or {}, **need), priority=priority, weight=weight, target=target)
    work = matcher.work(name, since, line, credit)
    matcher.wait(work)
    return work


def _matches(matcher: Matcher, now: float) -> list[tuple[str, str]]:
    found = []
    while (match := matcher.next(now)) is not None:
        matcher.reserve(*match)
        found.append((match[0].id, match[1].agent_id))
    return found


def _taken_one_by_one(matcher: Matcher, now: float, **skills: int) -> list[str]:
    """What one agent takes who finishes each piece at once."""
    seat = _agent(matcher, "the only one", 0.0, **skills)
    taken = []
    while (match := matcher.next(now)) is not None:
        matcher.reserve(*match)
        matcher.release(*match)
        matcher.idle_since(seat, now)
        taken.append(match[0].id)
    return taken


# In which order.


def test_higher_priority_goes_first_then_the_older():
    matcher = Matcher()
    for name, since, priority in (("old", 1.0, 0), ("older", 0.5, 0), ("new but high", 2.0, 5)):
        _work(matcher, name, since, priority)
    for number in range(3):
        _agent(matcher, f"agent {number}", 10.0)

    assert [work for work, _ in _matches(matcher, 11.0)] == ["new but high", "older", "old"]


def test_by_age_priority_and_queue_count_for_nothing():
    matcher = Matcher(Order.AGE)
    _asking(matcher, "young", 3.0, queue="high", priority=9)
    _asking(matcher, "old", 1.0, queue="low")
    _asking(matcher, "between", 2.0, queue="high", priority=9)

    assert _taken_one_by_one(matcher, 10.0) == ["old", "between", "young"]


def test_by_deadline_what_is_to_be_answered_first_goes_first():
    matcher = Matcher(Order.DEADLINE)
    _asking(matcher, "has time", 0.0, target=300.0)
    _asking(matcher, "is urgent", 50.0, target=20.0)
    _asking(matcher, "was urgent", 10.0, target=20.0)

    assert _taken_one_by_one(matcher, 60.0) == ["was urgent", "is urgent", "has time"]


@pytest.mark.parametrize(
    ("now", "expected"), [(120.0, ["steady", "growing"]), (360.0, ["growing", "steady"])], ids=["early", "late"]
)
def test_a_growing_priority_overtakes_a_higher_one_with_time(now: float, expected: list[str]):
    matcher = Matcher(Order.GROWING)
    _asking(matcher, "growing", 0.0, weight=1.0)
    _asking(matcher, "steady", 0.0, priority=5)

    assert _taken_one_by_one(matcher, now) == expected


def test_what_grows_is_compared_at_the_present_time_also_when_it_was_looked_at_before():
    matcher = Matcher(Order.GROWING)
    _asking(matcher, "growing", 0.0, weight=1.0)
    _asking(matcher, "steady", 0.0, priority=5)
    for name in "abc":
        _agent(matcher, name, 0.0)

    before, after = matcher.next(120.0), matcher.next(360.0)
    assert before is not None
    assert after is not None
    assert (before[0].id, after[0].id) == ("steady", "growing")


def test_by_skill_agents_take_what_they_are_best_at_then_the_older():
    matcher = Matcher(Order.SKILL)
    _work(matcher, "anybody", 0.0)
    _work(matcher, "weak", 1.0, sales=1)
    _work(matcher, "strong", 3.0, support=1)
    _work(matcher, "strong and old", 2.0, support=1)

    assert _taken_one_by_one(matcher, 9.0, sales=2, support=5) == ["strong and old", "strong", "weak", "anybody"]


def test_by_skill_the_longest_idle_agent_names_the_work_and_the_choice_says_who_gets_it():
    matcher = Matcher(Order.SKILL)
    _agent(matcher, "idle for long", 0.0, sales=3, support=1)
    _agent(matcher, "expert", 5.0, sales=5, support=1)
    assert _matches(matcher, 6.0) == []
    _asking(matcher, "old", 7.0, {"support": 1}, choice=AgentChoice.HIGHEST_LEVEL)
    _asking(matcher, "named", 8.0, {"sales": 1}, choice=AgentChoice.HIGHEST_LEVEL)

    assert _matches(matcher, 8.0) == [("named", "expert"), ("old", "idle for long")]


def test_by_skill_many_changes_at_once_are_the_same_as_few():
    matcher = Matcher(Order.SKILL)
    agents = [_agent(matcher, f"agent {number}", float(number), sales=1, support=1 + number % 5) for number in range(8)]
    assert _matches(matcher, 10.0) == []
    for number in range(10):
        _work(matcher, f"w{number}", 10.0 + number, **{("sales", "support")[number % 2]: 1})

    found = _matches(matcher, 20.0)
    assert found[:2] == [("w0", "agent 0"), ("w1", "agent 1")]
    assert len(found) == len(agents)


def test_credit_is_age():
    matcher = Matcher()
    _work(matcher, "older", 0.0)
    _asking(matcher, "helped", 50.0, credit=60.0)
    hindered = _asking(matcher, "hindered", -10.0, credit=-100.0)

    assert _taken_one_by_one(matcher, 60.0) == ["helped", "older", "hindered"]
    assert hindered.credit == -100.0


def test_a_new_order_holds_for_what_waits_already():
    for order, expected in ((Order.AGE, ["old", "high", "new"]), (Order.DEADLINE, ["new", "old", "high"])):
        matcher = Matcher()
        _asking(matcher, "old", 0.0, target=100.0)
        _asking(matcher, "high", 10.0, priority=1, target=100.0)
        _asking(matcher, "new", 20.0, target=5.0)
        assert matcher.next(30.0) is None
        matcher.set_order(order)

        assert matcher.order is order
        assert _taken_one_by_one(matcher, 30.0) == expected


# To whom.


def test_the_longest_idle_is_asked_first():
    matcher = Matcher()
    _agent(matcher, "just back", 9.0)
    _agent(matcher, "idle for long", 1.0)
    _work(matcher, "w", 10.0)

    assert _matches(matcher, 10.0) == [("w", "idle for long")]


def test_levels_are_least_levels():
    matcher = Matcher()
    _agent(matcher, "beginner", 1.0, english=2)
    _agent(matcher, "fluent", 2.0, english=5)
    _work(matcher, "w", 3.0, english=3)

    assert _matches(matcher, 3.0) == [("w", "fluent")]


def test_attributes_must_be_the_same_and_one_language_is_enough():
    matcher = Matcher()
    _equipped(matcher, "other team", 1.0, {}, languages=("fa", "en"), attributes={"team": "blue"})
    _equipped(matcher, "no language", 2.0, {}, languages=("de",), attributes={"team": "red"})
    _equipped(matcher, "right", 3.0, {}, languages=("en",), attributes={"team": "red", "shift": "late"})
    _asking(matcher, "w", 4.0, {}, languages=("fa", "en"), attributes={"team": "red"})

    assert _matches(matcher, 4.0) == [("w", "right")]


def _is_skilled(matcher: Matcher, first: Seat, second: Seat) -> None:
    matcher.equip(first, {"sales": 1})
    matcher.equip(second, {"sales": 2})


def _is_less_occupied(matcher: Matcher, first: Seat, second: Seat) -> None:
    for seat, units in ((first, 50), (second, 30)):
        matcher.equip(seat, {"sales": 1}, capacity=200)
        need = matcher.need({}, units=units)
        matcher.reserve(matcher.work(f"held by {seat.agent_id}", 0.0, matcher.line("q", need)), seat)


def _had_less_today(matcher: Matcher, first: Seat, second: Seat) -> None:
    matcher.counted(first, 3)
    matcher.counted(second, 2)


def _had_no_turn(matcher: Matcher, first: Seat, second: Seat) -> None:
    matcher.took_turn(second)
    matcher.took_turn(first)


def _is_faster(matcher: Matcher, first: Seat, second: Seat) -> None:
    matcher.equip(second, {"sales": 1}, pace=0.5)


@pytest.mark.parametrize("has_waited", [True, False], ids=["agent freed", "work arrives"])
@pytest.mark.parametrize(
    ("choice", "make_second_better"),
    [
        (AgentChoice.HIGHEST_LEVEL, _is_skilled),
        (AgentChoice.LEAST_OCCUPIED, _is_less_occupied),
        (AgentChoice.FEWEST_TODAY, _had_less_today),
        (AgentChoice.ROUND_ROBIN, _had_no_turn),
        (AgentChoice.FASTEST, _is_faster),
    ],
)
def test_the_choice_goes_before_idle_time_which_decides_between_equals(
    choice: AgentChoice, make_second_better: Callable[[Matcher, Seat, Seat], None], has_waited: bool
):
    matcher = Matcher()
    first, second = _agent(matcher, "first", 1.0, sales=1), _agent(matcher, "second", 2.0, sales=1)
    _agent(matcher, "not skilled", 0.0)
    if has_waited:
        _asking(matcher, "equal", 3.0, {"sales": 1}, choice=choice)
        assert _matches(matcher, 3.0) == [("equal", "first")]
        matcher.release(*_held(first))
    make_second_better(matcher, first, second)
    _asking(matcher, "w", 4.0, {"sales": 1}, choice=choice)

    assert _matches(matcher, 4.0) == [("w", "second")]


def _held(seat: Seat) -> tuple[Work, Seat]:
    [work] = seat.held
    return work, seat


def test_a_new_day_forgets_what_was_counted():
    matcher = Matcher()
    seat, _ = _agent(matcher, "had many", 1.0), _agent(matcher, "had none", 2.0)
    matcher.counted(seat, 5)
    _asking(matcher, "today", 3.0, choice=AgentChoice.FEWEST_TODAY)
    [(_, taker)] = [matcher.next(3.0) or (None, None)]
    assert taker is not None
    assert taker.agent_id == "had none"
    matcher.new_day()

    assert _matches(matcher, 3.0) == [("today", "had many")]


def test_each_turn_goes_to_the_one_whose_last_is_longest_ago():
    matcher = Matcher()
    for name in "abc":
        _agent(matcher, name, 0.0)
    takers = []
    for number in range(6):
        _asking(matcher, f"w{number}", float(number), choice=AgentChoice.ROUND_ROBIN)
        match = matcher.next(float(number))
        assert match is not None
        matcher.reserve(*match)
        matcher.release(*match)
        takers.append(match[1].agent_id)

    assert takers == ["a", "b", "c", "a", "b", "c"]


def test_nobody_gets_work_who_is_not_signed_on_and_ready():
    matcher = Matcher()
    seat = _agent(matcher, "a", 0.0)
    work = _work(matcher, "w", 1.0)
    matcher.sign(seat, False)
    assert matcher.next(1.0) is None
    assert not matcher.somebody(work.need)
    matcher.sign(seat, True)
    assert matcher.next(1.0) is None
    assert matcher.somebody(work.need)
    matcher.set_ready(seat, True)

    assert _matches(matcher, 1.0) == [("w", "a")]


# What they declined, and what they rest from.


def test_who_declined_is_passed_over_until_the_backoff_is_over_and_the_next_in_line_is_not():
    matcher = Matcher()
    agent = _agent(matcher, "a", 1.0)
    declined, other = _work(matcher, "declined", 1.0), _work(matcher, "other", 2.0)
    matcher.bar(agent, declined, 50.0)

    assert _matches(matcher, 10.0) == [("other", "a")]
    assert other.waiting is False
    matcher.release(other, agent)
    assert _matches(matcher, 49.9) == []
    assert matcher.next_change() == 50.0
    assert _matches(matcher, 50.0) == [("declined", "a")]
    assert matcher.next_change() is None


def test_what_was_refused_for_good_comes_back_when_that_is_forgotten():
    matcher = Matcher()
    first, second = _agent(matcher, "a", 1.0), _agent(matcher, "b", 2.0)
    work = _work(matcher, "w", 1.0)
    assert not matcher.refused_by_all(work, 10.0)
    matcher.bar(first, work, NEVER)
    assert not matcher.refused_by_all(work, 10.0)
    matcher.bar(second, work, NEVER)
    assert matcher.refused_by_all(work, 10.0)
    assert _matches(matcher, 10.0) == []
    assert matcher.next_change() is None
    matcher.clear_bars(work)

    assert _matches(matcher, 10.0) == [("w", "a")]


def test_an_agent_forgiven_may_be_asked_again():
    matcher = Matcher()
    agent = _agent(matcher, "a", 1.0)
    matcher.bar(agent, _work(matcher, "w", 1.0), NEVER)
    assert _matches(matcher, 10.0) == []
    matcher.forgive(agent)

    assert _matches(matcher, 10.0) == [("w", "a")]


def test_barred_from_the_heads_of_two_lines_the_agent_gets_the_older_of_what_follows():
    for second_sales, second_other, expected in ((3.0, 5.0, "sales 2"), (5.0, 3.0, "other 2")):
        matcher = Matcher()
        agent = _agent(matcher, "a", 0.0, sales=1)
        barred = [_work(matcher, "sales 1", 1.0, sales=1), _work(matcher, "other 1", 2.0)]
        _work(matcher, "sales 2", second_sales, sales=1)
        _work(matcher, "other 2", second_other)
        for work in barred:
            matcher.bar(agent, work, 100.0)

        assert _matches(matcher, 10.0) == [(expected, "a")]


def test_who_rests_gets_nothing_until_the_rest_is_over():
    matcher = Matcher()
    agent = _agent(matcher, "a", 1.0)
    matcher.rest(agent, 20.0)
    _work(matcher, "w", 2.0)

    assert _matches(matcher, 19.9) == []
    assert matcher.next_change() == 20.0
    assert _matches(matcher, 20.0) == [("w", "a")]
    assert matcher.next_change() is None


def test_a_new_rest_takes_the_place_of_the_one_before():
    matcher = Matcher()
    agent = _agent(matcher, "a", 1.0)
    matcher.rest(agent, 20.0)
    matcher.rest(agent, 40.0)
    _work(matcher, "w", 2.0)

    assert _matches(matcher, 20.0) == []
    assert matcher.next_change() == 40.0
    assert _matches(matcher, 40.0) == [("w", "a")]


# Room.


def test_an_agent_with_room_for_several_gets_several():
    matcher = Matcher()
    _agent(matcher, "a", 0.0)
    for number in range(4):
        _asking(matcher, f"chat {number}", float(number), units=30)

    assert _matches(matcher, 5.0) == [("chat 0", "a"), ("chat 1", "a"), ("chat 2", "a")]


def test_a_ceiling_limits_the_pieces_of_a_channel_and_no_other():
    matcher = Matcher()
    agent = _equipped(matcher, "a", 0.0, {}, ceilings={"web": 1})
    first = _asking(matcher, "chat 1", 1.0, units=10, channel="web")
    _asking(matcher, "chat 2", 2.0, units=10, channel="web")
    _asking(matcher, "mail", 3.0, units=10, channel="email")

    assert _matches(matcher, 5.0) == [("chat 1", "a"), ("mail", "a")]
    matcher.release(first, agent)
    assert _matches(matcher, 6.0) == [("chat 2", "a")]


def test_a_closed_channel_is_open_again_when_they_say_so():
    matcher = Matcher()
    agent = _agent(matcher, "a", 0.0)
    matcher.set_closed(agent, frozenset({"phone"}))
    _asking(matcher, "call", 1.0, channel="phone", units=50)
    _asking(matcher, "mail", 2.0, channel="email", units=50)

    assert _matches(matcher, 3.0) == [("mail", "a")]
    matcher.set_closed(agent, frozenset())
    assert _matches(matcher, 4.0) == [("call", "a")]


def test_what_may_be_paused_makes_room_for_what_may_interrupt():
    matcher = Matcher()
    agent = _agent(matcher, "a", 0.0)
    mails = [_asking(matcher, f"mail {units}", 1.0, units=units, interruptible=True) for units in (20, 30, 50)]
    assert len(_matches(matcher, 1.0)) == 3
    _asking(matcher, "patient", 2.0, units=60)
    assert matcher.next(2.0) is None
    call = _asking(matcher, "call", 3.0, units=80, interrupts=True)

    assert matcher.next(3.0) == (call, agent)
    assert matcher.to_pause(agent, call.need) == [mails[2], mails[1]]
    for mail in matcher.to_pause(agent, call.need):
        matcher.pause(mail, agent)
    matcher.reserve(call, agent)
    assert (agent.free, agent.pausable) == (0, 20)
    assert matcher.to_resume(agent) == []
    matcher.release(call, agent)
    assert matcher.to_resume(agent) == [mails[1], mails[2]]
    for mail in matcher.to_resume(agent):
        matcher.resume(mail, agent)
    assert (agent.free, agent.pausable) == (0, 100)


def test_of_equal_pieces_the_newest_is_paused_and_of_those_paused_none():
    matcher = Matcher()
    agent = _agent(matcher, "a", 0.0)
    mails = [_asking(matcher, f"mail {number}", float(number), units=25, interruptible=True) for number in range(4)]
    assert len(_matches(matcher, 5.0)) == 4
    urgent, patient = matcher.need({}, units=25, interrupts=True), matcher.need({}, units=25)

    assert matcher.to_pause(agent, urgent) == [mails[3]]
    assert matcher.to_pause(agent, patient) == []
    matcher.pause(mails[3], agent)
    matcher.pause(mails[3], agent)
    assert agent.free == 25
    assert matcher.to_pause(agent, urgent) == []
    assert matcher.to_pause(agent, matcher.need({}, units=50, interrupts=True)) == [mails[2]]
    matcher.release(mails[3], agent)
    assert agent.free == 25


def test_only_as_much_is_resumed_as_there_is_room_for():
    matcher = Matcher()
    agent = _agent(matcher, "a", 0.0)
    mails = [_asking(matcher, f"mail {number}", float(number), units=50, interruptible=True) for number in range(2)]
    assert len(_matches(matcher, 5.0)) == 2
    for mail in mails:
        matcher.pause(mail, agent)
    short = _asking(matcher, "short", 6.0, units=40)
    assert _matches(matcher, 6.0) == [("short", "a")]

    assert matcher.to_resume(agent) == [mails[0]]
    matcher.release(short, agent)
    assert matcher.to_resume(agent) == mails


def test_what_cannot_be_interrupted_cannot_be_paused():
    matcher = Matcher()
    agent = _agent(matcher, "a", 0.0)
    work = _work(matcher, "w", 1.0)
    assert _matches(matcher, 1.0) == [("w", "a")]
    matcher.pause(work, agent)
    matcher.resume(work, agent)

    assert agent.free == 0


def test_the_room_that_was_booked_is_given_back_whatever_the_work_asks_for_now():
    matcher = Matcher()
    agent = _agent(matcher, "a", 0.0)
    work = _asking(matcher, "w", 1.0, units=60)
    assert _matches(matcher, 1.0) == [("w", "a")]
    matcher.move(work, matcher.line("other", matcher.need({}, units=10)))
    assert agent.free == 40
    matcher.reserve(work, agent)
    assert agent.free == 40
    matcher.release(work, agent)
    matcher.release(work, agent)

    assert agent.free == 100
    assert not work.waiting


def test_work_of_a_channel_takes_what_it_takes_of_this_agent():
    matcher = Matcher()
    usual, quick = _agent(matcher, "usual", 0.0), _equipped(matcher, "quick", 9.0, {}, units={"web": 20})
    need, call = matcher.need({}, channel="web", units=60), matcher.need({}, channel="phone", units=60)
    chats = [_asking(matcher, f"chat {number}", 10.0 + number, channel="web", units=60) for number in range(7)]

    assert [matcher.units_for(seat, one) for seat in (usual, quick) for one in (need, call)] == [60, 60, 20, 60]
    assert [name for _, name in _matches(matcher, 20.0)] == ["usual"] + 5 * ["quick"]
    assert (usual.free, quick.free) == (40, 0)
    matcher.equip(quick, {}, units={"web": 50})
    matcher.release(chats[1], quick)
    assert quick.free == 20
    assert _matches(matcher, 20.0) == []
    matcher.release(chats[2], quick)
    matcher.release(chats[3], quick)
    assert _matches(matcher, 20.0) == [("chat 6", "quick")]
    assert quick.free == 10


def test_units_of_their_own_count_for_pauses_too():
    matcher = Matcher()
    agent = _equipped(matcher, "a", 0.0, {}, units={"phone": 80, "mail": 50})
    mails = [_asking(matcher, f"mail {number}", 1.0, channel="mail", units=10, interruptible=True) for number in (0, 1)]
    assert len(_matches(matcher, 1.0)) == 2
    assert (agent.free, agent.pausable) == (0, 100)
    call = _asking(matcher, "call", 2.0, channel="phone", units=30, interrupts=True)

    assert matcher.next(2.0) == (call, agent)
    assert matcher.to_pause(agent, call.need) == [mails[1], mails[0]]
    for mail in mails:
        matcher.pause(mail, agent)
    matcher.reserve(call, agent)
    assert (agent.free, agent.pausable) == (20, 0)
    matcher.release(call, agent)
    assert matcher.to_resume(agent) == mails
    rule = {one.agent_id: one.rule for one in candidates(matcher, matcher.work("x", 3.0, call.line), 3.0)}
    matcher.equip(agent, {}, capacity=79, units={"phone": 80})
    assert rule == {"a": Rule.FITS}
    assert candidates(matcher, call, 3.0)[0].rule is Rule.CAPACITY


# For whom.


def test_bound_work_waits_for_its_agent_and_goes_by_the_order_of_all_for_them():
    matcher = Matcher()
    other, known = _agent(matcher, "other", 0.0), _agent(matcher, "known", 1.0)
    matcher.set_ready(known, False)
    urgent = _work(matcher, "urgent", 2.0, priority=1)
    bound = _work(matcher, "bound", 3.0)
    matcher.bind(bound, known)
    assert _matches(matcher, 3.0) == [("urgent", "other")]
    matcher.release(urgent, other)
    _work(matcher, "more urgent", 4.0, priority=2)
    _work(matcher, "later", 5.0)
    matcher.set_ready(other, False)
    matcher.set_ready(known, True)

    assert _matches(matcher, 6.0) == [("more urgent", "known")]
    matcher.release(*_held(known))
    assert _matches(matcher, 7.0) == [("bound", "known")]
    assert known.bound == {}
    assert matcher.queue_length("q") == 1


def test_work_is_unbound_to_its_old_place():
    matcher = Matcher()
    known = _agent(matcher, "known", 0.0)
    matcher.set_ready(known, False)
    bound = matcher.work("bound", 1.0, matcher.line("q", matcher.need({})))
    matcher.bind(bound, known)
    matcher.wait(bound)
    _work(matcher, "later", 2.0)
    assert matcher.oldest("q") is bound
    assert matcher.in_order("q", 3.0)[0] is bound
    matcher.unbind(bound)
    assert known.bound == {}
    _agent(matcher, "other", 3.0)

    assert _matches(matcher, 3.0) == [("bound", "other")]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("choice", AgentChoice)
def test_bound_work_is_for_its_agent_whatever_they_can_do(order: Order, choice: AgentChoice):
    matcher = Matcher(order)
    known, fitting = _agent(matcher, "known", 5.0, other=1), _agent(matcher, "fitting", 0.0, sales=5)
    bound = matcher.work("w", 6.0, matcher.line("q", matcher.need({"sales": 3}, attributes={"a": "b"}, choice=choice)))
    matcher.bind(bound, known)
    matcher.wait(bound)

    rules = {one.agent_id: one.rule for one in candidates(matcher, bound, 6.0)}
    assert rules == {"known": Rule.FITS, "fitting": Rule.RESERVED_FOR_ANOTHER}
    assert _matches(matcher, 6.0) == [("w", "known")]
    assert matcher.another(bound, 6.0) is None
    assert not fitting.held


@pytest.mark.parametrize("order", Order)
def test_bound_work_waits_for_its_agent_to_have_room_and_to_be_ready(order: Order):
    matcher = Matcher(order)
    known = _agent(matcher, "known", 0.0)
    held = _work(matcher, "held", 1.0)
    assert _matches(matcher, 1.0) == [("held", "known")]
    matcher.bind(_work(matcher, "w", 1.0, sales=1), known)
    assert _matches(matcher, 1.0) == []
    matcher.set_ready(known, False)
    matcher.release(held, known)
    assert _matches(matcher, 1.0) == []
    matcher.set_ready(known, True)

    assert _matches(matcher, 1.0) == [("w", "known")]


def test_an_agent_takes_what_they_are_good_at_before_what_waits_for_them_without_their_skills():
    matcher = Matcher(Order.SKILL)
    known = _agent(matcher, "known", 0.0, support=2)
    matcher.set_ready(known, False)
    matcher.bind(_work(matcher, "bound", 1.0, sales=1), known)
    matcher.bind(_work(matcher, "bound and half known", 3.0, sales=1, support=1), known)
    _work(matcher, "open", 2.0, support=1)
    matcher.set_ready(known, True)

    assert [one.work_id for one in choices(matcher, known, 4.0)] == ["open", "bound and half known", "bound"]
    taken = []
    while (match := matcher.next(4.0)) is not None:
        matcher.reserve(*match)
        matcher.release(*match)
        taken.append(match[0].id)
    assert taken == ["open", "bound and half known", "bound"]


def test_work_is_offered_to_one_more_who_is_not_asked_yet():
    matcher = Matcher()
    seats = [_agent(matcher, name, since) for since, name in enumerate("abcd")]
    work = _work(matcher, "w", 5.0)
    assert _matches(matcher, 5.0) == [("w", "a")]
    matcher.bar(seats[1], work, NEVER)

    assert matcher.another(work, 6.0) is seats[2]
    assert matcher.another(work, 6.0, [seats[2]]) is seats[3]
    assert matcher.another(work, 6.0, {seats[2], seats[3]}) is None
    matcher.reserve(work, seats[2])
    assert matcher.another(work, 6.0) is seats[3]
    _work(matcher, "next", 7.0)
    assert _matches(matcher, 7.0) == [("next", "b")]


def test_who_has_work_that_waits_for_somebody_else_is_not_asked_for_it():
    matcher = Matcher()
    _agent(matcher, "holder", 0.0, capacity=200)
    consult = _work(matcher, "consult", 1.0)
    assert _matches(matcher, 1.0) == [("consult", "holder")]
    matcher.wait(consult)
    assert _matches(matcher, 2.0) == []
    _work(matcher, "another", 2.0)
    assert _matches(matcher, 2.0) == [("another", "holder")]
    _agent(matcher, "expert", 3.0)

    assert _matches(matcher, 3.0) == [("consult", "expert")]


def test_an_agent_who_was_freed_just_now_may_be_offered_the_same_work():
    matcher = Matcher()
    _agent(matcher, "a", 0.0)
    work = _work(matcher, "w", 1.0)
    assert _matches(matcher, 1.0) == [("w", "a")]
    freed = _agent(matcher, "b", 2.0)

    assert matcher.another(work, 2.0) is freed


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
    seats = {name: _agent(matcher, name, 0.0, sales=1) for name in "ab"}
    seats["other"] = _agent(matcher, "other", 0.0)
    work = _work(matcher, "w", 1.0, sales=1)
    for name in refused_by:
        matcher.bar(seats[name], work, 20.0)
    for name in "ab":
        matcher.sign(seats[name], name in signed_on)

    assert matcher.refused_by_all(work, 19.9) is expected
    assert not matcher.refused_by_all(work, 20.0)
    matcher.forgive(seats["a"])
    assert not (matcher.refused_by_all(work, 10.0) and "a" in signed_on)


def test_the_choice_holds_for_needs_of_several_skills_too():
    for choice, expected in ((AgentChoice.LONGEST_IDLE, "first"), (AgentChoice.HIGHEST_LEVEL, "second")):
        matcher = Matcher()
        _agent(matcher, "first", 0.0, sales=1, support=1)
        _agent(matcher, "second", 1.0, sales=3, support=1)
        _asking(matcher, "w", 2.0, {"sales": 1, "support": 1}, choice=choice)

        assert _matches(matcher, 2.0) == [("w", expected)]


def test_a_pause_makes_room_and_what_is_not_held_cannot_be_paused():
    matcher = Matcher()
    agent = _agent(matcher, "a", 0.0)
    mail = _asking(matcher, "mail", 1.0, interruptible=True)
    matcher.pause(mail, agent)
    assert (agent.free, agent.paused) == (100, frozenset())
    assert _matches(matcher, 1.0) == [("mail", "a")]
    _work(matcher, "w", 2.0)
    assert matcher.next(2.0) is None
    matcher.pause(mail, agent)

    assert _matches(matcher, 2.0) == [("w", "a")]


# Where it waits.


def test_work_that_moves_keeps_its_age_and_its_number():
    matcher = Matcher()
    line = matcher.line("other", matcher.need({"sales": 1}))
    moved, same_age = _work(matcher, "moved", 1.0), _asking(matcher, "same age", 1.0, {"sales": 1}, queue="other")
    matcher.move(moved, line)

    assert matcher.in_order("other", 5.0) == [moved, same_age]
    assert matcher.queue_length("q") == 0
    matcher.move(moved, line, since=2.0)
    assert matcher.in_order("other", 5.0) == [same_age, moved]
    matcher.move(moved, line, credit=5.0)
    assert (moved.since, moved.credit) == (2.0, 5.0)
    assert _taken_one_by_one(matcher, 5.0, sales=1) == ["moved", "same age"]


def test_moved_work_finds_who_fits_its_new_line():
    matcher = Matcher()
    _agent(matcher, "a", 0.0, support=1)
    work = _work(matcher, "w", 1.0, sales=1)
    assert _matches(matcher, 1.0) == []
    matcher.move(work, matcher.line("q", matcher.need({"support": 1})))

    assert _matches(matcher, 1.0) == [("w", "a")]


def test_places_are_counted_over_all_lines_of_a_queue():
    matcher = Matcher()
    low = [_work(matcher, f"low {number}", float(number)) for number in range(3)]
    high = _work(matcher, "high", 5.0, priority=1)
    _asking(matcher, "elsewhere", 0.0, queue="other", priority=5)
    matcher.withdraw(low[1])

    assert [matcher.waiting_at(work, 6.0) for work in (high, low[0], low[2])] == [1, 2, 3]
    assert matcher.queue_length("q") == 3
    assert matcher.oldest("q") is low[0]
    assert matcher.oldest("nowhere") is None
    assert matcher.queue_length("nowhere") == 0


def test_a_need_that_is_asked_for_later_finds_the_agents_who_are_there_already():
    matcher = Matcher()
    _agent(matcher, "a", 1.0, sales=2)
    _agent(matcher, "b", 2.0, support=2)
    assert _matches(matcher, 3.0) == []
    _work(matcher, "w", 4.0, support=1)

    assert _matches(matcher, 4.0) == [("w", "b")]


def test_an_agent_whose_idle_time_moves_is_still_found():
    matcher = Matcher()
    agent = _agent(matcher, "a", 1.0)
    _work(matcher, "no", 1.0, never=1)
    first = _work(matcher, "w1", 1.0)
    assert _matches(matcher, 2.0) == [("w1", "a")]
    matcher.release(first, agent)
    assert _matches(matcher, 2.0) == []
    matcher.idle_since(agent, 3.0)
    assert _matches(matcher, 3.0) == []
    _work(matcher, "w2", 4.0)

    assert _matches(matcher, 4.0) == [("w2", "a")]


def test_among_many_lines_an_agent_finds_the_few_that_are_theirs():
    matcher = Matcher()
    for number in range(50):
        _work(matcher, f"w{number}", float(number), **{f"skill {number}": 1})
    _agent(matcher, "a", 1.0, **{"skill 40": 1, "skill 30": 1})

    assert _matches(matcher, 60.0) == [("w30", "a")]


# What is kept.


@pytest.mark.parametrize("choice", AgentChoice)
@pytest.mark.parametrize("order", Order)
def test_indexes_are_cleaned_of_what_is_out_of_date(order: Order, choice: AgentChoice):
    matcher = Matcher(order)
    seats = [_agent(matcher, f"agent {number}", float(number), capacity=200) for number in range(10)]
    first = _work(matcher, "first", 0.0, never=1)
    for turn in range(500):
        work = _asking(matcher, f"w{turn}", float(turn), choice=choice)
        [(_, name)] = _matches(matcher, float(turn))
        seat = matcher.seat(name)
        if turn % 3:
            matcher.idle_since(seat, float(turn + 10))
        matcher.release(work, seat)
        matcher.bar(seats[turn % 10], work, turn + 5.0)
        matcher.forget(work)
        assert matcher.next(float(turn)) is None
        left = _work(matcher, f"left {turn}", float(turn), never=1)
        matcher.bind(left, seat)
        matcher.unbind(left)
        matcher.withdraw(left)
        benches, line = work.need.benches, first.line
        assert sum(len(one.idle) + len(one.returned) + len(one.ranked) for one in benches) <= 400
        assert len(line.arrived) + len(line.returned) <= 200
        assert not seat.bound
        assert not line.own
    assert matcher.next_change() is None
    assert all(not seat.barred and not seat.held for seat in seats)
    assert len(matcher._search._timers) <= 10


def test_lines_that_are_empty_are_dropped_but_for_those_kept():
    matcher = Matcher()
    need = matcher.need({"sales": 1})
    agent = _agent(matcher, "a", 0.0, sales=1)
    kept = matcher.line("kept", need)
    matcher.keep([kept])
    held = _work(matcher, "held", 0.0, priority=-1, sales=1)
    assert _matches(matcher, 0.0) == [("held", "a")]
    waiting = _work(matcher, "waits", 1.0, priority=-2, sales=1)
    for priority in range(1000):
        matcher.withdraw(_work(matcher, "w", 2.0, priority=priority, sales=1))

    lines = set(matcher.waiting.lines())
    assert len(lines) <= 150
    assert {kept, waiting.line} <= lines
    assert held.line not in lines
    assert all(len(ability.lines) == len(lines) for ability in need.abilities)
    assert matcher.line("kept", need) is kept
    matcher.wait(held)
    matcher.release(held, agent)
    assert _matches(matcher, 3.0) == [("held", "a")]
    again = _work(matcher, "again", 2.0, priority=-1, sales=1)
    assert again.line is held.line


def test_work_put_back_joins_the_line_that_took_the_place_of_its_own():
    matcher = Matcher()
    first = _work(matcher, "first", 0.0)
    matcher.withdraw(first)
    matcher.waiting.clean_up()
    second = _work(matcher, "second", 1.0)
    assert second.line is not first.line
    matcher.wait(first)

    assert second.line is first.line
    assert matcher.in_order("q", 2.0) == [first, second]


# Why.


def test_each_agent_is_named_with_the_rule_that_keeps_or_excludes_them():
    matcher = Matcher()
    fluent, work = {"sales": 2}, _asking(
        matcher, "w", 5.0, {"sales": 2}, languages=("fa",), attributes={"team": "red"}, channel="phone", units=60
    )  # fmt: skip
    given: dict[str, Any] = {"languages": ("fa",), "attributes": {"team": "red"}}
    seats = {
        name: _equipped(matcher, name, 1.0, {"sales": 1} if name == "skill" else fluent, **{**given, **other})
        for name, other in {
            "not_signed_on": {}, "not_ready": {}, "resting": {}, "skill": {}, "language": {"languages": ("en",)},
            "attribute": {"attributes": {}}, "already_offered": {}, "declined_before": {}, "channel_closed": {},
            "ceiling": {"ceilings": {"phone": 1}}, "capacity": {"capacity": 50}, "fits": {}, "fits too": {},
        }.items()
    }  # fmt: skip
    matcher.sign(seats["not_signed_on"], False)
    matcher.set_ready(seats["not_ready"], False)
    matcher.rest(seats["resting"], 50.0)
    matcher.reserve(work, seats["already_offered"])
    matcher.reserve(
        matcher.work("held", 0.0, matcher.line("q", matcher.need({}, channel="phone", units=1))), seats["ceiling"]
    )
    matcher.bar(seats["declined_before"], work, 50.0)
    matcher.set_closed(seats["channel_closed"], frozenset({"phone"}))
    matcher.wait(work)

    found = candidates(matcher, work, 10.0)
    assert [(one.agent_id, one.rank) for one in found[:2]] == [("fits", 1), ("fits too", 2)]
    assert {one.agent_id: one.rule.value for one in found[2:]} == {
        name: name for name in seats if not name.startswith("fits")
    }
    assert all(one.rank is None for one in found[2:])
    assert found[0].inputs == {
        "idle_since": 1.0, "level": 2, "units_in_use": 0, "capacity": 100, "today": 0, "turn": 0, "pace": 1.0
    }  # fmt: skip
    matcher.bind(work, seats["fits too"])
    assert {one.agent_id: one.rule for one in candidates(matcher, work, 10.0)}["fits"] is Rule.RESERVED_FOR_ANOTHER


def test_each_waiting_work_is_named_with_its_place_for_an_agent():
    matcher = Matcher(Order.SKILL)
    agent = _agent(matcher, "a", 0.0, sales=1, support=4)
    _work(matcher, "sales", 1.0, sales=1)
    _asking(matcher, "support", 2.0, {"support": 1}, queue="help", priority=3, credit=5.0)
    _work(matcher, "other", 0.0, other=1)

    found = choices(matcher, agent, 12.0)
    assert [(one.work_id, one.queue, one.rule, one.rank) for one in found] == [
        ("support", "help", Rule.FITS, 1),
        ("sales", "q", Rule.FITS, 2),
        ("other", "q", Rule.SKILL, None),
    ]
    assert found[0].inputs == {"age": 15.0, "priority": 3, "weight": 0.0, "target": 0.0, "level": 4}
