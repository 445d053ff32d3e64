"""Contradictions in a routing policy: what no field by itself shows, and no router could work with."""

from collections import deque
from collections.abc import Collection, Iterator

from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS, Channel
from hub.policies.findings import Problem
from hub.policies.toml_lines import Place
from hub.router.policy.checked_rules import holes
from hub.router.policy.fields import Action
from hub.router.policy.model import CONDITIONS, Policy


def contradictions(
    policy: Policy, astray: Collection[str] = (), *, tells_rest: bool = True
) -> Iterator[Problem]:  # fmt: skip
    """Place and message of everything for which a policy must be refused. `astray`: names that are meant to be there.
    `tells_rest`: what no rule takes is known."""
    yield from _unknown_names(policy, astray)
    yield from _steps(policy)
    yield from _diversions(policy, astray)
    yield from _rounds(policy)
    if not any(rule.conditions == (None,) * len(CONDITIONS) for rule in policy.rules):
        message = "no rule takes what all others leave: add one that names only a queue, so that every contact has one"
        yield ("rules",), f"{message}; nobody takes now: {holes(policy.rules)}" if tells_rest else message


def _unknown_names(policy: Policy, astray: Collection[str]) -> Iterator[Problem]:
    channels = tuple(Channel)
    known = {"segment": SEGMENTS, "lifecycle_stage": LIFECYCLE_STAGES, "channel": channels, "queue": policy.queues}
    for channel in policy.channels:
        if channel not in channels:
            yield ("channels", channel), f"there is no channel {channel!r}; known are {', '.join(channels)}"
    for index, rule in enumerate(policy.rules):
        for field, names in known.items():
            named = getattr(rule, field)
            if named is not None and named not in names and named not in astray:
                what = field.replace("_", " ")
                yield ("rules", index, field), f"there is no {what} {named!r}; known are {', '.join(names)}"
    for name, queue in policy.queues.items():
        if queue.hours is not None and queue.hours not in policy.hours and queue.hours not in astray:
            yield ("queues", name, "hours"), f"there are no hours {queue.hours!r}: write a table [hours.{queue.hours}]"
    for name, hours in policy.hours.items():
        if hours.holidays is not None and hours.holidays not in policy.holidays and hours.holidays not in astray:
            yield (
                ("hours", name, "holidays"),
                f"there are no holidays {hours.holidays!r}: write a table [holidays.{hours.holidays}]",
            )


def _steps(policy: Policy) -> Iterator[Problem]:
    for index, rule in enumerate(policy.rules):
        before = 0.0
        for number, step in enumerate(rule.steps):
            place: Place = ("rules", index, "steps", number)
            if step.after_seconds <= before:
                yield (*place, "after_seconds"), f"comes after {before:g} s, so it must be more than that"
            before = step.after_seconds
            if step.anyone and (step.skills, step.languages, step.attributes) != (None, None, None):
                yield (*place, "anyone"), "asks for what the queue serves: leave out skills, languages and attributes"


def _diversions(policy: Policy, astray: Collection[str]) -> Iterator[Problem]:
    for name, queue in policy.queues.items():
        for field, target in queue.targets():
            if target not in policy.queues and target not in astray:
                place = ("queues", name, field, "to")
                yield place, f"there is no queue {target!r}; known are {', '.join(policy.queues)}"
        for field, diversion in queue.diversions():
            if diversion.action is Action.CALLBACK and queue.callback is None:
                yield (
                    ("queues", name, field),
                    "this queue has no callback: add callback = { attempts = 3, retry_seconds = 900 }",
                )


def _rounds(policy: Policy) -> Iterator[Problem]:
    """Ways by which work could be sent round for ever, each told once, at its first queue in the file."""
    ways = {name: [way for way in queue.targets() if way[1] in policy.queues] for name, queue in policy.queues.items()}
    passed: set[str] = set()
    for name in policy.queues:
        round_ = _way_back(ways, name, passed)
        if round_ is not None:
            field = next(field for field, target in ways[name] if target == round_[1])
            yield ("queues", name, field), f"work could go round for ever: {' -> '.join(round_)}"
        passed.add(name)


def _way_back(ways: dict[str, list[tuple[str, str]]], start: str, passed: set[str]) -> list[str] | None:
    """The shortest way from a queue back to itself that passes none of the others named."""
    came_from: dict[str, str] = {}
    ahead = deque([start])
    while ahead:
        here = ahead.popleft()
        for _, there in ways[here]:
            if there == start:
                way = [start, here]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1] if here != start else [start, start]
            if there not in came_from and there not in passed:
                came_from[there] = here
                ahead.append(there)
    return None
