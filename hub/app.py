"""Composition root: the only file that knows every part, and the order in which they start and stop."""

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from time import monotonic

import uvloop

from hub.api.app import create_app
from hub.api.feed import Feed
from hub.api.instruments import Instruments
from hub.api.path_questions import PathQuestionsAnswered
from hub.api.server import ApiServer
from hub.api.services import Services, new_id
from hub.application.access import AccessKeys, KeyRing
from hub.application.accounts import Accounts
from hub.application.bulk import batches
from hub.application.case_lists import CaseLists
from hub.application.cases import CustomerCases
from hub.application.consent_watch import consent_watch
from hub.application.consents import Consents
from hub.application.contact_files import ContactFiles
from hub.application.customers import Customers
from hub.application.dossier.dossiers import Dossiers
from hub.application.duplicate_list import KEPT, DuplicateList, search_beside
from hub.application.envelope import Confirmation, check
from hub.application.explainer import Explainer
from hub.application.export.export import Exports
from hub.application.forgetting import Forgetting
from hub.application.identity import Identity
from hub.application.inbound import InboundHandler
from hub.application.intake import ContactRecorder, Receipt
from hub.application.outbound import Outbound, Place
from hub.application.overdue_cases import OverdueCases
from hub.application.path_policies import PathPolicies, PathPolicyInForce
from hub.application.paths.free_agents import free_agents
from hub.application.places import places_in
from hub.application.policies import Policies
from hub.application.presence import Limits, PresenceWatch
from hub.application.profiles import Profiles
from hub.application.purchases import CustomerPurchases
from hub.application.read_models import ReadModels
from hub.application.readings import ReadingList, Readings, by_views
from hub.application.recordings import Recordings
from hub.application.retention import Retention
from hub.application.retention_elsewhere import elsewhere
from hub.application.retention_watch import RetentionWatch
from hub.application.satisfaction import Satisfaction
from hub.application.satisfaction_reach import Reaching
from hub.application.satisfaction_watch import SatisfactionWatch
from hub.application.standing import Standings
from hub.application.standing_watch import StandingWatch
from hub.bus.connection import connect
from hub.bus.inbound import Inbound
from hub.bus.inbound_message import InboundMessage
from hub.bus.outbound import OutboundStream
from hub.bus.path_questions import PathQuestions
from hub.bus.rejected import RejectedContacts
from hub.bus.server import bus_server
from hub.bus.subjects import ensure_streams
from hub.channels.inside import AdaptersInside
from hub.channels.running import attachments
from hub.clock import WallClock
from hub.collecting import Collecting
from hub.domain.access.events import STREAM as ACCESS_STREAM
from hub.domain.access.events import Role
from hub.domain.contact import Contact, ConversationEvent
from hub.domain.customer.normalise import speller
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.lock import hold_store
from hub.journal.personal_keys import PersonalKeys
from hub.journal.store import generations, open_store, personal_keys
from hub.journal.tail import LogTail
from hub.logs import configure
from hub.ports import Recorded
from hub.projections.customers import forgotten
from hub.projections.open_work import last_agents, open_work
from hub.projections.process import Projector
from hub.router.policy.parsing import load_policy
from hub.router.pool.owner import Pool
from hub.router.pool.recovery import TAIL_BATCH, Opened
from hub.router.pool.state import REMEMBERED
from hub.settings import Settings
from hub.starting_paths import Around, Commands, start_paths

log = logging.getLogger(__name__)

