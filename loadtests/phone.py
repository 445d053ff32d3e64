"""How many real calls a second Asterisk, adapter and hub carry, and how many wait with music.

`python -m loadtests.phone` needs deploy/asterisk/install and sipp. Agents' phones pick up at once; callers hang up two
seconds after they were answered."""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import orjson

from hub.application.explaining.audit import audit
from hub.application.imports.history import tail
from hub.children import die_with_parent
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
)
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.client import HubClient
from hub.simulated.pbx import SCENARIOS as DEMO
from hub.simulated.process import HubProcess, create_key
from loadtests.processes import cpu_seconds, peak_memory_mb
from tests.support.asterisk import Asterisk, missing, sipp, udp_ports

POLICY = """
[agents]
heartbeat_seconds = 600
[queues.care]
wrap_up_rule = "none"
[[rules]]
queue = "care"
"""
TALK_SECONDS = 2.0
_NOT_ACCEPTED = (OfferDeclined, OfferRescinded, OfferTimedOut)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20, help="calls a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--waiting", type=int, default=100, help="calls that wait with music, in a second part")
    given = parser.parse_args()
    if why := missing():
        sys.exit(why)
    with tempfile.TemporaryDirectory(prefix="hub-phone-load-", ignore_cleanup_errors=True) as directory:
        print(orjson.dumps(asyncio.run(run(given, Path(directory))), option=orjson.OPT_INDENT_2).decode())


async def run(given: argparse.Namespace, directory: Path) -> dict[str, object]:
    folder = directory / "asterisk"
    folder.mkdir()
    asterisk = await asyncio.to_thread(Asterisk, folder)
    try:
        return await _with_asterisk(given, directory, asterisk)
    finally:
        asterisk.stop()


async def _with_asterisk(given: argparse.Namespace, directory: Path, asterisk: Asterisk) -> dict[str, object]:
    (directory / "policy.toml").write_text(POLICY)
    hub = HubProcess(Settings(data_dir=directory / "var", api_port=0, policy=directory / "policy.toml"))
    token = await create_key(hub.settings, "supervisor", "load")
    await hub.start()
    [desks] = udp_ports(1)
    try:
        async with HubClient(hub.api_url, token) as client, _adapter(hub, asterisk, desks, directory) as adapter:
            pids = {"asterisk": asterisk.pid, "adapter": adapter, "hub": hub.pid}
            waiting = await _waiting(given, asterisk, pids)
            async with sipp("agent_stays", port=desks, calls=1_000_000):
                for number in range(given.agents):
                    name = f"agent{number}"
                    await client.command("POST", f"/v1/agents/{name}/sign-on", {"name": name, "skills": {}})
                talking = await _talking(given, asterisk, pids)
        return {"load": os.getloadavg(), "waiting": waiting, "talking": talking, **log_figures(hub.settings)}
    finally:
        await hub.stop()


@asynccontextmanager
async def _adapter(hub: HubProcess, asterisk: Asterisk, desks: int, directory: Path) -> AsyncIterator[int]:
    table = {
        **asterisk.settings(),
        "agent_endpoint": f"PJSIP/ann/sip:{{agent}}@127.0.0.1:{desks}",
        "announce": False,
    }
    file = directory / "channels.toml"
    file.write_text(
        "[phone]\n" + "".join(f"{name} = {orjson.dumps(value).decode()}\n" for name, value in table.items())
    )
    with (directory / "adapter.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub", "channel", "run", "phone"),
            stdout=log,
            stderr=log,
            env={**hub.settings.environment(), "HUB_CHANNELS": str(file)},
            preexec_fn=die_with_parent(),
        )
    await asyncio.sleep(3)
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()


def _many_callers(asterisk: Asterisk) -> str:
    """A scenario in which each call has a number of its own: those of one number are told to the hub one by one."""
    scenario = asterisk.directory / "callers"
    one = (DEMO / "caller_hangs_up.xml").read_text()
    scenario.with_suffix(".xml").write_text(one.replace("[caller]", "+98218[call_number]"))
    return str(scenario)


