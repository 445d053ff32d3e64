"""An adapter is told every command of its channel, in order within a thread, also after it broke down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from hub.bus.commands import CommandFeed, CommandMessage, Handle
from hub.bus.connection import BusError, Connection, connect
from hub.bus.outbound import OutboundMessage, OutboundStream
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import OUTBOUND
from hub.bus.users import ADAPTERS
from tests.support.nats import eventually

SMS = next(user for user in ADAPTERS if user.channel == "sms")


class Hands:
    """Carries out what it is told; some threads only when they may, some commands only at their second try."""

    def __init__(self, *held: str, fails: tuple[str, ...] = ()) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.may = {thread: asyncio.Event() for thread in held}
        self._fails = set(fails)

    async def __call__(self, command: CommandMessage) -> None:
        name = command.body.decode()
        self.begun.append(name)
        if name in self._fails:
            self._fails.discard(name)
            raise OSError("the wire is down")
        waits = self.may.get(name.partition(":")[0])
        if waits is not None:
            await waits.wait()
        self.done.append(name)


@pytest.fixture
async def told(nats_connection: Connection) -> Callable[..., object]:
    """Tells threads of a channel."""
    stream = OutboundStream(nats_connection)
    await stream.position()
    position = 0

    async def tell(*names: str, channel: str = "sms") -> None:
        nonlocal position
        for name in names:
            position += 1
            thread = name.partition(":")[0]
            await stream.publish([OutboundMessage(channel, thread, name, position, name.encode())])

    return tell


@asynccontextmanager
async def adapter(server: EmbeddedNats, hands: Handle) -> AsyncIterator[Connection]:
    """As it is in the field: with rights of its own."""
    connection = await connect(server.url, SMS.name, credentials=SMS.credentials(server.seeds.kept(SMS.name)))
    task = asyncio.create_task(CommandFeed(connection, SMS.name, first_pause=0.05).run(hands))
    try:
        yield connection
    finally:
        task.cancel()
        await asyncio.wait({task})
        await connection.close()


async def test_a_thread_is_told_in_order_and_another_does_not_wait_for_it(nats_server, told) -> None:
    hands = Hands("a")
    async with adapter(nats_server, hands):
        await told("a:1", "a:2", "b:1", "b:2")
        await told("c:1", channel="phone")
        await eventually(lambda: hands.done == ["b:1", "b:2"])
        assert hands.begun == ["a:1", "b:1", "b:2"] or hands.begun[:1] == ["a:1"]
        hands.may["a"].set()
        await eventually(lambda: hands.done == ["b:1", "b:2", "a:1", "a:2"])


async def test_what_fails_is_told_again_and_its_thread_waits(nats_server, told) -> None:
    hands = Hands(fails=("a:1",))
    async with adapter(nats_server, hands):
        await told("a:1", "a:2")
        await eventually(lambda: hands.done == ["a:1", "a:2"])
    assert hands.begun == ["a:1", "a:1", "a:2"]


async def test_one_that_broke_down_begins_with_what_it_had_in_hand(nats_server, nats_connection, told) -> None:
    first = Hands("a")
    async with adapter(nats_server, first):
        await told("a:1", "b:1")
        await eventually(lambda: first.begun == ["a:1", "b:1"] and first.done == ["b:1"])
    await told("a:2")
    second = Hands()
    async with adapter(nats_server, second):
        await eventually(lambda: second.done[-2:] == ["a:1", "a:2"] or len(second.done) > 2)
    assert [name for name in second.done if name.startswith("a")] == ["a:1", "a:2"]
    waiting = await nats_connection.jetstream().consumer_info(OUTBOUND, SMS.name)
    assert waiting.num_pending == 0


async def test_it_goes_on_when_the_server_was_killed(nats_server, told) -> None:
    hands = Hands("a")
    async with adapter(nats_server, hands) as connection:
        await told("a:1", "b:1")
        await eventually(lambda: hands.done == ["b:1"])
        nats_server._process.kill()
        await eventually(lambda: nats_server.restarts == 1 and connection.connected)
        hands.may["a"].set()
        async with asyncio.timeout(20):
            while True:
                try:
                    await told("a:2")
                except Exception:
                    await asyncio.sleep(0.1)
                else:
                    break
        await eventually(lambda: "a:2" in hands.done)
        await asyncio.sleep(0.3)
    assert hands.done == ["b:1", "a:1", "a:2"]


async def test_it_is_told_again_where_jetstream_lost_everything(nats_server, nats_connection, told) -> None:
    hands = Hands()
    async with adapter(nats_server, hands):
        await told("a:1")
        await eventually(lambda: hands.done == ["a:1"])
        await nats_connection.jetstream().delete_stream(OUTBOUND)
        with pytest.raises(BusError, match=r"did not keep|not kept"):
            await told("a:2")
        await told("a:2", "b:1")
        await eventually(lambda: hands.done == ["a:1", "a:2", "b:1"])


async def test_it_ends_when_it_is_told_to_though_a_library_keeps_that_to_itself(nats_server, told) -> None:
    begun = asyncio.Event()

    async def keeps_it(_: CommandMessage) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("the wire is down") from None

    async with asyncio.timeout(20), adapter(nats_server, keeps_it):
        await told("a:1")
        await begun.wait()
