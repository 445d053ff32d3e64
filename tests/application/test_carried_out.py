"""What a command led to that is named for good is found in the log, whole, and nothing else with it."""

from datetime import UTC, datetime

import pytest

from hub.carried_out import BESIDE, carried_out, request_of
from hub.domain.agent.events import AgentSignedOff
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.pool.events import PoolCommitted
from hub.ports import Append, Unit
from tests.support.memory import MemoryJournal

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAME = "once-4711-aa"


def fact(causation: str) -> Event:
    return AgentSignedOff(at=AT, recorded_at=AT, causation=causation, actor="agent:ann", agent_id="ann", reason="")


def fence(causation: str) -> Event:
    return PoolCommitted(
        at=AT,
        recorded_at=AT,
        causation=causation,
        actor="pool",
        pool="main",
        epoch=1,
        consumed=0,
        commands=(),
        policy="",
    )


async def journal_of(*units: list[tuple[str, Event]]) -> MemoryJournal:
    journal, versions = MemoryJournal(), dict[str, int]()
    for unit in units:
        appends = []
        for stream, event in unit:
            appends.append(Append(stream, versions.get(stream, 0), [event]))
            versions[stream] = versions.get(stream, 0) + 1
        await journal.commit([Unit(appends)])
    return journal


async def test_all_that_it_led_to_is_told_in_order_whatever_stream_it_stands_in() -> None:
    others = [[("a", fact("other"))], [("b", fact("other"))]]
    own = [("pool", fence(NAME)), ("a", fact("other")), ("b", fact(NAME)), ("a", fact(NAME)), ("c", fact(NAME))]
    journal = await journal_of(*others, own, *others)
    for stream in ("a", "b", "c"):
        found = await carried_out(journal, NAME, stream)
        assert [(one.stream, one.version) for one in found] == [("b", 2), ("a", 3), ("c", 1)]


async def test_nothing_is_found_of_what_was_not_done_there_or_has_no_name_for_good() -> None:
    journal = await journal_of([("a", fact("4711"))], [("b", fact(NAME))])
    assert await carried_out(journal, "4711", "a") == []
    assert await carried_out(journal, NAME, "a") == []
    assert await carried_out(journal, NAME, "nobody") == []


async def test_a_key_that_came_with_another_command_is_refused() -> None:
    journal = await journal_of([("a", fact(NAME))])
    with pytest.raises(InvalidError) as refused:
        await carried_out(journal, "once-4711-bb", "a")
    assert refused.value.field == "Idempotency-Key"
    assert await carried_out(journal, "once-4712-aa", "a") == []


async def test_what_an_older_hub_wrote_under_the_key_alone_is_found() -> None:
    journal = await journal_of([("a", fact(request_of(NAME)))])
    assert len(await carried_out(journal, NAME, "a")) == 1


async def test_a_long_history_behind_it_is_not_read_for_ever() -> None:
    later = [[("b", fact("other"))] for _ in range(3 * BESIDE)]
    journal = await journal_of([("a", fact(NAME))], *later)
    assert len(await carried_out(journal, NAME, "a")) == 1
    many = await journal_of([("b", fact(NAME))], *later)
    assert await carried_out(many, NAME, "b") == []
