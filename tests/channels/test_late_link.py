"""An adapter that goes on alone runs before there is a link, and what it reported meanwhile is told when there is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub.bus.carriers import CarriedError
from hub.bus.connection import BusError
from hub.channels.late_link import GoingAlone, LateLink
from hub.domain.contact import Channel
from tests.api.world import NOON


class Told:
    """A link that only listens."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    async def conversation(self, event: Any) -> None:
        self.heard.append(event)


class Reports:
    """An adapter that has something to say at once."""

    def __init__(self) -> None:
        self.runs = asyncio.Event()

    async def run(self, link: Any) -> None:
        self.runs.set()
        await link.conversation(NOON)
        await asyncio.get_running_loop().create_future()


async def test_it_runs_before_the_bus_is_there_and_is_linked_then() -> None:
    told, adapter, tries = Told(), Reports(), 0
    is_there = asyncio.Event()

    @asynccontextmanager
    async def linked() -> AsyncIterator[Any]:
        nonlocal tries
        tries += 1
        if not is_there.is_set():
            raise BusError("no bus")
        yield told

    running = asyncio.create_task(GoingAlone(adapter, linked, again=0.01).run(LateLink("branch", Channel.IN_PERSON)))
    async with asyncio.timeout(10):
        await adapter.runs.wait()
        while tries < 3:
            await asyncio.sleep(0.01)
        assert told.heard == []
        is_there.set()
        while not told.heard:
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_where_another_process_carries_it_out_it_ends() -> None:
    @asynccontextmanager
    async def linked() -> AsyncIterator[Any]:
        raise CarriedError("another one does")
        yield

    with pytest.raises(ExceptionGroup) as ended:
        await GoingAlone(Reports(), linked).run(LateLink("branch", Channel.IN_PERSON))
    assert ended.group_contains(CarriedError)
