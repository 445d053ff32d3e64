"""`hub customers duplicates`: the list beside a hub that need not run, and the trace of who read it."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hub.app import DUPLICATES
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.linking.duplicate_list import search_beside
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, Declared, Identifier
from hub.domain.contact import Path as Way
from hub.domain.reading.events import PersonalDataRead
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import open_store
from hub.settings import Settings
from tests.simulated.processes import run

NAME, PHONE, MAIL, CODE = "نگار [bold]احمدی", "+989121234567", "negar@example.com", "0013542419"
BROUGHT = (("phone", PHONE), ("email", MAIL)), (("national_id", CODE),)


async def _lived(settings: Settings) -> list[str]:
    """Somebody called with a phone and a mail address, and came with a code; and claims that phone."""
    journal = EventJournal(open_store(settings))
    try:
        recorder = ContactRecorder(journal, WallClock(), installation_key(settings))
        contacts = [
            Contact(
                id=f"c-{number}", path=Way(channel=Channel.PHONE, address=PHONE), occurred_at=WallClock().now(),
                identifiers=tuple(Identifier(kind=kind, value=value, verified=True) for kind, value in brought),
                declared=Declared(name=NAME),
            )
            for number, brought in enumerate(BROUGHT)
        ]  # fmt: skip
        receipts = await recorder.record([(one, "adapter:pbx") for one in contacts])
        return [one.customer_id for one in receipts if isinstance(one, Receipt)]
    finally:
        await journal.close()


@pytest.fixture
def lived(tmp_path: Path) -> tuple[Settings, list[str]]:
    settings = Settings(data_dir=tmp_path / "var")
    return settings, asyncio.run(_lived(settings))


def traces(settings: Settings) -> list[tuple[str, str]]:
    with closing(open_store(settings)) as store:
        events = [one.event for one in store.read(0, 1_000)]
    return [(one.actor, one.what) for one in events if isinstance(one, PersonalDataRead)]


def test_the_list_is_laid_out_with_who_it_is_and_leaves_a_trace(lived: tuple[Settings, list[str]]) -> None:
    settings, ids = lived
    code, page, error = run("customers", "duplicates", data_dir=settings.data_dir)
    assert code == 0, error
    for shown in ("2 customers (3 streams)", "Likely one customer: 1", "names and an identifier", ids[1], NAME, CODE):
        assert shown in page, shown
    assert {what for _, what in traces(settings)} == {"duplicates"}
    assert {actor for actor, _ in traces(settings)} == {"operator:cli"}


def test_ids_alone_tell_nobody_and_leave_no_trace(lived: tuple[Settings, list[str]]) -> None:
    settings, ids = lived
    code, told, error = run("customers", "duplicates", "--ids", "--json", data_dir=settings.data_dir)
    assert code == 0, error
    found: dict[str, Any] = json.loads(told)
    [proposal], [cluster] = found["proposals"], found["clusters"]
    assert {proposal["one"], proposal["other"]} == {ids[1], cluster["customer_id"]}
    assert (found["counts"]["proposals"], found["counts"]["clusters"], found["customers"]) == (1, 1, 2)
    assert [link["rule"] for link in cluster["links"]] == ["phone"]
    for personal in (NAME, PHONE, MAIL, CODE):
        assert personal not in told
    assert traces(settings) == []


def test_the_hub_asks_for_the_list_by_its_own_command(lived: tuple[Settings, list[str]]) -> None:
    settings, ids = lived
    found = asyncio.run(_asked(settings))
    assert ids[1] in found["proposals"][0].values()


async def _asked(settings: Settings) -> Any:
    return await search_beside(DUPLICATES, settings.environment())()


def test_a_place_without_a_store_is_said(tmp_path: Path) -> None:
    code, _, error = run("customers", "duplicates", data_dir=tmp_path / "var")
    assert code == 1
    assert "no event store" in error
