"""What it costs an agent's screen that each reading of a customer is on record before it is shown.

`python -m benchmarks.reading_traces [--customers N] [--readings N]` runs a hub in a temporary directory and prints the
milliseconds that `GET /v1/customers/{id}` takes, one after the other: where nothing is written down, where it was
within the last minute, and where it is for each."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import uvloop

from hub.app import Hub
from hub.application.intake.recorder import Receipt
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact, Declared
from hub.domain.contact import Path as Way
from hub.domain.reading.rules import Reading
from hub.settings import Settings

CONTACTS = 10
"""Of each customer."""
PROJECTOR = (sys.executable, "-m", "hub", "projector")


class Untraced:
    """Readings that nobody writes down."""

    async def whose(self, _: object) -> dict[str, tuple[str, ...]]:
        return {}

    async def record(self, _: Mapping[str, Reading], __: str) -> None:
        """Nothing."""


async def brought(hub: Hub, customers: int) -> list[str]:
    """Customers with contacts, told apart by their numbers."""
    found = []
    for number in range(customers):
        phone = f"+98912{number:07}"
        contacts = [
            Contact(
                id=f"c-{number}-{turn}", path=Way(channel=Channel.SMS, address=phone), occurred_at=WallClock().now(),
                text="where is my card " * 10, declared=Declared(name=f"Customer {number}"),
            )
            for turn in range(CONTACTS)
        ]  # fmt: skip
        receipts = await hub.intake.recorder.record([(one, "adapter:benchmark") for one in contacts])
        assert isinstance(receipts[0], Receipt)
        found.append(receipts[0].customer_id)
    return found


async def timed(session: aiohttp.ClientSession, url: str, customers: list[str], readings: int) -> dict[str, float]:
    took = []
    for number in range(readings):
        began = time.perf_counter()
        async with session.get(f"{url}/v1/customers/{customers[number % len(customers)]}") as response:
            assert response.status == 200, await response.text()
            await response.read()
        took.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(took, n=100)
    return {"p50_ms": round(statistics.median(took), 2), "p99_ms": round(cuts[98], 2)}


async def measure(directory: Path, customers: int, readings: int) -> dict[str, dict[str, float]]:
    async with Hub(Settings(data_dir=directory, api_port=0, log_level="warning"), PROJECTOR) as hub:
        issued = await hub.access.issue(Role.AGENT, "desk", "maryam")
        known = await brought(hub, customers)
        while hub.feed.released < await hub.journal.head():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        services = hub.api._app.state.services  # the one place where the parts of the API are changed
        header = {"Authorization": f"Bearer {issued.token}"}
        async with aiohttp.ClientSession(headers=header) as session:
            traced = services.readings
            object.__setattr__(services, "readings", Untraced())
            await timed(session, hub.api_url, known, readings)
            results = {"nothing written down": await timed(session, hub.api_url, known, readings)}
            object.__setattr__(services, "readings", traced)
            few = known[:20]
            await timed(session, hub.api_url, few, len(few))
            results["read within the last minute"] = await timed(session, hub.api_url, few, readings)
            others = known[20:]
            results["each written down"] = await timed(session, hub.api_url, others, min(readings, len(others)))
        return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_520)
    parser.add_argument("--readings", type=int, default=1_500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        print(json.dumps(uvloop.run(measure(Path(directory), given.customers, given.readings)), indent=2))


if __name__ == "__main__":
    main()
