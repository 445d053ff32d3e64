"""What load tests of channel adapters share: an adapter in a process of its own, what it used, what is on record."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.domain.customer.events import ContactReceived
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.process import HubProcess
from loadtests.processes import cpu_seconds, own_cpu_seconds, peak_memory_mb


@asynccontextmanager
async def adapter_beside(hub: HubProcess, name: str, table: str, folder: Path, port: int) -> AsyncIterator[int]:
    """Runs `name` by `table` of channels.toml, its log in `folder`; its pid, once `port` of the loopback answers."""
    channels = folder / "channels.toml"
    channels.write_text(table)
    settings = hub.settings.model_copy(update={"channels": channels})
    with (folder / "adapter.log").open("wb") as log:
        adapter = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", "channel", "run", name, env=settings.environment(), stdout=log, stderr=log
        )
    try:
        await _reachable(port)
        yield adapter.pid
    finally:
        adapter.terminate()
        try:
            await asyncio.wait_for(adapter.wait(), 10)
        except TimeoutError:
            print("the adapter did not stop when it was told to", file=sys.stderr)
            adapter.kill()


async def _reachable(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise SystemExit("the adapter did not come up")


@dataclass(frozen=True, slots=True)
class Used:
    """Of processor time and of the wall's, from one moment on, in seconds; the load of the machine there."""

    hub: int
    adapter: int
    hub_cpu: float
    adapter_cpu: float
    begun: float
    load: float

    def each(self, count: int) -> dict[str, object]:
        """What each of `count` has cost since then; read it while both processes live."""
        seconds = time.monotonic() - self.begun
        return {
            "seconds": round(seconds, 1), "per_second": round(count / seconds, 1),
            "adapter_cpu_ms_each": round((own_cpu_seconds(self.adapter) - self.adapter_cpu) * 1000 / count, 2),
            "hub_cpu_ms_each": round((cpu_seconds(self.hub) - self.hub_cpu) * 1000 / count, 2),
            "adapter_peak_mb": round(peak_memory_mb(self.adapter)),
            "load_before": round(self.load, 1), "load_after": round(os.getloadavg()[0], 1),
        }  # fmt: skip


def using(hub: int, adapter: int) -> Used:
    """From now on; the two are told by their pids. The hub's children count as the hub."""
    return Used(hub, adapter, cpu_seconds(hub), own_cpu_seconds(adapter), time.monotonic(), os.getloadavg()[0])


def spread(took: Sequence[float]) -> dict[str, object]:
    """Of times in seconds."""
    ordered = sorted(took)

    def at(part: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000, 1)

    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "longest_ms": at(1)}


def recorded(settings: Settings) -> int:
    """How many contacts are on record."""
    store = open_store(settings)
    try:
        count = position = 0
        while batch := store.read(position, 5_000):
            count += sum(isinstance(one.event, ContactReceived) for one in batch)
            position = batch[-1].position
        return count
    finally:
        store.close()
