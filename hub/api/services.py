"""What the API needs of the rest of the hub, and who provides it: the composition root."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.api.feed import Feed
from hub.api.instruments import Instruments
from hub.application.access import KeyRing
from hub.application.read_models import Census, Page, Row, Snapshot
from hub.domain.contact import Contact, ConversationEvent
from hub.ports import Clock, Journal, Recorded
from hub.router.commands import Command
from hub.router.state import Decided


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


class Pool(Protocol):
    """The routing pool, for commands of people."""

    async def execute(self, command: Command) -> Sequence[Decided]:
        """The events a command led to, after their commit; none for a repeat. Raises HubError when refused."""
        ...


class Customers(Protocol):
    """What people say of customers."""

    async def change_segment(
        self, customer_id: str, segment: str, value_tier: str, *, actor: str, command_id: str
    ) -> Sequence[Recorded]: ...

    async def change_lifecycle_stage(
        self, customer_id: str, lifecycle_stage: str, *, actor: str, command_id: str
    ) -> Sequence[Recorded]: ...


class Views(Protocol):
    """The read models. Each answer is of one moment; None: there is no such thing."""

    async def position(self) -> int: ...
    async def customer(self, customer_id: str) -> Row | None: ...
    async def customer_by_identifier(self, kind: str, value: str) -> Row | None: ...
    async def customer_timeline(self, customer_id: str, limit: int, before: int | None) -> Page: ...
    async def interactions(self, queue: str, phase: str, limit: int, after: str) -> Page: ...
    async def interaction(self, interaction_id: str) -> Row | None: ...
    async def agents(self) -> Sequence[Row]: ...
    async def agent(self, agent_id: str) -> Row | None: ...
    async def offers(self, agent_id: str) -> Sequence[Row]: ...
    async def queues(self) -> Sequence[Row]: ...
    async def queue(self, name: str) -> Row | None: ...
    async def metrics(self, start: datetime | None, end: datetime | None, queue: str) -> Sequence[Row]: ...
    async def agent_metrics(self, start: datetime | None, end: datetime | None, agent_id: str) -> Sequence[Row]: ...
    async def live(self) -> Row: ...
    async def census(self) -> Census: ...

    async def snapshot(self, agents: Sequence[str], queues: Sequence[str], customers: Sequence[str]) -> Snapshot:
        """The open work of these agents, these queues, these customers. `*` stands for all of a kind."""
        ...


Readiness = Callable[[], Mapping[str, str]]
"""For each part of the hub what keeps it from working; empty: it is ready."""


def _new_id() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the API stands on."""

    intake: Intake
    pool: Pool
    customers: Customers
    views: Views
    journal: Journal
    feed: Feed
    keys: KeyRing
    clock: Clock
    instruments: Instruments
    readiness: Readiness
    new_id: Callable[[], str] = _new_id
    """Names a command: the causation of what it leads to."""
