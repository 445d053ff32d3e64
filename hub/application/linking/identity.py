"""Who is one customer: what people and trusted systems say of it, recorded in all streams concerned at once, and the
customer that any id leads to."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hub.application.customer_cache import Known
from hub.application.linking.by_contacts import links_of, side_of, whole_customers
from hub.carried_out import carried_out
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.links import by_agents, decide
from hub.domain.customer.links.by_agents import BY_AGENT
from hub.domain.customer.links.component import Known as KnownLinks
from hub.domain.customer.links.decide import Asked, Told
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import customer_id as stream_of
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit
from hub.projections import links
from hub.projections.links import Conflict, KeptApart, Member, StandingLink

ATTEMPTS = 5
T = TypeVar("T")


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


@dataclass(frozen=True, slots=True)
class Resolution:
    """The customer that an id leads to. Every id that ever stood for a customer leads to one, for ever; `canonical_id`
    is that of the stream which was registered first."""

    canonical_id: str
    asked_for: str
    members: tuple[Member, ...]
    links: tuple[StandingLink, ...]
    kept_apart: tuple[KeptApart, ...]
    shared: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The customer's streams, the oldest first."""
        return tuple(member.customer_id for member in self.members)


@dataclass(frozen=True, slots=True)
class By:
    """Who says something of customers, by which command, why, and in which interaction they learnt it."""

    actor: str
    command_id: str
    reason: str
    interaction_id: str = ""


@dataclass(frozen=True, slots=True)
class AgentsLink:
    """A link that an agent made: the evidence they gave, and the interaction in which they learnt it."""

    position: int
    link: StandingLink
    reason: str
    interaction_id: str


