"""Answers to STOP and START leave once each, whatever breaks meanwhile: on a carrier that is played."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.channels.ledger import Ledger
from hub.channels.registry import Place
from hub.channels.sms.answering import Answering
from hub.channels.sms.book import KEPT_UNANSWERED, Book, Owed
from hub.channels.sms.line import DeclinedError, NotTakenError, Outgoing, Piece, UnclearError
from hub.channels.sms.message import Incoming
from hub.channels.sms.names import Names
from hub.channels.sms.settings import SmsSettings, sms_settings
from hub.channels.sms.submitting import Submitting
from hub.channels.sms.wishes import Wishes
from hub.channels.sms.wording import answer, spoken
from hub.channels.sms.words import Heard, Stops, Wish, heard
from tests.channels.sms.sms_site import FakeHub, place_in, table, until

MINA = "+989121234567"
NAMES = Names(b"k" * 32)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass
class Way:
    """Fails as `errors` say, one a try, then takes everything."""

    errors: list[Exception] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    tries: int = 0

    def cut(self, text: str) -> list[Piece]:
        return [Piece(text)]

    async def submit(self, message: Outgoing, begins: Callable[[], Awaitable[None]]) -> str:
        self.tries += 1
        if self.errors and isinstance(self.errors[0], NotTakenError):
            raise self.errors.pop(0)
        await begins()
        if self.errors:
            raise self.errors.pop(0)
        self.left.append((message.to, message.text))
        return f"M{self.tries}"


@dataclass
class Clock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


class Site:
    """What an adapter has on its disk, and the answering of one run of it."""

    def __init__(self, folder: Path, way: Way, moment: datetime = NOW) -> None:
        made = place_in(folder)
        self.place = Place(made.directory, made.ledger, made.attachments, Clock(moment), "IR")  # type: ignore[arg-type]
        self.book = Book(folder / "messages.sqlite")
        submitting = Submitting(NAMES, self.book, self.place)
        self.answering = Answering(NAMES, self.book, self.place, submitting, {"main": way}, timedelta(hours=4))

    def close(self) -> None:
        self.book.close()
        self.place.ledger.close()


@asynccontextmanager
async def answering(folder: Path, way: Way, moment: datetime = NOW) -> AsyncIterator[Site]:
    """Until this is left, as a kill would: what is under way is not waited for."""
    site = Site(folder, way, moment)
    task = asyncio.create_task(site.answering.run("main"))
    try:
        yield site
        assert not task.done() or task.result() is None
    finally:
        task.cancel()
        await asyncio.wait({task})
        site.close()


def settled(site: Site) -> Callable[[], bool]:
    return lambda: not site.book.owed("main", 9)


async def test_an_answer_leaves_once_however_often_it_is_owed(tmp_path: Path) -> None:
    way = Way()
    async with answering(tmp_path, way) as site:
        for _ in range(2):
            await site.answering.owe("main", "answer-1", MINA, "no more")
            await until(settled(site))
        kept = (tmp_path / "messages.sqlite").read_bytes() + (tmp_path / "messages.sqlite-wal").read_bytes()
    assert way.left == [(MINA, "no more")]
    assert b"no more" not in kept
    assert MINA.encode() not in kept


async def test_what_was_owed_when_the_adapter_was_killed_leaves_by_the_next(tmp_path: Path) -> None:
    before = Site(tmp_path, Way())
    await before.answering.owe("main", "answer-1", MINA, "no more")
    before.close()
    way = Way()
    for _ in range(2):
        async with answering(tmp_path, way) as site:
            await until(settled(site))
    assert way.left == [(MINA, "no more")]


async def test_what_was_being_handed_over_when_it_was_killed_is_not_sent_again(tmp_path: Path) -> None:
    before = Site(tmp_path, Way())
    await before.answering.owe("main", "answer-1", MINA, "no more")
    before.close()
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.begin("answer-1", "under way", "sms-main", NOW)
    ledger.close()
    async with answering(tmp_path, way := Way()) as site:
        await until(settled(site))
    assert way.tries == 0


async def test_a_carrier_that_is_away_for_longer_than_any_patience_gets_it_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.channels.sms.answering._PAUSE", 0)
    way = Way([NotTakenError("there is no link to the carrier") for _ in range(300)])
    async with answering(tmp_path, way) as site:
        await site.answering.owe("main", "answer-1", MINA, "no more")
        await until(settled(site))
    assert (way.tries, way.left) == (301, [(MINA, "no more")])


@pytest.mark.parametrize(
    ("error", "why"),
    [(DeclinedError("0x0b"), "0x0b"), (UnclearError("the link broke"), "whether it left before is not known")],
)
async def test_what_the_carrier_does_not_take_is_said_and_done_with(
    tmp_path: Path, error: Exception, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with answering(tmp_path, way := Way([error])) as site:
        await site.answering.owe("main", "answer-1", MINA, "no more")
        await until(settled(site))
    assert (way.tries, way.left) == (1, [])
    assert why in caplog.text
    assert MINA not in caplog.text


async def test_what_has_waited_too_long_is_said_and_not_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = Site(tmp_path, Way())
    await before.answering.owe("main", "answer-1", MINA, "no more")
    before.close()
    async with answering(tmp_path, way := Way(), NOW + timedelta(hours=4, seconds=1)) as site:
        await until(settled(site))
    assert way.tries == 0
    assert "answer-1" in caplog.text
    assert "it has waited too long" in caplog.text


def test_what_is_settled_is_known_for_a_while_and_then_forgotten(tmp_path: Path) -> None:
    book, owed = Book(tmp_path / "b"), Owed("answer-1", "main", b"sealed", NOW.timestamp())
    book.owe(owed)
    assert book.owed("main", 9) == [owed]
    assert book.owed("other", 9) == []
    book.settled("answer-1", NOW)
    book.forget_old(NOW + KEPT_UNANSWERED)
    book.owe(owed)
    assert book.owed("main", 9) == []
    book.forget_old(NOW + KEPT_UNANSWERED + timedelta(seconds=1))
    book.owe(owed)
    assert book.owed("main", 9) == [owed]
    book.close()


def settings_with(folder: Path, withdrawal: dict[str, Any]) -> SmsSettings:
    told = table(1, folder / "p")
    told["lines"]["main"]["withdrawal"] = withdrawal
    return sms_settings(told)


async def wishes_of(folder: Path, withdrawal: dict[str, Any], *texts: str, hub: FakeHub | None = None) -> list[str]:
    """What is owed to who writes these."""
    owed: list[tuple[str, str]] = []

    async def owe(_line: str, name: str, _to: str, text: str) -> None:
        owed.append((name, text))

    wishes = Wishes(settings_with(folder, withdrawal), NAMES, hub or FakeHub(), owe)
    for number, text in enumerate(texts):
        assert await wishes.take("main", f"sms-{number}", Incoming(MINA, "982000", text), NOW)
    return [text for _, text in owed]


async def test_each_stop_that_changes_something_is_answered(tmp_path: Path) -> None:
    hub, line = FakeHub(), {"left": "left", "text_version": "v1", "joined": "joined"}
    assert await wishes_of(tmp_path, line, "STOP", "stop", "12", "START", "11", hub=hub) == ["left", "joined", "left"]
    hub.signals.clear()  # they said yes where no message comes by
    assert await wishes_of(tmp_path, line, "STOP", hub=hub) == ["left"]


@pytest.mark.parametrize(
    ("text", "line", "begins"),
    [
        ("STOP", {}, "You will get no more"),
        ("لغو", {}, "دیگر پیام"),
        ("لغو۱۱", {}, "دیگر پیام"),
        ("۱۱", {}, "You will get no more"),
        ("11", {"language": "fa"}, "دیگر پیام"),
        ("STOP", {"language": "fa"}, "You will get no more"),
        ("عضویت", {"text_version": "v1"}, "از این پس"),
        ("12", {"text_version": "v1"}, "You will get our"),
        ("STOP", {"left": "bye"}, "bye"),
    ],
)
async def test_without_a_word_of_the_operator_they_are_answered_in_their_language(
    tmp_path: Path, text: str, line: dict[str, Any], begins: str
) -> None:
    [said] = await wishes_of(tmp_path, line, text)
    assert said.startswith(begins)


async def test_an_operator_may_have_nothing_said(tmp_path: Path) -> None:
    assert await wishes_of(tmp_path, {"left": ""}, "STOP") == []


@pytest.mark.parametrize("language", ["en", "fa"])
def test_who_is_told_a_way_back_has_one(language: Any) -> None:
    left = Heard(Wish.LEAVE, says_more=False, as_said="11")
    told = answer(left, language, can_come_back=True).removeprefix(answer(left, language, can_come_back=False))
    [word] = [one for one in told.replace("«", " ").replace("»", " ").replace(".", " ").split() if is_join(one)]
    assert spoken(word) == language


def is_join(word: str) -> bool:
    found = heard(word, Stops.WORDS)
    return found is not None and found.wish is Wish.JOIN
