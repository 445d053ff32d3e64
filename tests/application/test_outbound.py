"""Adapters are told everything at least once, in the order of the log, whatever fails on the way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from hub.application.outbound import telling as module
from hub.application.outbound.telling import Outbound, Place
from hub.bus.connection import BusError, Connection
from hub.bus.outbound import OutboundMessage, OutboundStream
from hub.bus.subjects import OUTBOUND
from hub.clock import WallClock
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionEnded, InteractionHeld, InteractionResumed, OfferAccepted
from hub.ports import Append, Recorded, Unit
from tests.application.test_outbound_commands import ANN, META, accepted, ended, offered, queued
from tests.support.memory import MemoryJournal
from tests.support.nats import Connect, eventually

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class FakeWire:
    """Remembers what it was told; can be made to fail."""

    def __init__(self, position: int | None = None) -> None:
        self.at = position
        self.sent: list[OutboundMessage] = []
        self.announced: list[dict[str, Any]] = []
        self.kept: list[int] = []
        self.failures = 0
        self.tellings = 0

    async def position(self) -> int | None:
        return self.at

    async def keep(self, position: int) -> None:
        self.kept.append(position)

    async def publish(self, messages: Sequence[OutboundMessage]) -> None:
        if self.failures and messages:
            self.failures -= 1
            self.sent += messages[:1]
            raise BusError("NATS is gone")
        self.tellings += bool(messages)
        self.sent += messages

    async def announce(self, message: OutboundMessage) -> None:
        self.announced.append(orjson.loads(message.body)["data"])

    @property
    def told(self) -> list[tuple[int, str]]:
        return [(one.position, orjson.loads(one.body)["data"]["command"]) for one in self.sent]


class Journal(MemoryJournal):
    """With a short way to write."""

    async def write(self, *events: Event, stream: str = "interaction-1") -> None:
        await self.commit([Unit([Append(stream, self.version(stream), events)])])


async def over(journal: Journal, stream: str = "interaction-1") -> None:
    for event in (queued(), offered(), accepted(), ended()):
        await journal.write(event, stream=stream)


@asynccontextmanager
async def telling(
    journal: Journal, wire: Any, *, speed: float = 1.0, places: Any = lambda _: {}, every: float = 30.0,
    open_work: Sequence[Recorded] = (),
) -> AsyncIterator[Outbound]:  # fmt: skip
    told = Outbound(journal, wire, WallClock(speed=speed), places, lambda _: every)
    await told.start(open_work)
    journal.followers.append(told.follow)
    running = asyncio.create_task(told.run())
    try:
        yield told
        if running.done():
            running.result()
    finally:
        journal.followers.remove(told.follow)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def journal() -> Journal:
    return Journal()


async def test_what_is_committed_is_told_in_order(journal: Journal) -> None:
    wire = FakeWire()
    async with telling(journal, wire) as told:
        await journal.write(queued())
        await eventually(lambda: told.position == 1)
        await journal.write(offered())
        await journal.write(accepted())
        await journal.write(ended())
        await eventually(lambda: told.position == 4)
        await told.stop()
    assert wire.told == [(1, "waiting"), (2, "offered"), (3, "answered"), (4, "ended")]
    assert wire.kept[-1] == 4


async def test_what_comes_one_after_the_other_is_told_together_and_a_lone_one_at_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PACE_SECONDS", 60.0)
    wire = FakeWire()
    async with telling(journal, wire) as told:
        await journal.write(queued())
        await eventually(lambda: told.position == 1)
        for number in range(20):
            await journal.write(queued(), stream=f"interaction-{number + 2}")
            await asyncio.sleep(0.001)
        assert told.position == 1
    monkeypatch.setattr(module, "PACE_SECONDS", 0.1)
    async with telling(journal, wire) as told:
        for number in range(20):
            await journal.write(ended(), stream=f"interaction-{number + 2}")
            await asyncio.sleep(0.001)
        await eventually(lambda: told.position == 41)
    assert wire.told[1:] == [(position, "ended") for position in range(22, 42)]
    assert wire.tellings <= 5


async def test_at_the_first_start_what_was_long_ago_is_not_told(journal: Journal) -> None:
    await over(journal)
    wire = FakeWire()
    async with telling(journal, wire) as told:
        await journal.write(InteractionHeld(**META, **ANN))
        await eventually(lambda: told.position == 5)
    assert wire.told == [(5, "held")]


async def test_a_position_of_another_log_is_not_believed(journal: Journal) -> None:
    await over(journal)
    async with telling(journal, FakeWire(9_000)) as told:
        assert told.position == 4


async def test_after_a_crash_it_goes_on_where_adapters_know_the_log(journal: Journal) -> None:
    await over(journal)
    wire = FakeWire(2)
    async with telling(journal, wire, open_work=journal.log[:4]) as told:
        await eventually(lambda: told.position == 4)
    assert wire.told == [(3, "answered"), (4, "ended")]


async def test_after_so_long_that_nobody_cares_it_begins_at_the_end(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "FAR_BEHIND", 3)
    await over(journal)
    async with telling(journal, FakeWire(0)) as told:
        assert told.position == 4
    assert "from position 4 on, not from 0 on" in caplog.text


async def test_what_could_not_be_sent_is_sent_again_whole(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    wire = FakeWire()
    wire.failures = 2
    async with telling(journal, wire) as told:
        await journal.write(queued(), accepted(), ended())
        await eventually(lambda: told.position == 3)
    assert wire.told == [(1, "waiting"), (1, "waiting"), (1, "waiting"), (2, "answered"), (3, "ended")]
    assert len({one.id for one in wire.sent}) == 3


async def test_a_store_that_can_not_be_read_now_is_read_later(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    await journal.write(queued(), accepted())
    load, failures = journal.load, [BusError("later")]

    async def failing(*given: Any) -> Any:
        if failures:
            raise failures.pop()
        return await load(*given)

    monkeypatch.setattr(journal, "load", failing)
    wire = FakeWire(2)
    async with telling(journal, wire) as told:
        await journal.write(InteractionHeld(**META, **ANN))
        await journal.write(InteractionResumed(**META, **ANN))
        await eventually(lambda: told.position == 4)
    assert wire.told == [(3, "held"), (4, "resumed")]


async def test_more_than_it_can_keep_is_read_again(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_BATCHES", 3)
    monkeypatch.setattr(module, "READ_EVENTS", 4)
    wire = FakeWire()
    async with telling(journal, wire) as told:
        for number in range(10):
            await over(journal, f"interaction-{number}")
        assert told.position < 40
        await eventually(lambda: told.position == 40)
        await over(journal, "interaction-x")
        await eventually(lambda: told.position == 44)
    positions = [position for position, name in wire.told if name != "waiting"]
    assert positions == [position for position in range(1, 45) if position % 4 in (2, 3, 0)]


async def test_who_waits_is_told_their_place_again_and_again_and_nobody_else(journal: Journal) -> None:
    wire = FakeWire()
    await journal.write(queued())
    await journal.write(queued(thread="t2"), accepted(), stream="interaction-2")
    await journal.write(queued(thread="t3", queue="sales"), stream="interaction-3")
    places = {
        "care": {"interaction-1": Place(2, 61.234), "interaction-2": Place(1, None), "interaction-9": Place(3, None)},
        "sales": {"interaction-3": Place(1, None)},
    }
    async with telling(journal, wire, speed=200, places=places.__getitem__, every=20, open_work=list(journal.log)):
        await eventually(lambda: len(wire.announced) >= 6)
    told = {(one["interaction_id"], one["queue"], one["place"], one["estimated_wait_s"]) for one in wire.announced}
    assert told == {("interaction-1", "care", 2, 61.2), ("interaction-3", "sales", 1, None)}
    assert {one["command"] for one in wire.announced} == {"waiting"}
    assert wire.sent == []


async def test_the_position_is_kept_while_there_is_nothing_to_tell(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.05)
    wire = FakeWire()
    async with telling(journal, wire):
        await journal.write(queued(pool="history"), stream="interaction-7")
        await eventually(lambda: 1 in wire.kept)
        written = len(wire.kept)
        await asyncio.sleep(0.2)
        assert len(wire.kept) == written


async def test_it_is_killed_and_goes_on_over_a_real_server(journal: Journal, nats_connect: Connect) -> None:
    """Each process of the hub is cut off at another moment; JetStream ends up with every command once, in order."""
    for number in range(6):
        connection: Connection = await nats_connect(f"hub {number}")
        async with telling(journal, OutboundStream(connection), open_work=list(journal.log)) as told:
            await over(journal, f"interaction-{number}a")
            if number % 2:
                await eventually(lambda told=told: told.position >= len(journal.log) - 2)
        await over(journal, f"interaction-{number}b")
    connection = await nats_connect("last")
    async with telling(journal, OutboundStream(connection)) as told:
        await eventually(lambda: told.position == len(journal.log))
    js = connection.jetstream()
    last = (await js.stream_info(OUTBOUND)).state.last_seq
    bodies = [(await js.get_msg(OUTBOUND, number)) for number in range(1, last + 1)]
    ids = [orjson.loads(one.data)["id"] for one in bodies if one.data]
    expected = [
        f"{one.stream}.{one.position}" for one in journal.log if isinstance(one.event, OfferAccepted | InteractionEnded)
    ]
    assert [one for one in ids if one in set(expected)] == expected
