"""Short words for what tests of matching do: agents who are ready, work that waits, all that matches."""

from typing import Any

from hub.router.matching.agents import Seat
from hub.router.matching.matcher import Matcher
from hub.router.matching.waiting import Work


def add_agent(matcher: Matcher, name: str, since: float, capacity: int = 100, **skills: int) -> Seat:
    return add_equipped(matcher, name, since, skills, capacity=capacity)


def add_equipped(matcher: Matcher, name: str, since: float, skills: dict[str, int], **given: Any) -> Seat:
    seat = matcher.seat(name)
    matcher.equip(seat, skills, **given)
    matcher.idle_since(seat, since)
    matcher.sign(seat, True)
    matcher.set_ready(seat, True)
    return seat


def add_work(matcher: Matcher, name: str, since: float, priority: int = 0, **skills: int) -> Work:
    return add_asking(matcher, name, since, skills, priority=priority)


def add_asking(
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


def match_all(matcher: Matcher, now: float) -> list[tuple[str, str]]:
    found = []
    while (match := matcher.next(now)) is not None:
        matcher.reserve(*match)
        found.append((match[0].id, match[1].agent_id))
    return found


def taken_one_by_one(matcher: Matcher, now: float, **skills: int) -> list[str]:
    """What one agent takes who finishes each piece at once."""
    seat = add_agent(matcher, "the only one", 0.0, **skills)
    taken = []
    while (match := matcher.next(now)) is not None:
        matcher.reserve(*match)
        matcher.release(*match)
        matcher.idle_since(seat, now)
        taken.append(match[0].id)
    return taken


def held_by(seat: Seat) -> tuple[Work, Seat]:
    [work] = seat.held
    return work, seat
