"""What an adapter can't take in is kept where it is seen, and taken in once its cause is mended."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from hub.application.intake.envelope import Confirmation, parse
from hub.bus.inbound import Inbound
from hub.bus.inbound_message import InboundMessage
from hub.bus.rejected import RejectedContacts, StillRefusedError
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import ensure_streams
from hub.channels.bus_link import BusLink, bus_link
from hub.domain.contact import Attachment, Channel, Contact, Path
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput
from tests.support.nats import Connect

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Intake:
    """Keeps what was refused, and notes contacts."""

    def __init__(self, rejected: RejectedContacts) -> None:
        self.rejected = rejected
        self.contacts: list[str] = []

    async def __call__(self, messages: Sequence[InboundMessage]) -> list[bytes | None]:
        answers: list[bytes | None] = []
        for message in messages:
            told = parse(message.body)
            if isinstance(told, RefusedInput):
                await self.rejected.put(message.subject, message.body, told.reason, told.field, NOON)
            else:
                self.contacts.append(told.id)
            answers.append(Confirmation(id=told.id, status="accepted").to_bytes())
        return answers


@pytest.fixture
async def intake(nats_connect: Connect) -> AsyncIterator[Intake]:
    connection = await nats_connect("hub")
    await ensure_streams(connection.jetstream())
    intake = Intake(RejectedContacts(connection))
    inbound = Inbound(connection, intake)
    running = asyncio.create_task(inbound.run())
    yield intake
    await inbound.stop()
    await running


@pytest.fixture
async def link(nats_server: EmbeddedNats, intake: Intake) -> AsyncIterator[BusLink]:
    async with bus_link(nats_server.url, "email", Channel.EMAIL, nats_server.seeds) as link:
        yield link


def refused(name: str = "mail-1") -> RefusedInput:
    raw = Attachment(uri=f"hub-file:{name}", media_type="message/rfc822", size=7)
    return RefusedInput(id=name, channel=Channel.EMAIL, reason="no sender", field="From", raw=raw, received_at=NOON)


def mail(name: str) -> Contact:
    return Contact(id=name, path=Path(channel=Channel.EMAIL, address="ann@example.org"), occurred_at=NOON)


async def test_it_is_seen_with_its_reason_and_where_its_bytes_are_and_once(link: BusLink, intake: Intake) -> None:
    for _ in range(3):
        await link.refused(refused())
    [kept] = await intake.rejected.list()
    assert (kept.subject, kept.reason, kept.field, kept.is_refused) == ("refused.in.email", "no sender", "From", True)
    assert parse(kept.body) == refused()


async def test_it_is_gone_once_its_adapter_took_it_in(link: BusLink, intake: Intake) -> None:
    async def again(refused: RefusedInput) -> Confirmation:
        return await link.contact(mail(refused.id))

    await link.refused(refused())
    task = asyncio.create_task(link.retries(again))
    try:
        await asyncio.sleep(0.1)
        assert await intake.rejected.retry(1) == 1
    finally:
        task.cancel()
    assert intake.contacts == ["mail-1"]
    assert await intake.rejected.count() == 0


async def test_it_stays_while_it_is_refused_and_hinders_no_other(link: BusLink, intake: Intake) -> None:
    async def again(one: RefusedInput) -> Confirmation:
        if one.id == "mail-1":
            raise InvalidError("there is still no sender", "From")
        return await link.contact(mail(one.id))

    await link.refused(refused("mail-1"))
    await link.refused(refused("mail-2"))
    task = asyncio.create_task(link.retries(again))
    try:
        await asyncio.sleep(0.1)
        with pytest.raises(StillRefusedError, match="rejected message 1 is refused again: there is still no sender"):
            await intake.rejected.retry(1)
        assert await intake.rejected.retry("all") == 1
    finally:
        task.cancel()
    assert [one.sequence for one in await intake.rejected.list()] == [1]


async def test_it_stays_where_no_adapter_runs(link: BusLink, intake: Intake) -> None:
    await link.refused(refused())
    with pytest.raises(StillRefusedError, match="no adapter of the channel email runs"):
        await intake.rejected.retry(1)
    assert await intake.rejected.count() == 1


async def test_of_two_adapters_of_a_channel_the_one_that_refused_it_tries_again(
    nats_server: EmbeddedNats, intake: Intake
) -> None:
    asked: list[str] = []

    async def retry(link: BusLink) -> None:
        async def again(one: RefusedInput) -> Confirmation:
            asked.append(link.name)
            return await link.contact(Contact(id=one.id, path=Path(channel=Channel.PHONE), occurred_at=NOON))

        await link.retries(again)

    async with (
        bus_link(nats_server.url, "phone", Channel.PHONE, nats_server.seeds) as phone,
        bus_link(nats_server.url, "voice_webhooks", Channel.PHONE, nats_server.seeds) as webhooks,
    ):
        for name in ("refused-voice-1", "refused-call-1"):
            await phone.refused(refused(name).model_copy(update={"channel": Channel.PHONE}))
        tasks = [asyncio.create_task(retry(link)) for link in (phone, webhooks)]
        try:
            await asyncio.sleep(0.1)
            assert await intake.rejected.retry("all") == 2
        finally:
            for task in tasks:
                task.cancel()
    assert asked == ["voice_webhooks", "phone"]
