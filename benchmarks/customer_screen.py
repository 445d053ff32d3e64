"""How long an agent's screen waits for a customer with a long history, from a whole hub over HTTP, encryption on.

`python -m benchmarks.customer_screen [--customers N] [--events N] [--requests N]` makes a store in a temporary
directory, starts a hub on it, and prints milliseconds, waited and of the hub's CPU, for each question: the customer, a
page of the timeline, a search that finds nothing in 900 contacts, and the customer as of half of the history."""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from hub.domain.access.events import Role
from hub.domain.cases.events import CaseKind, CaseNoted, CaseOpened, CaseResolved, Severity
from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import ConsentGranted, ConsentWithdrawn, Purpose
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    CustomerRegistered,
    IdentifierObserved,
    LifecycleStageChanged,
    ProfileChanged,
    SegmentChanged,
)
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.event import Event
from hub.domain.ids import customer_id, interaction_id
from hub.domain.interaction.events import InteractionEnded, InteractionQueued, OfferAccepted, WrapUpCompleted
from hub.journal.codec import Codec
from hub.journal.keys import installation_key
from hub.journal.store import Store, open_store, personal_keys
from hub.operations.access import issue_key
from hub.ports import Append, Unit
from hub.settings import Settings
from hub.simulated.process import HubProcess

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
OTHERS = 100
"""Of the events of a customer those that are no contacts."""
TEXT = "سلام، صورتحساب این ماه من اشتباه است و لطفاً آن را بررسی کنید. " * 5
AT_ONCE = 20

Told = Iterator[tuple[str, Event]]


def life(key: bytes, number: int, events: int) -> Told:
    """A customer of three linked streams; most of what happens are contacts, each call an interaction that is over."""
    phone, mail = f"+98912{number:07}", f"somebody{number}@example.com"
    names = {"phone": phone, "email": mail, "customer_number": f"{number}"}
    streams = {kind: customer_id(key, kind, value) for kind, value in names.items()}
    for kind, value in names.items():
        yield streams[kind], CustomerRegistered(**_meta(0))
        yield streams[kind], IdentifierObserved(**_meta(0), kind=kind, value=value, verified=True)
    for other in ("email", "customer_number"):
        left, right = sorted((streams["phone"], streams[other]))
        link = CustomersLinked(
            **_meta(1), left=Side(id=left, since=START), right=Side(id=right, since=START), rule=other,
            link_id=f"link-{number}-{other}",
        )  # fmt: skip
        yield left, link
        yield right, link
    yield from others(key, number, streams["phone"], phone)
    for turn in range(events - OTHERS):
        yield from contact(key, f"c-{number}-{turn}", turn, streams["email" if turn % 3 == 0 else "phone"], mail, phone)


def others(key: bytes, number: int, stream: str, phone: str) -> Told:
    """About a hundred facts of every other kind."""
    point = {"point": contact_point(key, "phone", phone).point, "kind": "phone", "value": phone, "source": "web form"}
    yield stream, ProfileChanged(**_meta(2), name=f"مشتری {number}")
    for turn in range(20):
        yield stream, ProfileFieldChanged(**_meta(turn), field=f"field{turn % 10}", value=f"value {turn}", path="phone")
        yield stream, PurchaseRecorded(**_meta(turn), purchase_id=f"p{turn}", amount=1_000_000, currency="IRR")
    for turn in range(5):
        case = f"case-{stream.removeprefix('customer-')}-{turn + 1}"
        yield stream, CaseOpened(
            **_meta(turn), case_id=case, kind=CaseKind.COMPLAINT, severity=Severity.HIGH, subject="قبض", text=TEXT
        )  # fmt: skip
        yield stream, CaseNoted(**_meta(turn + 1), case_id=case, text=TEXT)
        if turn < 4:
            yield stream, CaseResolved(**_meta(turn + 2), case_id=case, resolution="refunded")
    for turn in range(10):
        what = ConsentGranted if turn % 2 else ConsentWithdrawn
        about = {"channel": Channel.SMS, "purpose": Purpose.PROMOTIONAL, "text_version": "v1"}
        yield stream, what(**_meta(turn), **point, **about)
        yield stream, SegmentChanged(**_meta(turn), segment="B2C", value_tier=f"tier{turn}", reason="test")
        yield stream, LifecycleStageChanged(**_meta(turn), lifecycle_stage="retention", reason="test")


