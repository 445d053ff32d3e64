"""A whole hub takes out what is kept no longer: no byte of it is left in any file, and everything else stays as it
was; who was shown what of a customer is on record, and all that is left can be handed over."""

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.application.intake.envelope import contact_envelope
from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.bus.subjects import contact_subject
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact, Declared, Identifier
from hub.domain.contact import Path as Way
from hub.operations.access import issue_key
from hub.operations.read_models import rebuild_projection
from hub.paths.policy.parsing import DEFAULT
from hub.projections.registry import all_projections
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.simulated.processes import run

pytestmark = pytest.mark.acceptance

PHONE, NAME = "+989121234567", "Negar Ahmadi"
TEXT, COMPLAINT = "where is my card, asked Negar", "it never came, she says"
KEPT = """
[retention]
contact_texts = 5
case_texts = 5
rejected_contacts = 5
rejects = 5
"""


def contact(number: int, clock: WallClock) -> Contact:
    return Contact(
        id=f"c-{number}", path=Way(channel=Channel.SMS, address=PHONE), occurred_at=clock.now(), thread=PHONE,
        text=f"{TEXT} {number} " * 40, subject=f"{NAME} asks",
        identifiers=(Identifier(kind="phone", value=PHONE),), declared=Declared(name=NAME),
    )  # fmt: skip


def stored(settings: Settings, *names: str) -> dict[int, dict[str, Any]]:
    """The states of the events of these classes, by position."""
    with closing(sqlite3.connect(settings.sqlite_path)) as store:
        rows = store.execute("SELECT rowid, topic, state FROM stored_events ORDER BY rowid").fetchall()
    return {position: json.loads(state) for position, topic, state in rows if topic.partition("/")[0] in names}


def pieces(states: dict[int, dict[str, Any]]) -> list[bytes]:
    """What can be told apart of what is sealed."""
    sealed = [state["personal"] for state in states.values()]
    return [one[start : start + 48].encode() for one in sealed for start in range(20, len(one) - 48, 400)]


def left_in(directory: Path, words: list[bytes]) -> set[str]:
    """The files in which any of these stands."""
    return {
        str(file.relative_to(directory))
        for file in directory.rglob("*")
        if file.is_file() and any(word in data for data in [file.read_bytes()] for word in words)
    }


