"""Which of the agents who may take work gets it."""

from collections.abc import Callable

import pytest

from hub.router.matching.agents import Seat
from hub.router.matching.candidates import Rule, candidates
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice
from tests.router.matchers import add_agent, add_asking, add_equipped, add_work, held_by, match_all


def test_the_longest_idle_is_asked_first():
    matcher = Matcher()
    add_agent(matcher, "just back", 9.0)
    add_agent(matcher, "idle for long", 1.0)
    add_work(matcher, "w", 10.0)

    assert match_all(matcher, 10.0) == [("w", "idle for long")]


def test_levels_are_least_levels():
    matcher = Matcher()
    add_agent(matcher, "beginner", 1.0, english=2)
    add_agent(matcher, "fluent", 2.0, english=5)
    add_work(matcher, "w", 3.0, english=3)

    assert match_all(matcher, 3.0) == [("w", "fluent")]


def test_who_lacks_one_of_the_skills_is_not_asked():
    matcher = Matcher()
    add_agent(matcher, "sells", 1.0, sales=5)
    add_agent(matcher, "helps", 2.0, support=5)
    add_agent(matcher, "helps a little", 3.0, sales=5, support=1)
    add_agent(matcher, "both", 4.0, sales=2, support=2)
    add_work(matcher, "w", 5.0, sales=2, support=2)

    assert match_all(matcher, 5.0) == [("w", "both")]


def test_attributes_must_be_the_same_and_one_language_is_enough():
    matcher = Matcher()
    add_equipped(matcher, "other team", 1.0, {}, languages=("fa", "en"), attributes={"team": "blue"})
    add_equipped(matcher, "no language", 2.0, {}, languages=("de",), attributes={"team": "red"})
    add_equipped(matcher, "right", 3.0, {}, languages=("en",), attributes={"team": "red", "shift": "late"})
    add_asking(matcher, "w", 4.0, {}, languages=("fa", "en"), attributes={"team": "red"})

    assert match_all(matcher, 4.0) == [("w", "right")]


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
    first, second = add_agent(matcher, "first", 1.0, sales=1), add_agent(matcher, "second", 2.0, sales=1)
    add_agent(matcher, "not skilled", 0.0)
    if has_waited:
        add_asking(matcher, "equal", 3.0, {"sales": 1}, choice=choice)
        assert match_all(matcher, 3.0) == [("equal", "first")]
        matcher.release(*held_by(first))
    make_second_better(matcher, first, second)
    add_asking(matcher, "w", 4.0, {"sales": 1}, choice=choice)

    assert match_all(matcher, 4.0) == [("w", "second")]


def test_a_new_day_forgets_what_was_counted():
    matcher = Matcher()
    seat, _ = add_agent(matcher, "had many", 1.0), add_agent(matcher, "had none", 2.0)
    matcher.counted(seat, 5)
    add_asking(matcher, "today", 3.0, choice=AgentChoice.FEWEST_TODAY)
    [(_, taker)] = [matcher.next(3.0) or (None, None)]
    assert taker is not None
    assert taker.agent_id == "had none"
    matcher.new_day()

    assert match_all(matcher, 3.0) == [("today", "had many")]


def test_each_turn_goes_to_the_one_whose_last_is_longest_ago():
    matcher = Matcher()
    for name in "abc":
        add_agent(matcher, name, 0.0)
    takers = []
    for number in range(6):
        add_asking(matcher, f"w{number}", float(number), choice=AgentChoice.ROUND_ROBIN)
        match = matcher.next(float(number))
        assert match is not None
        matcher.reserve(*match)
        matcher.release(*match)
        takers.append(match[1].agent_id)

    assert takers == ["a", "b", "c", "a", "b", "c"]


