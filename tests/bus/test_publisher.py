"""A publish is over when the hub has confirmed it, not before, whatever happens on the way."""

import asyncio
import os
import signal

import pytest

from hub.bus.connection import BusError, Connection
from hub.bus.publisher import MAX_BODY, Publisher
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import CONFIRM_TO
from hub.domain.errors import InvalidError
from tests.support.nats import Connect, eventually

SUBJECT = "contacts.in.phone.00000001"


class Receiver:
    """Stands for the hub: notes what arrives, confirms it unless told not to."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.deaf = 0

    async def listen(self) -> "Receiver":
        await self.connection.client.subscribe("contacts.in.>", cb=self._on_message)
        await self.connection.client.flush()
        return self

    async def _on_message(self, message) -> None:
        self.bodies.append(message.data)
        self.headers.append(message.headers)
        if self.deaf:
            self.deaf -= 1
            return
        await self.connection.client.publish(message.headers[CONFIRM_TO], b"has " + message.data)


@pytest.fixture
async def receiver(nats_connect: Connect) -> Receiver:
    return await Receiver(await nats_connect("receiver")).listen()


async def test_answers_with_the_confirmation(nats_connection: Connection, receiver: Receiver) -> None:
    publisher = Publisher(nats_connection)
    answers = await asyncio.gather(*(publisher.publish(f"contacts.in.web.{n}", b"%d" % n) for n in range(200)))
    assert answers == [b"has %d" % n for n in range(200)]
    assert publisher.repeats == 0
    assert publisher.outstanding == 0
    assert len({headers[CONFIRM_TO] for headers in receiver.headers}) == 200
    assert all("Nats-Msg-Id" not in headers for headers in receiver.headers)
    await publisher.close()


async def test_sends_again_until_confirmed_at_growing_distances(
    nats_connection: Connection, receiver: Receiver
) -> None:
    publisher = Publisher(nats_connection, first_repeat=0.05, longest_repeat=0.1)
    receiver.deaf = 3
    started = asyncio.get_running_loop().time()
    assert await publisher.publish(SUBJECT, b"x") == b"has x"
    assert asyncio.get_running_loop().time() - started >= 0.05 + 0.1 + 0.1
    assert publisher.repeats == 3
    assert receiver.bodies == [b"x"] * 4
    await publisher.close()


async def test_waits_as_long_as_nobody_listens(nats_connection: Connection, nats_connect: Connect) -> None:
    publisher = Publisher(nats_connection, first_repeat=0.05, longest_repeat=0.05)
    sending = asyncio.create_task(publisher.publish(SUBJECT, b"x"))
    await eventually(lambda: publisher.repeats >= 2)
    assert publisher.outstanding == 1
    await Receiver(await nats_connect("late")).listen()
    assert await sending == b"has x"
    await publisher.close()


async def test_survives_a_server_that_is_killed(
    nats_connection: Connection, receiver: Receiver, nats_server: EmbeddedNats
) -> None:
    publisher = Publisher(nats_connection, first_repeat=30)
    await publisher.publish(SUBJECT, b"before")
    os.kill(nats_server.pid, signal.SIGKILL)
    await eventually(lambda: not nats_connection.connected)
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*(publisher.publish(f"contacts.in.sms.{n}", b"%d" % n) for n in range(50)))
    assert answers == [b"has %d" % n for n in range(50)]
    await publisher.close()


async def test_what_shares_a_key_stays_in_order(nats_connection: Connection, receiver: Receiver) -> None:
    publisher = Publisher(nats_connection, first_repeat=0.05)
    receiver.deaf = 2
    await asyncio.gather(
        publisher.publish("contacts.in.web.1", b"first", order=("customer", "thread")),
        publisher.publish("contacts.in.web.2", b"second", order=("thread",)),
        publisher.publish("contacts.in.web.3", b"third", order=("customer",)),
    )
    assert receiver.bodies[:3] == [b"first"] * 3, "the others wait for its confirmation"
    assert sorted(receiver.bodies[3:]) == [b"second", b"third"]
    await publisher.close()


async def test_nobody_overtakes_through_one_who_gave_up_waiting(
    nats_connection: Connection, receiver: Receiver
) -> None:
    publisher = Publisher(nats_connection, first_repeat=0.3)
    receiver.deaf = 1
    first, second, third = (asyncio.create_task(publisher.publish(SUBJECT, body)) for body in (b"1", b"2", b"3"))
    await eventually(lambda: receiver.bodies == [b"1"])
    second.cancel()
    await asyncio.gather(first, third)
    assert receiver.bodies == [b"1", b"1", b"3"]
    await publisher.close()


async def test_gives_up_when_told_to(nats_connection: Connection) -> None:
    publisher = Publisher(nats_connection)
    with pytest.raises(TimeoutError):
        await publisher.publish(SUBJECT, b"x", patience=0.05)
    assert publisher.outstanding == 0
    await publisher.close()


async def test_what_is_too_large_is_refused_at_once(nats_connection: Connection, receiver: Receiver) -> None:
    publisher = Publisher(nats_connection)
    with pytest.raises(InvalidError, match="too large: at most 999000"):
        await publisher.publish(SUBJECT, b"x" * (MAX_BODY + 1))
    largest = b"x" * MAX_BODY
    assert await publisher.publish(SUBJECT, largest) == b"has " + largest
    await publisher.close()


@pytest.mark.parametrize("closes", ["publisher", "connection"])
async def test_closing_ends_the_waiting(nats_connection: Connection, closes: str) -> None:
    publisher = Publisher(nats_connection)
    sending = asyncio.create_task(publisher.publish(SUBJECT, b"x"))
    await eventually(lambda: publisher.outstanding == 1)
    await (publisher if closes == "publisher" else nats_connection).close()
    with pytest.raises(BusError):
        await sending
    with pytest.raises(BusError, match="closed"):
        await publisher.publish(SUBJECT, b"x")
    await publisher.close()
