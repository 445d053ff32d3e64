"""Work that arrives finds who sits idle: as they are now, not as they were when they sat down."""

import pytest

from hub.router.matching.agents import Seat
from hub.router.matching.matcher import Matcher
from tests.router.matchers import add_agent, add_asking, add_work, match_all


@pytest.fixture
def matcher() -> Matcher:
    """What is asked for is known before anybody comes."""
    matcher = Matcher()
    for channel in ("", "phone"):
        matcher.need({}, channel=channel)
    matcher.need({"sales": 1})
    return matcher


def sit_down(matcher: Matcher, name: str, since: float, capacity: int = 100, **skills: int) -> Seat:
    seat = add_agent(matcher, name, since, capacity, **skills)
    assert matcher.next(since) is None
    return seat


def test_who_has_closed_the_channel_since_is_not_found(matcher: Matcher):
    agent = sit_down(matcher, "a", 1.0)
    matcher.set_closed(agent, frozenset({"phone"}))
    assert matcher.next(2.0) is None
    add_asking(matcher, "call", 3.0, channel="phone")

    assert matcher.next(3.0) is None


def test_who_has_refused_it_is_not_found_and_the_next_one_is(matcher: Matcher):
    agent = sit_down(matcher, "a", 1.0)
    work = matcher.work("w", 2.0, matcher.line("q", matcher.need({})))
    matcher.bar(agent, work, 50.0)
    matcher.wait(work)
    assert matcher.next(2.0) is None
    add_agent(matcher, "b", 3.0)

    assert match_all(matcher, 4.0) == [("w", "b")]


def test_who_has_it_already_is_not_found(matcher: Matcher):
    sit_down(matcher, "a", 1.0, capacity=200)
    work = add_work(matcher, "w", 2.0)
    assert match_all(matcher, 2.0) == [("w", "a")]
    matcher.wait(work)

    assert matcher.next(3.0) is None


def test_who_is_left_out_is_not_found(matcher: Matcher):
    first, second = sit_down(matcher, "a", 1.0), sit_down(matcher, "b", 2.0)
    work = matcher.work("w", 3.0, matcher.line("q", matcher.need({})))

    assert matcher.another(work, 3.0) is first
    assert matcher.another(work, 3.0, [first]) is second
    assert matcher.another(work, 3.0, [first, second]) is None


def test_who_was_busy_since_has_lost_their_place(matcher: Matcher):
    first = sit_down(matcher, "first", 1.0)
    sit_down(matcher, "second", 5.0)
    matcher.idle_since(first, 10.0)
    assert matcher.next(10.0) is None
    for number in range(2):
        add_work(matcher, f"w{number}", 11.0)

    assert match_all(matcher, 11.0) == [("w0", "second"), ("w1", "first")]


@pytest.mark.parametrize("levels", [(3, 2, 1), (3, 1, 2), (2, 3, 1), (2, 1, 3), (1, 3, 2), (1, 2, 3)])
def test_the_longest_idle_is_found_at_whatever_level(matcher: Matcher, levels: tuple[int, ...]):
    for since, level in enumerate(levels):
        sit_down(matcher, f"idle since {since}", float(since), sales=level)
    for number in range(3):
        add_work(matcher, f"w{number}", 5.0, sales=1)

    assert [name for _, name in match_all(matcher, 5.0)] == ["idle since 0", "idle since 1", "idle since 2"]
