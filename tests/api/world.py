"""Hand-written services for tests of the API: each remembers what it was asked and answers what it was told to."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hub.api.app import create_app
from hub.api.feed import Feed
from hub.api.instruments import Instruments
from hub.api.reports import ReportRow
from hub.api.services import Census, Page, Row, Services, Snapshot
from hub.application.access.keys import AccessKeys, IssuedKey, KeyRing
from hub.application.callbacks.callbacks import Callbacks
from hub.application.callbacks.gates import CallGates
from hub.application.cases.cases import CustomerCases
from hub.application.cases.lists import CaseLists
from hub.application.conversations.canned_answers import CannedAnswers
from hub.application.conversations.drafts import AgentDrafts
from hub.application.conversations.files import ContactFiles
from hub.application.conversations.notes import Notes
from hub.application.customers.accounts import Accounts
from hub.application.customers.commands import Customers
from hub.application.customers.consents import Consents
from hub.application.customers.profiles import Profiles
from hub.application.customers.purchases import CustomerPurchases
from hub.application.dossier.dossiers import Dossiers
from hub.application.export.export import Exports
from hub.application.intake.recordings import Recordings
from hub.application.intake.rejected import RejectedContacts
from hub.application.linking.duplicate_list import DuplicateList
from hub.application.linking.identity import Identity
from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.application.policies.routing import Policies
from hub.application.privacy.forgetting import Forgetting
from hub.application.privacy.readings import ReadingList, Readings, by_views
from hub.application.satisfaction.reach import Reaching
from hub.application.satisfaction.surveys import Satisfaction
from hub.application.views.board import Board, Lines
from hub.application.views.channel_health import Channels, ChannelTraffic
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Contact, ConversationEvent
from hub.domain.customer.normalise import normalise
from hub.domain.errors import HubError, NotFoundError
from hub.domain.interaction.events import OfferAccepted
from hub.domain.sign import SignKind
from hub.journal.aside import SqliteDatabase
from hub.journal.codec import Codec
from hub.journal.drafts import Drafts
from hub.ports import Recorded
from hub.projections import agents, callbacks_due, customers, interactions, links, readings
from hub.projections.activity import Activity
from hub.projections.agents import AgentNow, HeldInteraction
from hub.projections.cases import PROJECTION as CASES
from hub.projections.colleagues import Colleague
from hub.projections.mentions import Mention
from hub.projections.registry import all_projections
from hub.projections.reports import Question
from hub.router.policy.parsing import Policy, load_policy
from hub.router.pool.commands import Command
from hub.router.pool.state import Decided
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal
from tests.support.rejected_in_memory import RejectedInMemory
from tests.support.staff import staffing

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = b"k" * 32
T = TypeVar("T")
META = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "policy:1"}


AGENT = AgentNow(
    agent_id="a1", pool="main", name="Ann", skills={"cards": 3}, languages=("fa",), attributes={}, capacity=100,
    ceilings={"web": 3}, units={}, closed_channels=(), state="ready", reason="", since=NOON, signed_on_at=NOON,
    activity=Activity.ON_CONTACT, units_in_use=50, idle_since=None, handled=2,
    interactions=(HeldInteraction("interaction-1", "care", "web", "active", 50, interrupted=False),),
)  # fmt: skip


class StillClock:
    """Time that stands still until a test moves it."""

    speed = 1.0

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Told:
    """A confirmation."""

    id: str
    status: str = "accepted"
    customer_id: str = "customer-1"
    duplicate: bool = False
    reason: str = ""
    field: str = ""


@dataclass
class FakeIntake:
    """Knows which ids it has seen."""

    taken: list[tuple[Contact, str]] = field(default_factory=list)
    error: Exception | None = None
    reported: list[ConversationEvent] = field(default_factory=list)

    async def submit(self, contact: Contact, actor: str) -> Told:
        if self.error is not None:
            raise self.error
        duplicate = any(contact.id == known.id for known, _ in self.taken)
        self.taken.append((contact, actor))
        return Told(contact.id, duplicate=duplicate)

    async def signal(self, event: ConversationEvent) -> Told:
        if self.error is not None:
            raise self.error
        self.reported.append(event)
        return Told(event.id, customer_id="", reason="nothing is open in thread 't'")


@dataclass
class FakeEstimate:
    """Two wait."""

    waiting: int = 2
    estimated_wait_seconds: float | None = 41.27


@dataclass
class FakePool:
    """Answers every command with one event, or with the error it was given."""

    commands: list[Command] = field(default_factory=list)
    error: Exception | None = None
    expected: FakeEstimate = field(default_factory=FakeEstimate)
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    policy: Policy = field(default_factory=load_policy)

    async def execute(self, command: Command) -> Sequence[Decided]:
        self.commands.append(command)
        if self.error is not None:
            raise self.error
        accepted = OfferAccepted(**META, offer_id="offer-1-1", agent_id=getattr(command, "agent_id", ""))
        return [Decided("interaction-1", 3, accepted)]

    def pullable(self, _: str) -> list[str]:
        return self.waiting

    def knows_agent(self, agent_id: str) -> bool:
        return agent_id != "nobody"

    def in_hand(self, agent_id: str) -> dict[str, str]:
        return self.held.get(agent_id, {})

    def require_way_out(self, queue: str, to: str) -> None:
        """There is one."""

    def in_line(self, _: str) -> list[str]:
        return []

    def estimate(self, queue: str) -> FakeEstimate:
        if queue != "care":
            raise NotFoundError(f"there is no queue {queue!r}")
        return self.expected


@dataclass
class FakePresence:
    """Notes what it hears."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def heard(self, agent_id: str) -> None:
        self.told.append(("heard", agent_id))

    def opened(self, agent_id: str) -> None:
        self.told.append(("opened", agent_id))

    def closed(self, agent_id: str) -> None:
        self.told.append(("closed", agent_id))


