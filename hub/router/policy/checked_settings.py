"""What there is to say about settings that do nothing, work against each other, or leave work waiting for ever."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from hub.policies.findings import Remark, Severity
from hub.policies.hours import WEEKDAYS
from hub.router.matching.order import Order
from hub.router.policy.fields import Action, WrapUpRule
from hub.router.policy.model import Policy, Queue, Rule
from hub.router.policy.requirement import steps_of

_WARNING = Severity.WARNING
_LOOKS_AT_PRIORITY = (Order.PRIORITY, Order.GROWING)


def remarks_on_settings(policy: Policy, today: date | None) -> Iterator[Remark]:
    """All but what concerns the decision table and the staff; without `today` no holidays are past."""
    yield from _order(policy)
    yield from _channels(policy)
    yield from _hours(policy, today)
    yield from _reached(policy)
    yield from _labels(policy)
    for name, queue in policy.queues.items():
        for field, message in _queue(queue):
            yield _WARNING, ("queues", name, field), message
        if asked := _asked_by_all(policy, name):
            message = f"is not written: every rule asks for {asked}, but what is moved here goes to anybody"
            yield _WARNING, ("queues", name, "serves"), message
    for number, rule in enumerate(policy.rules):
        yield from _steps(policy, number, rule)


def _order(policy: Policy) -> Iterator[Remark]:
    weighted = [name for name, queue in policy.queues.items() if queue.age_weight]
    if policy.order is Order.GROWING and not weighted:
        yield _WARNING, ("order",), 'no queue has an age_weight, so nothing grows: it is the same as "priority"'
    if policy.order is not Order.GROWING:
        for name in weighted:
            message = f'nothing grows with order = "{policy.order}": write order = "growing" at the top'
            yield _WARNING, ("queues", name, "age_weight"), message
    if policy.order in _LOOKS_AT_PRIORITY:
        return
    for name, queue in policy.queues.items():
        if queue.priority:
            yield _WARNING, ("queues", name, "priority"), f'order = "{policy.order}" does not look at priorities'
    for number, rule in enumerate(policy.rules):
        if rule.priority or any(step.priority for step in rule.steps):
            yield _WARNING, ("rules", number, "priority"), f'order = "{policy.order}" does not look at priorities'


def _channels(policy: Policy) -> Iterator[Remark]:
    for name, channel in policy.channels.items():
        if channel.interruptible and channel.interrupts:
            yield _WARNING, ("channels", name, "interrupts"), "work of this channel may pause other work of its own"
        if channel.close_after_silence_seconds is not None and not channel.asynchronous:
            place = ("channels", name, "close_after_silence_seconds")
            yield _WARNING, place, "only asynchronous work falls silent: write asynchronous = true"
    interrupting = [name for name, channel in policy.channels.items() if channel.interrupts]
    if interrupting and not any(channel.interruptible for channel in policy.channels.values()):
        yield _WARNING, ("channels", interrupting[0], "interrupts"), "no channel is interruptible"


def _hours(policy: Policy, today: date | None) -> Iterator[Remark]:
    yield from never_open(policy)
    for name in policy.hours:
        if all(queue.hours != name for queue in policy.queues.values()):
            yield _WARNING, ("hours", name), "no queue has these hours"
    for name, dates in policy.holidays.items():
        if all(hours.holidays != name for hours in policy.hours.values()):
            yield _WARNING, ("holidays", name), "no hours have these holidays"
        if today is not None and dates and max(dates) < today:
            yield _WARNING, ("holidays", name), f"all dates are past, the last is {max(dates)}: add those to come"


def never_open(policy: Policy) -> Iterator[Remark]:
    """Hours without a day."""
    for name, hours in policy.hours.items():
        if not any(hours.week):
            days = ", ".join(WEEKDAYS[:2])
            yield Severity.ERROR, ("hours", name), f"never open: give it days ({days}, …)"


def _reached(policy: Policy) -> Iterator[Remark]:
    reached: set[str] = set()
    ahead = [rule.queue for rule in policy.rules]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += [target for _, target in policy.queues[name].targets()]
    for name in policy.queues:
        if name not in reached:
            yield _WARNING, ("queues", name), "no rule and no diversion leads to it: only people can send work there"


def _labels(policy: Policy) -> Iterator[Remark]:
    codes = {code for queue in policy.queues.values() for code in queue.wrap_up}
    known = {"queues": policy.queues, "away_reasons": policy.agents.away_reasons, "wrap_up": codes}
    for kind, names in known.items():
        for name in getattr(policy.labels, kind):
            if names and name not in names:
                yield (
                    _WARNING,
                    ("labels", kind, name),
                    f"nothing is called {name!r}; known are {', '.join(sorted(names))}",
                )


def _queue(queue: Queue) -> Iterator[tuple[str, str]]:
    """Field and message of what does nothing in a queue."""
    written = queue.model_fields_set
    if queue.wrap_up_rule is WrapUpRule.TIMED and "wrap_up_seconds" not in written:
        yield "wrap_up_rule", f"is timed, but wrap_up_seconds is not written: it takes {queue.wrap_up_seconds:g} s"
    if queue.wrap_up_rule is not WrapUpRule.TIMED and "wrap_up_seconds" in written:
        yield "wrap_up_seconds", 'does nothing: only with wrap_up_rule = "timed" does wrap-up end by itself'
    if queue.wrap_up_rule is WrapUpRule.NONE and queue.wrap_up:
        yield "wrap_up", 'nobody is asked for a code with wrap_up_rule = "none"'
    if queue.hours is None and "closed" in written:
        yield "closed", "does nothing: without hours the queue is always open"
    if queue.limit is None and "full" in written:
        yield "full", "does nothing: without limit the queue is never full"
    if queue.limit is not None and queue.full.action is Action.WAIT:
        yield "full", "the limit does nothing: what comes when it is full waits all the same"
    if queue.max_estimated_wait_seconds is None and "long_wait" in written:
        yield "long_wait", "does nothing without max_estimated_wait_seconds"
    if queue.max_estimated_wait_seconds is not None and queue.long_wait.action is Action.WAIT:
        yield "long_wait", "max_estimated_wait_seconds does nothing: what comes waits all the same"
    if queue.pull and not queue.entry_delay_seconds:
        yield "pull", "little is left to choose: who could pull it is offered it at once; write entry_delay_seconds"
    yield from _ages(queue)


def _asked_by_all(policy: Policy, name: str) -> str:
    """What all rules of a queue ask for at any age where the queue doesn't say whom it serves; empty: nothing."""
    if "serves" in policy.queues[name].model_fields_set:
        return ""
    steps = [step for rule in policy.rules if rule.queue == name for step in steps_of(policy, rule)]
    kinds: dict[str, list[set[Any]]] = {
        "skills": [set(step.skills) for step in steps],
        "attributes": [set(step.attributes.items()) for step in steps],
        "languages": [set(step.languages) for step in steps],
    }
    return " and ".join(kind for kind, asked in kinds.items() if asked and asked[0].intersection(*asked[1:]))


