"""Simulated customers write real text messages, and are known by the name that the hub gave each."""

import asyncio
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path as FilePath

from hub.channels.sms import pdu
from hub.channels.sms.book import Book
from hub.channels.sms.names import Names
from hub.channels.sms.parse import parse
from hub.channels.sms.pdu import Address, Message, Pdu, Said, Status
from hub.channels.sms.session import bound
from hub.channels.sms.settings import Smpp, SmsSettings, sms_settings
from hub.domain.contact import Channel, Contact, ConversationEvent, Direction, Path
from hub.simulated.population import SERVICES
from hub.simulated.texting import Carrier, TextWire, called_by, carrier

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAMES = Names(b"k" * 32)


def written(contact_id: str, channel: Channel = Channel.SMS) -> Contact:
    return Contact(
        id=contact_id, path=Path(channel=channel, address="+989121234567"), occurred_at=NOON, thread=contact_id,
        service="billing", text="Two invoices: دو صورتحساب",
    )  # fmt: skip


class Others:
    def __init__(self) -> None:
        self.contacts: list[Contact] = []
        self.events: list[ConversationEvent] = []

    def known_as(self, contact: Contact) -> str:
        return contact.id

    async def contact(self, contact: Contact) -> bool:
        self.contacts.append(contact)
        return True

    async def conversation(self, event: ConversationEvent) -> bool:
        self.events.append(event)
        return True


class Line:
    """The hub's end of a link, which answers as it is told to."""

    def __init__(self, *answers: int) -> None:
        self.heard: list[bytes] = []
        self._answers = list(answers)

    async def deliver(self, _session: str, body: bytes) -> int:
        self.heard.append(body)
        return self._answers.pop(0)


def settings_of(texts: Carrier) -> SmsSettings:
    return sms_settings(tomllib.loads(texts.table())["sms"])


def smpp_of(texts: Carrier, line: str) -> Smpp:
    smpp = settings_of(texts).lines[line].smpp
    assert smpp is not None
    return smpp


@asynccontextmanager
async def linked(line: Line, file: FilePath) -> AsyncIterator[tuple[Carrier, TextWire, Others, Book]]:
    others, book = Others(), Book(file)
    async with carrier() as texts, bound(smpp_of(texts, "billing"), "", line.deliver):
        yield texts, TextWire(others, texts, called_by(book, NAMES)), others, book
    book.close()


async def test_there_is_a_line_for_each_service() -> None:
    async with carrier() as texts:
        lines = settings_of(texts).lines
        assert [(name, one.service) for name, one in lines.items()] == [(name, name) for name in SERVICES]
        assert len({one.number for one in lines.values()}) == len({smpp_of(texts, name).port for name in lines}) == 4


async def test_a_message_comes_by_smpp_to_the_line_of_its_service(tmp_path: FilePath) -> None:
    line = Line(Status.OK)
    async with linked(line, tmp_path / "book") as (texts, wire, _, _):
        assert await wire.contact(written("demo-sms-1"))
        told = parse(line.heard[0], "IR")
        assert (told.source, told.destination) == ("+989121234567", settings_of(texts).lines["billing"].number)
        assert (told.text, told.numbered) == ("Two invoices: دو صورتحساب", "demo-sms-1")


async def test_the_carrier_keeps_what_the_hub_can_not_take_now(tmp_path: FilePath) -> None:
    line = Line(Status.TRY_LATER, Status.THROTTLED, Status.OK)
    async with linked(line, tmp_path / "book") as (_, wire, _, _):
        assert await wire.contact(written("demo-sms-1"))
    assert len(line.heard) == 3
    assert len(set(line.heard)) == 1


async def test_what_the_hub_will_never_take_is_refused(tmp_path: FilePath) -> None:
    async with linked(Line(Status.NEVER), tmp_path / "book") as (_, wire, _, _):
        assert not await wire.contact(written("demo-sms-1"))


async def test_a_message_waits_at_the_carrier_for_a_line_that_is_down(tmp_path: FilePath) -> None:
    line, book = Line(Status.OK), Book(tmp_path / "book")
    async with carrier() as texts:
        coming = asyncio.create_task(TextWire(Others(), texts, called_by(book, NAMES)).contact(written("demo-sms-1")))
        await asyncio.sleep(0)
        assert not coming.done()
        async with bound(smpp_of(texts, "billing"), "", line.deliver):
            assert await asyncio.wait_for(coming, 60)
    book.close()


async def test_it_is_known_by_the_name_the_adapter_gave_it_as_soon_as_it_has_come(tmp_path: FilePath) -> None:
    async with linked(Line(), tmp_path / "book") as (_, wire, _, book):
        assert wire.known_as(written("demo-sms-1")) == ""
        book.take("sms-17", NAMES.digest("content", "billing", "demo-sms-1"), NOON, "a session")
        assert wire.known_as(written("demo-sms-1")) == "sms-17"


async def test_answers_come_to_customers_phones(tmp_path: FilePath) -> None:
    answer = pdu.submit(Message(Address("982002"), Address("989121234567"), b"It is put right."))
    async with linked(Line(), tmp_path / "book") as (texts, _, _, _):
        smpp = smpp_of(texts, "billing")
        async with bound(smpp, "", Line().deliver) as session:
            said: Pdu = await session.ask(Said.SUBMIT_SM, answer)
        assert (said.status, texts.answers) == (Status.OK, 1)


async def test_other_channels_and_what_we_wrote_go_another_way_than_by_text(tmp_path: FilePath) -> None:
    async with linked(Line(), tmp_path / "book") as (_, wire, others, _):
        ours = written("demo-sms-2").model_copy(update={"direction": Direction.OUTBOUND})
        for contact in (written("demo-phone-1", Channel.PHONE), ours):
            assert await wire.contact(contact)
            assert wire.known_as(contact) == contact.id
        assert [one.id for one in others.contacts] == ["demo-phone-1", "demo-sms-2"]
