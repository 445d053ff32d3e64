"""Explanations over HTTP come from one child at a time, and never hold up whoever does not ask for them."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from hub.application.explaining.explainer import Explainer, ExplanationError
from tests.router.days import Day, journal_of
from tests.router.pools import POLICY
from tests.support.memory import MemoryJournal

ID = "interaction-c1"
TELLS = 'import json, sys; print(json.dumps({"interaction_id": sys.argv[1], "decisions": []}))'
SLOW = "import time; time.sleep(60)"
FAILS = 'import sys; sys.exit("the store is gone")'
ALONE = """
import os, sys, time
try:
    os.close(os.open(sys.argv[1], os.O_CREAT | os.O_EXCL))
except FileExistsError:
    sys.exit("another one runs")
time.sleep(0.05)
os.unlink(sys.argv[1])
print("{}")
"""
NICE = "import os; print(os.nice(0))"


@pytest.fixture
def journal() -> MemoryJournal:
    day = Day(POLICY)
    day.arrives("c1")
    return journal_of(day.log)


def explainer(
    journal: MemoryJournal, program: str, *arguments: str, seconds: float = 20, waiting: int = 8
) -> Explainer:
    return Explainer(journal, [sys.executable, "-c", program, *arguments], {}, seconds=seconds, waiting=waiting)


async def test_the_child_tells(journal: MemoryJournal) -> None:
    assert await explainer(journal, TELLS)(ID) == {"interaction_id": ID, "decisions": []}


@pytest.mark.parametrize("unknown", ["interaction-c2", "customer-1", "--check", ""])
async def test_no_child_runs_for_what_is_not_there(journal: MemoryJournal, unknown: str) -> None:
    assert await explainer(journal, FAILS)(unknown) is None


async def test_the_hub_goes_first(journal: MemoryJournal) -> None:
    assert await explainer(journal, NICE)(ID) == min(19, os.nice(0) + 15)


async def test_one_child_at_a_time(journal: MemoryJournal, tmp_path: Path) -> None:
    ask = explainer(journal, ALONE, str(tmp_path / "running"))
    assert await asyncio.gather(*(ask(ID) for _ in range(5))) == [{}] * 5


async def test_too_many_are_told_to_come_back(journal: MemoryJournal) -> None:
    ask = explainer(journal, TELLS, waiting=2)
    answers = await asyncio.gather(*(ask(ID) for _ in range(6)), return_exceptions=True)
    refused = [one for one in answers if isinstance(one, ExplanationError)]
    assert len(refused) == 3
    assert "ask again" in str(refused[0])
    assert await ask(ID) == {"interaction_id": ID, "decisions": []}


async def test_a_slow_child_is_ended(journal: MemoryJournal) -> None:
    ask = explainer(journal, SLOW, seconds=0.2)
    async with asyncio.timeout(10):
        with pytest.raises(ExplanationError, match=f"hub explain {ID}"):
            await ask(ID)


async def test_a_child_that_fails_is_told_in_the_log(journal: MemoryJournal, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ExplanationError, match="log says why"):
        await explainer(journal, FAILS)(ID)
    assert "the store is gone" in caplog.text
