"""Of two processes that would carry out the same one does, and the next one when that is gone."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from hub.bus.carriers import CarriedError, Carrier, Leases
from hub.bus.connection import Connection, connect
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import CARRIERS, carriers_stream, ensure_streams
from hub.bus.users import ADAPTERS

SMS = next(user for user in ADAPTERS if user.name == "sms")
SUBJECTS = ("carriers.name.sms", "carriers.outbound.sms")


def who(run: str, home: str = "") -> Carrier:
    return Carrier("sms", home or f"home of {run}", run, f"process {run} on a machine")


@pytest.fixture
async def adapter(nats_server: EmbeddedNats) -> AsyncIterator[Connection]:
    """As it is in the field: with rights of its own."""
    connection = await connect(nats_server.url, SMS.name, credentials=SMS.credentials(nats_server.seeds.kept(SMS.name)))
    yield connection
    await connection.close()


@pytest.fixture
async def hub(nats_connection: Connection) -> Connection:
    await ensure_streams(nats_connection.jetstream())
    return nats_connection


async def test_the_second_is_told_who_is_the_first(adapter: Connection, hub: Connection) -> None:
    first, second = (Leases(adapter, SUBJECTS, who(run)) for run in ("1", "2"))
    await first.take()
    await asyncio.wait_for(first.sure(), 5)
    with pytest.raises(CarriedError, match=re.escape("carried out by adapter sms (process 1 on a machine)")):
        await second.take()
    await first.take()


async def test_of_many_at_the_same_moment_one_has_it(adapter: Connection, hub: Connection) -> None:
    many = [Leases(adapter, SUBJECTS, who(str(run))) for run in range(10)]
    found = await asyncio.gather(*(one.take() for one in many), return_exceptions=True)
    assert [type(one) for one in found if one is not None] == [CarriedError] * 9


async def test_who_gave_it_back_has_a_successor_at_once(adapter: Connection, hub: Connection) -> None:
    first, second = (Leases(adapter, SUBJECTS, who(run)) for run in ("1", "2"))
    await first.take()
    await first.give_back()
    await second.take()
    with pytest.raises(CarriedError, match="process 2"):
        await first.take()


async def test_who_is_stopped_as_it_says_that_it_is_there_has_a_successor_at_once(
    adapter: Connection, hub: Connection
) -> None:
    for turns in range(12):
        first = Leases(adapter, SUBJECTS, who("1"))
        await first.take()
        keeping = asyncio.create_task(first.keep())
        for _ in range(turns):
            await asyncio.sleep(0)
        while not keeping.done():
            keeping.cancel()  # told more than once: who waits with a time limit may lose it (Python before 3.12)
            await asyncio.wait({keeping}, timeout=1)
        await first.give_back()
        second = Leases(adapter, SUBJECTS, who("2"))
        await second.take()
        await second.give_back()


async def test_who_is_stopped_as_it_takes_them_has_a_successor_at_once(adapter: Connection, hub: Connection) -> None:
    for turns in range(12):
        first = Leases(adapter, SUBJECTS, who("1"))
        taking = asyncio.create_task(first.take())
        for _ in range(turns):
            await asyncio.sleep(0)
        taking.cancel()
        await asyncio.wait({taking})
        await first.give_back()
        second = Leases(adapter, SUBJECTS, who("2"))
        await second.take()
        await second.give_back()


async def test_who_could_not_have_all_has_nothing(adapter: Connection, hub: Connection) -> None:
    first = Leases(adapter, SUBJECTS[1:], who("1"))
    await first.take()
    with pytest.raises(CarriedError):
        await Leases(adapter, SUBJECTS, who("2")).take()
    await Leases(adapter, SUBJECTS[:1], who("3")).take()


async def test_who_was_killed_is_forgotten(adapter: Connection, hub: Connection) -> None:
    await hub.jetstream().update_stream(carriers_stream().evolve(max_age=1, duplicate_window=1))
    await Leases(adapter, SUBJECTS, who("killed")).take()
    second = Leases(adapter, SUBJECTS, who("2"))
    async with asyncio.timeout(20):
        while True:
            try:
                await second.take()
                break
            except CarriedError:
                await asyncio.sleep(0.1)


async def test_who_comes_from_the_same_home_takes_over_and_the_one_before_it_ends(
    adapter: Connection, hub: Connection
) -> None:
    first, second = (Leases(adapter, SUBJECTS, who(run, "home")) for run in ("1", "2"))
    await first.take()
    await second.take()
    with pytest.raises(CarriedError, match="process 2"):
        await asyncio.wait_for(first.keep(), 20)
    await asyncio.wait_for(second.sure(), 5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(first.sure(), 0.05)


async def test_where_the_bus_can_not_tell_nothing_is_sure_until_it_can(
    adapter: Connection, nats_connection: Connection
) -> None:
    leases = Leases(adapter, SUBJECTS, who("1"))
    await leases.take()
    sure = asyncio.create_task(leases.sure())
    keeping = asyncio.create_task(leases.keep())
    await asyncio.sleep(0.1)
    assert not sure.done()
    await ensure_streams(nats_connection.jetstream())
    await asyncio.wait_for(sure, 20)
    keeping.cancel()


async def test_what_was_forgotten_meanwhile_is_had_again(adapter: Connection, hub: Connection) -> None:
    leases = Leases(adapter, SUBJECTS, who("1"))
    await leases.take()
    await hub.jetstream().purge_stream(CARRIERS)
    keeping = asyncio.create_task(leases.keep())
    async with asyncio.timeout(20):
        while (await hub.jetstream().stream_info(CARRIERS)).state.messages < 2:
            await asyncio.sleep(0.02)
    with pytest.raises(CarriedError):
        await Leases(adapter, SUBJECTS, who("2")).take()
    keeping.cancel()
