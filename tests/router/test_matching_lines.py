"""Where work waits, who finds it there, and what is kept of it."""

from itertools import permutations

import pytest

from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice, Order
from tests.router.matchers import add_agent, add_asking, add_equipped, add_work, match_all, taken_one_by_one


def test_work_that_moves_keeps_its_age_and_its_number():
    matcher = Matcher()
    line = matcher.line("other", matcher.need({"sales": 1}))
    moved, same_age = add_work(matcher, "moved", 1.0), add_asking(matcher, "same age", 1.0, {"sales": 1}, queue="other")
    matcher.move(moved, line)

    assert matcher.in_order("other", 5.0) == [moved, same_age]
    assert matcher.queue_length("q") == 0
    matcher.move(moved, line, since=2.0)
    assert matcher.in_order("other", 5.0) == [same_age, moved]
    matcher.move(moved, line, credit=5.0)
    assert (moved.since, moved.credit) == (2.0, 5.0)
    assert taken_one_by_one(matcher, 5.0, sales=1) == ["moved", "same age"]


@pytest.mark.parametrize("gone", [None, 0, 1, 2, 3])
def test_work_leaves_a_line_by_age_in_whatever_order_it_came(gone: int | None):
    for came in permutations(range(4)):
        matcher = Matcher()
        works = {since: add_work(matcher, f"w{since}", float(since)) for since in came}
        if gone is not None:
            matcher.withdraw(works[gone])
        assert matcher.next(4.0) is None

        assert taken_one_by_one(matcher, 5.0) == [f"w{since}" for since in range(4) if since != gone]


def test_moved_work_finds_who_fits_its_new_line():
    matcher = Matcher()
    add_agent(matcher, "a", 0.0, support=1)
    work = add_work(matcher, "w", 1.0, sales=1)
    assert match_all(matcher, 1.0) == []
    matcher.move(work, matcher.line("q", matcher.need({"support": 1})))

    assert match_all(matcher, 1.0) == [("w", "a")]


def test_places_are_counted_over_all_lines_of_a_queue():
    matcher = Matcher()
    low = [add_work(matcher, f"low {number}", float(number)) for number in range(3)]
    high = add_work(matcher, "high", 5.0, priority=1)
    add_asking(matcher, "elsewhere", 0.0, queue="other", priority=5)
    matcher.withdraw(low[1])

    assert [matcher.waiting_at(work, 6.0) for work in (high, low[0], low[2])] == [1, 2, 3]
    assert matcher.queue_length("q") == 3
    assert matcher.oldest("q") is low[0]
    assert matcher.oldest("nowhere") is None
    assert matcher.queue_length("nowhere") == 0


def test_a_need_that_is_asked_for_later_finds_the_agents_who_are_there_already():
    matcher = Matcher()
    add_agent(matcher, "a", 1.0, sales=2)
    add_agent(matcher, "b", 2.0, support=2)
    assert match_all(matcher, 3.0) == []
    add_work(matcher, "w", 4.0, support=1)

    assert match_all(matcher, 4.0) == [("w", "b")]


def test_an_agent_whose_idle_time_moves_is_still_found():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 1.0)
    add_work(matcher, "no", 1.0, never=1)
    first = add_work(matcher, "w1", 1.0)
    assert match_all(matcher, 2.0) == [("w1", "a")]
    matcher.release(first, agent)
    assert match_all(matcher, 2.0) == []
    matcher.idle_since(agent, 3.0)
    assert match_all(matcher, 3.0) == []
    add_work(matcher, "w2", 4.0)

    assert match_all(matcher, 4.0) == [("w2", "a")]


def test_among_many_lines_an_agent_finds_the_few_that_are_theirs():
    matcher = Matcher()
    for number in range(50):
        add_work(matcher, f"w{number}", float(number), **{f"skill {number}": 1})
    add_agent(matcher, "a", 1.0, **{"skill 40": 1, "skill 30": 1})

    assert match_all(matcher, 60.0) == [("w30", "a")]


@pytest.mark.parametrize("choice", AgentChoice)
@pytest.mark.parametrize("order", Order)
def test_indexes_are_cleaned_of_what_is_out_of_date(order: Order, choice: AgentChoice):
    matcher = Matcher(order)
    seats = [add_agent(matcher, f"agent {number}", float(number), capacity=200) for number in range(10)]
    first = add_work(matcher, "first", 0.0, never=1)
    for turn in range(500):
        work = add_asking(matcher, f"w{turn}", float(turn), choice=choice)
        [(_, name)] = match_all(matcher, float(turn))
        seat = matcher.seat(name)
        if turn % 3:
            matcher.idle_since(seat, float(turn + 10))
        matcher.release(work, seat)
        matcher.bar(seats[turn % 10], work, turn + 5.0)
        matcher.forget(work)
        assert matcher.next(float(turn)) is None
        left = add_work(matcher, f"left {turn}", float(turn), never=1)
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
    agent = add_agent(matcher, "a", 0.0, sales=1)
    kept = matcher.line("kept", need)
    matcher.keep([kept])
    held = add_work(matcher, "held", 0.0, priority=-1, sales=1)
    assert match_all(matcher, 0.0) == [("held", "a")]
    waiting = add_work(matcher, "waits", 1.0, priority=-2, sales=1)
    for priority in range(1000):
        matcher.withdraw(add_work(matcher, "w", 2.0, priority=priority, sales=1))

    lines = set(matcher.waiting.lines())
    assert len(lines) <= 150
    assert {kept, waiting.line} <= lines
    assert held.line not in lines
    assert all(len(ability.lines) == len(lines) for ability in need.abilities)
    assert matcher.line("kept", need) is kept
    matcher.wait(held)
    matcher.release(held, agent)
    assert match_all(matcher, 3.0) == [("held", "a")]
    again = add_work(matcher, "again", 2.0, priority=-1, sales=1)
    assert again.line is held.line


