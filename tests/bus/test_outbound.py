"""What goes out to adapters is kept by JetStream in order, once, and says how far the log was told."""

import asyncio

import pytest

from hub.bus.connection import BusError, Connection
from hub.bus.outbound import OutboundMessage, OutboundStream
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import OUTBOUND, POSITION, announcement_subject, command_subject, outbound_stream, subject_hash
from tests.support.nats import Connect, eventually


def message(position: int, thread: str = "t1") -> OutboundMessage:
    return OutboundMessage("phone", thread, f"interaction-1.{position}", position, b"%d" % position)


async def kept(connection: Connection) -> list[tuple[str, bytes]]:
    """Commands in the order in which JetStream holds them."""
    js = connection.jetstream()
    last = (await js.stream_info(OUTBOUND)).state.last_seq
    found = [await js.get_msg(OUTBOUND, number) for number in range(1, last + 1)]
    return [
        (one.subject or "", one.data or b"") for one in found if (one.subject or "").startswith("conversations.out")
    ]


async def test_commands_are_kept_in_order_by_thread_and_their_repeats_are_dropped(nats_connection: Connection) -> None:
    stream = OutboundStream(nats_connection)
    assert await stream.position() is None
    await stream.publish([message(1), message(3, "t2"), message(4)])
    await stream.publish([message(3, "t2"), message(4), message(7)])
    await stream.publish([])
    assert await kept(nats_connection) == [
        (command_subject("phone", thread), b"%d" % position)
        for position, thread in ((1, "t1"), (3, "t2"), (4, "t1"), (7, "t1"))
    ]
    assert command_subject("phone", "t1") == f"conversations.out.phone.{subject_hash('t1')}"
    assert await stream.position() == 7


async def test_the_position_is_kept_where_there_was_nothing_to_tell(
    nats_connection: Connection, nats_connect: Connect
) -> None:
    stream = OutboundStream(nats_connection)
    await stream.position()
    await stream.publish([message(5)])
    await stream.keep(90)
    assert await OutboundStream(await nats_connect("next")).position() == 90
    await stream.publish([message(91)])
    assert await OutboundStream(await nats_connect("third")).position() == 91
    js = nats_connection.jetstream()
    assert ((await js.get_last_msg(OUTBOUND, "conversations.out.>")).headers or {})[POSITION] == "91"


async def test_an_announcement_reaches_who_listens_and_is_not_kept(
    nats_connection: Connection, nats_connect: Connect
) -> None:
    stream, heard = OutboundStream(nats_connection), list[bytes]()
    await stream.position()
    listening = await nats_connect("adapter")

    async def on_message(told) -> None:
        heard.append(told.data)

    await listening.client.subscribe(announcement_subject("phone", "t1"), cb=on_message)
    await listening.client.flush()
    await stream.announce(message(1))
    await eventually(lambda: heard)
    assert heard == [b"1"]
    assert await kept(nats_connection) == []


async def test_a_stream_that_takes_nothing_is_an_error(nats_connection: Connection) -> None:
    stream = OutboundStream(nats_connection, ack_seconds=2)
    with pytest.raises(BusError, match="no stream takes it"):
        await stream.publish([message(1)])
    await stream.position()
    js = nats_connection.jetstream()
    await js.update_stream(outbound_stream().evolve(max_msg_size=500))
    big = OutboundMessage("phone", "t1", "x", 2, b"x" * 600)
    with pytest.raises(BusError, match="message size"):
        await stream.publish([message(1), big])
    await stream.publish([message(1), message(2)])
    assert [body for _, body in await kept(nats_connection)] == [b"1", b"2"]


async def test_without_a_server_it_fails_and_afterwards_goes_on(
    nats_connection: Connection, nats_server: EmbeddedNats
) -> None:
    stream = OutboundStream(nats_connection, ack_seconds=0.5)
    await stream.position()
    await stream.publish([message(1)])
    await nats_server.stop()
    await eventually(lambda: not nats_connection.connected)
    with pytest.raises(BusError):
        await stream.publish([message(2)])
    await nats_server.start()
    await eventually(lambda: nats_connection.connected)
    async with asyncio.timeout(10):
        while True:
            try:
                await stream.publish([message(2), message(3)])
                break
            except BusError:
                await asyncio.sleep(0.1)
    assert [body for _, body in await kept(nats_connection)] == [b"1", b"2", b"3"]


async def headers_of(connection: Connection, number: int) -> dict[str, str]:
    return (await connection.jetstream().get_msg(OUTBOUND, number)).headers or {}


async def test_each_new_command_is_kept_only_behind_the_one_before_it(nats_connection: Connection) -> None:
    stream = OutboundStream(nats_connection)
    await stream.position()
    await nats_connection.jetstream().update_stream(outbound_stream().evolve(max_msg_size=500))
    big = OutboundMessage("phone", "t1", "interaction-1.3", 3, b"x" * 600)
    with pytest.raises(BusError, match="wrong last msg ID"):
        await stream.publish([message(1), message(2), big, message(4), message(5)])
    assert [body for _, body in await kept(nats_connection)] == [b"1", b"2"]
    await stream.publish([message(number) for number in range(1, 6)])
    await stream.publish([message(6), message(7)])
    assert [body for _, body in await kept(nats_connection)] == [b"%d" % number for number in range(1, 8)]
    chained = [await headers_of(nats_connection, number) for number in range(1, 8)]
    assert ["Nats-Expected-Last-Msg-Id" in one for one in chained] == [False, True, *[False] * 4, True]
    assert [int(one[POSITION]) for one in chained] == list(range(1, 8))


async def test_a_gap_does_not_vanish_behind_what_was_kept_before(nats_connection: Connection) -> None:
    """One that is refused each time, between some that JetStream has by now: the dropped repeats must not pass."""
    stream = OutboundStream(nats_connection)
    await stream.position()
    await nats_connection.jetstream().update_stream(outbound_stream().evolve(max_msg_size=500))
    batch = [message(1), OutboundMessage("phone", "t1", "big", 2, b"x" * 600), message(3), message(4)]
    for _ in range(3):
        with pytest.raises(BusError):
            await stream.publish(batch)


async def test_what_a_predecessor_may_have_sent_is_acked_one_by_one(
    nats_connection: Connection, nats_connect: Connect
) -> None:
    first = OutboundStream(nats_connection)
    await first.position()
    await first.publish([message(1), message(2), message(5)])
    second = OutboundStream(await nats_connect("next"))
    assert await second.position() == 5
    await second.publish([message(2), message(5), message(6)])
    await second.keep(8)
    await second.publish([message(9), message(10)])
    assert [body for _, body in await kept(nats_connection)] == [b"1", b"2", b"5", b"6", b"9", b"10"]


async def test_commands_for_several_servers_are_acked_one_by_one(
    nats_connection: Connection, nats_connect: Connect
) -> None:
    await OutboundStream(nats_connection).position()
    await OutboundStream(await nats_connect("cluster"), replicas=3).publish([message(1), message(2)])
    assert "Nats-Expected-Last-Msg-Id" not in await headers_of(nats_connection, 2)
