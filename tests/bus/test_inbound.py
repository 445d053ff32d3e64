"""What adapters send is handled at least once, in order, and confirmed only after the handler is done."""

import asyncio
import os
import random
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence

import pytest

from hub.bus import inbound as module
from hub.bus.connection import Connection
from hub.bus.inbound import UNDER_WAY, Inbound
from hub.bus.inbound_message import InboundMessage
from hub.bus.publisher import Publisher
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import CONFIRM_TO, INBOUND, INTAKE, ensure_streams
from tests.support.nats import Connect, eventually

SUBJECT = "contacts.in.phone.00000001"


class Handler:
    """Stands for the intake: notes what it was given, answers `has BODY`. `before` may raise or wait."""

    def __init__(self, before: Callable[[Sequence[InboundMessage]], object] = len) -> None:
        self.before = before
        self.batches: list[list[InboundMessage]] = []
        self.unanswered: set[bytes] = set()

    async def __call__(self, batch: Sequence[InboundMessage]) -> list[bytes | None]:
        self.before(batch)
        await asyncio.sleep(0.001)
        self.batches.append(list(batch))
        return [None if message.body in self.unanswered else b"has " + message.body for message in batch]

    @property
    def bodies(self) -> list[bytes]:
        return [message.body for batch in self.batches for message in batch]


@pytest.fixture
async def publisher(nats_connect: Connect):
    connection = await nats_connect("adapter")
    await ensure_streams(connection.jetstream(), 1)  # what is sent before there is one comes again later, out of order
    publisher = Publisher(connection, first_repeat=0.3)
    yield publisher
    await publisher.close()


async def waiting_in(connection: Connection) -> int:
    return (await connection.jetstream().stream_info(INBOUND)).state.messages


async def emptied(connection: Connection) -> None:
    async with asyncio.timeout(10):
        while await waiting_in(connection):
            await asyncio.sleep(0.01)


async def test_confirms_and_acks_after_the_handler(nats_connection: Connection, publisher: Publisher) -> None:
    handler = Handler()
    inbound = Inbound(nats_connection, handler)
    running = asyncio.create_task(inbound.run())
    assert await publisher.publish(SUBJECT, b"call") == b"has call"
    assert await publisher.publish("conversations.in.phone.00000001", b"gone") == b"has gone"
    (call, gone) = (message for batch in handler.batches for message in batch)
    assert (call.subject, call.kind, call.delivered) == (SUBJECT, "contact", 1)
    assert gone.kind == "conversation"
    await emptied(nats_connection)
    await inbound.stop()
    await running
    assert inbound.handled == 2


async def test_a_lone_message_does_not_wait_for_others(nats_connection: Connection, publisher: Publisher) -> None:
    inbound = Inbound(nats_connection, Handler())
    running = asyncio.create_task(inbound.run())
    await publisher.publish(SUBJECT, b"warm")
    loop = asyncio.get_running_loop()
    taken = []
    for n in range(20):
        started = loop.time()
        await publisher.publish(f"contacts.in.web.{n}", b"x")
        taken.append(loop.time() - started)
    assert sorted(taken)[10] < 0.1, "far below any time-out of a pull, far above what it takes"
    await inbound.stop()
    await running


async def test_many_come_in_batches_and_in_order(nats_connection: Connection, publisher: Publisher) -> None:
    handler = Handler()
    inbound = Inbound(nats_connection, handler, batch=50)
    bodies = [b"%d" % n for n in range(1000)]
    sending = [asyncio.create_task(publisher.publish(f"contacts.in.sms.{body}", body)) for body in bodies]
    running = asyncio.create_task(inbound.run())
    assert await asyncio.gather(*sending) == [b"has " + body for body in bodies]
    assert list(dict.fromkeys(handler.bodies)) == bodies
    assert 1 < max(map(len, handler.batches)) <= 50
    await inbound.stop()
    await running


async def test_a_batch_is_handed_over_while_the_one_before_is_taken_in(
    nats_connection: Connection, publisher: Publisher
) -> None:
    gate, begun, at_once = asyncio.Event(), list[bytes](), 0

    async def handler(batch: Sequence[InboundMessage]) -> list[bytes | None]:
        nonlocal at_once
        begun.extend(message.body for message in batch)
        at_once += 1
        assert at_once <= UNDER_WAY
        await gate.wait()
        at_once -= 1
        return [b"has " + message.body for message in batch]

    inbound = Inbound(nats_connection, handler, batch=1)
    running = asyncio.create_task(inbound.run())
    sending = [asyncio.create_task(publisher.publish(f"contacts.in.web.{n}", b"%d" % n)) for n in range(5)]
    await eventually(lambda: len(begun) == UNDER_WAY == 2)
    assert publisher.outstanding == 5
    gate.set()
    assert await asyncio.gather(*sending) == [b"has %d" % n for n in range(5)]
    assert list(dict.fromkeys(begun)) == [b"%d" % n for n in range(5)]
    await inbound.stop()
    await running


