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


class EndsSlowly:
    """An adapter that has things to do when it is told to end, until it `may_end`."""

    def __init__(self, left: list[str]) -> None:
        self.ends, self.may_end = asyncio.Event(), asyncio.Event()
        self._left = left

    async def run(self, _link: Any) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.ends.set()
            await self.may_end.wait()
            self._left.append("adapter")


@pytest.mark.parametrize(
    ("patience", "order"), [(10.0, ["adapter", "link"]), (0.01, ["link", "adapter"])], ids=["in time", "too late"]
)
async def test_the_link_is_left_when_the_adapter_has_ended_or_takes_too_long(
    monkeypatch: pytest.MonkeyPatch, patience: float, order: list[str]
) -> None:
    monkeypatch.setattr("hub.channels.late_link._ENDS_WITHIN_SECONDS", patience)
    left: list[str] = []
    adapter, stands, is_left = EndsSlowly(left), asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def linked() -> AsyncIterator[Any]:
        stands.set()
        try:
            yield Told()
        finally:
            left.append("link")
            is_left.set()

    running = asyncio.create_task(GoingAlone(adapter, linked).run(LateLink("branch", Channel.IN_PERSON)))
    async with asyncio.timeout(10):
        await stands.wait()
        running.cancel()
        await adapter.ends.wait()
        if order[0] == "link":
            await is_left.wait()
        else:
            for _ in range(10):
                await asyncio.sleep(0)
        adapter.may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert left == order