def contact(key: bytes, name: str, turn: int, stream: str, mail: str, phone: str) -> Told:
    by_mail = turn % 3 == 0
    fact = {
        "contact_id": name, "channel": Channel.EMAIL if by_mail else Channel.PHONE, "sender": "us", "thread": name,
        "address": mail if by_mail else phone, "purpose": "service", "service": "billing", "language": "fa",
        "subject": "صورتحساب", "text": TEXT, "standing": Standing(),
    }  # fmt: skip
    if turn % 10 == 9:
        yield stream, ContactSent(**_meta(turn), **fact)
        return
    yield stream, ContactReceived(**_meta(turn), **fact, pool=HISTORY_POOL)
    interaction = interaction_id(key, name)
    yield interaction, InteractionQueued(
        **_meta(turn), pool=HISTORY_POOL, queue="care", contact_id=name, customer_id=stream, channel=fact["channel"],
        thread=name, service="billing", priority=1, skills={}, units=100, policy="1", reasons=("because",),
    )  # fmt: skip
    yield interaction, OfferAccepted(**_meta(turn), offer_id=f"offer-{name}", agent_id="ann")
    yield interaction, InteractionEnded(**_meta(turn), agent_id="ann", ended_by="customer")
    yield interaction, WrapUpCompleted(**_meta(turn), agent_id="ann", code="done")


def _meta(turn: int) -> dict[str, Any]:
    at = START + timedelta(hours=turn)
    return {"at": at, "recorded_at": at, "causation": f"cause-{turn}", "actor": "adapter:benchmark"}


def fill(store: Store, key: bytes, customers: int, events: int) -> list[str]:
    """Write their lives; the ids by which they are asked for."""
    for start in range(0, customers, AT_ONCE):
        units = []
        for number in range(start, min(customers, start + AT_ONCE)):
            streams: dict[str, list[Event]] = {}
            for stream, event in life(key, number, events):
                streams.setdefault(stream, []).append(event)
            units += [Unit([Append(stream, 0, facts)]) for stream, facts in streams.items()]
        store.append(units)
    return [customer_id(key, "email", f"somebody{number}@example.com") for number in range(customers)]


async def measure(settings: Settings, ids: Sequence[str], requests: int, events: int) -> dict[str, Any]:
    """Milliseconds for each question, asked of customers drawn at random, one after the other."""
    token = (await asyncio.to_thread(issue_key, settings, Role.SUPERVISOR, "benchmark", ""))["token"]
    process = HubProcess(settings)
    address = await process.start()
    chance = random.Random(1)
    middle = (START + timedelta(hours=events // 2)).isoformat()
    asked = {
        "customer": ("", {}, requests),
        "page of the timeline": ("/timeline", {}, requests),
        "search without a hit": ("/timeline", {"q": "nowhere"}, requests // 10),
        "customer as of half the history": ("", {"at": middle}, requests // 50),
    }
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            await _views_are_there(session, address.api_url, ids[-1], events - OTHERS)
            await _has_started(process.pid)
            found = {}
            for what, (path, query, times) in asked.items():
                took, cpu = [], cpu_seconds(process.pid)
                for _ in range(times):
                    url = f"{address.api_url}/v1/customers/{chance.choice(ids)}{path}"
                    began = time.perf_counter()
                    async with session.get(url, params=query) as response:
                        size = len(await response.read())
                        assert response.status == 200, await response.text()
                    took.append(1000 * (time.perf_counter() - began))
                cpu = 1000 * (cpu_seconds(process.pid) - cpu) / times
                found[what] = {**percentiles(took), "CPU of the hub": round(cpu, 2), "kB": round(size / 1000, 1)}
            return found
    finally:
        await process.stop()


async def _views_are_there(session: aiohttp.ClientSession, url: str, customer: str, contacts: int) -> None:
    while True:
        async with session.get(f"{url}/v1/customers/{customer}") as response:
            if response.status == 200 and (await response.json())["contacts"] == contacts:
                return
        await asyncio.sleep(0.5)


async def _has_started(pid: int) -> None:
    """What a hub does at its start on a store that it has never seen is over."""
    while True:
        before = cpu_seconds(pid)
        await asyncio.sleep(2)
        if cpu_seconds(pid) - before < 0.1:
            return


def cpu_seconds(pid: int) -> float:
    """That a process has used so far, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentiles(took: Sequence[float]) -> dict[str, float]:
    ordered = sorted(took)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) for name, share in at.items()}


def main() -> None:
    """Print one JSON object."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.customer_screen", description=__doc__)
    arguments.add_argument("--customers", type=int, default=50)
    arguments.add_argument("--events", type=int, default=1_000)
    arguments.add_argument("--requests", type=int, default=2_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-screen-") as directory:
        settings = Settings(data_dir=Path(directory) / "var", api_port=0)
        key = installation_key(settings)
        store = open_store(settings, Codec(keys=personal_keys(settings)))
        ids = fill(store, key, given.customers, given.events)
        store.close()
        print(json.dumps(asyncio.run(measure(settings, ids, given.requests, given.events)), indent=1))


if __name__ == "__main__":
    main()
