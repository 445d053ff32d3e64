"""How long forgetting one of many customers takes, and changing the key that all their keys are wrapped with.

python -m benchmarks.forgetting_scale 1000000
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from hub.application.privacy.forgetting import Forgetting
from hub.clock import WallClock
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.event import Event
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.store import open_store, personal_keys
from hub.ports import Append, Unit
from hub.settings import Settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
AT_ONCE = 5_000
FORGOTTEN = 20


def events(number: int) -> list[Event]:
    """What one contact of a new customer leaves."""
    common = {"at": NOON, "recorded_at": NOON, "causation": f"c-{number}", "actor": "adapter:sms"}
    phone = f"+98912{number:07}"
    return [
        CustomerRegistered(**common),
        IdentifierObserved(**common, kind="phone", value=phone, verified=False),
        ProfileChanged(**common, name=f"Somebody {number}"),
        ContactReceived(
            **common, contact_id=f"c-{number}", channel=Channel.SMS, address=phone, sender="us", thread=phone,
            purpose="service", service="", language="fa", subject="", text="where is my card", standing=Standing(),
            pool="main",
        ),
    ]  # fmt: skip


def stream(number: int) -> str:
    return f"customer-{number * 0x9E3779B97F4A7C15 % 2**128:032x}"


async def measure(customers: int, directory: Path) -> None:
    settings = Settings(data_dir=directory)
    keys = personal_keys(settings)
    store = open_store(settings, Codec(keys=keys))
    began = time.perf_counter()
    for start in range(0, customers, AT_ONCE):
        store.append([Unit([Append(stream(n), 0, events(n))]) for n in range(start, min(start + AT_ONCE, customers))])
    print(f"{customers} customers, 4 events each: {customers / (time.perf_counter() - began):.0f} customers/s")
    journal = EventJournal(store)
    forgetting = Forgetting(journal, WallClock(), keys)
    took = []
    for number in range(0, customers, max(1, customers // FORGOTTEN)):
        began = time.perf_counter()
        await forgetting.forget(stream(number), "measured", actor="benchmark", command_id=f"command-{number}")
        took.append(time.perf_counter() - began)
    took.sort()
    print(f"forget one: median {took[len(took) // 2] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms, of {len(took)}")
    began = time.perf_counter()
    changed = await asyncio.to_thread(keys.change_wrapping)
    print(f"hub keys rotate: {changed} keys in {time.perf_counter() - began:.1f} s")
    print(f"keys/personal.sqlite: {keys.file.stat().st_size / 1e6:.0f} MB")
    await journal.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(measure(int(sys.argv[1]), Path(made)))