def test_a_second_reservation_of_the_same_work_is_no_second_turn():
    matcher = Matcher()
    first, second = add_agent(matcher, "first", 0.0), add_agent(matcher, "second", 1.0)
    works = [add_work(matcher, f"w{number}", 2.0) for number in range(2)]
    assert match_all(matcher, 2.0) == [("w0", "first"), ("w1", "second")]
    matcher.reserve(works[0], first)
    matcher.release(works[0], first)
    matcher.release(works[1], second)
    add_asking(matcher, "next", 3.0, choice=AgentChoice.ROUND_ROBIN)

    assert match_all(matcher, 3.0) == [("next", "first")]


def test_nobody_gets_work_who_is_not_signed_on_and_ready():
    matcher = Matcher()
    seat = add_agent(matcher, "a", 0.0)
    work = add_work(matcher, "w", 1.0)
    matcher.sign(seat, False)
    assert matcher.next(1.0) is None
    assert not matcher.somebody(work.need)
    matcher.sign(seat, True)
    assert matcher.next(1.0) is None
    assert matcher.somebody(work.need)
    matcher.set_ready(seat, True)

    assert match_all(matcher, 1.0) == [("w", "a")]


def test_what_an_agent_can_do_from_now_on_leaves_their_place_among_the_idle():
    matcher = Matcher()
    second, first = add_agent(matcher, "second", 200.0), add_agent(matcher, "first", 100.0)
    matcher.equip(second, {"sales": 1})
    matcher.equip(first, {"support": 1})
    matcher.equip(second, {})
    for number in range(2):
        add_work(matcher, f"w{number}", 300.0)

    assert [name for _, name in match_all(matcher, 300.0)] == ["first", "second"]


def test_who_signs_on_again_stays_ready():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    matcher.sign(agent, True)
    add_work(matcher, "w", 1.0)

    assert match_all(matcher, 1.0) == [("w", "a")]


def test_who_is_not_ready_any_more_takes_nothing():
    matcher = Matcher()
    add_work(matcher, "w", 1.0)
    assert matcher.next(1.0) is None
    agent = add_agent(matcher, "a", 2.0)
    matcher.set_ready(agent, False)

    assert matcher.next(2.0) is None


def test_an_agent_seen_for_the_first_time_is_not_signed_on_and_not_ready_and_can_do_nothing():
    matcher = Matcher()
    work = add_work(matcher, "w", 1.0)
    agent = matcher.seat("a")
    matcher.set_ready(agent, True)
    assert not matcher.somebody(work.need)
    other = matcher.seat("b")
    matcher.equip(other, {})
    assert matcher.next(1.0) is None
    matcher.sign(other, True)
    assert matcher.somebody(work.need)
    assert matcher.next(1.0) is None

    matcher.sign(agent, True)
    matcher.set_ready(agent, True)
    seen = {one.agent_id: one for one in candidates(matcher, work, 1.0)}["a"]
    assert (seen.rule, seen.inputs["pace"]) == (Rule.CAPACITY, 1.0)
    asked = matcher.need({}, languages=("fa",)), matcher.need({"sales": 1}), matcher.need({}, attributes={"a": "b"})
    assert not any(matcher.somebody(need) for need in asked)


def test_the_choice_holds_for_needs_of_several_skills_too():
    for choice, expected in ((AgentChoice.LONGEST_IDLE, "first"), (AgentChoice.HIGHEST_LEVEL, "second")):
        matcher = Matcher()
        add_agent(matcher, "first", 0.0, sales=1, support=1)
        add_agent(matcher, "second", 1.0, sales=3, support=1)
        add_asking(matcher, "w", 2.0, {"sales": 1, "support": 1}, choice=choice)

        assert match_all(matcher, 2.0) == [("w", expected)]


def test_who_is_idle_for_longer_than_all_who_are_there_already_comes_first():
    matcher = Matcher()
    matcher.need({})
    for name, since in (("second", 2.0), ("third", 3.0), ("first", 1.0)):
        add_agent(matcher, name, since)
        assert matcher.next(4.0) is None
    for number in range(3):
        add_work(matcher, f"w{number}", 5.0)

    assert [name for _, name in match_all(matcher, 5.0)] == ["first", "second", "third"]
