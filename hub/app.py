"""Composition root: the only file that knows every part, and the order in which they start and stop."""

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic

import uvloop

from hub.api.feed import Feed
from hub.api.instruments import Instruments
from hub.api.services import new_id
from hub.application.access.keys import AccessKeys, KeyRing
from hub.application.imports.bulk import batches
from hub.application.linking.duplicate_list import KEPT
from hub.application.paths.free_agents import free_agents
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.application.policies.routing import Policies
from hub.application.views.read_models import ReadModels
from hub.channels.inside import AdaptersInside
from hub.clock import WallClock
from hub.collecting import Collecting
from hub.domain.access.events import STREAM as ACCESS_STREAM
from hub.domain.access.events import Role
from hub.journal.attempts import Attempts
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.lock import hold_store
from hub.journal.personal_keys import PersonalKeys
from hub.journal.store import generations, open_store, personal_keys
from hub.journal.tail import LogTail
from hub.logs import configure
from hub.ports import Recorded
from hub.projections.open_work import last_agents, open_work
from hub.projections.process import Projector
from hub.router.policy.parsing import load_policy
from hub.router.pool.owner import Pool
from hub.router.pool.recovery import TAIL_BATCH, Opened
from hub.router.pool.state import REMEMBERED
from hub.settings import Settings
from hub.starting.api import Behind, start_api
from hub.starting.beside_store import beside
from hub.starting.ground import Ground
from hub.starting.intake import start_intake
from hub.starting.outbound import start_outbound, start_signs
from hub.starting.paths import Commands, start_paths
from hub.starting.staffing import open_staffing
from hub.starting.watches import start_watches
from hub.starting.work import Work

log = logging.getLogger(__name__)

SWITCH_INTERVAL_SECONDS = 0.0005
"""How soon a busy thread gives way to the loop: Python's 5 ms would show in every offer's latency."""
GC_THRESHOLDS = (2_000, 5, 1_000_000)
"""Agents who sign on and work that opens are there to stay, and next to nothing is left to collect: all of it is never
looked at together. What is new is looked at a little at a time, see hub/collecting.py."""
VIEWS_STUCK_SECONDS = 10.0
"""Without any step of views that are behind: the hub says that it is not ready."""
PROJECTOR = (sys.executable, "-m", "hub", "projector")
"""The command of the projector child."""
EXPLAIN = (sys.executable, "-m", "hub", "explain", "--json", "--")
"""The command that explains an interaction."""
PATH_ANSWERS = (sys.executable, "-m", "hub", "paths", "answer")
"""The command that tells of decisions on what is said to customers."""
ACTIONS = (sys.executable, "-m", "hub", "actions")
"""The command of the child that decides what agents may say."""
DUPLICATES = (sys.executable, "-m", "hub", "customers", "duplicates", "--json", "--ids", "--limit", str(KEPT))
"""The command that searches the log for customers who are in the books twice."""
RUNTIME_FILE = "hub.json"
"""In the data directory while a hub is ready: its pid and where it is reached."""


