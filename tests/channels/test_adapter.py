"""Adapters report in the wire's form and get the hub's answer."""

import asyncio
from datetime import UTC, datetime

import orjson

from hub.application.intake.envelope import Confirmation, parse
from hub.bus.connection import Connection
from hub.bus.inbound import Inbound
from hub.bus.publisher import Publisher
from hub.channels.adapter import ChannelAdapter
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal, Path
from tests.support.nats import Connect

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


async def test_a_call_and_its_hang_up_arrive_in_order_and_are_answered(
    nats_connection: Connection, nats_connect: Connect
) -> None:
    arrived = []

    async def intake(batch):
        await asyncio.sleep(0.005)
        arrived.extend(batch)
        answers = []
        for message in batch:
            data = parse(message.body)
            assert orjson.loads(message.body)["source"] == "/adapters/pbx"
            answers.append(Confirmation(id=data.id, status="accepted", customer_id="customer-1").to_bytes())
        return answers

    inbound = Inbound(nats_connection, intake)
    running = asyncio.create_task(inbound.run())
    publisher = Publisher(await nats_connect("pbx"), first_repeat=0.3)
    adapter = ChannelAdapter(publisher, "pbx")
    calls = [
        Contact(id=f"c{n}", path=Path(channel=Channel.PHONE, address=f"+98{n}"), occurred_at=NOON, thread=f"t{n}")
        for n in range(50)
    ]
    hang_ups = [
        ConversationEvent(
            id=f"e{n}",
            channel=Channel.PHONE,
            thread=f"t{n}",
            signal=ConversationSignal.CUSTOMER_LEFT,
            occurred_at=NOON,
        )
        for n in range(50)
    ]
    reports = [
        report
        for call, hang_up in zip(calls, hang_ups, strict=True)
        for report in (adapter.contact(call), adapter.conversation(hang_up))
    ]
    answers = await asyncio.gather(*reports)
    assert [answer.id for answer in answers] == [name for n in range(50) for name in (f"c{n}", f"e{n}")]
    assert answers[0] == Confirmation(id="c0", status="accepted", customer_id="customer-1")
    order = list(dict.fromkeys(parse(message.body).id for message in arrived))
    assert all(order.index(f"c{n}") < order.index(f"e{n}") for n in range(50))
    assert {message.kind for message in arrived} == {"contact", "conversation"}
    await publisher.close()
    await inbound.stop()
    await running
