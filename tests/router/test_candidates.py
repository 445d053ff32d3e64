"""Each rule that keeps an agent or excludes them speaks when it should, and ranks are what the choices say."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.router.agents import Seat
from hub.router.candidates import Rule, candidates, canonical_match, choices, may_take
from hub.router.matching import Matcher
from hub.router.order import AgentChoice, Order
from hub.router.waiting import Work

NOW = 1_000.0


def seated(matcher: Matcher, name: str, idle: float = 900.0, capacity: int = 100, **skills: int) -> Seat:
    seat = matcher.seat(name)
    matcher.equip(seat, skills or {"sales": 3}, ("en",), {"site": "tehran"}, capacity)
    matcher.sign(seat, on=True)
    matcher.set_ready(seat, ready=True)
    matcher.idle_since(seat, idle)
    return seat


def waits(
    matcher: Matcher, name: str, since: float = 950.0, priority: int = 0, target: float = 20.0, **asked: Any
) -> Work:
    given = {"skills": {"sales": 2}, "channel": "phone", **asked}
    need = matcher.need(given.pop("skills"), **given)
    work = matcher.work(name, since, matcher.line("sales", need, priority=priority, weight=6.0, target=target))
    matcher.wait(work)
    return work


def _holds(matcher: Matcher, seat: Seat, **asked: Any) -> None:
    matcher.reserve(waits(matcher, "another", **{"skills": {}, **asked}), seat)


Happens = Callable[[Matcher, Seat, Work], object]

EXCLUDED: list[tuple[Rule, Happens]] = [
    (Rule.NOT_SIGNED_ON, lambda matcher, seat, _: matcher.sign(seat, on=False)),
    (Rule.NOT_READY, lambda matcher, seat, _: matcher.set_ready(seat, ready=False)),
    (Rule.RESTING, lambda matcher, seat, _: matcher.rest(seat, NOW + 1)),
    (Rule.SKILL, lambda matcher, seat, _: matcher.equip(seat, {"sales": 1}, ("en",), {"site": "tehran"})),
    (Rule.LANGUAGE, lambda matcher, seat, _: matcher.equip(seat, {"sales": 3}, ("fa",), {"site": "tehran"})),
    (Rule.ATTRIBUTE, lambda matcher, seat, _: matcher.equip(seat, {"sales": 3}, ("en",), {"site": "shiraz"})),
    (Rule.RESERVED_FOR_ANOTHER, lambda matcher, _, work: matcher.bind(work, matcher.seat("somebody"))),
    (Rule.ALREADY_OFFERED, lambda matcher, seat, work: matcher.reserve(work, seat)),
    (Rule.DECLINED_BEFORE, lambda matcher, seat, work: matcher.bar(seat, work, NOW + 1)),
    (Rule.CHANNEL_CLOSED, lambda matcher, seat, _: matcher.set_closed(seat, frozenset({"phone"}))),
    (Rule.CAPACITY, lambda matcher, seat, _: _holds(matcher, seat, units=1)),
]
ENDED: list[Happens] = [
    lambda matcher, seat, _: matcher.rest(seat, NOW),
    lambda matcher, seat, work: matcher.bar(seat, work, NOW),
    lambda matcher, seat, work: matcher.bind(work, seat),
    lambda matcher, seat, _: matcher.set_closed(seat, frozenset({"email"})),
]


def _one_each() -> tuple[Matcher, Seat, Work]:
    matcher = Matcher()
    seat = seated(matcher, "anna")
    return matcher, seat, waits(matcher, "call", languages=("en", "de"), attributes={"site": "tehran"})


@pytest.mark.parametrize(("rule", "happens"), EXCLUDED, ids=[rule.value for rule, _ in EXCLUDED])
def test_the_rule_that_excludes_an_agent_is_told(rule: Rule, happens: Happens) -> None:
    matcher, seat, work = _one_each()
    assert may_take(seat, work, NOW) is Rule.FITS
    happens(matcher, seat, work)
    assert may_take(seat, work, NOW) is rule
    [found] = [one for one in candidates(matcher, work, NOW) if one.agent_id == "anna"]
    assert (found.rule, found.rank) == (rule, None)
    assert matcher.next(NOW) is None
    assert canonical_match(matcher, NOW) is None


@pytest.mark.parametrize("happens", ENDED)
def test_what_is_over_excludes_nobody(happens: Happens) -> None:
    matcher, seat, work = _one_each()
    happens(matcher, seat, work)
    assert may_take(seat, work, NOW) is Rule.FITS
    assert matcher.next(NOW) == canonical_match(matcher, NOW) == (work, seat)


def test_every_rule_is_tested_here() -> None:
    assert {rule for rule, _ in EXCLUDED} | {Rule.FITS, Rule.CEILING} == set(Rule)


def test_a_ceiling_counts_pieces_of_its_channel() -> None:
    matcher = Matcher()
    seat = matcher.seat("anna")
    matcher.equip(seat, {"sales": 3}, ceilings={"web": 1})
    matcher.sign(seat, on=True)
    matcher.set_ready(seat, ready=True)
    _holds(matcher, seat, units=10, channel="web")
    assert may_take(seat, waits(matcher, "chat", units=10, channel="web"), NOW) is Rule.CEILING
    assert may_take(seat, waits(matcher, "mail", units=10, channel="email"), NOW) is Rule.FITS


def test_urgent_work_takes_the_room_of_what_may_wait() -> None:
    matcher = Matcher()
    seat = seated(matcher, "anna")
    _holds(matcher, seat, units=60, channel="email", interruptible=True)
    assert may_take(seat, waits(matcher, "chat", units=50), NOW) is Rule.CAPACITY
    assert may_take(seat, waits(matcher, "call", units=100, interrupts=True), NOW) is Rule.FITS


@pytest.mark.parametrize(
    ("choice", "first"),
    [
        (AgentChoice.LONGEST_IDLE, ["idle", "best", "spare"]),
        (AgentChoice.HIGHEST_LEVEL, ["best", "idle", "spare"]),
        (AgentChoice.LEAST_OCCUPIED, ["best", "spare", "idle"]),
        (AgentChoice.FEWEST_TODAY, ["spare", "idle", "best"]),
        (AgentChoice.ROUND_ROBIN, ["best", "spare", "idle"]),
    ],
)
def test_ranks_follow_the_agent_choice(choice: AgentChoice, first: list[str]) -> None:
    matcher = Matcher()
    idle = seated(matcher, "idle", 700, 200)
    best = seated(matcher, "best", 800, 200, sales=5)
    spare = seated(matcher, "spare", 900, 200)
    _holds(matcher, idle, units=10)
    for seat, today in ((idle, 4), (best, 5), (spare, 1)):
        matcher.counted(seat, today)
    found = candidates(matcher, waits(matcher, "call", choice=choice), NOW)
    assert [(one.agent_id, one.rank) for one in found] == [(name, at) for at, name in enumerate(first, 1)]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (Order.PRIORITY, ["urgent", "old", "close"]),
        (Order.AGE, ["old", "close", "urgent"]),
        (Order.DEADLINE, ["close", "urgent", "old"]),
        (Order.GROWING, ["urgent", "old", "close"]),
        (Order.SKILL, ["old", "close", "urgent"]),
    ],
)
def test_what_an_agent_could_get_is_ranked_by_the_order(order: Order, first: list[str]) -> None:
    matcher = Matcher(order)
    seat = seated(matcher, "anna")
    waits(matcher, "old", 900, target=500)
    waits(matcher, "close", 950, target=10)
    waits(matcher, "urgent", 990, priority=50)
    waits(matcher, "not for them", 800, skills={"support": 1})
    found = choices(matcher, seat, NOW)
    assert [one.work_id for one in found] == [*first, "not for them"]
    assert [one.rank for one in found] == [1, 2, 3, None]
    assert (found[3].rule, found[0].inputs["age"]) == (
        Rule.SKILL,
        NOW - {"old": 900, "close": 950, "urgent": 990}[first[0]],
    )
    match = matcher.next(NOW)
    assert match is not None
    assert (match[0].id, match[1]) == (first[0], seat)


def test_inputs_are_what_was_known_then() -> None:
    matcher = Matcher()
    seat = seated(matcher, "anna", 850, 150)
    _holds(matcher, seat, units=30)
    matcher.counted(seat, 7)
    [found] = candidates(matcher, waits(matcher, "call"), NOW)
    assert {name: found.inputs[name] for name in ("idle_since", "level", "units_in_use", "capacity", "today")} == {
        "idle_since": 850, "level": 3, "units_in_use": 30, "capacity": 150, "today": 7,
    }  # fmt: skip
