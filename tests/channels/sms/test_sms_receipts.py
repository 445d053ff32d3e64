"""Delivery receipts: what they say, and which message of ours they are about, however and whenever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.channels.registry import Place
from hub.channels.sms.book import Book
from hub.channels.sms.line import Outgoing, Piece, UnclearError
from hub.channels.sms.message import Fate, Receipt
from hub.channels.sms.names import Names
from hub.channels.sms.pdu import Address, Message, Tag
from hub.channels.sms.receipts import receipt, spellings
from hub.channels.sms.settling import Settling
from hub.channels.sms.submitting import Submitting
from hub.channels.unnamed import NotKnownYetError
from tests.channels.sms.sms_site import FakeHub, place_in

NAMES = Names(b"k" * 32)
MINA, OMID = "+989121234567", "+989121111111"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(("named", "told"), [("1A2B", "6699"), ("6699", "1a2b"), ("000042", "42"), ("AB-7", "ab-7")])
def test_a_name_is_found_in_its_other_spelling(named: str, told: str) -> None:
    assert spellings(named)[0] in spellings(told)


@pytest.mark.parametrize(
    ("text", "fate", "reason"),
    [
        ("id:1 sub:001 dlvrd:001 submit date:1 done date:2 stat:DELIVRD err:000 text:hi", Fate.DELIVERED, ""),
        ("id:1 stat:UNDELIV err:00B", Fate.FAILED, "it could not be delivered (UNDELIV 00B)"),
        ("id:1 stat:ENROUTE", Fate.UNDER_WAY, ""),
        ("ID:1 Stat:expired", Fate.FAILED, "the phone could not be reached in time (EXPIRED)"),
        ("", Fate.UNDER_WAY, ""),
    ],
)  # fmt: skip
def test_receipts_are_read(text: str, fate: Fate, reason: str) -> None:
    told = receipt(Message(Address("98912"), Address("2000"), text.encode(), 4))
    assert told is not None
    assert (told.fate, told.reason) == (fate, reason)


def test_a_receipt_may_stand_in_parameters_alone() -> None:
    options = {Tag.RECEIPTED_MESSAGE_ID: b"abc\0", Tag.MESSAGE_STATE: b"\x02"}
    told = receipt(Message(Address("98912"), Address("2000"), b"", 4, options=options))
    assert told is not None
    assert (told.names[0], told.fate) == ("abc", Fate.DELIVERED)


def test_a_customer_who_writes_of_an_id_writes_no_receipt() -> None:
    assert receipt(Message(Address("98912"), Address("2000"), b"my id:42 please", 0)) is None


@dataclass
class Way:
    """Takes everything under the next of its names; `unclear`: nobody knows."""

    names: list[str]
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def cut(self, text: str) -> list[Piece]:
        return [Piece(one) for one in text.split("|")]

    async def submit(self, _message: Outgoing, begins: Callable[[], Awaitable[None]]) -> str:
        await begins()
        self.taken.set()
        await self.answers.wait()
        name = self.names.pop(0)
        if name == "unclear":
            raise UnclearError("the link broke")
        return name


class Site:
    def __init__(self, place: Place, book: Book, hub: FakeHub, way: Way) -> None:
        self.hub = hub
        self.way = way
        self.submitting = Submitting(NAMES, book, place)
        self.settle = Settling(NAMES, book, place, hub, self.submitting)

    async def send(self, name: str, to: str, text: str = "hi") -> None:
        await self.submitting.submit(self.way, "main", name, to, text)

    async def hears(self, name: str, number: str, word: str = "DELIVRD", text: str = "") -> None:
        said = f"id:{name} sub:001 dlvrd:001 stat:{word} err:012 text:{text}"
        told = receipt(Message(Address(number[1:], 1, 1), Address("982000"), said.encode(), 4))
        assert told is not None
        await self.settle("main", told)


@asynccontextmanager
async def site(folder: Path, *names: str, hub: FakeHub | None = None, is_slow: bool = False) -> AsyncIterator[Site]:
    """An adapter's part that sends and hears, until this is left."""
    place, book, way = place_in(folder), Book(folder / "messages.sqlite"), Way(list(names))
    if not is_slow:
        way.answers.set()
    try:
        yield Site(place, book, hub or FakeHub(), way)
    finally:
        book.close()
        place.ledger.close()


