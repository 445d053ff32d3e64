"""Peak load on a hub of its own, end to end: contacts over NATS as adapters send them, agents who take them.

Phase 1, at 80% load: how long until a contact that finds a free agent is offered to one. Phase 2, with a backlog at the
same rate: how long until an agent who has finished is offered the next contact. What was lost or done twice is counted
afterwards from the store.
"""

import argparse
import asyncio
import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import uvloop

from devservers.postgres import PostgresServer
from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.children import die_with_parent
from hub.clock import WallClock
from hub.domain.errors import HubError
from hub.settings import Settings, load
from hub.simulated.process import HubProcess, create_key
from hub.simulated.stored import stored_events
from loadtests import centre
from loadtests.evaluation import Log, Result, evaluate
from loadtests.generator import Generator, Prepared, prepare
from loadtests.hub_with_agents import OBSERVED, READY, notes_of
from loadtests.observed import Observed
from loadtests.plan import Load, arrivals, load_of
from loadtests.processes import cpu_seconds, peak_memory_mb

_NS = 1_000_000_000
_SIGN_ON_SECONDS = 120.0
_GRACE_SECONDS = 60.0
_LEAD_SECONDS = 1.0
_POLL_SECONDS = 0.1


class LoadError(HubError):
    """The load test can't be run as asked."""


class Drive:
    """One run against one hub. After `run`, everything it needs to be evaluated is there."""

    def __init__(self, settings: Settings, plan: Load, via: str, hub: str = "loadtests.hub_with_agents") -> None:
        """`hub`: the module of a hub with the agents in its process."""
        self.plan = plan
        self.begin = 0
        self.cpu_s = 0.0
        self.rss_mb = 0.0
        self.finished = False
        self._via = via
        self._planned = list(arrivals(plan))
        command = (
            ("-m", "hub", "serve") if via == "api" else ("-m", hub, json.dumps(asdict(plan)), str(len(self._planned)))
        )
        self._hub = HubProcess(settings, command=command)
        self.notes = notes_of(self._hub.settings)
        self.generator: Generator | None = None

    async def run(self) -> None:
        """Start, load, drain, stop."""
        async with AsyncExitStack() as parts:
            parts.push_async_callback(self._hub.stop)
            await self._hub.start()
            if self._via == "api":
                await parts.enter_async_context(self._agents())
            await _until(self.notes / READY, _SIGN_ON_SECONDS, "the agents did not sign on")
            bus = await connect(self._hub.address.nats_url, "load")
            parts.push_async_callback(bus.close)
            publisher = Publisher(bus)
            parts.push_async_callback(publisher.close)
            await self._load(publisher)
            self.cpu_s, self.rss_mb = cpu_seconds(self._hub.pid), peak_memory_mb(self._hub.pid)

    async def _load(self, publisher: Publisher) -> None:
        prepared = self._prepare(WallClock().now())
        gc.collect()
        gc.freeze()
        self.begin = time.monotonic_ns() + int(_LEAD_SECONDS * _NS)
        self.generator = Generator(publisher, self.begin)
        await self.generator.run(prepared)
        patience = self.plan.drained + _GRACE_SECONDS
        confirmed = await self.generator.confirmed(patience)
        try:
            await _until(self.notes / OBSERVED, patience, "the hub did not finish")
        except LoadError:
            return
        self.finished = confirmed

    def _prepare(self, now: datetime) -> list[Prepared]:
        """Contacts carry the time at which they will be sent, as far as that is known before they are made."""
        start = now + timedelta(seconds=_LEAD_SECONDS)
        return prepare(self._planned, start, services=centre.services(self.plan))

    @asynccontextmanager
    async def _agents(self) -> AsyncIterator[None]:
        """A process of agents that work through the API. They take one contact at a time, as a supervisor's key
        allows for all of them."""
        token = await create_key(self._hub.settings, "supervisor", "load")
        arguments = (self._hub.api_url(), json.dumps(asdict(self.plan)), str(len(self._planned)), str(self.notes))
        self.notes.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "loadtests.api_agents", *arguments),
            env={**os.environ, "LOAD_TOKEN": token},
            stdin=asyncio.subprocess.DEVNULL,
            preexec_fn=die_with_parent(),
        )
        try:
            yield
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()

    @property
    def settings(self) -> Settings:
        """What the hub ran with."""
        return self._hub.settings


