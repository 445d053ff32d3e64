"""Messages that come in parts: in any order, doubled, late, or one of them never; nothing of them is lost."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.sms import pdu
from hub.channels.sms.book import Book
from hub.channels.sms.incoming import Taking
from hub.channels.sms.joining import GAP, Parts
from hub.channels.sms.message import Incoming, Place, Receipt
from hub.channels.sms.names import Names
from hub.channels.sms.parse import parse
from hub.channels.sms.parts import HAS_HEADER, headed
from hub.channels.sms.pdu import Address, Message
from hub.channels.sms.settings import sms_settings
from hub.channels.sms.wishes import Wishes
from tests.channels.sms.sms_site import FakeHub, place_in, table, until

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAMES = Names(b"k" * 32)
MINA = "+989121234567"
DAY = timedelta(days=1)


def part(text: str, number: int, total: int = 2) -> Incoming:
    return Incoming(MINA, "2000", text, Place(7, number, total))


@settings(deadline=None, max_examples=30)
@given(
    st.permutations(range(1, 6)), st.lists(st.text(max_size=10), min_size=5, max_size=5), st.integers(0, 5), st.data()
)
def test_parts_make_one_message_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], texts: list[str], repeated: int, data: st.DataObject
) -> None:
    file = tmp_path_factory.mktemp("book") / "b.sqlite"
    book, made = Book(file), []
    parts = Parts(book, NAMES)
    for number in [*order[:repeated], *order]:
        if data.draw(st.booleans()):  # the adapter was started anew
            book.close()
            book = Book(file)
            parts = Parts(book, NAMES)
        one = part(texts[number - 1], number, 5)
        assert parts.in_its_place("main", one, b"raw") is None
        whole = parts.add("main", one, b"raw", NOW)
        made += [whole] if whole else []
    assert {one.incoming.text for one in made} == {"".join(texts)}
    assert len({one.content for one in made}) == 1
    parts.told(made[0], NOW)
    assert parts.add("main", part(texts[order[-1] - 1], order[-1], 5), b"raw", NOW) is None
    book.close()


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    book = Book(tmp_path / "b.sqlite")
    yield Parts(book, NAMES)
    book.close()


def test_a_message_that_begins_like_one_before_is_another(parts: Parts) -> None:
    for text, at in (("first", NOW), ("second", NOW + timedelta(minutes=11))):
        assert parts.add("main", part("Dear all, ", 1), b"", at) is None
        whole = parts.add("main", part(text, 2), b"", at)
        assert whole is not None
        assert whole.incoming.text == f"Dear all, {text}"
        parts.told(whole, at)


def test_a_part_that_comes_after_its_message_was_given_up_is_told_too(parts: Parts) -> None:
    parts.add("main", part("one ", 1), b"", NOW)
    [given_up] = parts.overdue(NOW + DAY + timedelta(seconds=1), DAY)
    assert given_up.incoming.text == f"one {GAP}"
    parts.told(given_up, NOW + DAY)
    assert parts.add("main", part("two", 2), b"", NOW + DAY) is None
    [late] = parts.overdue(NOW + 3 * DAY, DAY)
    assert late.incoming.text == f"{GAP}two"


def test_what_took_the_place_of_a_message_while_the_hub_was_told_of_it_stays(parts: Parts) -> None:
    parts.add("main", part("one ", 1), b"", NOW)
    whole = parts.add("main", part("two", 2), b"", NOW)
    assert whole is not None
    given_up = parts.in_its_place("main", part("new", 1), b"new")
    assert given_up == whole
    parts.drop(given_up)
    assert parts.add("main", part("new", 1), b"new", NOW) is None
    parts.told(whole, NOW)
    newer = parts.add("main", part("est", 2), b"est", NOW)
    assert newer is not None
    assert newer.incoming.text == "newest"


@pytest.fixture
def from_before(tmp_path: Path) -> Iterator[Parts]:
    """A message, whole, of an adapter that told parts apart by their bytes and kept those nowhere."""
    book = Book(tmp_path / "b.sqlite")
    parts = Parts(book, NAMES)
    for number, text in ((1, "one "), (2, "two")):
        parts.add("main", part(text, number), text.encode(), NOW)
        [kept] = [one for one in book.parts(message_of(parts)) if one.number == number]
        sealed = NAMES.seal(json.dumps([MINA, "2000", text]).encode())
        content = NAMES.digest("part", "main", b"pdu of " + text.encode())
        book.keep(message_of(parts), kept._replace(content=content, sealed=sealed))
    yield parts
    book.close()


def message_of(parts: Parts) -> str:
    [one] = parts.overdue(NOW + DAY + timedelta(seconds=1), DAY)
    return one.message


def test_a_part_that_comes_again_over_an_upgrade_is_the_same(from_before: Parts) -> None:
    again = part("two", 2), b"pdu of two"
    assert from_before.in_its_place("main", *again) is None
    whole = from_before.add("main", *again, NOW)
    assert whole is not None
    assert whole.incoming.text == "one two"
    from_before.told(whole, NOW)
    assert from_before.add("main", *again, NOW + timedelta(minutes=9)) is None
    assert from_before.overdue(NOW + 3 * DAY, DAY) == []


def test_another_part_takes_the_place_of_one_from_before_an_upgrade(from_before: Parts) -> None:
    given_up = from_before.in_its_place("main", part("new", 1), b"pdu of new")
    assert given_up is not None
    assert given_up.incoming.text == "one two"


def test_a_whole_message_that_the_hub_did_not_take_waits_for_its_carrier_and_no_day(parts: Parts) -> None:
    parts.add("main", part("one ", 1), b"", NOW)
    assert parts.add("main", part("two", 2), b"", NOW) is not None
    assert parts.overdue(NOW + timedelta(minutes=9), DAY) == []
    assert [one.incoming.text for one in parts.overdue(NOW + timedelta(minutes=11), DAY)] == ["one two"]


def test_a_character_that_was_cut_in_two_is_one_again(parts: Parts) -> None:
    said = "کارت 😀 من".encode("utf-16-be")
    for number, data in ((1, said[:12]), (2, said[12:])):
        body = pdu.submit(Message(Address(MINA[1:], 1, 1), Address("2000"), headed(data, 7, number, 2), HAS_HEADER, 8))
        one = parse(body, "IR")
        assert not isinstance(one, Receipt)
        whole = parts.add("main", one, body, NOW)
    assert whole is not None
    assert whole.incoming.text == "کارت 😀 من"


@asynccontextmanager
async def taking(folder: Path, hub: FakeHub) -> AsyncIterator[Taking]:
    place, book = place_in(folder / "place"), Book(folder / "place" / "b.sqlite")
    told = sms_settings(table(1, folder / "p"))

    async def nothing(*_: object) -> None:
        return

    try:
        yield Taking(told, NAMES, book, place, hub, Wishes(told, NAMES, hub, nothing), nothing)
    finally:
        book.close()
        place.ledger.close()


async def test_a_reference_that_comes_again_gives_up_what_was_not_whole_once_the_hub_has_it(tmp_path: Path) -> None:
    hub = FakeHub()
    async with taking(tmp_path, hub) as there:
        await there.take("main", "s", part("old", 1), b"old")
        hub.answers.clear()
        body = pdu.submit(Message(Address(MINA[1:], 1, 1), Address("2000"), headed(b"new", 7, 1, 2), HAS_HEADER))
        there._settings = there._settings.model_copy(update={"answer_within_seconds": 0.05})
        assert await there.deliver("main", "s", body) == 0x64
    hub.answers.set()
    async with taking(tmp_path, hub) as there:
        await there.take("main", "s", part("new", 1), b"new")
        await there.take("main", "s", part("est", 2), b"est")
    assert hub.texts() == [f"old{GAP}", "newest"]


async def test_parts_that_are_no_words_come_along_as_they_were(tmp_path: Path) -> None:
    hub = FakeHub()
    async with taking(tmp_path, hub) as there:
        await there.take("main", "s", part("\ufffd", 1), b"first")
        await there.take("main", "s", part("fine", 2), b"second")
        [contact] = hub.contacts.values()
        kept = [await there._place.attachments.get(one.uri) for one in contact.attachments]
    assert kept == [b"first", b"second"]


async def test_what_was_whole_when_the_adapter_was_killed_is_told_by_the_next(tmp_path: Path) -> None:
    hub = FakeHub()
    hub.answers.clear()
    async with taking(tmp_path, hub) as there:
        there._settings = there._settings.model_copy(update={"answer_within_seconds": 0.05})
        for number, text in ((1, b"one "), (2, b"two")):
            data = headed(text, 7, number, 2)
            body = pdu.submit(Message(Address(MINA[1:], 1, 1), Address("2000"), data, HAS_HEADER))
            assert await there.deliver("main", "s", body) == (0 if number == 1 else 0x64)
    hub.answers.set()
    async with taking(tmp_path, hub) as there:
        there._book._run("UPDATE parts SET at = ?", (NOW - DAY).isoformat())
        looking = asyncio.create_task(there.give_up_parts())
        await until(lambda: hub.contacts)
        looking.cancel()
        await asyncio.wait({looking})
    assert hub.texts() == ["one two"]
