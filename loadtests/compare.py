"""The hub's own way from contact to wrap-up against the straightforward design: same life cycle, same disk, one run."""

import argparse
import asyncio
import json
import secrets
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import uvloop

from hub.application.intake.recorder import ContactRecorder
from hub.clock import WallClock
from hub.domain.contact import Contact
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.journal.tail import LogTail
from hub.router.policy.parsing import load_policy
from hub.router.pool.owner import Pool
from hub.router.pool.recovery import Opened
from hub.settings import Settings
from loadtests import naive
from loadtests.centre import agents
from loadtests.contacts import contact_maker
from loadtests.desk import Desk
from loadtests.plan import Arrival, Stage

AGENTS = 2000
BATCH = 100
"""Contacts the intake takes at once."""
OUTSTANDING = 1500
"""Interactions that may be open at the same time."""
_POLL_SECONDS = 0.002


class Flow:
    """Intake, router and journal in one process, without bus, read models and API, which the naive design lacks too."""

    def __init__(self, directory: Path) -> None:
        self.settings = Settings(data_dir=directory, policy=Path(__file__).with_name("policy.toml"))
        self._make = contact_maker(seed=1, returning=0.0)
        self._sent = 0
        self._parts = AsyncExitStack()

    async def run(self, seconds: float) -> dict[str, float]:
        """Contacts as fast as they are dealt with, for so long."""
        async with self._parts as parts:
            desk = await self._start(parts)
            await desk.sign_on(agents(AGENTS))
            before, started = await self.journal.head(), time.perf_counter()
            await self._feed(desk, started + seconds)
            elapsed = time.perf_counter() - started
            own = self.pool.figures.commits
            events = await self.journal.head() - before - own
        return {"interactions": desk.over, "events": events, "events_per_s": events / elapsed, "transactions": own}

    async def _start(self, parts: AsyncExitStack) -> Desk:
        clock, key = WallClock(), secrets.token_bytes(32)
        self.journal = EventJournal(open_store(self.settings))
        parts.push_async_callback(self.journal.close)
        self.recorder = ContactRecorder(self.journal, clock, key)
        self.pool = Pool(self.journal, clock, load_policy(self.settings.policy), key, _nothing_open)
        head = await self.pool.take()
        tail = LogTail(self.journal)
        parts.push_async_callback(tail.close)
        desk = Desk(self.pool.execute, clock, lambda _: (0.0, 0.0), expected=0)
        tail.follow(head, self.pool.on_log)
        tail.follow(head, desk.on_log)
        owning = asyncio.create_task(self.pool.run())
        parts.push_async_callback(self._end, owning)
        return desk

    async def _feed(self, desk: Desk, until: float) -> None:
        start = WallClock().now()
        while time.perf_counter() < until:
            if self._sent - desk.over <= OUTSTANDING - BATCH:
                await self.recorder.record([self._contact(start) for _ in range(BATCH)])
            else:
                await asyncio.sleep(_POLL_SECONDS)
        while desk.over < self._sent:  # noqa: ASYNC110  (the desk counts what it sees in the log)
            await asyncio.sleep(_POLL_SECONDS)

    def _contact(self, start: datetime) -> tuple[Contact, str]:
        contact = self._make(Arrival(0.0, Stage.FREE_AGENTS, self._sent), start)
        self._sent += 1
        return contact, "adapter:load"

    async def _end(self, owning: "asyncio.Task[None]") -> None:
        self.pool.stop()
        await owning


async def _nothing_open() -> Opened:
    return Opened(0, [])


def main() -> None:
    """Print one JSON object: both, and how many times more events a second the hub writes."""
    arguments = argparse.ArgumentParser(prog="python -m loadtests.compare", description=__doc__)
    arguments.add_argument("--seconds", type=float, default=10.0, help="of each")
    seconds = arguments.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="hub-compare-") as directory:
        plain = naive.run(Path(directory) / "naive.sqlite", seconds)
        hub = uvloop.run(Flow(Path(directory) / "hub").run(seconds))
    ratio = hub["events_per_s"] / plain["events_per_s"]
    print(json.dumps({"naive": plain, "hub": hub, "ratio": round(ratio, 2)}))


if __name__ == "__main__":
    main()
