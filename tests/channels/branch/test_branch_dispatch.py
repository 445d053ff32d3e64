"""What a branch tells the hub after a cut: several at once, nothing that belongs together turned round, and no customer
told of a time that has changed since."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.intake.envelope import Confirmation
from hub.channels.branch.dispatch import AT_ONCE, Dispatch
from hub.channels.branch.hubward import Hubward
from hub.channels.branch.reports import Report
from hub.channels.branch.store import ToTell
from hub.channels.ledger import LedgerError
from hub.domain.contact import Appointment, Contact, ConversationEvent, Path

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def signal(number: int, thread: str, agent: str = "", to_agent: str = "", **more: Any) -> ToTell:
    told = {
        "id": f"s-{number}", "channel": "in_person", "thread": thread, "signal": "taken", "occurred_at": NOON,
        "agent_id": agent, "to_agent": to_agent, **more,
    }  # fmt: skip
    return ToTell(number, ConversationEvent.model_validate(told))


def a_ticket(visit: str) -> Contact:
    return Contact(id=visit, path=Path(channel="in_person", address=visit), occurred_at=NOON, thread=visit)


def of_appointment(number: int, state: str, thread: str = "appointment-1") -> ToTell:
    told = Appointment(
        id="centre-1", state=state, branch="centre", service="accounts", starts_at=NOON + timedelta(days=1),
        subject="Your appointment", text=f"It is {state}",
    )  # fmt: skip
    return signal(number, thread, signal="appointment", appointment=told)


def words(dispatch: Dispatch, one: ToTell) -> str:
    report = dispatch.as_it_stands(one.report)
    assert isinstance(report, ConversationEvent)
    assert report.appointment is not None
    return report.appointment.text


def keys(one: ToTell) -> set[str]:
    report = one.report
    assert isinstance(report, ConversationEvent)
    return {report.thread, *(name for name in (report.agent_id, report.to_agent) if name)}


REPORTS = st.lists(
    st.tuples(
        st.sampled_from("uvw"), st.sampled_from(["", "ann", "bob"]), st.sampled_from(["", "ann", "bob"]),
        st.sampled_from(["taken", "next_wanted", "passed_on"]),
    ),
    max_size=40,
)  # fmt: skip


@given(REPORTS, st.integers(0, 2**16))
def test_whatever_comes_back_first_nothing_overtakes_its_visit_or_its_agent(
    given_: Sequence[tuple[str, str, str, str]], seed: int
) -> None:
    reports = [signal(number, *one, signal=what) for number, (*one, what) in enumerate(given_)]
    dispatch, chance, on_way, told = Dispatch(), Random(seed), list[ToTell](), list[ToTell]()
    dispatch.add(reports)
    while dispatch:
        for one in dispatch.next():
            assert not any(keys(one) & keys(other) for other in on_way), "one after the other"
            on_way.append(one)
        assert on_way, "something goes on"
        one = on_way.pop(chance.randrange(len(on_way)))
        dispatch.told(one)
        told.append(one)
    assert sorted(one.seq for one in told) == list(range(len(reports)))
    for n, later in enumerate(told):
        assert not any(one.seq > later.seq and keys(one) & keys(later) for one in told[:n]), "in its order"


def test_what_has_nothing_to_do_with_each_other_goes_at_once_and_not_without_end() -> None:
    dispatch = Dispatch()
    dispatch.add([signal(number, f"visit-{number}") for number in range(AT_ONCE + 10)])
    going = dispatch.next()
    assert [one.seq for one in going] == list(range(AT_ONCE))
    assert not dispatch.next()
    dispatch.told(going[5])
    assert [one.seq for one in dispatch.next()] == [AT_ONCE]


def test_who_wants_the_next_visitor_is_told_to_the_hub_when_it_knows_all_before_and_holds_up_nobody_meanwhile() -> None:
    dispatch = Dispatch()
    passed_on = signal(0, "visit-1", "ann", signal="passed_on")
    wanted = signal(1, "desk-2", "bob", signal="next_wanted")
    ticket = signal(2, "visit-3")
    dispatch.add([passed_on, wanted, ticket])
    assert dispatch.next() == [passed_on, ticket]
    assert dispatch.next() == []
    dispatch.told(passed_on)
    assert dispatch.next() == [wanted], "what came after it is nothing to wait for"


def test_a_wish_that_was_answered_since_waits_for_nobody() -> None:
    dispatch = Dispatch()
    passed_on = signal(0, "visit-1", "ann", signal="passed_on")
    wanted = signal(1, "desk-2", "bob", signal="next_wanted")
    dispatch.add([passed_on, wanted, signal(2, "visit-3", "bob", signal="taken")])
    assert dispatch.next() == [passed_on, wanted]


def test_the_hub_knows_a_visit_and_an_agent_when_all_is_told_but_the_ticket_and_the_wish() -> None:
    dispatch = Dispatch()
    ticket = ToTell(0, a_ticket("visit-1"))
    taken = signal(1, "visit-1", "ann")
    dispatch.add([ticket, taken, signal(2, "desk-2", "bob", signal="next_wanted")])
    assert not dispatch.is_told("visit-1", "bob")
    assert not dispatch.is_told("visit-2", "ann")
    assert dispatch.is_told("visit-2", "bob")
    dispatch.next()
    dispatch.told(ticket)
    assert dispatch.next() == [taken]
    assert not dispatch.is_told("visit-1", "bob"), "it is on its way"
    dispatch.told(taken)
    assert dispatch.is_told("visit-1", "ann")


def test_a_customer_is_told_nothing_of_an_appointment_that_has_changed_before_the_hub_heard_of_it() -> None:
    dispatch = Dispatch()
    reminded, moved, again = (of_appointment(n, state) for n, state in enumerate(["reminded", "moved", "reminded"]))
    other = of_appointment(3, "reminded", "appointment-2")
    dispatch.add([reminded, moved, again, other])
    assert dispatch.next() == [reminded, other]
    assert [words(dispatch, one) for one in (reminded, other)] == ["", "It is reminded"]
    dispatch.told(reminded)
    assert dispatch.next() == [moved]
    assert words(dispatch, moved) == "It is moved"
    dispatch.told(moved)
    assert dispatch.next() == [again]
    assert words(dispatch, again) == "It is reminded", "of the new time"


class Wire:
    """A link that is cut until it is mended: then it takes what it is given, each a little later than the one after."""

    def __init__(self) -> None:
        self.mended = asyncio.Event()
        self.passes = set[str]()
        """Ids that come through though it is cut."""
        self.loses_a_cancel = False
        self.going = 0
        self.asked: list[Contact | ConversationEvent] = []
        self.heard: list[Contact | ConversationEvent] = []
        self.at_once = self.most = 0

    async def contact(self, told: Contact) -> Confirmation:
        return await self._take(told)

    async def conversation(self, told: ConversationEvent) -> Confirmation:
        return await self._take(told)

    async def _take(self, told: Contact | ConversationEvent) -> Confirmation:
        self.asked.append(told)
        self.going += 1
        try:
            if told.id not in self.passes:
                await self._cut()
        finally:
            self.going -= 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        self.heard.append(told)
        return Confirmation(id=told.id, status="accepted")

    async def _cut(self) -> None:
        try:
            await self.mended.wait()
        except asyncio.CancelledError:
            if not self.loses_a_cancel:
                raise
            self.loses_a_cancel = False
            await self.mended.wait()


class Branch:
    """What a hall is to its way to the hub."""

    def __init__(self, patience: float = 0.01) -> None:
        self.wire = Wire()
        self.confirmed: list[int] = []
        self.full = False
        self.states: list[bool] = []
        self.heard_all = asyncio.Event()
        self.hubward = Hubward(self.wire, patience, self._confirmed, self._changed, lambda: None)  # type: ignore[arg-type]

    async def _confirmed(self, one: ToTell, _: Confirmation) -> None:
        if self.full:
            raise LedgerError(f"the disk is full at {one.seq}")
        self.confirmed.append(one.seq)

    async def _changed(self) -> None:
        self.states.append(self.hubward.away)
        if not self.hubward.away:
            self.heard_all.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.hubward.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait({task})


def _text(told: Contact | ConversationEvent) -> str | None:
    return told.appointment.text if isinstance(told, ConversationEvent) and told.appointment else None


async def until(holds: Any) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)


async def test_after_a_cut_everything_is_told_several_at_once_and_only_then_is_the_hub_there_again() -> None:
    branch = Branch()
    visits = [f"visit-{n}" for n in range(100)]
    contacts = [
        ToTell(n, a_ticket(one)) for n, one in enumerate(visits)
    ]  # fmt: skip
    branch.hubward.add([*contacts, *(signal(1_000 + n, one, f"agent-{n % 8}") for n, one in enumerate(visits))])
    async with branch.running():
        await until(lambda: branch.hubward.away)
        assert not branch.hubward.told_all
        branch.wire.mended.set()
        await asyncio.wait_for(branch.heard_all.wait(), 20)
    assert branch.states == [True, False]
    assert branch.hubward.told_all
    assert len(branch.confirmed) == 200
    assert branch.wire.most > 8
    for n, one in enumerate(visits):
        assert [told.id for told in branch.wire.heard if told.thread == one] == [one, f"s-{1_000 + n}"]


async def test_a_reminder_that_was_on_its_way_when_the_line_was_cut_says_nothing_once_its_appointment_moved(
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr("hub.channels.branch.hubward._LOOKS", 0.01)
    branch = Branch()
    branch.hubward.add([of_appointment(1, "reminded")])
    async with branch.running():
        await until(lambda: branch.hubward.away)
        branch.hubward.add([of_appointment(2, "moved")])
        await until(lambda: _text(branch.wire.asked[-1]) == "")
        branch.wire.mended.set()
        await asyncio.wait_for(branch.heard_all.wait(), 20)
    told = [one.appointment for one in branch.wire.heard if isinstance(one, ConversationEvent)]
    assert [(one.state, one.text) for one in told if one] == [("reminded", ""), ("moved", "It is moved")]


async def test_words_that_still_hold_are_sent_once_and_a_late_answer_counts(monkeypatch: Any) -> None:
    monkeypatch.setattr("hub.channels.branch.hubward._LOOKS", 0.001)
    looks = list[Report]()
    stands = Dispatch.as_it_stands

    def looked(dispatch: Dispatch, report: Report) -> Report:
        looks.append(report)
        return stands(dispatch, report)

    monkeypatch.setattr(Dispatch, "as_it_stands", looked)
    branch = Branch()
    branch.hubward.add([of_appointment(1, "reminded")])
    async with branch.running():
        await until(lambda: branch.hubward.away and len(looks) > 5)
        assert len(branch.wire.asked) == 1, "the bus repeats it, and knows its answer"
        branch.wire.mended.set()
        await asyncio.wait_for(branch.heard_all.wait(), 20)
    assert [_text(one) for one in branch.wire.heard] == ["It is reminded"]
    assert branch.confirmed == [1]


async def test_what_comes_later_does_not_wait_for_a_report_that_is_stuck() -> None:
    branch = Branch()
    branch.hubward.add([signal(1, "visit-1", "ann")])
    async with branch.running():
        await until(lambda: branch.hubward.away)
        for seq in (2, 3):
            branch.wire.passes.add(f"s-{seq}")
            branch.hubward.add([signal(seq, f"visit-{seq}", "bob")])
            await until(lambda seq=seq: seq in branch.confirmed)
        assert branch.hubward.away
    assert branch.confirmed == [2, 3]


async def test_whoever_ends_leaves_nothing_running_though_a_library_loses_what_it_is_told(monkeypatch: Any) -> None:
    monkeypatch.setattr("hub.channels.branch.hubward._AGAIN", 0.01)
    branch = Branch()
    branch.wire.loses_a_cancel = True
    branch.hubward.add([signal(1, "visit-1", "ann"), of_appointment(2, "reminded")])
    async with branch.running():
        await until(lambda: branch.wire.going == 2)
    assert branch.wire.going == 0


async def test_of_reports_that_fail_at_once_one_ends_the_branch_and_the_others_are_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    branch = Branch(patience=20)
    branch.full = True
    branch.wire.mended.set()
    branch.hubward.add([signal(number, f"visit-{number}") for number in range(3)])
    async with branch.running() as task:
        await asyncio.wait({task}, timeout=20)
    told = [str(task.exception()), *(one.getMessage() for one in caplog.records)]
    for number in range(3):
        assert sum(f"full at {number}" in one for one in told) == 1