async def test_a_receipt_is_about_the_message_of_that_name_not_of_its_other_spelling(tmp_path: Path) -> None:
    """1010 in hexadecimal is 4112, which went to somebody else."""
    async with site(tmp_path, "4112", "unclear") as there:
        await there.send("to-mina", MINA)
        with pytest.raises(UnclearError):
            await there.send("to-omid", OMID)
        await there.hears("1010", OMID, "UNDELIV")
        assert there.hub.told() == [("sent", "to-omid"), ("failed", "to-omid")]


async def test_a_receipt_in_the_other_spelling_finds_what_went_to_its_number(tmp_path: Path) -> None:
    async with site(tmp_path, "00001010") as there:
        await there.send("to-mina", MINA)
        await there.hears("4112", MINA)
        assert there.hub.told() == [("delivered", "to-mina")]


async def test_a_receipt_of_weeks_ago_is_found_after_restarts(tmp_path: Path) -> None:
    hub = FakeHub()
    async with site(tmp_path, "A-1", "A-2") as there:
        await there.send("long", MINA, "one|two")
    for name, told in (("a-2", []), ("a-2", []), ("a-1", [("delivered", "long")])):
        async with site(tmp_path, hub=hub) as there:
            there.settle._place.ledger.forget_old(NOW + timedelta(days=5))
            await there.hears(name, MINA)
            assert hub.told() == told


async def test_one_part_that_does_not_arrive_fails_the_message(tmp_path: Path) -> None:
    async with site(tmp_path, "1", "2") as there:
        await there.send("long", MINA, "one|two")
        await there.hears("1", MINA)
        await there.hears("2", MINA, "EXPIRED")
        assert there.hub.told() == [("failed", "long")]


async def test_a_receipt_that_comes_before_the_answer_waits_for_it(tmp_path: Path) -> None:
    async with site(tmp_path, "77", is_slow=True) as there:
        sending = asyncio.create_task(there.send("to-mina", MINA))
        await there.way.taken.wait()
        hearing = asyncio.create_task(there.hears("77", MINA))
        await asyncio.sleep(0)
        there.way.answers.set()
        await asyncio.gather(sending, hearing)
        assert there.hub.told() == [("delivered", "to-mina")]


async def test_a_receipt_whose_message_has_no_name_for_long_is_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.channels.unnamed._LOOKS_AGAIN", (0.0, 0.0))
    async with site(tmp_path, "77", is_slow=True) as there:
        sending = asyncio.create_task(there.send("to-mina", MINA))
        await there.way.taken.wait()
        with pytest.raises(NotKnownYetError):
            await there.hears("77", MINA)
        there.way.answers.set()
        await sending
        await there.hears("77", MINA)
        assert there.hub.told() == [("delivered", "to-mina")]


async def test_a_receipt_of_nothing_that_we_sent_changes_nothing(tmp_path: Path) -> None:
    async with site(tmp_path, "77") as there:
        await there.send("to-mina", MINA)
        await there.hears("12345", MINA)
        await there.settle("main", Receipt((), Fate.DELIVERED, "", ""))
        assert there.hub.told() == []


async def test_of_several_in_doubt_it_is_the_one_that_begins_so(tmp_path: Path) -> None:
    async with site(tmp_path, "unclear", "unclear") as there:
        for name, text in (("first", "Your code is 1234"), ("second", "Come to the branch")):
            with pytest.raises(UnclearError):
                await there.send(name, MINA, text)
        await there.hears("5", MINA, text="Something else")
        assert there.hub.told() == []
        await there.hears("6", MINA, text="Come to the branch")
        assert there.hub.told() == [("sent", "second"), ("delivered", "second")]