def test_work_put_back_joins_the_line_that_took_the_place_of_its_own():
    matcher = Matcher()
    first = add_work(matcher, "first", 0.0)
    matcher.withdraw(first)
    matcher.waiting.clean_up()
    second = add_work(matcher, "second", 1.0)
    assert second.line is not first.line
    matcher.wait(first)

    assert second.line is first.line
    assert matcher.in_order("q", 2.0) == [first, second]


def test_a_profile_is_kept_as_long_as_somebody_has_it():
    matcher = Matcher()
    seats = [add_agent(matcher, name, 0.0, sales=1) for name in "abc"]

    def known() -> set[tuple[str, ...]]:
        return {key[0] for key in matcher.roster._profiles}

    assert known() == {("sales",)}
    for seat in seats[:2]:
        matcher.equip(seat, {"support": 1})
        assert known() == {("sales",), ("support",)}
    matcher.equip(seats[2], {"support": 1})
    assert known() == {("support",)}


def test_needs_that_ask_the_same_of_an_agent_share_who_fits():
    matcher = Matcher()
    asked = {"skills": {"sales": 1, "support": 2}, "languages": ("fa",)}
    call, chat = matcher.need(**asked, channel="phone"), matcher.need(**asked, channel="web", units=25)
    other = matcher.need(asked["skills"], languages=("en",))
    add_equipped(matcher, "a", 0.0, {"sales": 3, "support": 3}, languages=("fa",))

    assert call.abilities == chat.abilities
    assert call.abilities != other.abilities
    assert [matcher.somebody(need) for need in (call, chat, other)] == [True, True, False]


def test_needs_that_look_for_agents_alike_look_on_the_same_benches():
    matcher = Matcher()
    add_agent(matcher, "a", 0.0, sales=1)
    plain, other = matcher.need({"sales": 1}), matcher.need({"sales": 1}, interruptible=True)
    urgent, chat = matcher.need({"sales": 1}, interrupts=True), matcher.need({"sales": 1}, channel="web")

    assert plain.benches[0] is other.benches[0]
    assert len({need.benches[0] for need in (plain, urgent, chat)}) == 3


def test_what_an_own_amount_is_booked_by_is_made_once():
    need = Matcher().need({"sales": 1}, units=100)

    assert need.taking(100) is need
    assert need.taking(30) is need.taking(30)
    assert (need.taking(30).units, need.taking(30).skills) == (30, need.skills)


def test_many_lines_are_kept_also_when_they_are_made_all_at_once():
    matcher = Matcher()
    need = matcher.need({})
    matcher.keep(matcher.line(f"queue {number % 300}", need) for number in range(600))
    kept = set(matcher.waiting.lines())
    matcher.waiting.clean_up()

    assert len(kept) == 300
    assert set(matcher.waiting.lines()) == kept
    assert all(matcher.line(line.queue, need) is line for line in kept)


def test_a_line_is_cleaned_the_more_seldom_the_longer_it_is():
    matcher, cleaned = Matcher(), 0
    line = matcher.line("q", matcher.need({}))
    for number in range(1000):
        before = line.arrived
        add_work(matcher, f"w{number}", float(number))
        cleaned += line.arrived is not before

    assert line.count == 1000
    assert cleaned <= 5


def test_empty_lines_are_looked_for_only_when_as_many_lines_have_come_as_there_were():
    matcher = Matcher()
    need = matcher.need({})
    matcher.keep([matcher.line(f"kept {number}", need) for number in range(70)])
    for _ in range(2):
        others = [matcher.line(f"other {number}", need) for number in range(70)]
        assert all(line.is_listed for line in others)
        matcher.waiting.clean_up()
        assert not any(line.is_listed for line in others)


@pytest.mark.parametrize("choice", AgentChoice)
def test_a_bench_is_cleaned_the_more_seldom_the_more_sit_on_it(choice: AgentChoice):
    matcher, cleaned = Matcher(), 0
    [bench] = matcher.need({}, choice=choice).benches
    for number in range(1000):
        before = bench.idle, bench.ranked
        add_agent(matcher, f"agent {number}", float(number))
        assert matcher.next(float(number)) is None
        cleaned += bench.idle is not before[0] or bench.ranked is not before[1]

    assert len(bench.idle) + len(bench.ranked) == 1000
    assert cleaned <= 5


@pytest.mark.parametrize("choice", AgentChoice)
def test_a_bench_holds_few_entries_twice_or_out_of_date_also_when_nobody_is_looked_for(choice: AgentChoice):
    matcher = Matcher()
    [bench] = matcher.need({}, choice=choice).benches
    for back in (True, False):
        first, second = add_agent(matcher, "first", 1.0), add_agent(matcher, "second", 2.0)
        assert matcher.next(2.0) is None
        for turn in range(500):
            if back:
                matcher.set_ready(first, True)
            else:
                matcher.idle_since(second, 3.0 + turn)
            assert matcher.next(3.0 + turn) is None
            assert len(bench.idle) + len(bench.returned) + len(bench.ranked) <= 150


def test_a_line_holds_few_entries_out_of_date_also_behind_work_that_stays():
    matcher = Matcher()
    line = add_work(matcher, "stays", 0.0).line
    back = add_work(matcher, "comes and goes", 1.0)
    add_work(matcher, "stays too", 2.0)
    for _ in range(500):
        matcher.withdraw(back)
        matcher.wait(back)
        assert len(line.arrived) + len(line.returned) <= 150
    for turn in range(500):
        matcher.withdraw(add_work(matcher, f"w{turn}", 3.0 + turn))
        assert len(line.arrived) + len(line.returned) <= 150