class Hub:
    """One hub in this process. `async with Hub(settings) as hub:` is ready when it enters; `run` keeps it until it is
    told to stop. `projector` is the command that starts the projector child."""

    def __init__(self, settings: Settings, projector: Sequence[str] = PROJECTOR) -> None:
        self.settings = settings
        self.clock = WallClock(settings.clock_start, settings.clock_speed)
        self.policy = load_policy(settings.policy)
        self.instruments = Instruments()
        self.feed = Feed()
        self._views_moved = monotonic()
        self._is_starting = True
        self._opened: Opened | None = None
        """The open work as the pool read it, until everybody who starts from it has."""
        self._projector_command = projector
        self._work = Work()

    async def __aenter__(self) -> "Hub":
        try:
            await self._start()
        except BaseException:
            await self._work.stop()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        log.info("stopping")
        await self._work.stop()
        log.info("stopped")

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set. Raises what ended one of the parts before its time."""
        waiting = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait({waiting, *self._work.tasks}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for task in done - {waiting}:
            task.result()

    @property
    def nats_url(self) -> str:
        """Where the bus is reached."""
        return self.intake.nats_url

    @property
    def api_url(self) -> str:
        """Where the HTTP API is reached."""
        return self.api.url

    async def _start(self) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
        self._work.parts.enter_context(hold_store(self.settings, "hub serve", alone=False))
        await self._open_journal()
        await self._start_projector()
        await self._start_routing()
        ground = self._ground()
        commands = Commands(PATH_ANSWERS, ACTIONS)
        self.paths, self.actions_beside = await start_paths(
            ground, commands, lambda channel: free_agents(self.pool.state, channel)
        )
        intake = self.intake = await start_intake(ground, self.pool, self.paths)
        opened, self._opened, self._is_starting = self._opened or await self._open_work(), None, False
        self.outbound = await start_outbound(ground, self.pool, intake.bus, opened)
        signs = await start_signs(ground, self.pool, intake.bus, self.feed.whisper)
        self.watches = await start_watches(ground, intake, self.pool, self.staff.signed_in)
        self.api = await start_api(
            ground,
            Behind(
                intake=intake,
                watches=self.watches,
                pool=self.pool,
                paths=self.paths,
                policies=self.policies,
                feed=self.feed,
                keys=self.keys,
                staff=self.staff,
                signs=signs,
                readiness=self.missing,
                explain=EXPLAIN,
                duplicates=DUPLICATES,
            ),
        )
        self._start_adapters()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        self._announce()

    def _ground(self) -> Ground:
        return Ground(
            settings=self.settings,
            clock=self.clock,
            key=self.key,
            journal=self.journal,
            personal_keys=self._personal_keys,
            generations=self._generations,
            views=self.views,
            tail=self.tail,
            path_policies=self.path_policies,
            path_policy=self.path_policy,
            instruments=self.instruments,
            since=self._keys_from,
            work=self._work,
        )

    async def _open_journal(self) -> None:
        self.key = installation_key(self.settings)
        self._personal_keys = personal_keys(self.settings)
        self.journal = EventJournal(open_store(self.settings, Codec(keys=self._personal_keys)))
        self._work.when_stopping(self.journal.close)
        self._generations = generations(self.settings)
        self._work.parts.callback(self._generations.close)
        self.access = AccessKeys(self.journal, self.clock)
        if not await self.access.list():
            issued = await self.access.issue(Role.ADMIN, "first start", actor="operator:first start")
            print(f"Admin API key, shown this once: {issued.token}", file=sys.stderr)
            print("The first person who signs in: hub people add LOGIN --first-admin", file=sys.stderr, flush=True)
        self._keys_from = await self.journal.head()
        self.keys = KeyRing((await self.journal.load([ACCESS_STREAM])).get(ACCESS_STREAM, []))
        attempts = Attempts(beside(self.settings, "sign_ins"))
        self._work.when_stopping(attempts.close)
        self.staff = await open_staffing(
            self.settings, self.journal, self.clock, self._personal_keys, attempts, self.key
        )

    async def _start_projector(self) -> None:
        """The child that keeps the views; it is woken by every commit of this process."""
        self.projector = Projector(self._projector_command, self.settings.environment())
        await self.projector.start()
        self._work.when_stopping(self.projector.stop)
        self.journal.hand_over(self._committed)
        self.journal.hand_over(Collecting().follow)
        self.views = ReadModels(self.settings.views_path, self.clock, _Facts(self.journal, self._personal_keys))
        self._work.parts.callback(self.views.close)

    async def _start_routing(self) -> None:
        """The pool takes over where the last owner stopped; the live feed starts at the same place of the log."""
        self.policies = Policies(self.journal, self.clock, self.policy)
        await self.policies.publish_first(from_file=self.settings.policy is not None, command_id=new_id())
        self.path_policies = PathPolicies(self.journal, self.clock)
        await self.path_policies.publish_first(command_id=new_id())
        self.path_policy = PathPolicyInForce()
        await self.path_policy.start(self.path_policies)
        self.pool = Pool(self.journal, self.clock, self.policy, self.key, self._open_work)
        self.pool.figures.on_batch.append(self.instruments.decided)
        self.instruments.unrouted = lambda: self.pool.figures.unrouted
        head = await self.pool.take()
        self._work.spawn(self.pool.run(), "routing pool")
        self._work.when_stopping(self._stop_pool)
        self.tail = LogTail(self.journal)
        self._work.when_stopping(self.tail.close)
        opened = self._opened or await self._open_work()
        seen = opened.position
        self.feed.restore(seen, opened.rows)
        self.projector.on_position(self._views_at)
        self._views_at(self.projector.position)
        followers = {
            self.feed.follow: seen,
            self.pool.on_log: head,
            self.keys.follow: self._keys_from,
            self.staff.signed_in.follow: self._keys_from,
            self.instruments.follow: head,
            self.path_policy.follow: self._keys_from,
        }
        for follower, after in followers.items():
            self._work.follow(self.tail, after, follower)

    def _committed(self, _: Sequence[Recorded]) -> None:
        if self.feed.released >= self.feed.position:
            self._views_moved = monotonic()
        self.projector.wake()

    def _views_at(self, position: int) -> None:
        self._views_moved = monotonic()
        self.feed.views_at(position)

    async def _open_work(self) -> Opened:
        position, events = await self.views.read(open_work)
        known = await self.views.read(lambda views: last_agents(views, 0, REMEMBERED))
        rows = [row for part in batches(events, TAIL_BATCH) for row in await self.journal.at(part)]
        opened = Opened(position, rows, [(one.customer_id, one.agent_id, one.at_ms / 1000) for one in known])
        if self._is_starting:
            self._opened = opened
        return opened

    async def _stop_pool(self) -> None:
        self.pool.stop()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*(task for task in self._work.tasks if task.get_name() == "routing pool"))

    def _start_adapters(self) -> None:
        """Those that run inside this process: none keeps the hub from working."""
        adapters = AdaptersInside(self.settings, self.nats_url)
        self.instruments.adapters = adapters.states
        adapters.start()
        self._work.when_stopping(adapters.stop)

    def missing(self) -> Mapping[str, str]:
        """What keeps this hub from working, by part; empty: it is ready."""
        missing = {}
        if not self.intake.bus.connected:
            missing["bus"] = "NATS can't be reached"
        if not self.projector.alive:
            missing["views"] = "the projector is not running"
        if self.actions_beside.missing:
            missing["actions"] = self.actions_beside.missing
        if self.pool.recovering:
            missing["routing"] = "the routing pool could not commit and recovers: see the log"
        if self.feed.position > self.feed.released and monotonic() - self._views_moved > VIEWS_STUCK_SECONDS:
            missing["views"] = f"the views have not moved for {VIEWS_STUCK_SECONDS:.0f} s: see the log"
        for task in self._work.tasks:
            if task.done():
                missing[task.get_name()] = "has stopped"
        return missing

    def _announce(self) -> None:
        """Tell where this hub is reached, for as long as it is."""
        file = self.settings.data_dir / RUNTIME_FILE
        content = {"pid": os.getpid(), "api_url": self.api_url, "nats_url": self.nats_url}
        draft = file.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(content, out)
        draft.replace(file)
        self._work.parts.callback(lambda: file.unlink(missing_ok=True))
        log.info("ready: API at %s, documented at %s/docs", self.api_url, self.api_url)


class _Facts:
    """Where screens read who somebody is."""

    def __init__(self, journal: EventJournal, keys: PersonalKeys) -> None:
        self.at = journal.at
        self.alias = keys.alias


def serve(settings: Settings) -> int:
    """Run a hub until SIGINT or SIGTERM; the exit code."""
    configure(settings)
    return uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with Hub(settings) as hub:
        await hub.run(stopping)
    return 0
