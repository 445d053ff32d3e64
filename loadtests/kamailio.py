"""How many real calls a second Kamailio, its adapter and the hub carry.

`python -m loadtests.kamailio` needs kamailio with its module of NATS, and sipp (.ci/peers). Agents' phones pick up at
once; callers hang up a second after they were answered."""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

import orjson

from hub.domain.pool.events import PoolCommitted
from loadtests.phone import log_figures
from loadtests.processes import cpu_by_part, cpu_of_parts, cpu_seconds, peak_memory_mb
from tests.channels.kamailio.edge_site import Site, edge_site
from tests.channels.kamailio.kamailio import SCENARIOS, missing
from tests.support.asterisk import sipp, udp_ports

POLICY = """
[agents]
heartbeat_seconds = 600
[queues.care]
wrap_up_rule = "none"
[[rules]]
queue = "care"
"""
TALK_SECONDS = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=100, help="calls a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--agents", type=int, default=300)
    given = parser.parse_args()
    if why := missing():
        sys.exit(why)
    with tempfile.TemporaryDirectory(prefix="hub-kamailio-load-", ignore_cleanup_errors=True) as directory:
        print(orjson.dumps(asyncio.run(run(given, Path(directory))), option=orjson.OPT_INDENT_2).decode())


async def run(given: argparse.Namespace, directory: Path) -> dict[str, object]:
    [desks] = udp_ports(1)
    table = {"agent_uris": [f"sip:{{agent}}@127.0.0.1:{desks}"], "ring_seconds": 20, "check_seconds": 10}
    before = os.getloadavg()
    async with edge_site(directory, POLICY, **table) as site:
        async with sipp(str(SCENARIOS / "edge_agent_answers"), port=desks, calls=1_000_000):
            for number in range(given.agents):
                await site.sign_on(f"agent{number}")
            figures = await _calls(given, site, directory)
        return {"load_before": before, "load_after": os.getloadavg(), **figures, **log_figures(site.hub.settings)}


async def _calls(given: argparse.Namespace, site: Site, directory: Path) -> dict[str, object]:
    calls = given.rate * given.seconds
    callers = directory / "callers.xml"
    one = (SCENARIOS / "edge_caller_hangs_up.xml").read_text()
    callers.write_text(one.replace("[caller]", "+98218[call_number]"))
    words = ["-s", "1000", "-r", given.rate, f"127.0.0.1:{site.edge.port}"]
    pids = {"adapter": [site.adapter.pid], "hub": [site.hub.pid], "kamailio": _family(site.edge.pid)}
    used = {name: sum(map(cpu_seconds, each)) for name, each in pids.items()}
    parts, before = cpu_by_part(site.hub.pid), _transactions(site)
    async with sipp(str(callers.with_suffix("")), *words, port=udp_ports(1)[0], calls=calls, pause=TALK_SECONDS) as run:
        failed = await run.over(given.seconds + 120)
    await asyncio.sleep(2)
    cpu = {name: round((sum(map(cpu_seconds, each)) - used[name]) / calls * 1000, 2) for name, each in pids.items()}
    more = {
        "hub_parts_cpu_ms_a_call": cpu_of_parts(parts, site.hub.pid, calls),
        "pool_transactions_a_call": round((_transactions(site) - before) / calls, 2),
    }
    memory = {name: round(peak_memory_mb(each[0])) for name, each in pids.items()}
    return {
        "calls": calls,
        "rate": given.rate,
        "failed": bool(failed),
        "cpu_ms_a_call": cpu,
        **more,
        "peak_memory_mb": memory,
    }


def _transactions(site: Site) -> int:
    """Transactions of the routing pool so far: the fewer a call, the more calls shared one, and the less each costs."""
    return sum(isinstance(event, PoolCommitted) for event in site.events())


def _family(pid: int) -> list[int]:
    """A process and those that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


if __name__ == "__main__":
    main()
