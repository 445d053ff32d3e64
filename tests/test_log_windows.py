"""A log looked through part by part tells what it tells at once, and a moment leads to its place in it."""

from datetime import timedelta

import pytest

from hub.application.explaining.log_times import last_position
from hub.domain.agent.events import AgentSignedOff
from hub.domain.customer.events import CustomerRegistered
from hub.log_windows import windows
from hub.ports import Append, Unit
from tests.paths.decisions import at, meta
from tests.support.memory import MemoryJournal


@pytest.fixture
async def journal() -> MemoryJournal:
    journal = MemoryJournal()
    for number in range(25):
        told = meta(at(number // 2))
        event = CustomerRegistered(**told) if number % 3 else AgentSignedOff(**told, agent_id="a")
        await journal.commit([Unit([Append(f"customer-{number}", 0, [event])])])
    return journal


@pytest.mark.parametrize("places", [1, 4, 25, 100])
async def test_all_of_these_classes_come_once_and_in_order(journal: MemoryJournal, places: int) -> None:
    found = [
        one
        async for batch in windows(journal, 3, 20, (CustomerRegistered,), places)
        for one in batch
        if isinstance(one.event, CustomerRegistered)
    ]
    assert found == [one for one in journal.log[3:20] if isinstance(one.event, CustomerRegistered)]


async def test_of_an_empty_stretch_nothing_comes(journal: MemoryJournal) -> None:
    assert [batch async for batch in windows(journal, 20, 20, (CustomerRegistered,))] == []


@pytest.mark.parametrize("hours", [-1, 0, 0.5, 3, 7.9, 12, 99])
async def test_the_last_place_by_a_moment_is_found(journal: MemoryJournal, hours: float) -> None:
    moment = at(0) + timedelta(hours=hours)
    by_then = [one.position for one in journal.log if one.event.recorded_at <= moment]
    assert await last_position(journal, 25, lambda one: one <= moment) == max(by_then, default=0)
    assert await last_position(journal, 10, lambda one: one <= moment) == min(10, max(by_then, default=0))
