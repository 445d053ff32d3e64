"""The list of duplicates comes from a child beside the hub."""

import asyncio
import sys

import pytest

from hub.application.linking.duplicate_list import DuplicateList, SearchingError, search_beside
from hub.domain.customer.normalise import normalise
from tests.api.world import StillClock
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

TELLS = (
    'import json; print(json.dumps({"position": 3, "customers": 1, "counts": {"shared": 1}, '
    '"shared": [{"kind": "phone", "stream": "", "people": 4, "customers": ["customer-1"]}]}))'
)
SLOW = "import time; time.sleep(60)"
FAILS = 'import sys; sys.exit("the store is gone")'


def duplicates(program: str, *, seconds: float = 20.0, patience: float = 20.0) -> DuplicateList:
    journal = MemoryJournal()
    search = search_beside([sys.executable, "-c", program], {}, seconds)
    return DuplicateList(journal, StillClock(), LinkViews(journal), normalise, search, patience)


async def test_the_child_searches() -> None:
    page = await duplicates(TELLS).page("shared", 10, "")
    assert (page.position, page.count, page.after) == (3, 1, None)
    assert [row["people"] for row in page.duplicates] == [4]


@pytest.mark.parametrize(("program", "seconds"), [(FAILS, 20.0), (SLOW, 0.2), ("1 / 0", 20.0)])
async def test_a_search_that_fails_is_said_and_tried_again(program: str, seconds: float) -> None:
    asked = duplicates(program, seconds=seconds)
    for _ in range(2):
        with pytest.raises(SearchingError, match="could not be searched"):
            await asked.page("shared", 10, "")


async def test_nobody_waits_for_ever_and_there_is_one_search() -> None:
    asked = duplicates(SLOW, patience=0.1)
    told = await asyncio.gather(*(asked.page("shared", 10, "") for _ in range(3)), return_exceptions=True)
    assert all(isinstance(one, SearchingError) and "ask again" in str(one) for one in told)
    await asked.close()
