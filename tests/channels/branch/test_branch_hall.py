"""One branch beside a hub that is played: away it is noticed, and what it refuses is told otherwise."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.branch import decide, sitting
from hub.channels.branch.hall import Hall
from hub.channels.branch.halls import Halls
from hub.channels.branch.pages_api import Identity, Message, NewAppointment, NewTicket
from hub.channels.branch.settings import branch_settings
from hub.channels.branch.store import Store
from hub.channels.branch.telling import Telling
from hub.channels.branch.visits import Phase
from hub.channels.command import Command
from hub.channels.ledger import Ledger, LedgerError
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.simulated.contract.branch_driver import table


class PlayedHub:
    """Confirms while `there` is set; refuses signals of these names so often."""

    name = "branch"
    channel = Channel.IN_PERSON

    def __init__(self) -> None:
        self.there = asyncio.Event()
        self.there.set()
        self.refuses: dict[str, int] = {}
        self.told: list[str] = []
        self.takes_visits = True

    async def contact(self, contact: Contact) -> Confirmation:
        await self.there.wait()
        self.told.append("contact")
        if not self.takes_visits:
            return Confirmation(id=contact.id, status="rejected", reason="not so")
        return Confirmation(id=contact.id, status="accepted", customer_id="customer-1")

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        await self.there.wait()
        self.told.append(event.signal.value)
        if self.refuses.get(event.signal.value, 0):
            self.refuses[event.signal.value] -= 1
            return Confirmation(id=event.id, status="rejected", reason="not so", field="signal")
        return Confirmation(id=event.id, status="accepted", customer_id="customer-1" if event.appointment else "")


class Open:
    """A hall that runs, on this disk. `more`: of its branch's settings."""

    def __init__(self, directory: Path, hub: PlayedHub, **more: Any) -> None:
        ledger = Ledger(directory / "ledger.sqlite")
        attachments = Attachments(FolderBlobs(directory / "files"), b"k" * 32)
        place = Place(directory, ledger, attachments, WallClock(), "IR")
        given = {**table(0), "away_after_seconds": 0.2}
        given["branches"]["centre"] |= more
        settings = branch_settings(given)
        self.store = Store(directory / "branches.sqlite")
        self.hall = Hall("centre", settings, hub, self.store, place)  # type: ignore[arg-type]
        self.running: asyncio.Task[None] | None = None

    async def start(self) -> "Open":
        await self.hall.load()
        self.running = asyncio.create_task(self.hall.hubward.run())
        return self

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
        self.store.close()

    async def do(self, name: str, *given: Any) -> None:
        await self.hall.decide(getattr(sitting, name)(*given, self.hall.now()))

    async def ticket(self) -> str:
        wish = NewTicket(service="accounts")
        book = await self.hall.decide(decide.take_ticket("centre", self.hall.branch, wish, self.hall.now()))
        return max(book.visits, key=lambda name: book.visits[name].taken.count)


@pytest.fixture
async def hub() -> PlayedHub:
    return PlayedHub()


@pytest.fixture
async def opened(tmp_path: Path, hub: PlayedHub) -> AsyncIterator[Open]:
    one = await Open(tmp_path, hub).start()
    yield one
    await one.stop()


def on_disk(directory: Path) -> bytes:
    return b"".join(one.read_bytes() for one in directory.glob("branches.sqlite*"))