def _ages(queue: Queue) -> Iterator[tuple[str, str]]:
    leaves, overflow, enters = queue.leave_after_seconds, queue.overflow, queue.entry_delay_seconds
    if leaves is not None and overflow is not None and leaves <= overflow.after_seconds:
        yield "overflow", f"never happens: work leaves after {leaves:g} s"
    if leaves is not None and leaves <= enters:
        yield "leave_after_seconds", f"work leaves before it is offered to anybody, at {enters:g} s"
    if overflow is not None and overflow.after_seconds <= enters:
        yield "overflow", f"work moves on before it is offered to anybody, at {enters:g} s"


def _steps(policy: Policy, number: int, rule: Rule) -> Iterator[Remark]:
    """A step that changes nothing; one that is over before an offer made in it can be made again."""
    steps = steps_of(policy, rule)
    timeout = policy.queues[rule.queue].offer_timeout_seconds
    for index, (before, step) in enumerate(pairwise(steps)):
        place = ("rules", number, "steps", index)
        same = (before.skills, before.languages, before.attributes, before.priority)
        if same == (step.skills, step.languages, step.attributes, step.priority):
            yield _WARNING, place, "changes nothing: it asks for what was asked before"
        lasted = step.after_seconds - before.after_seconds
        if lasted < timeout:
            message = (
                f"what was asked before lasts {lasted:g} s, an offer in queue {rule.queue} {timeout:g} s: "
                "after one that is missed it can't be offered again on those terms"
            )
            yield _WARNING, (*place, "after_seconds"), message
    if rule.known_agent is not None and rule.known_agent.seconds < timeout:
        message = f"is less than an offer in queue {rule.queue} lasts ({timeout:g} s)"
        yield _WARNING, ("rules", number, "known_agent", "seconds"), message