async def test_a_failing_handler_keeps_its_batch_until_it_works(
    nats_connection: Connection, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    down = 3

    def store_is_down(batch: Sequence[InboundMessage]) -> None:
        nonlocal down
        if down:
            down -= 1
            raise OSError("disk full")

    handler = Handler(store_is_down)
    inbound = Inbound(nats_connection, handler)
    sending = asyncio.gather(*(publisher.publish(SUBJECT, b"%d" % n) for n in range(5)))
    running = asyncio.create_task(inbound.run())
    assert await sending == [b"has %d" % n for n in range(5)]
    assert list(dict.fromkeys(handler.bodies)) == [b"%d" % n for n in range(5)]
    assert inbound.failures == 3
    assert "they stay in hand: OSError: disk full" in caplog.text
    await inbound.stop()
    await running


async def test_one_message_the_handler_breaks_on_does_not_stop_the_others(
    nats_connection: Connection, publisher: Publisher
) -> None:
    poisoned = True

    def break_on_poison(batch: Sequence[InboundMessage]) -> None:
        if poisoned and any(message.body == b"poison" for message in batch):
            raise ValueError("poison")

    handler = Handler(break_on_poison)
    inbound = Inbound(nats_connection, handler, batch=8)
    poison = asyncio.create_task(publisher.publish("contacts.in.web.poison", b"poison"))
    others = [asyncio.create_task(publisher.publish(f"contacts.in.web.{n}", b"%d" % n)) for n in range(30)]
    running = asyncio.create_task(inbound.run())
    async with asyncio.timeout(30):
        assert await asyncio.gather(*others) == [b"has %d" % n for n in range(30)]
    assert not poison.done()
    poisoned = False
    assert await poison == b"has poison"
    await inbound.stop()
    await running


async def test_a_message_without_an_answer_comes_again(nats_connection: Connection, publisher: Publisher) -> None:
    handler = Handler()
    handler.unanswered = {b"later"}
    inbound = Inbound(nats_connection, handler)
    await nats_connection.client.flush()
    running = asyncio.create_task(inbound.run())
    assert await publisher.publish(SUBJECT, b"now") == b"has now"
    later = asyncio.create_task(publisher.publish(SUBJECT, b"later"))
    await eventually(lambda: b"later" in handler.bodies)
    assert not later.done()
    assert await waiting_in(nats_connection) == 1
    handler.unanswered.clear()
    assert await later == b"has later"
    await inbound.stop()
    await running


async def test_stop_finishes_the_batches_in_hand_and_leaves_the_rest(
    nats_connection: Connection, publisher: Publisher, nats_connect: Connect
) -> None:
    first = Handler()
    inbound = Inbound(nats_connection, first, batch=10)
    first.before = lambda _: inbound._stop.set()
    sending = [asyncio.create_task(publisher.publish(f"contacts.in.web.{n}", b"%d" % n)) for n in range(30)]
    await eventually(lambda: publisher.outstanding == 30)
    running = asyncio.create_task(inbound.run())
    await running
    await inbound.stop()
    in_hand = len(first.bodies)
    assert 0 < in_hand <= 10 * UNDER_WAY
    assert await asyncio.gather(*sending[:in_hand]) == [b"has %d" % n for n in range(in_hand)]
    second = Handler()
    successor = Inbound(await nats_connect("successor"), second)
    running = asyncio.create_task(successor.run())
    await asyncio.gather(*sending)
    assert second.bodies[: 30 - in_hand] == [b"%d" % n for n in range(in_hand, 30)]
    await successor.stop()
    await running


async def test_after_a_crash_what_was_in_hand_comes_first_and_at_once(
    nats_connect: Connect, publisher: Publisher, nats_connection: Connection
) -> None:
    stuck = asyncio.Event()

    async def hang(batch: Sequence[InboundMessage]) -> list[bytes | None]:
        stuck.set()
        await asyncio.sleep(600)
        return []

    crashing = await nats_connect("crashing")
    running = asyncio.create_task(Inbound(crashing, hang).run())
    sending = [asyncio.create_task(publisher.publish(f"contacts.in.web.{n}", b"%d" % n)) for n in range(20)]
    await stuck.wait()
    running.cancel()
    await asyncio.wait({running})
    await crashing.close()
    sending.append(asyncio.create_task(publisher.publish("contacts.in.web.new", b"new")))
    handler = Handler()
    inbound = Inbound(nats_connection, handler)
    running = asyncio.create_task(inbound.run())
    await asyncio.gather(*sending)
    assert handler.bodies[:20] == [b"%d" % n for n in range(20)]
    assert handler.batches[0][0].delivered >= 1
    await inbound.stop()
    await running


async def test_nothing_is_lost_or_turned_round_when_the_server_is_killed(
    nats_server: EmbeddedNats, nats_connection: Connection, nats_connect: Connect
) -> None:
    handler = Handler()
    inbound = Inbound(nats_connection, handler, batch=20)
    running = asyncio.create_task(inbound.run())
    publisher = Publisher(await nats_connect("adapter"), first_repeat=0.2)
    dice = random.Random(7)

    async def customer(number: int) -> None:
        bodies = [b"%d %d" % (number, n) for n in range(100)]
        answers = await asyncio.gather(*(publisher.publish(f"contacts.in.phone.{number:08x}", b) for b in bodies))
        assert answers == [b"has " + body for body in bodies]

    async def killer() -> None:
        for times in (1, 2, 3):
            await asyncio.sleep(dice.random() * 0.3)
            os.kill(nats_server.pid, signal.SIGKILL)
            await eventually(lambda times=times: nats_server.restarts == times)

    async with asyncio.timeout(60):
        await asyncio.gather(killer(), *(customer(number) for number in range(40)))
    seen: dict[str, list[bytes]] = defaultdict(list)
    for message in (message for batch in handler.batches for message in batch):
        seen[message.subject].append(message.body)
    assert nats_server.restarts == 3
    assert len(seen) == 40
    for number, subject in enumerate(sorted(seen)):
        assert list(dict.fromkeys(seen[subject])) == [b"%d %d" % (number, n) for n in range(100)]
    await emptied(nats_connection)
    await publisher.close()
    await inbound.stop()
    await running


async def test_a_deleted_consumer_or_stream_is_made_again(nats_connection: Connection, publisher: Publisher) -> None:
    inbound = Inbound(nats_connection, Handler())
    running = asyncio.create_task(inbound.run())
    await publisher.publish(SUBJECT, b"1")
    js = nats_connection.jetstream()
    await js.delete_consumer(INBOUND, INTAKE)
    assert await publisher.publish(SUBJECT, b"2") == b"has 2"
    await js.delete_stream(INBOUND)
    assert await publisher.publish(SUBJECT, b"3") == b"has 3"
    await inbound.stop()
    await running


@pytest.mark.parametrize(
    "target", ["contacts.in.phone.1", "$JS.API.STREAM.DELETE.INBOUND", "_INBOX.>", "_INBOX..x", ""]
)
async def test_only_inboxes_are_confirmed_to(nats_connection: Connection, publisher: Publisher, target: str) -> None:
    handler = Handler()
    inbound = Inbound(nats_connection, handler)
    running = asyncio.create_task(inbound.run())
    await publisher.publish(SUBJECT, b"ready")
    await nats_connection.client.publish(SUBJECT, b"evil", headers={CONFIRM_TO: target} if target else None)
    await eventually(lambda: b"evil" in handler.bodies)
    await publisher.publish(SUBJECT, b"after")
    assert handler.bodies == [b"ready", b"evil", b"after"]
    assert {m.body: m.confirm_to for batch in handler.batches for m in batch}[b"evil"] == ""
    await emptied(nats_connection)
    await inbound.stop()
    await running


async def test_answers_that_come_one_after_the_other_are_written_together_and_the_last_before_it_ends(
    nats_connection: Connection, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbound = Inbound(nats_connection, Handler())
    running = asyncio.create_task(inbound.run())
    assert await publisher.publish(SUBJECT, b"alone") == b"has alone"
    monkeypatch.setattr(module, "_PACE", 60.0)
    assert inbound._answered_at
    sending = [asyncio.create_task(publisher.publish(f"contacts.in.web.{n}", b"%d" % n)) for n in range(3)]
    await eventually(lambda: inbound.handled == 4)
    await asyncio.sleep(0.05)
    assert publisher.outstanding == 3
    assert await waiting_in(nats_connection) == 3
    await inbound.stop()
    assert await asyncio.gather(*sending) == [b"has %d" % n for n in range(3)]
    await running
    async with asyncio.timeout(10):
        while await waiting_in(nats_connection):
            await asyncio.sleep(0.01)


async def test_an_answer_that_waits_for_others_is_written_when_its_time_has_come(
    nats_connection: Connection, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PACE", 0.2)
    inbound = Inbound(nats_connection, Handler())
    running = asyncio.create_task(inbound.run())
    assert await publisher.publish(SUBJECT, b"alone") == b"has alone"
    begin = asyncio.get_running_loop().time()
    for number in range(2):
        assert await publisher.publish(SUBJECT, b"%d" % number) == b"has %d" % number
    assert 0.2 <= asyncio.get_running_loop().time() - begin < 2
    await inbound.stop()
    await running