async def explained(interaction_id: str) -> dict[str, Any] | None:
    """One interaction has one decision."""
    if interaction_id != "interaction-1":
        return None
    return {"interaction_id": interaction_id, "decisions": [{"position": 7, "candidates": []}]}


@dataclass
class FakeViews:
    """Read models with one row each."""

    at: int = 0
    state: dict[str, Any] = field(default_factory=lambda: {"queues": [{"queue": "care"}]})
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    interaction_of: str = ""
    mentioned: dict[str, list[Mention]] = field(default_factory=dict)

    async def position(self) -> int:
        return self.at

    async def customers_by_identifier(self, kind: str, value: str) -> Sequence[str]:
        self.asked.append((kind, value))
        return ["customer-1"] if value == "+982112345" else []

    async def interactions(self, queue: str, phase: str, limit: int, after: str, **only: Any) -> Page:
        self.asked.append((queue, phase, limit, after, *(value for value in only.values() if value)))
        return Page([{"interaction_id": "interaction-1"}], None)

    async def interaction(self, interaction_id: str) -> Row | None:
        if interaction_id != "interaction-1":
            return None
        where = {"interaction_id": interaction_id, "customer_id": self.interaction_of}
        return {**where, "agent_id": "", "participants": [], "timeline": []}

    async def agents(self, limit: int, after: str) -> Page:
        self.asked.append((limit, after))
        return Page([{"agent_id": "a1", "state": "ready"}], "a1" if limit == 1 else None)

    async def agent(self, agent_id: str) -> AgentNow | None:
        return AGENT if agent_id == "a1" else None

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Of read models in which nothing happened."""
        return await LinkViews(MemoryJournal(), *all_projections()).read(question)

    async def mentions(self, agent_id: str, limit: int) -> Sequence[Mention]:
        return self.mentioned.get(agent_id, [])[:limit]

    async def colleagues(self, part: str, limit: int) -> Sequence[Colleague]:
        self.asked.append((part, limit))
        return [Colleague("a1", "Ann", "ready")]

    async def these(self, ids: Sequence[str]) -> Sequence[Row]:
        return [{"interaction_id": one, "phase": "waiting", "customer_id": self.interaction_of} for one in ids]

    async def offers(self, agent_id: str) -> Sequence[Row]:
        self.asked.append((agent_id,))
        return [{"offer_id": "offer-1-1", "expires_at": NOON}]

    async def queues(self) -> Sequence[Row]:
        return [{"queue": "care", "waiting": 2}]

    async def queue(self, name: str) -> Row | None:
        return {"queue": "care"} if name == "care" else None

    async def metrics(self, start: datetime | None, end: datetime | None, queue: str) -> Sequence[Row]:
        self.asked.append((start, end, queue))
        return [{"queue": "care", "offered": 3}]

    async def agent_metrics(
        self, start: datetime | None, end: datetime | None, agent_id: str, limit: int, after: str
    ) -> Page:
        self.asked.append((start, end, agent_id, limit, after))
        return Page([{"agent_id": "a1", "occupancy": 0.75}], None)

    async def adherence(self, start: datetime | None, end: datetime | None, agent_id: str) -> Sequence[Row]:
        self.asked.append((start, end, agent_id))
        return [{"agent_id": "a1", "adherence": 0.5}]

    async def satisfaction(
        self, start: datetime | None, end: datetime | None, by: Collection[str], only: Mapping[str, str]
    ) -> Sequence[Row]:
        self.asked.append((start, end, list(by), dict(only)))
        return [{"queue": "care", "csat_mean": 4.5}]

    async def report(self, asked: Question) -> tuple[Sequence[Row], Row]:
        self.asked.append((asked,))
        row = dict.fromkeys(ReportRow.model_fields) | {"service_level_variant": "of_offered"}
        return [{**row, "queue": "=cmd()", "start": NOON, "asa_s": 1.23456}], row

    async def live(self) -> Row:
        return {"waiting": 2}

    async def census(self) -> Census:
        return Census({"care": 2}, {"ready": 5}, {"care": 0.8}, {"open": 3, "overdue": 1})

    async def snapshot(self, agents: Sequence[str], queues: Sequence[str]) -> Snapshot:
        self.asked.append((list(agents), list(queues)))
        return Snapshot(self.at, self.state)


@dataclass
class FakeFiles:
    """Bytes by uri."""

    held: dict[str, bytes] = field(default_factory=dict)
    largest: int = 1_000
    away: bool = False

    async def put(self, data: bytes, media_type: str, name: str = "") -> Attachment:
        if self.away:
            raise HubError("/secret can't be written")
        uri = f"hub-file:{1 + sum(one.removeprefix('hub-file:').isdecimal() for one in self.held)}"
        self.held[uri] = data
        return Attachment(uri=uri, media_type=media_type or "application/octet-stream", name=name, size=len(data))

    async def get(self, uri: str) -> bytes:
        if self.away:
            raise HubError("/secret can't be read")
        if uri not in self.held:
            raise NotFoundError("this uri names no stored attachment")
        return self.held[uri]


@dataclass
class FakeSigns:
    """Notes what customers are shown."""

    told: list[tuple[str, str, SignKind]] = field(default_factory=list)

    async def tell(self, interaction_id: str, agent_id: str, sign: SignKind) -> None:
        self.told.append((interaction_id, agent_id, sign))


@dataclass
class FakePersonalKeys:
    """Notes whose keys are gone."""

    gone: list[str] = field(default_factory=list)

    def begin_forgetting(self, streams: Iterable[str], asked: str) -> None:
        """Nothing is durable here."""

    def returned(self, _: Sequence[str]) -> list[str]:
        return []

    def unfinished(self) -> list[tuple[str, str]]:
        return []

    def forget(self, streams: Sequence[str]) -> None:
        self.gone += streams

    def drop(self, streams: Iterable[str]) -> None:
        """Nothing is kept at hand."""


class NoBus:
    """No adapter runs."""

    async def holder(self, _: str, /) -> None:
        """Nobody."""

    async def untold(self, _: str, /) -> int:
        return 0


class NoneSetAside:
    """Every contact was taken in."""

    async def list(self, *_: Any) -> tuple[list[Any], None]:
        return [], None


class World:
    """An API on these services, and a key of each role."""

    def __init__(self, feed: Feed | None = None, *, agents_hear: bool = False) -> None:
        self.journal = MemoryJournal()
        self.clock = StillClock()
        self.intake, self.pool, self.views = FakeIntake(), FakePool(), FakeViews()
        self.feed = Feed() if feed is None else feed
        self.keys = KeyRing()
        self.personal_keys = FakePersonalKeys()
        self.instruments = Instruments()
        self.presence = FakePresence()
        self.files = FakeFiles()
        self.rejected = RejectedInMemory()
        self.signs = FakeSigns()
        self.policies = Policies(self.journal, self.clock, load_policy())
        self.path_policies = PathPolicies(self.journal, self.clock)
        self.path_policy = PathPolicyInForce()
        self.paths = PathParts(
            self.journal,
            self.clock,
            KEY,
            in_force=self.path_policy,
            responses=Responses({}, 0),
            lineage=lambda stream: (stream,),
            seed=lambda: 7,
        )
        self.consents = Consents(self.journal, self.clock, KEY)
        self.missing: dict[str, str] = {}
        self.duplicates: dict[str, Any] | None = None
        self.access = AccessKeys(self.journal, self.clock)
        self.staff = staffing(self.journal, self.clock, self.personal_keys, self.access)
        self.journal.followers += [self.keys.follow, self.staff.signed_in.follow, self.feed.follow]
        self.journal.followers += [self.instruments.follow]
        self.journal.followers += [self.path_policy.follow, *self.paths.followers]
        views = LinkViews(self.journal, customers.PROJECTION, interactions.PROJECTION)
        self.dossiers = Dossiers(self.journal, self.clock, KEY, self.path_policies, views)
        self.drafts = AgentDrafts(self.journal, self.clock, Drafts(SqliteDatabase(Path(":memory:")), Codec()))
        self.services = Services(
            intake=self.intake,
            pool=self.pool,
            customers=Customers(self.journal, self.clock),
            forgetting=Forgetting(self.journal, self.clock, self.personal_keys),
            views=self.views,
            journal=self.journal,
            feed=self.feed,
            keys=self.keys,
            staff=self.staff,
            clock=self.clock,
            instruments=self.instruments,
            identity=Identity(self.journal, self.clock, KEY, LinkViews(self.journal)),
            duplicates=DuplicateList(
                self.journal, self.clock, LinkViews(self.journal), normalise, self._found, patience=0.05
            ),
            readiness=lambda: self.missing,
            presence=self.presence,
            signs=self.signs,
            policies=self.policies,
            notes=Notes(self.journal, self.clock),
            callbacks=Callbacks(
                self.journal,
                self.clock,
                KEY,
                CallGates(self.consents, self.path_policies, load_policy),
                LinkViews(self.journal, callbacks_due.PROJECTION),
                normalise,
            ),
            canned_answers=CannedAnswers(self.journal, self.clock),
            drafts=self.drafts,
            path_policies=self.path_policies,
            paths=self.paths,
            readings=Readings(self.journal, self.clock, by_views(LinkViews(self.journal))),
            channels=Channels({}, NoBus(), ChannelTraffic(), NoneSetAside(), lambda: (), dict, self.clock),
            rejects=RejectedContacts(self.rejected, self.journal, self.clock, self.files.get),
            board=Board(
                LinkViews(self.journal, *all_projections()),
                self.clock,
                lambda: Lines(load_policy(), {"general": 41.27}),
                lambda: self.feed.visible(True),
            ),
            reading_list=ReadingList(LinkViews(self.journal, links.PROJECTION, readings.PROJECTION)),
            purchases=CustomerPurchases(self.journal, self.clock),
            profiles=Profiles(self.journal, self.clock, self.path_policies),
            consents=self.consents,
            accounts=Accounts(self.journal, self.clock, KEY),
            cases=CustomerCases(self.journal, self.clock),
            case_lists=CaseLists(LinkViews(self.journal, CASES, agents.PROJECTION), self.journal, self.clock),
            dossiers=self.dossiers,
            exports=Exports(self.journal, self.clock, KEY, self.dossiers, views),
            satisfaction=Satisfaction(
                self.journal, self.clock, self.paths.wholes, Reaching(self.consents, self.path_policies)
            ),
            recordings=Recordings(self.journal, self.clock, self.files, agents_may=agents_hear),
            files=ContactFiles(self.journal, self.files),
            decisions=explained,
            new_id=lambda: "command-1",
        )
        self.app = create_app(self.services)

    async def _found(self) -> dict[str, Any]:
        """What a search for duplicates finds; None: it does not end."""
        while self.duplicates is None:
            await asyncio.sleep(0.01)
        return self.duplicates

    def restart(self, followed: int, views: int) -> None:
        """A new feed: it recovers up to the one position, follows the log from there, and the read models are at the
        other."""
        old, feed = self.feed, Feed(self.feed._queue_length, self.feed._held_length)
        self.journal.followers[self.journal.followers.index(old.follow)] = feed.follow
        object.__setattr__(self.services, "feed", feed)
        self.feed = feed
        feed.restore(followed, self.journal.log[:followed])
        feed.follow(self.journal.log[followed:])
        feed.views_at(views)

    async def key(self, role: Role, name: str = "somebody", agent_id: str = "") -> IssuedKey:
        return await self.access.issue(role, name, agent_id)

    async def bearer(self, role: Role, name: str = "somebody", agent_id: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {(await self.key(role, name, agent_id)).token}"}

    def write(self, *told: tuple[str, Any]) -> list[Recorded]:
        """Commit these (stream, event) as one batch, and hand it to the followers."""
        batch: list[Recorded] = []
        for stream, event in told:
            recorded = Recorded(len(self.journal.log) + 1, stream, self.journal.version(stream) + 1, event)
            self.journal.log.append(recorded)
            batch.append(recorded)
        for follower in self.journal.followers:
            follower(batch)
        return batch
