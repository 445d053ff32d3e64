"""What the API needs of the rest of the hub, and who provides it: the composition root."""

import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hub.api.feed import Feed
from hub.api.instruments import Instruments
from hub.application.access.keys import KeyRing
from hub.application.access.staffing import Staffing
from hub.application.agents.phones import AgentPhones
from hub.application.callbacks.callbacks import Callbacks
from hub.application.cases.cases import CustomerCases
from hub.application.cases.lists import CaseLists
from hub.application.conversations.canned_answers import CannedAnswers
from hub.application.conversations.drafts import AgentDrafts
from hub.application.conversations.files import ContactFiles
from hub.application.conversations.notes import Notes
from hub.application.customers.accounts import Accounts
from hub.application.customers.consents import Consents
from hub.application.customers.profiles import Profiles
from hub.application.customers.purchases import CustomerPurchases
from hub.application.dossier.dossiers import Dossiers
from hub.application.export.export import Exports
from hub.application.intake.recordings import Recordings
from hub.application.intake.rejected import RejectedContacts
from hub.application.linking.duplicate_list import DuplicateList
from hub.application.linking.identity import Identity
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicies
from hub.application.policies.routing import Policies
from hub.application.privacy.forgetting import Forgetting
from hub.application.privacy.readings import ReadingList, Readings
from hub.application.satisfaction.surveys import Satisfaction
from hub.application.views.board import Board
from hub.application.views.channel_health import Channels
from hub.application.views.read_models import Census, Page, Row, Snapshot
from hub.domain.contact import Contact, ConversationEvent
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import DEFAULT_REGION, normalise
from hub.domain.sign import SignKind
from hub.ports import Clock, Journal, Recorded
from hub.projections.agents import AgentNow
from hub.projections.colleagues import Colleague
from hub.projections.mentions import Mention
from hub.projections.reports import Question
from hub.router.policy.parsing import Policy
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.commands import Command
from hub.router.pool.state import Decided


class Confirmation(Protocol):
    """What became of a contact or a report, true when it is given."""

    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str:
        """`accepted` or `rejected`."""
        ...

    @property
    def customer_id(self) -> str: ...
    @property
    def duplicate(self) -> bool: ...
    @property
    def reason(self) -> str:
        """Why it was rejected."""
        ...

    @property
    def field(self) -> str: ...


class Intake(Protocol):
    """Takes contacts in."""

    async def submit(self, contact: Contact, actor: str) -> Confirmation:
        """Answers after the contact is durable; raises HubError when it is refused."""
        ...

    async def signal(self, event: ConversationEvent) -> Confirmation:
        """Answers after what was reported of a running conversation is done; raises HubError when it is refused."""
        ...


class Estimate(Protocol):
    """What somebody who joins a queue now has to expect."""

    @property
    def waiting(self) -> int:
        """How many wait there."""
        ...

    @property
    def estimated_wait_seconds(self) -> float | None:
        """None: nobody was answered there lately, so that it can't be said."""
        ...


class Pool(Protocol):
    """The routing pool, for commands of people."""

    async def execute(self, command: Command) -> Sequence[Decided]:
        """The events a command led to, after their commit; none for a repeat. Raises HubError when refused."""
        ...

    def estimate(self, queue: str) -> Estimate:
        """Of a queue that the policy in force knows; else NotFoundError."""
        ...

    def in_line(self, queue: str) -> Sequence[str]:
        """The interactions that wait in a queue or are offered from it."""
        ...

    def require_way_out(self, queue: str, to: str) -> None:
        """Raises RefusedError where a queue that is drained into that one would be drained into itself in the end."""
        ...

    def knows_agent(self, agent_id: str) -> bool:
        """Whether this agent ever signed on."""
        ...

    @property
    def policy(self) -> Policy:
        """What it decides by now."""
        ...

    def pullable(self, agent_id: str) -> Sequence[str]:
        """The interactions that an agent could pull now, first in order first. Raises NotFoundError."""
        ...

    def in_hand(self, agent_id: str) -> Mapping[str, str]:
        """The interactions that an agent was offered or has, each with its customer."""
        ...


class Signs(Protocol):
    """What the customer sees of the agent beside words."""

    async def tell(self, interaction_id: str, agent_id: str, sign: SignKind) -> None:
        """Raises NotFoundError, RefusedError, BusError."""
        ...


class Presence(Protocol):
    """Hears of agents' desktops, and notices when it does not."""

    def heard(self, agent_id: str) -> None:
        """A sign of life."""
        ...

    def opened(self, agent_id: str) -> None:
        """A stream of the agent's desktop stands."""
        ...

    def closed(self, agent_id: str) -> None:
        """It ended. Called once for each `opened`."""
        ...


