"""Failed attempts to sign in are counted the same beside either store, by all processes together."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.journal.attempts import Attempts
from hub.settings import Settings
from hub.starting.beside_store import beside

ANN, BEN = "login ann", "login ben"


@pytest.fixture
async def tables(store_settings: Settings) -> AsyncIterator[list[Attempts]]:
    """As two processes have them."""
    made = [Attempts(beside(store_settings, "sign_ins")) for _ in range(2)]
    yield made
    for one in made:
        await one.close()


async def test_each_is_told_those_before_it_whichever_process_noted_them(tables: list[Attempts]) -> None:
    here, there = tables
    noted = [await (here, there)[number % 2].note(ANN, 1_000 + number, 0) for number in range(4)]
    assert [one.before_ms for one in noted] == [[], [1_000], [1_000, 1_001], [1_000, 1_001, 1_002]]
    assert sorted({one.number for one in noted}) == [one.number for one in noted]
    assert await there.lately(ANN, 0) == [1_000, 1_001, 1_002, 1_003]
    assert await there.lately(BEN, 0) == []


async def test_what_was_taken_back_or_forgotten_counts_no_longer(tables: list[Attempts]) -> None:
    here, there = tables
    first = await here.note(ANN, 1_000, 0)
    await there.note(ANN, 2_000, 0)
    await there.note(BEN, 3_000, 0)
    await there.take_back(first.number)
    assert await here.lately(ANN, 0) == [2_000]
    await here.forget(ANN)
    assert (await there.lately(ANN, 0), await there.lately(BEN, 0)) == ([], [3_000])


async def test_what_is_older_than_the_window_is_swept(tables: list[Attempts]) -> None:
    here, there = tables
    await here.note(ANN, 1_000, 0)
    assert await here.lately(ANN, 1_000) == []
    assert (await there.note(BEN, 5_000, 1_000)).before_ms == []
    assert await here.lately(ANN, 0) == []


async def test_times_of_many_years_are_kept_to_the_millisecond(tables: list[Attempts]) -> None:
    late = 4_102_444_800_123
    await tables[0].note(ANN, late, 0)
    assert await tables[1].lately(ANN, late - 1) == [late]


async def test_of_many_at_once_none_is_overlooked(tables: list[Attempts]) -> None:
    noted = await asyncio.gather(*(tables[number % 2].note(ANN, number, -1) for number in range(60)))
    assert sorted(len(one.before_ms) for one in noted) == list(range(60))


async def test_it_is_there_after_a_restart_and_says_of_whom_to_nobody(store_settings: Settings) -> None:
    first = Attempts(beside(store_settings, "sign_ins"))
    await first.note("login mina.karimi", 1_000, 0)
    await first.close()
    database = beside(store_settings, "sign_ins")
    with database.cursor() as rows:
        [[name]] = rows.execute("SELECT name FROM sign_in_attempts", ()).fetchall()
    database.close()
    assert "mina" not in str(name)
    second = Attempts(beside(store_settings, "sign_ins"))
    assert await second.lately("login mina.karimi", 0) == [1_000]
    await second.close()
