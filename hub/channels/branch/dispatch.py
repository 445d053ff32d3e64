"""What may be told to the hub beside what is on its way: pure. What concerns one visit, one desk or one agent goes in
the order in which it happened; all else need not wait for it. But who wants the next visitor gets the right one only
where the hub knows all that happened before."""

import itertools
from collections import Counter, deque
from collections.abc import Collection, Sequence
from typing import NamedTuple

from hub.channels.branch.reports import Report
from hub.channels.branch.store import ToTell
from hub.domain.contact import ConversationEvent
from hub.domain.customer.appointments import CHANGES

AT_ONCE = 32
"""Reports on their way."""
_LOOKED_AT = 256
"""Of those that wait, for one that may go."""


_ANSWERS = frozenset({"next_wanted", "next_unwanted", "taken", "desk_closed"})
"""After these it matters no more whom the hub would have sent before."""


class _OnWay(NamedTuple):
    number: int
    about: frozenset[str]
    report: Report


class Dispatch:
    """Reports that wait, and those that are on their way."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting = deque[tuple[int, ToTell]]()
        self._on_way: dict[int, _OnWay] = {}
        self._changes = Counter[str]()
        """Of appointments, by thread, that are not told yet."""
        self._answers = Counter[str]()
        """By agent, that wait yet."""

    def __bool__(self) -> bool:
        return bool(self._waiting or self._on_way)

    def add(self, reports: Sequence[ToTell]) -> None:
        """Behind what waits."""
        self._waiting.extend((next(self._numbers), one) for one in reports)
        self._changes.update(one.report.thread for one in reports if _is_change(one.report))
        self._answers.update(_answer(one.report) for one in reports)

    def next(self) -> list[ToTell]:
        """What goes now; each is over when it is `told`. Nothing overtakes what it shares a visit, desk or agent
        with."""
        taken = set[str]().union(*(one.about for one in self._on_way.values()))
        going, left = list[ToTell](), list[tuple[int, ToTell]]()
        while self._waiting and len(left) < _LOOKED_AT and len(self._on_way) < AT_ONCE:
            number, one = self._waiting.popleft()
            about = _about(one.report)
            if about.isdisjoint(taken) and (not self._waits_for_all(one.report) or self._is_first(number, left)):
                self._on_way[id(one)] = _OnWay(number, about, one.report)
                self._answers -= Counter((_answer(one.report),))
                going.append(one)
            else:
                left.append((number, one))
            taken |= about
        self._waiting.extendleft(reversed(left))
        return going

    def _waits_for_all(self, report: Report) -> bool:
        """It is wanted still."""
        is_wish = isinstance(report, ConversationEvent) and report.signal == "next_wanted"
        return is_wish and self._answers[_answer(report)] <= 1

    def _is_first(self, number: int, left: Collection[object]) -> bool:
        return not left and all(one.number > number for one in self._on_way.values())

    def told(self, one: ToTell) -> None:
        """The hub has it."""
        del self._on_way[id(one)]
        if _is_change(one.report):
            self._changes -= Counter((one.report.thread,))

    def is_told(self, thread: str, agent: str) -> bool:
        """Nothing that happened to this visit, or that this agent did, is untold. What the hub may say something of
        before its confirmation is there does not count: a ticket, and a wish."""
        about = {f"thread {thread}", f"agent {agent}"}
        untold = (*(one.report for _, one in self._waiting), *(one.report for one in self._on_way.values()))
        return all(_begins(one) or about.isdisjoint(_about(one)) for one in untold)

    def as_it_stands(self, report: Report) -> Report:
        """Without words for the customer of an appointment that has changed since: what is true is said behind it."""
        told = report.appointment if isinstance(report, ConversationEvent) else None
        if told is None or self._changes[report.thread] <= _is_change(report):
            return report
        return report.model_copy(update={"appointment": told.model_copy(update={"subject": "", "text": ""})})


def speaks(report: Report) -> bool:
    """Whether a customer is told something of their appointment by it."""
    told = report.appointment if isinstance(report, ConversationEvent) else None
    return told is not None and bool(told.text)


def _about(report: Report) -> frozenset[str]:
    if not isinstance(report, ConversationEvent):
        return frozenset((f"thread {report.thread}",))
    agents = (f"agent {one}" for one in (report.agent_id, report.to_agent) if one)
    return frozenset((f"thread {report.thread}", *agents))


def _begins(report: Report) -> bool:
    return not isinstance(report, ConversationEvent) or report.signal == "next_wanted"


def _answer(report: Report) -> str:
    """Whose wish it answers, or is; empty: it is nothing of the kind."""
    return report.agent_id if isinstance(report, ConversationEvent) and report.signal in _ANSWERS else ""


def _is_change(report: Report) -> bool:
    told = report.appointment if isinstance(report, ConversationEvent) else None
    return told is not None and told.state in CHANGES
