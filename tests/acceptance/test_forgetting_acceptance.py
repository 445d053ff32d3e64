"""A whole hub forgets a customer: no byte of who it was is left in any file, and everything else stays as it was."""

import asyncio
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.application.intake.envelope import contact_envelope, conversation_envelope
from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.bus.subjects import contact_subject, conversation_subject
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Channel, Contact, ConversationEvent, ConversationSignal, Declared, Identifier
from hub.domain.contact import Path as Way
from hub.journal.store import generations
from hub.operations.access import issue_key
from hub.operations.read_models import rebuild_projection
from hub.projections.registry import all_projections
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.simulated.processes import run

pytestmark = pytest.mark.acceptance

PHONE, MAIL, NAME = "+989121234567", "negar.ahmadi@example.com", "Negar Ahmadi"
TEXT, FILE = "where is my card", "a1b2c3.png"
PERSONAL = [
    word.encode()
    for word in (PHONE, PHONE[1:], "9121234567", MAIL, "negar.ahmadi", NAME, "Ahmadi", TEXT, FILE)
]  # fmt: skip
FRIEND = "+989127654321"


def contact(number: int, channel: Channel, address: str, **more: Any) -> Contact:
    return Contact(
        id=f"c-{number}", path=Way(channel=channel, address=address), occurred_at=WallClock().now(), text=TEXT,
        subject=f"{NAME} asks", attachments=(Attachment(uri=f"file:///{FILE}", name=FILE),), **more,
    )  # fmt: skip


def hers(number: int) -> Contact:
    """Adapters of text messages name a conversation by the number it is held with."""
    also = (Identifier(kind="email", value=MAIL, verified=False),)
    return contact(number, Channel.SMS, PHONE, thread=PHONE, identifiers=also, declared=Declared(name=NAME))


def found(directory: Path, words: Iterable[bytes]) -> dict[str, list[str]]:
    """The files in which any of these stands, and which."""
    hits: dict[str, list[str]] = {}
    for file in directory.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            for word in words:
                if word in data:
                    hits.setdefault(str(file.relative_to(directory)), []).append(word.decode())
    return hits