SWITCH_INTERVAL_SECONDS = 0.0005
"""How soon a busy thread gives way to the loop: Python's 5 ms would show in every offer's latency."""
GC_THRESHOLDS = (2_000, 5, 1_000_000)
"""Agents who sign on and work that opens are there to stay, and next to nothing is left to collect: all of it is never
looked at together. What is new is looked at a little at a time, see hub/collecting.py."""
VIEWS_STUCK_SECONDS = 10.0
"""Without any step of views that are behind: the hub says that it is not ready."""
RETENTION_PAUSE_SECONDS = 0.05
"""Between two steps of taking out what is kept no longer: nobody waits for it."""
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
        self.nats_url = ""
        self._views_moved = monotonic()
        self._is_starting = True
        self._opened: Opened | None = None
        """The open work as the pool read it, until everybody who starts from it has."""
        self._projector_command = projector
        self._parts = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Hub":
        try:
            await self._start()
        except BaseException:
            await self._parts.aclose()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        log.info("stopping")
        await self._parts.aclose()
        log.info("stopped")

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set. Raises what ended one of the parts before its time."""
        waiting = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait({waiting, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for task in done - {waiting}:
            task.result()

    @property
    def api_url(self) -> str:
        """Where the HTTP API is reached."""
        return self.api.url

    async def _start(self) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
        self._parts.enter_context(hold_store(self.settings, "hub serve", alone=False))
        self.key = installation_key(self.settings)
        await self._open_journal()
        await self._start_projector()
        await self._start_routing()
        await self._start_paths()
        await self._start_intake()
        await self._start_standing()
        await self._start_surveys()
        await self._start_overdue()
        self._start_retention()
        self._start_presence()
        await self._start_api()
        self._start_adapters()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        self._announce()

    async def _open_journal(self) -> None:
        self._personal_keys = personal_keys(self.settings)
        self.journal = EventJournal(open_store(self.settings, Codec(keys=self._personal_keys)))
        self._parts.push_async_callback(self.journal.close)
        self._generations = generations(self.settings)
        self._parts.callback(self._generations.close)
        self.access = AccessKeys(self.journal, self.clock)
        if not await self.access.list():
            issued = await self.access.issue(Role.ADMIN, "first start", actor="operator:first start")
            print(f"Admin API key, shown this once: {issued.token}", file=sys.stderr, flush=True)
        self._keys_from = await self.journal.head()
        self.keys = KeyRing((await self.journal.load([ACCESS_STREAM])).get(ACCESS_STREAM, []))

    async def _start_projector(self) -> None:
        """The child that keeps the views; it is woken by every commit of this process."""
        self.projector = Projector(self._projector_command, self.settings.environment())
        await self.projector.start()
        self._parts.push_async_callback(self.projector.stop)
        self.journal.hand_over(self._committed)
        self.journal.hand_over(Collecting().follow)
        self.views = ReadModels(self.settings.views_path, self.clock, _Facts(self.journal, self._personal_keys))
        self._parts.callback(self.views.close)

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
        self._spawn(self.pool.run(), "routing pool")
        self._parts.push_async_callback(self._stop_pool)
        self.tail = LogTail(self.journal)
        self._parts.push_async_callback(self.tail.close)
        opened = self._opened or await self._open_work()
        seen = opened.position
        self.feed.restore(seen, opened.rows)
        self.projector.on_position(self._views_at)
        self._views_at(self.projector.position)
        followers = {
            self.feed.follow: seen,
            self.pool.on_log: head,
            self.keys.follow: self._keys_from,
            self.instruments.follow: head,
            self.path_policy.follow: self._keys_from,
        }
        for follower, after in followers.items():
            self._spawn(self.tail.follow(after, follower).ended(), "log follower")

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
            await asyncio.gather(*(task for task in self._tasks if task.get_name() == "routing pool"))

    async def _start_intake(self) -> None:
        """The bus, then whatever it held for us."""
        settings = self.settings
        server = bus_server(settings.nats_url, settings.data_dir / "nats", sync_always=settings.nats_sync_always)
        self.nats_url = await self._parts.enter_async_context(server)
        self.bus = await connect(self.nats_url, "hub")
        self._parts.push_async_callback(self.bus.close)
        replicas = settings.nats_replicas
        await ensure_streams(self.bus.jetstream(), replicas)
        self.rejected = RejectedContacts(self.bus, replicas=replicas)
        self.recorder = ContactRecorder(
            self.journal,
            self.clock,
            self.key,
            renewed=self._generations.renewed,
            policy=self.path_policy,
            region=self.settings.phone_region,
        )
        self._spawn(self.tail.follow(self._keys_from, self.recorder.follow).ended(), "log follower")
        self.forgetting = Forgetting(self.journal, self.clock, self._personal_keys, self.recorder.forget)
        await self.forgetting.finish(await self.views.read(forgotten))
        self._spawn(self.tail.follow(self._keys_from, self.forgetting.follow).ended(), "log follower")
        self.consents = Consents(
            self.journal,
            self.clock,
            self.key,
            lineage=self._generations.lineage,
            purposes=lambda: self.path_policy.purposes,
            spell=speller(self.settings.phone_region),
        )
        expiry = consent_watch(self.consents, self.clock, self.views)
        self._spawn(self.tail.follow(self._keys_from, expiry.follow).ended(), "log follower")
        self._spawn(expiry.run(), "consents")
        reaching = Reaching(self.consents, self.path_policies)
        self.satisfaction = Satisfaction(self.journal, self.clock, self.paths.wholes, reaching, self.instruments.survey)
        files = attachments(settings)
        self.files = ContactFiles(self.journal, files)
        self.recordings = Recordings(self.journal, self.clock, files, agents_may=settings.agents_hear_recordings)
        self.handler = InboundHandler(
            self.recorder,
            self.pool,
            self.journal,
            self.clock,
            self._set_aside,
            self.satisfaction,
            self.paths.reports,
            self.recordings,
            self.consents,
        )
        self.inbound = Inbound(self.bus, self._on_messages, batch=settings.intake_batch, replicas=replicas)
        self._spawn(self.inbound.run(), "intake")
        self._parts.push_async_callback(self.inbound.stop)
        await self._start_outbound()

    async def _start_outbound(self) -> None:
        """Channel adapters are told what to carry out, from where they were told before."""
        wire = OutboundStream(self.bus, replicas=self.settings.nats_replicas)
        spell = speller(self.settings.phone_region)
        self.outbound = Outbound(
            self.journal, wire, self.clock, self._places, self._announce_every, self.pool.name, spell
        )
        opened, self._opened, self._is_starting = self._opened or await self._open_work(), None, False
        await self.outbound.start(opened.rows, opened.position)
        self._parts.push_async_callback(self.outbound.stop)
        head = await self.journal.head()
        self._spawn(self.tail.follow(head, self.outbound.follow).ended(), "log follower")
        self._spawn(self.outbound.run(), "outbound")

    def _places(self, queue: str) -> Mapping[str, Place]:
        return places_in(self.pool.state, queue, self.clock.now().timestamp())

    def _announce_every(self, queue: str) -> float:
        return self.pool.policy.queue(queue).announce_every_seconds

    async def _on_messages(self, messages: Sequence[InboundMessage]) -> list[bytes | None]:
        return [None if answer is None else answer.to_bytes() for answer in await self.handler(messages)]

    async def _set_aside(self, subject: str, body: bytes, reason: str, field: str) -> None:
        await self.rejected.put(subject, body, reason, field, self.clock.now())
        self.instruments.rejected += 1

    async def submit(self, contact: Contact, actor: str) -> Confirmation:
        """A contact that came over HTTP: answers after its commit, raises HubError when it is refused."""
        check(contact)
        [outcome] = await self.recorder.record([(contact, actor)])
        if not isinstance(outcome, Receipt):
            raise outcome
        return Confirmation(
            id=contact.id, status="accepted", customer_id=outcome.customer_id, duplicate=outcome.duplicate
        )

    async def signal(self, event: ConversationEvent) -> Confirmation:
        """A report of a running conversation that came over HTTP: told as the bus would, raises HubError when it is
        refused."""
        check(event)
        return await self.handler.signal(event)

    async def _start_standing(self) -> None:
        """Where customers stand follows what happens to them, the time, and the path policy."""
        standings = Standings(self.journal, self.clock)
        file = self.settings.data_dir / "standing.json"
        self.standing = StandingWatch(standings, self.path_policies, self.clock, self.views, file)
        after = await self.standing.start(await self.journal.head())
        self._parts.callback(self.standing.keep)
        self._spawn(self.tail.follow(after, self.standing.follow).ended(), "log follower")
        self._spawn(self.standing.run(), "standing")

    async def _start_surveys(self) -> None:
        """Customers are asked how it was, as the path policy says."""
        file = self.settings.data_dir / "surveys.json"
        self.surveys = SatisfactionWatch(self.satisfaction, self.path_policies, self.clock, file)
        after = await self.surveys.start(await self.journal.head())
        self._parts.callback(self.surveys.keep)
        self._spawn(self.tail.follow(after, self.surveys.follow).ended(), "log follower")
        self._spawn(self.surveys.run(), "surveys")

    async def _start_overdue(self) -> None:
        """Cases whose time is over are said to be overdue."""
        self.cases = CustomerCases(self.journal, self.clock)
        overdue = OverdueCases(self.cases, self.views, self.clock)
        self._spawn(self.tail.follow(await self.journal.head(), overdue.follow).ended(), "log follower")
        self._spawn(overdue.run(), "overdue cases")

    async def _start_paths(self) -> None:
        """What is said to customers."""
        around = Around(
            self.settings, self.journal, self.clock, self.key, self.path_policy, self._generations.lineage, self.views,
            lambda channel: free_agents(self.pool.state, channel), self.instruments,
        )  # fmt: skip
        started = await start_paths(around, Commands(PATH_ANSWERS, ACTIONS), self._keys_from)
        self.paths, self.actions_beside = started.parts, started.beside
        self._parts.push_async_callback(self.actions_beside.stop)
        self._parts.callback(started.actions.keep)
        for after, follower in started.following:
            self._spawn(self.tail.follow(after, follower).ended(), "log follower")
        for name, run in started.working:
            self._spawn(run(), name)

    def _start_retention(self) -> None:
        """What the path policy says is kept no longer goes, a little at a time."""
        imports = self.settings.data_dir / "imports"
        others = elsewhere(self.journal, self.clock, self.forgetting, self.views, imports, self.rejected)
        pause = partial(asyncio.sleep, RETENTION_PAUSE_SECONDS)
        retention = Retention(self.journal, self.clock, self.path_policies, others, pause)
        self._spawn(RetentionWatch(retention, self.clock).run(), "retention")

    def _start_presence(self) -> None:
        """Who is at their desk: heard of from the API, told to the pool."""
        file = self.settings.data_dir / "presence.json"
        self.presence = PresenceWatch(self.pool, self.clock, self._presence_limits, new_id, file)
        self._spawn(self.tail.follow(self._keys_from, self.presence.follow).ended(), "log follower")
        self._spawn(self.presence.run(), "presence")

    def _presence_limits(self) -> Limits:
        rules = self.pool.policy.agents
        return Limits(rules.heartbeat_seconds, rules.grace_seconds)

    async def _start_api(self) -> None:
        spell = speller(self.settings.phone_region)
        dossiers = Dossiers(
            self.journal, self.clock, self.key, self.path_policies, self.views, self._generations.lineage, spell
        )
        self.duplicates = DuplicateList(
            self.journal,
            self.clock,
            self.views,
            spell,
            search_beside(DUPLICATES, self.settings.environment()),
        )
        self._parts.push_async_callback(self.duplicates.close)
        services = Services(
            intake=self,
            pool=self.pool,
            customers=Customers(self.journal, self.clock),
            forgetting=self.forgetting,
            identity=Identity(self.journal, self.clock, self.key, self.views),
            duplicates=self.duplicates,
            views=self.views,
            journal=self.journal,
            feed=self.feed,
            keys=self.keys,
            clock=self.clock,
            instruments=self.instruments,
            readiness=self.missing,
            presence=self.presence,
            policies=self.policies,
            path_policies=self.path_policies,
            paths=self.paths,
            readings=Readings(self.journal, self.clock, by_views(self.views)),
            reading_list=ReadingList(self.views),
            purchases=CustomerPurchases(self.journal, self.clock),
            profiles=Profiles(self.journal, self.clock, self.path_policies, spell),
            spell=spell,
            consents=self.consents,
            accounts=Accounts(self.journal, self.clock, self.key),
            cases=self.cases,
            case_lists=CaseLists(self.views, self.journal, self.clock),
            dossiers=dossiers,
            recordings=self.recordings,
            files=self.files,
            exports=Exports(self.journal, self.clock, self.key, dossiers, self.views),
            satisfaction=self.satisfaction,
            decisions=Explainer(self.journal, EXPLAIN, self.settings.environment()),
        )
        questions = PathQuestions(self.bus, PathQuestionsAnswered(services))
        await questions.start()
        self._parts.push_async_callback(questions.stop)
        self.api = ApiServer(create_app(services), self.settings.api_host, self.settings.api_port)
        await self.api.start()
        self._parts.push_async_callback(self.api.stop)

    def _start_adapters(self) -> None:
        """Those that run inside this process: none keeps the hub from working."""
        adapters = AdaptersInside(self.settings, self.nats_url)
        self.instruments.adapters = adapters.states
        adapters.start()
        self._parts.push_async_callback(adapters.stop)

    def missing(self) -> Mapping[str, str]:
        """What keeps this hub from working, by part; empty: it is ready."""
        missing = {}
        if not self.bus.connected:
            missing["bus"] = "NATS can't be reached"
        if not self.projector.alive:
            missing["views"] = "the projector is not running"
        if self.actions_beside.missing:
            missing["actions"] = self.actions_beside.missing
        if self.pool.recovering:
            missing["routing"] = "the routing pool could not commit and recovers: see the log"
        if self.feed.position > self.feed.released and monotonic() - self._views_moved > VIEWS_STUCK_SECONDS:
            missing["views"] = f"the views have not moved for {VIEWS_STUCK_SECONDS:.0f} s: see the log"
        for task in self._tasks:
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
        self._parts.callback(lambda: file.unlink(missing_ok=True))
        log.info("ready: API at %s, documented at %s/docs", self.api_url, self.api_url)

    def _spawn(self, work: "asyncio._CoroutineLike[None]", name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        self._parts.callback(task.cancel)


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