async def _waiting(given: argparse.Namespace, asterisk: Asterisk, pids: dict[str, int]) -> dict[str, object]:
    """All arrive within five seconds, and hear music for ten more."""
    words = ["-s", "1000", "-r", round(given.waiting / 5), f"127.0.0.1:{asterisk.sip}"]
    async with sipp(_many_callers(asterisk), *words, port=udp_ports(1)[0], calls=given.waiting, pause=20) as callers:
        await asyncio.sleep(8)
        used = {name: cpu_seconds(pid) for name, pid in pids.items()}
        await asyncio.sleep(10)
        busy = {name: round((cpu_seconds(pid) - used[name]) / 10, 3) for name, pid in pids.items()}
        failed = await callers.over(60)
    return {"calls": given.waiting, "failed": bool(failed), "cpu_share_while_all_wait": busy}


async def _talking(given: argparse.Namespace, asterisk: Asterisk, pids: dict[str, int]) -> dict[str, object]:
    calls = round(given.rate * given.seconds)
    words = ["-s", "1000", "-r", round(given.rate), f"127.0.0.1:{asterisk.sip}"]
    used = {name: cpu_seconds(pid) for name, pid in pids.items()}
    async with sipp(_many_callers(asterisk), *words, port=udp_ports(1)[0], calls=calls, pause=TALK_SECONDS) as callers:
        failed = await callers.over(given.seconds + 60)
    await asyncio.sleep(2)
    each = {name: round((cpu_seconds(pid) - used[name]) / calls * 1000, 1) for name, pid in pids.items()}
    memory = {name: round(peak_memory_mb(pid)) for name, pid in pids.items()}
    return {"calls": calls, "failed": bool(failed), "cpu_ms_a_call": each, "peak_memory_mb": memory}


def log_figures(settings: Settings) -> dict[str, object]:
    """What became of the calls, and how long they took."""
    store = open_store(settings)
    try:
        events = list(tail(store, 0, store.head()))
    finally:
        store.close()
    found = audit(events)
    told = [one.event for one in events]
    queued, came = _first(told, InteractionQueued), _came(told)
    offered, accepted = _first(told, InteractionOffered), _first(told, OfferAccepted)
    figures = {
        "contacts": found.contacts,
        "lost": found.lost,
        "duplicates": found.duplicates,
        "answered": len(accepted),
        "abandoned_unanswered": found.abandoned,
        "not_accepted": dict(
            Counter(
                f"{type(one).__name__} {getattr(one, 'reason', '')}" for one in told if isinstance(one, _NOT_ACCEPTED)
            )
        ),
        "still_open": found.open,
    }
    figures |= _took("came_to_offered", came, offered) | _took("offered_to_picked_up", offered, accepted)
    return figures | _took("queued_to_picked_up", queued, accepted)


def _first(events: list[Event], kind: type[Event]) -> dict[str, datetime]:
    """When it happened first to each interaction."""
    found: dict[str, datetime] = {}
    for event in events:
        if isinstance(event, kind):
            found.setdefault(event.correlation, event.at)
    return found


def _came(events: list[Event]) -> dict[str, datetime]:
    """When the call of each interaction came in. It is in line and offered at one moment where somebody is free."""
    contacts = {one.contact_id: one.at for one in events if isinstance(one, ContactReceived)}
    queued = (one for one in events if isinstance(one, InteractionQueued))
    return {one.correlation: contacts[one.contact_id] for one in queued if one.contact_id in contacts}


def _took(name: str, begins: dict[str, datetime], ends: dict[str, datetime]) -> dict[str, object]:
    """From one to the other, in ms, for those that came to both."""
    took = [(ends[one] - begin).total_seconds() * 1000 for one, begin in begins.items() if one in ends]
    if len(took) < 2:
        return {}
    cuts = statistics.quantiles(took, n=100)
    return {f"{name}_ms": {"p50": round(cuts[49]), "p99": round(cuts[98]), "count": len(took)}}


if __name__ == "__main__":
    main()
