"""What adapters write is on disk when they are told so, in their order, what waits together at once."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.channels.disk import Disk
from hub.channels.ledger import LedgerError

TABLE = "CREATE TABLE IF NOT EXISTS said (word TEXT PRIMARY KEY);"


@pytest.fixture(params=[0.0, 0.01], ids=["at once", "paced"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "book", TABLE, request.param)
    yield made
    made.close()


async def say(disk: Disk, word: str) -> str:
    def work(base: sqlite3.Connection) -> str:
        base.execute("INSERT INTO said VALUES (?)", (word,))
        return word

    return await disk.do(work)


async def test_what_is_written_is_there_for_everybody_when_the_call_returns(disk: Disk, tmp_path: Path) -> None:
    words = [f"word {number}" for number in range(50)]
    assert await asyncio.gather(*(say(disk, one) for one in words)) == words
    with sqlite3.connect(tmp_path / "book") as other:
        assert [one for (one,) in other.execute("SELECT word FROM said ORDER BY rowid")] == words
    assert disk.look("SELECT word FROM said WHERE word = ?", "word 7") == ("word 7",)
    assert disk.look("SELECT word FROM said WHERE word = ?", "nothing") is None


async def test_who_waits_for_the_one_before_is_not_kept_from_the_disk(disk: Disk) -> None:
    for number in range(5):
        await say(disk, f"word {number}")
    assert disk.look("SELECT count(*) FROM said") == (5,)


async def test_a_full_disk_is_called_so_and_holds_nothing_up_once_there_is_room(disk: Disk) -> None:
    await disk.do(lambda base: base.execute("PRAGMA max_page_count = 20").fetchall())
    with pytest.raises(LedgerError, match="full"):
        await asyncio.gather(*(say(disk, f"{number}" * 3_000) for number in range(40)))
    await disk.do(lambda base: base.execute("PRAGMA max_page_count = 2000").fetchall())
    assert await say(disk, "then") == "then"


async def test_what_can_not_be_written_is_told_and_stops_nothing_after_it(disk: Disk) -> None:
    await say(disk, "once")
    with pytest.raises(LedgerError, match="book"):
        await say(disk, "once")
    assert await say(disk, "then") == "then"
    with pytest.raises(LedgerError, match="book"):
        disk.look("SELECT nothing FROM nowhere")
