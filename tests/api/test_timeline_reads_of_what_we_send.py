"""How much is read to tell what we send a customer as one row of their timeline is bounded, page by page."""

from collections.abc import Collection, Iterable, Sequence
from threading import current_thread, main_thread

import httpx
import pytest

from hub.application.dossier import told_once
from hub.application.dossier.entries import texts_of
from hub.domain.event import Event
from hub.ports import Recorded
from hub.projections.customers import Only
from tests.api.test_timeline_of_what_we_send import Sending
from tests.api.world import World


@pytest.fixture
def stage(world: World, http: httpx.AsyncClient) -> Sending:
    made = Sending(world, http)
    made.wrote()
    return made


class Reads:
    """What is read for a page: `tries` that were looked for, places of the log, words not on a thread beside."""

    def __init__(self, stage: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tries, self.positions, self.in_the_way = 0, 0, 0
        self._at = stage.world.journal.at
        monkeypatch.setattr(stage.world.journal, "at", self.at)
        monkeypatch.setattr(told_once, "Only", self.only)
        monkeypatch.setattr(told_once, "texts_of", self.texts_of)

    def only(self, *, contacts: Collection[str]) -> Only:
        self.tries += len(contacts)
        return Only(contacts=contacts)

    async def at(self, positions: Sequence[int]) -> list[Recorded]:
        self.positions += len(positions)
        return await self._at(positions)

    def texts_of(self, event: Event) -> Iterable[str]:
        self.in_the_way += current_thread() is main_thread()
        return texts_of(event)


async def test_a_page_looks_only_for_what_became_of_the_plans_on_it(
    stage: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        stage.planned(f"o-{number}")
        stage.told(f"o-{number}", f"o-{number}")
        stage.left(f"o-{number}")
    reads = Reads(stage, monkeypatch)
    assert [row[0] for row in await stage.rows(limit=2)] == ["o-8", "o-7"]
    assert 0 < reads.tries <= 3


async def test_a_search_reads_beside_a_page_so_much_of_what_went_out(
    stage: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given answers that left after the page that their plans are on; when words are searched for there; then the
    newest of them are read, and the plans of the others stay."""
    monkeypatch.setattr("hub.application.dossier.timeline.CONTACTS_READ", 4)
    monkeypatch.setattr("hub.application.dossier.timeline.AT_ONCE", 3)
    for number in range(6):
        stage.planned(f"o-{number}")
        stage.told(f"o-{number}", f"o-{number}")
    stage.contact("between", "hm")
    before = stage.world.journal.log[-1].position
    for number in range(6):
        stage.left(f"o-{number}")
    reads = Reads(stage, monkeypatch)
    page = await stage.timeline(q="new card", before=before)
    assert [one["event"]["outbound_id"] for one in page["timeline"]] == ["o-1", "o-0"]
    assert reads.positions == 1 + 4 + 1, "where the page begins, what left since, and what came before it"
    assert reads.in_the_way == 0


async def test_a_search_stops_beside_a_page_where_the_texts_are_long(
    stage: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.application.dossier.timeline.SIGNS_READ", 1)
    monkeypatch.setattr("hub.application.dossier.timeline.AT_ONCE", 1)
    for number in range(3):
        stage.planned(f"o-{number}")
        stage.told(f"o-{number}", f"o-{number}")
    stage.contact("between", "hm")
    before = stage.world.journal.log[-1].position
    for number in range(3):
        stage.left(f"o-{number}")
    assert [row[0] for row in await stage.rows(q="new card", before=before)] == ["planned"] * 2