async def _until(file: Path, seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not file.exists():  # noqa: ASYNC240  (another process tells by this file)
        if time.monotonic() > deadline:
            raise LoadError(f"{otherwise} within {seconds:.0f} s: see hub.log in the data directory")
        await asyncio.sleep(_POLL_SECONDS)


def run(settings: Settings, plan: Load, via: str) -> tuple[Result, bool, tuple[str, ...]]:
    """One run: its result, whether all came to an end, and what the audit found wrong, in words."""
    drive = Drive(settings, plan, via)
    uvloop.run(drive.run())
    if drive.generator is None:
        raise LoadError("nothing was sent")
    log = Log(stored_events(drive.settings), Observed.read(drive.notes / OBSERVED))
    result = evaluate(plan, drive.begin, drive.generator.published, log, cpu_s=drive.cpu_s, rss_mb=drive.rss_mb)
    sound = drive.finished and not log.audit.contradictions and not log.audit.open
    return result, sound, log.audit.findings


def settings_for(plan: Load, store: str, places: ExitStack) -> Settings:
    """An installation of its own in HUB_DATA_DIR, which must not hold a store yet, else in a temporary directory."""
    given = load()
    if "HUB_DATA_DIR" in os.environ:
        directory = given.data_dir
        if given.sqlite_path.exists():
            raise LoadError(f"{directory} holds a store: name a new directory in HUB_DATA_DIR")
    else:
        directory = Path(tempfile.mkdtemp(prefix="hub-load-"))
        places.callback(shutil.rmtree, directory)
    url = "sqlite"
    if store == "postgres":
        server = PostgresServer()
        places.callback(server.stop)
        url = server.create_database()
    own = {"data_dir": directory, "store_url": url, "policy": centre.policy(plan, directory), "nats_url": ""}
    return given.model_copy(update=own)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.peak", description=__doc__)
    parser.add_argument("--rate", type=_positive, required=True, help="contacts a second")
    parser.add_argument("--agents", type=_count, required=True)
    parser.add_argument("--seconds", type=_positive, required=True, help="length of each of the two phases")
    talk = parser.add_mutually_exclusive_group()
    talk.add_argument("--talk", type=_positive, help="seconds; talk + wrap-up: 0.8 x agents / rate")
    talk.add_argument("--cycle", type=_positive, help="mean seconds of talk + wrap-up, exponentially distributed")
    parser.add_argument("--wrap", type=_not_negative, help="seconds of wrap-up")
    parser.add_argument("--warmup", type=_not_negative, help="seconds before phase 1")
    parser.add_argument("--skills", type=_count, default=0, help="agents have 3 to 8 of so many; with --queues")
    parser.add_argument("--queues", type=_count, default=0, help="so many, each for one skill; with --skills")
    parser.add_argument(
        "--via", choices=("core", "api"), default="core", help="agents in the hub's process, or by HTTP"
    )
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--json", action="store_true", help="print exactly one JSON object")
    given = parser.parse_args(arguments)
    if bool(given.skills) != bool(given.queues):
        parser.error("--skills and --queues go together: agents with some of the skills, queues that ask for one each")
    return given


def _plan(given: argparse.Namespace) -> Load:
    names = ("talk", "wrap", "warmup", "cycle", "skills", "queues")
    return load_of(given.rate, given.agents, given.seconds, **{name: getattr(given, name) for name in names})


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _not_negative(text: str) -> float:
    return 0.0 if float(text) == 0 else _positive(text)


def _count(text: str) -> int:
    number = int(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def main() -> int:
    """The exit code: 0 only if nothing was lost, done twice or too much."""
    given = parse()
    plan = _plan(given)
    with ExitStack() as places:
        try:
            result, sound, findings = run(settings_for(plan, given.store, places), plan, given.via)
        except HubError as error:
            print(f"loadtests.peak: {error}", file=sys.stderr)
            return 1
    for finding in findings:
        print(finding, file=sys.stderr)
    if not sound:
        print("not everything came to its end in time, or the log contradicts itself", file=sys.stderr)
    if given.json:
        print(json.dumps(asdict(result)))
    else:
        print("\n".join(f"{name:>24}  {value}" for name, value in asdict(result).items()))
    return 0 if result.clean and sound else 1


if __name__ == "__main__":
    sys.exit(main())