async def until(holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_away_is_noticed_and_the_desk_gets_who_is_next_and_back_it_hears_all_in_order(
    opened: Open, hub: PlayedHub
) -> None:
    hall = opened.hall
    await opened.do("sit_down", hall.branch, "1", "ann")
    await until(lambda: hall.hubward.told_all)
    hub.there.clear()
    visit = await opened.ticket()
    await opened.do("want_next", "1")
    await until(lambda: hall.book.visits[visit].phase is Phase.CALLED)
    assert hall.hubward.away
    assert not hall.book.visits[visit].known
    hub.there.set()
    await until(lambda: hall.hubward.told_all)
    assert hub.told == ["desk_opened", "contact", "next_wanted", "taken", "next_unwanted"]
    assert (hall.book.visits[visit].known, hall.book.visits[visit].customer_id) == (True, "customer-1")


async def test_what_was_not_told_is_told_by_the_next_process(tmp_path: Path, hub: PlayedHub) -> None:
    hub.there.clear()
    one = await Open(tmp_path, hub).start()
    visit = await one.ticket()
    await one.stop()
    hub.there.set()
    two = await Open(tmp_path, hub).start()
    await until(lambda: two.hall.book.visits[visit].known)
    assert hub.told == ["contact"]
    await two.stop()


@pytest.mark.parametrize(
    ("refused", "after"),
    [
        ("next_wanted", ["next_wanted", "desk_opened", "next_wanted"]),
        ("taken", ["taken", "next_unwanted", "desk_opened", "taken"]),
        ("ended", ["ended", "visited", "customer_left"]),
    ],
)
async def test_what_the_hub_refuses_is_told_in_another_way(
    opened: Open, hub: PlayedHub, refused: str, after: list[str]
) -> None:
    hall = opened.hall
    hub.refuses[refused] = 1
    visit = await opened.ticket()
    await opened.do("sit_down", hall.branch, "1", "ann")
    await opened.do("want_next", "1")
    await until(lambda: hall.hubward.told_all)
    told = {"id": "i.1", "at": hall.now(), "command": "offered", "channel": "in_person", "offer_id": "offer-i-1"}
    await hall.carry_out(Command.model_validate({**told, "thread": visit, "agent_id": "ann"}))
    await until(lambda: hall.hubward.told_all and hall.book.visits[visit].phase is Phase.CALLED)
    if refused == "ended":
        await hall.decide(decide.end("1", "", hall.now(), hall.branch))
        await until(lambda: "customer_left" in hub.told)
    start = hub.told.index(refused)
    assert [one for one in hub.told[start:] if one in after][: len(after)] == after
    assert hall.notices["ann"] == (f"{refused}: not so",)


async def test_a_desk_that_waits_gets_whom_the_hub_does_not_take_at_once(opened: Open, hub: PlayedHub) -> None:
    hall = opened.hall
    await opened.do("sit_down", hall.branch, "1", "ann")
    await opened.do("want_next", "1")
    hub.takes_visits = False
    visit = await opened.ticket()
    await until(lambda: hall.book.visits[visit].phase is Phase.CALLED)


async def test_what_the_hub_says_to_a_visit_stands_on_its_ticket_once(opened: Open, hub: PlayedHub) -> None:
    visit = await opened.ticket()
    told = {"id": "c-1", "at": opened.hall.now(), "command": "send", "channel": "in_person", "contact_id": "c-1"}
    for _ in range(2):
        await opened.hall.carry_out(Command.model_validate({**told, "thread": visit, "text": "Please bring your card"}))
    await until(lambda: opened.hall.hubward.told_all)
    assert [one.text for one in opened.hall.book.visits[visit].told] == ["Please bring your card"]
    assert hub.told.count("sent") == 2
    await opened.hall.decide(decide.leave(visit, opened.hall.now(), "visitor"))
    late = {**told, "id": "c-2", "contact_id": "c-2", "thread": visit, "text": "Too late"}
    await opened.hall.carry_out(Command.model_validate(late))
    await until(lambda: "failed" in hub.told)


async def test_who_is_forgotten_at_the_hub_is_nobody_here_and_is_served_all_the_same(
    tmp_path: Path, opened: Open, hub: PlayedHub
) -> None:
    hall, now = opened.hall, opened.hall.now()
    sara = Identity(kind="phone", value="+989121234567")
    asked = NewTicket(service="accounts", identity=sara, name="Sara Ahmadi", note="her late father's account")
    await hall.decide(decide.take_ticket("centre", hall.branch, asked, now))
    [visit] = hall.book.visits
    await hall.decide(decide.say(visit, Message(id="1", text="I am outside with the pram"), now))
    agreed = NewAppointment(
        service="accounts",
        at=now + timedelta(days=3),
        name="Sara Ahmadi",
        phone="+989121234567",
        email="s@home.example",
    )
    await hall.decide(decide.make_appointment("centre", hall.branch, agreed, now))
    await until(lambda: hall.hubward.told_all)
    told = {"id": "customer-1.9", "at": now, "command": "forgotten", "channel": "in_person", "thread": "customer-1"}
    telling = Telling(hub, Halls({"centre": hall}), WallClock())  # type: ignore[arg-type]
    for customer in ("customer-2", "customer-1"):
        [known] = hall.book.visits.values()
        assert known.taken.name == "Sara Ahmadi"
        await telling.carry_out(Command.model_validate({**told, "customer_id": customer}))
    book = hall.book
    await opened.stop()
    kept = on_disk(tmp_path)
    for word in (b"Sara", b"+98912", b"father", b"pram", b"home.example"):
        assert word not in kept, "nor on the disk"
    again = await Open(tmp_path, hub).start()
    assert again.hall.book.visits == book.visits
    assert again.hall.book.appointments == book.appointments
    assert (book.visits[visit].phase, book.visits[visit].number) == (Phase.WAITING, "A001")
    [one] = book.appointments.values()
    assert (one.phase, one.whose.kind, one.tell) == ("made", "appointment", None)
    await again.stop()


def waiting(hall: Hall, visit: str, place: int) -> Command:
    told = {"id": f"i.{place}", "at": hall.now(), "command": "waiting", "channel": "in_person", "thread": visit}
    return Command.model_validate({**told, "place": place, "estimated_wait_s": 60.0})


async def test_a_place_that_is_said_after_the_call_counts_nobody_down_a_second_time(
    opened: Open, hub: PlayedHub
) -> None:
    hall = opened.hall
    first, second = await opened.ticket(), await opened.ticket()
    for place, visit in enumerate((first, second), start=1):
        await hall.carry_out(waiting(hall, visit, place))
    await opened.do("sit_down", hall.branch, "1", "ann")
    await opened.do("want_next", "1")
    told = {"id": "i.9", "at": hall.now(), "command": "offered", "channel": "in_person", "offer_id": "offer-i-1"}
    await hall.carry_out(Command.model_validate({**told, "thread": first, "agent_id": "ann"}))
    assert hall.estimates[second].place == 1
    third = await opened.ticket()
    await hall.carry_out(waiting(hall, third, 2))
    await hall.carry_out(waiting(hall, first, 1))
    await hall.decide(decide.end("1", "", hall.now(), hall.branch))
    assert {name: one.place for name, one in hall.estimates.items()} == {second: 1, third: 2}


async def test_nobody_is_counted_down_for_what_could_not_be_kept(
    opened: Open, hub: PlayedHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = opened.hall
    first, second = await opened.ticket(), await opened.ticket()
    for place, visit in enumerate((first, second), start=1):
        await hall.carry_out(waiting(hall, visit, place))

    async def full(*_: Any) -> None:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(opened.store, "add", full)
        for _ in range(2):
            with pytest.raises(LedgerError):
                await hall.decide(decide.leave(first, hall.now(), "visitor"))
    assert {name: one.place for name, one in hall.estimates.items()} == {first: 1, second: 2}
    await hall.decide(decide.leave(first, hall.now(), "visitor"))
    assert {name: one.place for name, one in hall.estimates.items()} == {second: 1}