class Identity:
    """Commands on links answer with the events they led to, none when it was so already."""

    def __init__(self, journal: Journal, clock: Clock, key: bytes, views: Views) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._views = views

    async def resolve(self, customer_id: str) -> Resolution:
        """The customer of an id, as far as the views have come. An id that nobody has leads to itself."""
        return await self._views.read(lambda connection: _resolution(connection, customer_id))

    async def conflicts(self, limit: int, after: int) -> Sequence[Conflict]:
        """What waits for a steward, in the order it came up."""
        return await self._views.read(lambda connection: links.conflicts(connection, limit, after))

    async def by_agents(self, limit: int, before: int) -> Sequence[AgentsLink]:
        """What agents linked and still stands, the newest first, each with the evidence they gave."""
        found = await self._views.read(lambda connection: links.links_of_rule(connection, BY_AGENT, limit, before))
        facts = {one.position: one.event for one in await self._journal.at([position for position, _ in found])}
        return [AgentsLink(position, link, *_evidence(facts[position])) for position, link in found]

    async def link(self, one: str, other: str, by: By, *, despite_conflict: bool = False) -> list[Recorded]:
        """A person says that two are one customer."""

        def by_hand(known: KnownLinks, sides: Sequence[Side], asked: Asked) -> Told:
            return decide.link_by_hand(known, sides[0], sides[-1], asked, despite_conflict=despite_conflict)

        return await self._change((one, other), by, by_hand)

    async def link_by_agent(self, one: str, other: str, by: By) -> list[Recorded]:
        """An agent says so, with the evidence. What was proven of the two they can't overrule."""
        return await self._change(
            (one, other), by, lambda known, sides, asked: by_agents.link_by_agent(known, sides[0], sides[-1], asked)
        )

    async def declare(self, one: str, other: str, by: By) -> list[Recorded]:
        """A trusted system says so. It overrules nothing: LinkBlocked tells what stands against it, and no event at all
        that a person has ruled it out, or that one of the two is shared by many."""
        return await self._change(
            (one, other), by, lambda known, sides, asked: decide.link_declared(known, sides[0], sides[-1], asked)
        )

    async def unlink(self, customer_id: str, link_id: str, by: By) -> list[Recorded]:
        """A person takes a link away, for good."""
        return await self._change(
            (customer_id,), by, lambda known, sides, asked: decide.unlink(known, sides[0], link_id, asked)
        )

    async def unlink_by_agent(self, customer_id: str, link_id: str, by: By) -> list[Recorded]:
        """An agent takes a link away that no proof and no steward made."""
        return await self._change(
            (customer_id,), by, lambda known, sides, asked: by_agents.unlink_by_agent(known, sides[0], link_id, asked)
        )

    async def keep_apart(self, one: str, other: str, by: By) -> list[Recorded]:
        """A person says that two are not one customer."""
        return await self._change(
            (one, other), by, lambda known, sides, asked: decide.state_cannot_link(known, sides[0], sides[-1], asked)
        )

    async def lift(self, one: str, other: str, by: By) -> list[Recorded]:
        """A person takes back that two are not one customer."""
        return await self._change(
            (one, other), by, lambda known, sides, asked: decide.lift_cannot_link(known, sides[0], sides[-1], asked)
        )

    async def share(self, customer_id: str, by: By, *, shared: bool) -> list[Recorded]:
        """A person says that many are reached at an identifier, or that it is one customer's after all."""
        change = decide.mark_shared if shared else decide.unmark_shared
        return await self._change((customer_id,), by, lambda known, sides, asked: change(known, sides[0], asked))

    async def _change(
        self, streams: Sequence[str], by: By, decided: Callable[[KnownLinks, Sequence[Side], Asked], Told]
    ) -> list[Recorded]:
        """Decide on whole customers as they stand in the log, and write to all their streams or to none."""
        for stream in streams:
            if not stream.startswith(CUSTOMER):
                raise NotFoundError(f"there is no customer {stream}")
        for _ in range(ATTEMPTS):
            if before := await carried_out(self._journal, by.command_id, streams[0]):
                return before
            known = await whole_customers(self._journal, streams)
            asked = Asked(self._clock.now(), by.actor, by.command_id, by.reason, by.interaction_id)
            sides = [self._side(stream, known[stream], asked) for stream in streams]
            appends = _appends(known, decided(links_of(known), sides, asked))
            if not appends:
                return []
            [outcome] = await self._journal.commit([Unit(appends)])
            if isinstance(outcome, Committed):
                return _recorded(outcome.first, appends)
        raise ConflictError(streams[0])

    def _side(self, stream: str, known: Known, asked: Asked) -> Side:
        """A registered customer's stream, as links name it. The kind of its identifier is told by links that name it,
        else by which of the identifiers it was seen with leads to it."""
        customer = known.customer
        if not customer.registered:
            raise NotFoundError(f"there is no customer {stream}")
        if customer.forgotten:
            raise RefusedError(f"customer {stream} was forgotten: nothing can be changed there any more")
        sides = [side for link in customer.links.live for side in (link.left, link.right)]
        sides += [side for block in customer.links.blocked for side in (block.left, block.right)]
        kinds = {side.kind for side in sides if side.id == stream} - {""}
        kinds = kinds or {
            one.kind for one in customer.identifiers if stream_of(self._key, one.kind, one.value) == stream
        }
        return side_of(stream, min(kinds, default=""), customer, asked.now)


def _evidence(event: Event) -> tuple[str, str]:
    """What somebody gave as the reason of a link, and the interaction they learnt it in."""
    assert isinstance(event, CustomersLinked)
    return event.reason, event.correlation


def _appends(known: dict[str, Known], told: Told) -> list[Append]:
    events: dict[str, list[Event]] = {}
    for stream, event in told:
        events.setdefault(stream, []).append(event)
    return [Append(stream, known[stream].version, facts) for stream, facts in events.items()]


def _recorded(first: int, appends: Sequence[Append]) -> list[Recorded]:
    numbered = (
        (append.stream, version, event)
        for append in appends
        for version, event in enumerate(append.events, append.after + 1)
    )
    return [Recorded(position, *one) for position, one in enumerate(numbered, first)]


def _resolution(connection: sqlite3.Connection, customer_id: str) -> Resolution:
    connection.execute("BEGIN")
    try:
        found = links.resolve(connection, customer_id)
        return Resolution(
            canonical_id=found.canonical,
            asked_for=customer_id,
            members=found.members,
            links=tuple(links.standing_links(connection, found.ids)) if len(found.ids) > 1 else (),
            kept_apart=tuple(links.kept_apart(connection, found.ids)),
            shared=tuple(links.shared(connection, found.ids)),
        )
    finally:
        connection.execute("ROLLBACK")