class Customers(Protocol):
    """What people say of customers."""

    async def change_segment(
        self, customer_id: str, segment: str, value_tier: str, *, actor: str, command_id: str
    ) -> Sequence[Recorded]: ...

    async def change_lifecycle_stage(
        self, customer_id: str, lifecycle_stage: str, *, actor: str, command_id: str
    ) -> Sequence[Recorded]: ...

    async def correct_name(
        self, customer_id: str, name: str, path: str, *, actor: str, command_id: str
    ) -> Sequence[Recorded]: ...


T = TypeVar("T")


class Views(Protocol):
    """The read models. Each answer is of one moment; None: there is no such thing."""

    async def position(self) -> int: ...
    async def customers_by_identifier(self, kind: str, value: str) -> Sequence[str]: ...
    async def interactions(
        self, queue: str, phase: str, limit: int, after: str,
        *, agent_id: str = "", customers: Sequence[str] = (), channel: str = "",
    ) -> Page: ...  # fmt: skip
    async def mentions(self, agent_id: str, limit: int) -> Sequence[Mention]: ...
    async def colleagues(self, part: str, limit: int) -> Sequence[Colleague]: ...
    async def these(self, ids: Sequence[str]) -> Sequence[Row]: ...
    async def interaction(self, interaction_id: str) -> Row | None: ...
    async def agents(self, limit: int, after: str) -> Page: ...
    async def agent(self, agent_id: str) -> AgentNow | None: ...
    async def offers(self, agent_id: str) -> Sequence[Row]: ...
    async def queues(self) -> Sequence[Row]: ...
    async def queue(self, name: str) -> Row | None: ...
    async def metrics(self, start: datetime | None, end: datetime | None, queue: str) -> Sequence[Row]: ...
    async def agent_metrics(
        self, start: datetime | None, end: datetime | None, agent_id: str, limit: int, after: str
    ) -> Page: ...
    async def adherence(self, start: datetime | None, end: datetime | None, agent_id: str) -> Sequence[Row]: ...
    async def satisfaction(
        self, start: datetime | None, end: datetime | None, by: Collection[str], only: Mapping[str, str]
    ) -> Sequence[Row]: ...
    async def report(self, asked: Question) -> tuple[Sequence[Row], Row]: ...
    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T: ...
    async def live(self) -> Row: ...
    async def census(self) -> Census: ...

    async def snapshot(self, agents: Sequence[str], queues: Sequence[str]) -> Snapshot:
        """The open work of these agents and these queues. `*` stands for all of a kind."""
        ...


Decisions = Callable[[str], Awaitable[Mapping[str, Any] | None]]
"""Every decision on an interaction with its candidates, computed again from the log; None: there is no such one."""

Readiness = Callable[[], Mapping[str, str]]
"""For each part of the hub what keeps it from working; empty: it is ready."""


def new_id() -> str:
    """A name that nothing else has."""
    return secrets.token_hex(16)


_NO_PHONES = AgentPhones()


async def _unexplained(_: str) -> Mapping[str, Any] | None:
    raise PoolUnavailableError("this process can't compute decisions again")


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the API stands on."""

    intake: Intake
    pool: Pool
    customers: Customers
    forgetting: Forgetting
    identity: Identity
    duplicates: DuplicateList
    views: Views
    journal: Journal
    feed: Feed
    keys: KeyRing
    staff: Staffing
    clock: Clock
    instruments: Instruments
    readiness: Readiness
    presence: Presence
    signs: Signs
    policies: Policies
    path_policies: PathPolicies
    paths: PathParts
    purchases: CustomerPurchases
    profiles: Profiles
    consents: Consents
    notes: Notes
    callbacks: Callbacks
    canned_answers: CannedAnswers
    drafts: AgentDrafts
    accounts: Accounts
    cases: CustomerCases
    case_lists: CaseLists
    dossiers: Dossiers
    satisfaction: Satisfaction
    exports: Exports
    recordings: Recordings
    files: ContactFiles
    readings: Readings
    reading_list: ReadingList
    board: Board
    rejects: RejectedContacts
    channels: Channels
    decisions: Decisions = _unexplained
    phones: AgentPhones = _NO_PHONES
    pages: Path | None = None
    """Where the built web application lies; none: in the package."""
    phone_region: str = DEFAULT_REGION
    time_zone: Callable[[], str] = lambda: "UTC"
    """Of days, where nobody names another: the routing policy's."""
    spell: Spell = normalise
    """How identifiers are written."""
    new_id: Callable[[], str] = new_id
    """Names a command: the causation of what it leads to."""