def views_of(settings: Settings) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(settings.views_path)) as views:
        tables = [name for one in all_projections() for name in one.tables]
        return {name: sorted(views.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}


class Asking:
    """The HTTP API with an admin's key."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def get(self, path: str, **query: str) -> Any:
        async with self._session.get(self._url + path, params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._session.post(self._url + path, json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()


def told(*arguments: str, settings: Settings) -> Any:
    """What a command prints as JSON."""
    code, out, err = run(*arguments, "--json", data_dir=settings.data_dir)
    assert code == 0, err
    return json.loads(out)


async def lived(settings: Settings, token: str) -> str:
    """Ten days ago: contacts, a case that was settled, a message that was set aside, refused rows. The customer."""
    clock = WallClock(settings.clock_start)
    process = HubProcess(settings)
    address = await process.start()
    bus = await connect(address.nats_url, "test")
    publisher = Publisher(bus)
    try:
        for number in range(3):
            one = contact(number, clock)
            said = json.loads(await publisher.publish(contact_subject(one), contact_envelope(one, "/adapters/test")))
            assert said["status"] == "accepted", said
        customer = str(said["customer_id"])
        await publisher.publish("contacts.in.sms.12345678", f'{{"from": "{PHONE}"}}'.encode())
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            asking = Asking(session, address.api_url)
            opened = await asking.post(
                f"/v1/customers/{customer}/cases", {"kind": "complaint", "subject": COMPLAINT, "text": COMPLAINT}
            )
            case = opened["events"][0]["event"]["case_id"]
            await asking.post(f"/v1/cases/{case}/resolve", {"resolution": "sent again", "text": COMPLAINT})
    finally:
        await publisher.close()
        await bus.close()
        await process.stop()
    rejects = settings.data_dir / "imports" / "people.csv.rejects.jsonl"
    rejects.parent.mkdir(exist_ok=True)
    rejects.write_text(json.dumps({"row": 1, "phone": PHONE}))
    old = (WallClock().now() - timedelta(days=10)).timestamp()
    os.utime(rejects, (old, old))
    return customer


async def test_what_is_kept_no_longer_is_gone_from_every_file(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    past = settings.model_copy(update={"clock_start": WallClock().now() - timedelta(days=10)})
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    customer = await lived(past, token)
    texts = ("ContactReceived", "CaseOpened", "CaseResolved")
    before = stored(settings, *texts)
    assert len(before) == 5
    assert left_in(settings.data_dir, pieces(before)) >= {"store/events.sqlite"}

    policy = tmp_path / "paths.toml"
    policy.write_text(DEFAULT + KEPT)
    assert told("paths", "publish", str(policy), settings=settings)["published"]
    due = {"contact_texts": 3, "case_texts": 2, "rejected_contacts": 1, "rejects": 1}
    rehearsed = told("retention", "run", "--dry-run", settings=settings)
    assert {one["kind"]: one["count"] for one in rehearsed["retention"]} == due
    assert stored(settings, *texts) == before

    process = HubProcess(settings)
    address = await process.start()
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            asking = Asking(session, address.api_url)
            async with asyncio.timeout(60):
                while len(done := stored(settings, "RetentionApplied")) < len(due):
                    await asyncio.sleep(0.1)
            assert {one["kind"]: one["count"] for one in done.values()} == due
            assert left_in(settings.data_dir, pieces(before)) == set()
            assert left_in(settings.data_dir, [TEXT.encode(), COMPLAINT.encode()]) == set()
            shown = await asking.get(f"/v1/customers/{customer}")
            assert (shown["name"], shown["contacts"]) == (NAME, 3)
            lines = (await asking.get(f"/v1/customers/{customer}/timeline", kind="contact"))["timeline"]
            assert {(one["address"], one["thread"], one["subject"], one["excerpt"]) for one in lines} == {
                (PHONE, PHONE, "", "")
            }
            exported = await asking.get(f"/v1/customers/{customer}/export")
            assert (exported["customer"]["name"], TEXT in json.dumps(exported)) == (NAME, False)
            assert {one["fact"] for one in exported["facts"]} >= {"Contact received", "Case opened", "Case resolved"}
            assert len(exported["interactions"]) >= 1
            read = (await asking.get("/v1/readings", customer=customer))["readings"]
            assert {(one["actor"], one["what"]) for one in read} <= {
                ("operator:test", what) for what in ("customer", "timeline", "export")
            }
    finally:
        await process.stop()
    after = stored(settings, *texts)
    assert {place: {**one, "personal": ""} for place, one in after.items()} == {
        place: {**one, "personal": ""} for place, one in before.items()
    }
    await asyncio.to_thread(look_behind, settings, customer)


def look_behind(settings: Settings, customer: str) -> None:
    """What commands tell when the hub is down, and that views made anew are equal."""
    assert told("rejected", settings=settings)["rejected"] == []
    assert not list((settings.data_dir / "imports").glob("*.rejects.jsonl"))
    again = told("retention", "run", settings=settings)["retention"]
    assert {one["count"] for one in again} == {0}
    exported = told("customers", "export", customer, settings=settings)
    assert (exported["export_of"], exported["customer"]["name"]) == (customer, NAME)
    readings = told("customers", "readings", customer, settings=settings)["readings"]
    assert [(one["actor"], one["what"]) for one in readings] == [
        ("operator:test", "customer"), ("operator:test", "timeline"), ("operator:test", "export"),
        ("operator:cli", "export"),
    ]  # fmt: skip
    out = settings.data_dir / "export.md"
    code, _, err = run("customers", "export", customer, "--out", str(out), data_dir=settings.data_dir)
    assert (code, NAME in out.read_text(), out.stat().st_mode & 0o077) == (0, True, 0), err
    out.unlink()
    for one in all_projections():
        rebuild_projection(settings, one.name)
    caught_up = views_of(settings)
    for one in all_projections():
        rebuild_projection(settings, one.name)
    assert views_of(settings) == caught_up
