"""How long finding a customer by an identifier takes among many, over HTTP from a whole hub, encryption on.

`python -m benchmarks.finding_scale [--customers N] [--requests N]` makes a store in a temporary directory, brings its
views along, starts a hub on both, and prints milliseconds for a phone, a mail and a national code, as they are written
by people; what the hub spends on one; and what finding alone takes, without the answer: the spelling, the alias and the
question to the views."""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from benchmarks.records_import import code
from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.customer.normalise import speller
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.journal.keys import installation_key
from hub.journal.store import open_store, personal_keys
from hub.operations.access import issue_key
from hub.ports import Append, Unit
from hub.projections.customers import customers_of_identifier
from hub.projections.process import BlockingProjector
from hub.projections.views import open_views
from hub.settings import Settings
from hub.simulated.process import HubProcess
from loadtests.processes import cpu_seconds

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
AT_ONCE = 2_000
PROJECTOR = (sys.executable, "-m", "hub", "projector")


def identifiers(number: int) -> dict[str, str]:
    return {
        "national_id": code(number),
        "phone": f"+98912{number:07}",
        "email": f"somebody{number}@example.com",
    }


def written(kind: str, value: str) -> str:
    """As somebody writes it."""
    return {"phone": value.replace("+98", "0"), "email": value.title()}.get(kind, value)


def life(number: int) -> list[Event]:
    """What is known of a customer who was imported."""
    common = {"at": NOON, "recorded_at": NOON, "causation": f"row-{number}", "actor": "import:benchmark"}
    seen = [
        IdentifierObserved(**common, kind=kind, value=value, verified=kind == "national_id")
        for kind, value in identifiers(number).items()
    ]
    return [CustomerRegistered(**common), *seen, ProfileChanged(**common, name=f"Somebody {number}")]


def units(key: bytes, numbers: range) -> Iterator[Unit]:
    for number in numbers:
        yield Unit([Append(customer_id(key, "national_id", code(number)), 0, life(number))])


def fill(settings: Settings, customers: int) -> None:
    """The store and the views."""
    key = installation_key(settings)
    with closing(open_store(settings)) as store, BlockingProjector(PROJECTOR, settings.environment()) as views:
        for start in range(0, customers, AT_ONCE):
            store.append([*units(key, range(start, min(start + AT_ONCE, customers)))])
        views.wait_until(store.head())


async def ask(settings: Settings, token: str, customers: int, requests: int) -> dict[str, object]:
    """Milliseconds by kind of identifier."""
    hub = HubProcess(settings)
    await hub.start()
    chance = random.Random(1)
    found: dict[str, object] = {}
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            url = f"{hub.api_url()}/v1/customers"
            for kind in identifiers(0):
                took, before = [], cpu_seconds(hub.pid)
                for _ in range(requests):
                    value = identifiers(chance.randrange(customers))[kind]
                    began = time.perf_counter()
                    async with session.get(url, params={"kind": kind, "value": written(kind, value)}) as answer:
                        told = await answer.json()
                    took.append(time.perf_counter() - began)
                    if answer.status != 200 or value not in json.dumps(told):
                        raise SystemExit(f"{kind} {value}: {answer.status} {told}")
                spent = 1000 * (cpu_seconds(hub.pid) - before) / requests
                found[kind] = {**percentiles(took), "CPU of the hub": round(spent, 2)}
    finally:
        await hub.stop()
    return found


def look_up(settings: Settings, customers: int, requests: int) -> dict[str, object]:
    """Milliseconds of finding alone, by kind of identifier."""
    chance, found, spell = random.Random(2), dict[str, object](), speller(settings.phone_region)
    with closing(personal_keys(settings)) as keys, closing(open_views(settings.views_path)) as views:
        for kind in identifiers(0):
            took, before = [], time.process_time()
            for _ in range(requests):
                value = written(kind, identifiers(chance.randrange(customers))[kind])
                began = time.perf_counter()
                [_] = customers_of_identifier(views, kind, keys.alias("value", spell(kind, value).value))
                took.append(time.perf_counter() - began)
            spent = 1000 * (time.process_time() - before) / requests
            found[kind] = {**percentiles(took), "CPU": round(spent, 3)}
    return found


def percentiles(took: Sequence[float]) -> dict[str, float]:
    ranked = sorted(took)
    return {f"p{one}": round(1000 * ranked[len(ranked) * one // 100], 2) for one in (50, 95, 99)}


def main() -> None:
    """Print one JSON object."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.finding_scale", description=__doc__)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--requests", type=int, default=2_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-finding-") as directory:
        settings = Settings(data_dir=Path(directory), api_port=0)
        began = time.perf_counter()
        fill(settings, given.customers)
        filled = round(time.perf_counter() - began, 1)
        token = issue_key(settings, Role.SUPERVISOR, "benchmark", "")["token"]
        found = asyncio.run(ask(settings, token, given.customers, given.requests))
        alone = look_up(settings, given.customers, given.requests)
        told = {"customers": given.customers, "filled in s": filled, "ms": found, "ms of finding alone": alone}
        print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