def views_of(settings: Settings) -> dict[str, list[Any]]:
    """Every row of every view."""
    with closing(sqlite3.connect(settings.views_path)) as views:
        tables = [name for one in all_projections() for name in one.tables]
        return {name: sorted(views.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}


class Asking:
    """The HTTP API with an admin's key."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def get(self, path: str, **query: str) -> Any:
        async with self._session.get(self._url + path, params=query) as response:
            return await response.json() if response.status == 200 else response.status

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._session.post(self._url + path, json=body) as response:
            return await response.json() if response.status == 200 else response.status


async def shown(asking: Asking, path: str, contacts: int) -> Any:
    """What the API tells, once the views have that many contacts of the customer, who has left."""
    async with asyncio.timeout(30):
        while True:
            told = await asking.get(path)
            if isinstance(told, dict) and told.get("contacts") == contacts and not told["open_interactions"]:
                return told
            await asyncio.sleep(0.05)


async def not_found(asking: Asking, phone: str) -> None:
    """The index of identifiers is a view: it follows within moments."""
    async with asyncio.timeout(30):
        while await asking.get("/v1/customers", kind="phone", value=phone) != 404:
            await asyncio.sleep(0.05)


async def brought(publisher: Publisher, one: Contact) -> str:
    told = json.loads(await publisher.publish(contact_subject(one), contact_envelope(one, "/adapters/test")))
    assert told["status"] == "accepted", told
    return str(told["customer_id"])


async def test_nothing_is_left_of_who_it_was_and_all_else_stays(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0, log_level="debug")
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    process = HubProcess(settings)
    address = await process.start()
    bus = await connect(address.nats_url, "test")
    publisher = Publisher(bus)
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            asking = Asking(session, address.api_url)
            customer = await brought(publisher, hers(1))
            assert await brought(publisher, hers(2)) == customer
            friend = await brought(publisher, contact(3, Channel.SMS, FRIEND))
            answered = contact(4, Channel.SMS, PHONE, thread=PHONE, direction="outbound")
            assert await brought(publisher, answered) == customer
            left = ConversationEvent(
                id="left-1", channel=Channel.SMS, thread=PHONE, signal=ConversationSignal.CUSTOMER_LEFT,
                occurred_at=WallClock().now(),
            )  # fmt: skip
            await publisher.publish(conversation_subject(left), conversation_envelope(left, "/adapters/test"))
            await publisher.publish("contacts.in.sms.12345678", f'{{"from": "{PHONE}", "name": "{NAME}"}}'.encode())

            before = await shown(asking, f"/v1/customers/{customer}", 3)
            assert (before["name"], before["identifiers"][-1]["value"]) == (NAME, PHONE)
            by_phone = await asking.get("/v1/customers", kind="phone", value=PHONE)
            assert by_phone["customer_id"] == customer
            timeline = (await asking.get(f"/v1/customers/{customer}/timeline", kind="contact"))["timeline"]
            assert {(one["address"], one["thread"], one["excerpt"], len(one["attachments"])) for one in timeline} == {
                (PHONE, PHONE, TEXT, 1)
            }
            assert all(one["interaction_id"] for one in timeline)
            interaction = await asking.get(f"/v1/interactions/{timeline[-1]['interaction_id']}")
            assert interaction["thread"] == PHONE
            metrics = await asking.get("/v1/metrics")

            assert [one["type"] for one in (await asking.post(
                f"/v1/customers/{customer}/forget", {"reason": "asked for in writing"}))["events"]
            ] == ["CustomerForgotten"]  # fmt: skip
            after = await forgotten(asking, customer)
            assert impersonal(after) == impersonal(before)
            assert (after["name"], after["identifiers"], after["points"]) == ("", [], [])
            assert (before["forgotten"], after["forgotten"]) == (False, True)
            as_it_was = await asking.get(f"/v1/customers/{customer}", at=before["as_of"])
            assert (as_it_was["name"], as_it_was["identifiers"], as_it_was["contacts"]) == ("", [], 3)
            await not_found(asking, PHONE)
            bare = (await asking.get(f"/v1/customers/{customer}/timeline", kind="contact"))["timeline"]
            assert {(one["address"], one["subject"], one["excerpt"], len(one["attachments"])) for one in bare} == {
                ("", "", "", 0)
            }
            assert [one["interaction_id"] for one in bare] == [one["interaction_id"] for one in timeline]
            assert await asking.get("/v1/metrics") == metrics
            assert (await asking.get(f"/v1/customers/{friend}"))["identifiers"][0]["value"] == FRIEND
            assert found(settings.data_dir, PERSONAL) == {}
            again = await brought(publisher, contact(5, Channel.SMS, PHONE, thread=PHONE, declared=Declared()))
            assert again != customer
    finally:
        await publisher.close()
        await bus.close()
        await process.stop()
    with closing(generations(settings)) as known:
        assert known.renewed([]) == []
        assert known.current(customer) == again
    forgot = await asyncio.to_thread(
        run, "customers", "forget", again, "--reason", "asked again", "--json", data_dir=settings.data_dir
    )
    assert (forgot[0], json.loads(forgot[1])["streams"]) == (0, [again]), forgot
    assert found(settings.data_dir, PERSONAL) == {}

    for one in all_projections():
        await asyncio.to_thread(rebuild_projection, settings, one.name)
    caught_up = views_of(settings)
    for one in all_projections():
        await asyncio.to_thread(rebuild_projection, settings, one.name)
    assert views_of(settings) == caught_up
    assert found(settings.data_dir, PERSONAL) == {}


def impersonal(told: dict[str, Any]) -> dict[str, Any]:
    """What outlives a forgetting."""
    gone = {"name", "named_by", "identifiers", "points", "preference", "as_of", "forgotten"}
    return {name: value for name, value in told.items() if name not in gone}


async def forgotten(asking: Asking, customer: str) -> dict[str, Any]:
    """The customer as soon as the views know."""
    async with asyncio.timeout(30):
        while (told := await asking.get(f"/v1/customers/{customer}"))["name"]:
            await asyncio.sleep(0.05)
    return dict(told)
