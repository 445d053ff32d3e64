"""A stranger's adapter with a real hub: whoever of hub, adapter, bus is killed, nothing is lost and nothing doubled."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.outbound.events import ContactDispatched
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.contract.driver import Driver, command_driver
from hub.simulated.process import HubProcess
from tests.acceptance.test_outbound_acceptance import POLICY, Api, events_of, wanted

pytestmark = pytest.mark.acceptance

EXAMPLE = Path(__file__).parents[2] / "examples" / "adapters" / "drive_lines.py"
CLOCK = WallClock()
CUSTOMERS, ROUNDS = 4, 2


def bus_pid(hub: HubProcess) -> int:
    """Of the hub's nats-server."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = status.read_text().partition(") ")
            if "nats-server" in name and int(rest.split()[1]) == hub.pid:
                return int(status.parent.name)
    raise AssertionError("the hub has no nats-server")


async def killed(kind: str, hub: HubProcess, wire: Driver) -> None:
    await asyncio.sleep(0.05)
    if kind == "hub":
        os.killpg(hub.pid, signal.SIGKILL)
        await hub.ended()
        await hub.start()
    elif kind == "bus":
        os.kill(bus_pid(hub), signal.SIGKILL)
    else:
        await wire.kill()
        await wire.start()


async def accepted(wire: Driver, name: str, thread: str, text: str) -> None:
    async with asyncio.timeout(90):
        while await wire.contact(name, thread, text, 60) != "accepted":
            pass


async def test_whoever_is_killed_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    hub, made, asked, seen = HubProcess(settings), 0, dict[str, str](), Counter[str]()
    threads = [f"+98912555{number:04}" for number in range(CUSTOMERS)]
    try:
        await hub.start()
        adapter = {
            "HUB_NATS_URL": f"nats://{hub.address.nats_url.rpartition('@')[2]}", "CHANNEL": "sms",
            "BUS_SEED": str(settings.data_dir / "keys" / "bus" / "sms.nk"), "HUB_DATA_DIR": str(tmp_path),
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            command_driver(f"{sys.executable} {EXAMPLE}", adapter) as wire,
        ):
            await wire.start()
            await Api(session, hub.api_url())("/v1/policies/paths", {"text": POLICY, "note": "no quiet hours"})
            api = Api(session, hub.api_url())
            customers = [(await api.calls(number))["customer_id"] for number in range(CUSTOMERS)]
            for kind in ("hub", "adapter", "bus") * ROUNDS:
                killing = asyncio.create_task(killed(kind, hub, wire)) if kind != "adapter" else None
                for thread in threads:
                    await accepted(wire, f"wire-{made}", thread, f"question {made}")
                    made += 1
                if killing is not None:
                    await killing
                api = Api(session, hub.api_url())
                for number, customer in enumerate(customers):
                    request = f"{kind}-{made}-{number}"
                    told = await api("/v1/outbound", wanted(customer, request, text=f"answer {request}"))
                    asked[told["outbound_id"]] = f"answer {request}"
                if kind == "adapter":
                    await killed(kind, hub, wire)
            async with asyncio.timeout(120):
                while True:
                    seen.update(one.text for one in await wire.saw())
                    sent = await asyncio.to_thread(events_of, settings, ContactSent)
                    with sqlite3.connect(tmp_path / "lines.sqlite") as ledger:
                        states = dict(ledger.execute("SELECT id, state FROM contacts").fetchall())
                    unknown = {one for one in asked if states.get(one) == "begun"}
                    if len(sent) + len(unknown) >= len(asked) and len(seen) + len(unknown) >= len(asked):
                        break
                    await asyncio.sleep(0.2)
            assert max(seen.values()) == 1
            assert set(seen) >= {text for one, text in asked.items() if one not in unknown}
            assert Counter(one.contact_id for one in sent) == Counter(one for one in asked if one not in unknown)
            received = await asyncio.to_thread(events_of, settings, ContactReceived)
            questions = Counter(one.text for one in received if one.text.startswith("question"))
            assert questions == Counter(f"question {number}" for number in range(made))
            dispatched = await asyncio.to_thread(events_of, settings, ContactDispatched)
            assert Counter(one.outbound_id for one in dispatched) == Counter(list(asked))
    finally:
        await hub.stop()
