"""A hub with the agents of a load test inside its process; started by `loadtests.peak`."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import uvloop

from hub.app import Hub
from hub.logs import configure
from hub.settings import Settings, load
from loadtests import centre
from loadtests.desk import Desk
from loadtests.plan import Load

READY = "ready"
OBSERVED = "observed.json"


async def run(settings: Settings, plan: Load, expected: int, watch: Callable[[Hub], None] = lambda _: None) -> None:
    """Until SIGTERM. Tells that the agents are signed on, and what they saw once `expected` interactions are over, by
    files in the directory `load` of the data directory. `watch` is shown the hub before anything happens."""
    notes = notes_of(settings)
    notes.mkdir(parents=True, exist_ok=True)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with Hub(settings) as hub:
        watch(hub)
        desk = Desk(hub.pool.execute, hub.clock, plan.handle, expected)
        hub.tail.follow(await hub.journal.head(), desk.on_log)
        await desk.sign_on(centre.agents(plan.agents, plan.skills))
        (notes / READY).touch()
        writing = asyncio.create_task(_tell(desk, notes))
        try:
            await hub.run(stopping)
        finally:
            writing.cancel()
            desk.close()
            await asyncio.gather(writing, return_exceptions=True)
    if not (notes / OBSERVED).exists():
        desk.observed.write(notes / OBSERVED)


def notes_of(settings: Settings) -> Path:
    """Where the processes of a load test leave word for each other."""
    return settings.data_dir / "load"


async def _tell(desk: Desk, notes: Path) -> None:
    await desk.all_over.wait()
    desk.observed.write(notes / OBSERVED)


if __name__ == "__main__":
    given = load()
    configure(given)
    uvloop.run(run(given, Load(**json.loads(sys.argv[1])), int(sys.argv[2])))
