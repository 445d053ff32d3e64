"""Everything about a customer that a decision looks at, as of one place in the log, and what has to stay as it was."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from hub.application.customers.consents import Lineage
from hub.application.customers.standing import Member, whole_histories
from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.account.identity import ACCOUNT
from hub.domain.account.state import Holding, roles, roles_at
from hub.domain.customer.consent.events import ConsentWithdrawn
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.customer.consent.state import standing
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    CustomerForgotten,
    CustomerRegistered,
    IdentifierObserved,
    StandingReviewed,
)
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.links.events import LINK_EVENTS
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.customer.slots.state import fold as slots_of
from hub.domain.decision.events import ActionsNotPresented, PathDecided
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.domain.grant.events import PropositionAnswered, PropositionGranted, PropositionPresented
from hub.domain.grant.state import Grants
from hub.domain.grant.state import fold as grants_of
from hub.domain.ids import customer_id, interaction_id
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionEnded,
    InteractionExpired,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
)
from hub.paths.consent.decide import kept_when_forgotten
from hub.paths.decision.gathering import Told
from hub.paths.frequency.reserving import Parties
from hub.paths.gates.capacity import Capacity
from hub.paths.gates.service import Conversation
from hub.ports import Append, Histories, Recorded

MOST_CONVERSATIONS = 200
"""The newest contacts whose conversations are looked at."""
_OVER = (InteractionEnded, InteractionAbandoned, InteractionExpired, InteractionRefused)
_OF_CONVERSATIONS = (InteractionQueued, InteractionReopened, *_OVER)

_OF_NOBODY = frozenset(
    (
        *(ContactReceived, ContactSent, ContactSlotReserved, ContactSlotReleased, PathDecided, ActionsNotPresented),
        *(PropositionGranted, PropositionPresented, PropositionAnswered, StandingReviewed),
    )
)
"""Facts after which a customer is who they were."""
_WHOSE: frozenset[type[Event]] = frozenset(
    (CustomerRegistered, CustomerForgotten, RoleAssigned, RoleEnded, *LINK_EVENTS)
)
"""What tells which streams are a customer, and for whom they act."""

Facts = list[tuple[str, Event]]
"""Facts and the streams they belong in, to be written in one transaction."""


NO_STREAMS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Whole:
    """A customer, whatever streams that is now, and the account they are asked about for; all of it up to `seen`."""

    canonical: str
    seen: int
    """Position in the log."""
    customer: Mapping[str, Sequence[Recorded]]
    account_id: str = ""
    account: Mapping[str, Sequence[Recorded]] = field(default_factory=dict)
    """The account's own stream, and those of the people who act for it."""
    conversations: tuple[Conversation, ...] = ()
    of_points: Sequence[Event] = ()
    """What was said of their contact points in streams that are not theirs: who was there before was forgotten, or they
    only claim that it is theirs. A no stands all the same."""
    looked_at: Mapping[str, int] = field(default_factory=dict)
    """Those streams, and their versions."""

    @property
    def streams(self) -> dict[str, Sequence[Event]]:
        """The customer's facts, by stream."""
        return _events(self.customer)

    @property
    def events(self) -> list[Event]:
        """The customer's facts, in the order of the log."""
        return [one.event for one in sorted(one for history in self.customer.values() for one in history)]

    def as_of(self, seen: int) -> "Whole | None":
        """The same at an earlier place in the log. None: it has to be read, since what came in between may say who they
        are, or it matters what time it was."""
        if self.account_id or self.looked_at or self.conversations:
            return None
        customer: dict[str, Sequence[Recorded]] = {}
        for stream, history in self.customer.items():
            customer[stream] = _upto(history, seen)
            if any(type(one.event) not in _OF_NOBODY for one in history[len(customer[stream]) :]):
                return None
        return replace(self, seen=seen, customer=customer)

    def told(self, capacity: Capacity) -> Told:
        """What a decision is given of it."""
        return Told(
            self.canonical, self.streams, self.account_id, _events(self.account), "", self.conversations, capacity,
            self.of_points,
        )  # fmt: skip

    def grants(self, holder: str) -> dict[str, Grants]:
        """Of all streams that are this holder: the account where it is named, else the customer."""
        streams = {holder: self.account[holder]} if holder == self.account_id and holder else self.customer
        return {stream: grants_of(events) for stream, events in _events(streams).items()}

    def parties(self) -> Parties:
        """Who is contacted."""
        account = {stream: slots_of(events) for stream, events in _events(self.account).items()}
        return Parties(self.canonical, {stream: slots_of(events) for stream, events in self.streams.items()}, account)

    def writing(self, facts: Facts, beyond: Mapping[str, int] = NO_STREAMS) -> list[Append]:
        """These facts, if nobody has added to any stream of the customer, or to the account's own, since: two who
        decide at once collide, and so does who links the customer meanwhile. `beyond`: versions of streams that are
        not the customer's any more, or another account's."""
        if not facts:
            return []
        versions = {stream: _version(history) for stream, history in self.customer.items()} | dict(self.looked_at)
        if self.account_id:
            versions[self.account_id] = _version(self.account[self.account_id])
        versions |= beyond
        added: dict[str, list[Event]] = {stream: [] for stream in versions}
        for stream, event in facts:
            added[stream].append(event)
        return [Append(stream, versions[stream], events) for stream, events in added.items()]


class Wholes:
    """Reads customers for decisions. `seen`: as of that position in the log; None: as it is now."""

    def __init__(self, journal: Histories, key: bytes, lineage: Lineage) -> None:
        """`key` is the installation's."""
        self._journal = journal
        self._key = key
        self._lineage = lineage

    async def read(
        self,
        customer: str,
        at: datetime,
        *,
        account_id: str = "",
        seen: int | None = None,
        with_conversations: bool = False,
    ) -> Whole:
        """The customer that this stream belongs to. Without `account_id` the account they act for at that moment, of
        several the one they have longest. `with_conversations`: also what is being talked about, or was just now.
        Raises NotFoundError for a customer or account there is not."""
        head = await self._journal.head() if seen is None else seen
        named = [customer] if customer.startswith(CUSTOMER) else []
        members = await whole_histories(self._journal, named, upto=head, only=_WHOSE)
        streams = _oldest_first(members)
        if not streams:
            raise NotFoundError(f"there is no customer {customer}")
        canonical, histories = streams[0], {stream: members[stream].history for stream in streams}
        account = account_id or _account_of(members, at)
        of_points, looked_at = await self._of_points(histories, at, head)
        return Whole(
            canonical,
            head,
            histories,
            account,
            await self._account(account, at, head) if account else {},
            await self._conversations(histories, head) if with_conversations else (),
            of_points,
            looked_at,
        )

    async def writing(self, whole: Whole, facts: Facts, limits: Mapping[str, int] = NO_STREAMS) -> list[Append]:
        """The same where a fact may belong in a stream that was the customer's, or their account's, only before: a slot
        is given back wherever it was reserved. `limits`: versions of the streams of limited paths that were looked
        at."""
        known = {*whole.customer, *whole.looked_at, whole.account_id}
        beyond = {stream for stream, _ in facts} - known
        found = await self._journal.load(sorted(beyond - limits.keys())) if beyond - limits.keys() else {}
        versions = {stream: _version(history) for stream, history in found.items()}
        return whole.writing(facts, versions | {stream: limits[stream] for stream in beyond & limits.keys()})

    async def read_account(self, account: str) -> Whole:
        """An account without any of its people, as it is now. Raises NotFoundError."""
        head = await self._journal.head()
        return Whole("", head, {}, account, {account: await self._own(account, head)})

    async def _account(self, account: str, at: datetime, head: int) -> dict[str, Sequence[Recorded]]:
        """Its own stream, and all streams of those who act for it at that moment."""
        history = await self._own(account, head)
        people = {one.customer_id for one in roles_at(roles(one.event for one in history), at)}
        members = await whole_histories(self._journal, sorted(people), upto=head, only=_WHOSE) if people else {}
        return {account: history} | {stream: one.history for stream, one in members.items()}

    async def _own(self, account: str, head: int) -> Sequence[Recorded]:
        if account.startswith(ACCOUNT):
            history = _upto((await self._journal.load([account]))[account], head)
            if history:
                return history
        raise NotFoundError(f"there is no account {account}")

    async def _of_points(
        self, histories: Mapping[str, Sequence[Recorded]], at: datetime, head: int
    ) -> tuple[list[Event], dict[str, int]]:
        """What was said elsewhere of the contact points of these streams, and in which versions of which."""
        observed: dict[tuple[str, str], bool] = {}
        for one in (one.event for history in histories.values() for one in history):
            if isinstance(one, IdentifierObserved) and one.kind in CHANNELS_OF and one.value:
                observed[one.kind, one.value] = one.verified or observed.get((one.kind, one.value), False)
        lines = [(self._lineage(customer_id(self._key, *whose)), observed[whose]) for whose in sorted(observed)]
        elsewhere = sorted({stream for line, _ in lines for stream in line} - histories.keys())
        if not elsewhere:
            return [], {}
        found = {stream: _upto(history, head) for stream, history in (await self._journal.load(elsewhere)).items()}
        said: list[Event] = []
        for line, is_verified in lines:
            told = _said_in(line, {**histories, **found}, found.keys(), at)
            is_theirs = line[-1] in histories or (is_verified and not found[line[-1]])
            said += told if is_theirs else map(_of_the_point_alone, told)
        return said, {stream: _version(history) for stream, history in found.items()}

    async def _conversations(self, histories: Mapping[str, Sequence[Recorded]], head: int) -> tuple[Conversation, ...]:
        contacts = [
            one.event
            for history in histories.values()
            for one in history
            if isinstance(one.event, ContactReceived) and not one.event.auto
        ]
        contacts.sort(key=lambda one: (one.at, one.contact_id))
        newest = {interaction_id(self._key, one.contact_id): one for one in contacts[-MOST_CONVERSATIONS:]}
        found = await self._journal.load_only(list(newest), _OF_CONVERSATIONS) if newest else {}
        told = {stream: _conversation(stream, _upto(history, head)) for stream, history in found.items()}
        conversations = tuple(one for one in told.values() if one is not None)
        alone = [came for stream, came in newest.items() if told.get(stream) is None]
        return (*conversations, *(Conversation("", came.channel, came.at) for came in alone[-1:]))


def is_forgotten(whole: Whole) -> bool:
    """Whether any part of this customer was forgotten: nothing new is begun with them."""
    return any(isinstance(one.event, CustomerForgotten) for history in whole.customer.values() for one in history)


def _said_in(
    line: Sequence[str], known: Mapping[str, Sequence[Recorded]], elsewhere: Container[str], at: datetime
) -> list[Event]:
    """What was said in the streams that stood for an identifier one after the other, as far as it is known: of those
    that were forgotten by then only a no stands, those that came after are not heard of yet."""
    facts: list[Event] = []
    for stream in line:
        history = known.get(stream, ())
        facts += [one.event for one in history] if stream in elsewhere else []
        if not any(isinstance(one.event, CustomerForgotten) for one in history):
            break
        facts = kept_when_forgotten(standing(facts, at))
    return facts


def _of_the_point_alone(said: Event) -> Event:
    """What may have been another's is said of no other path."""
    if isinstance(said, ConsentWithdrawn) and said.everywhere:
        return said.model_copy(update={"everywhere": False})
    return said


def _conversation(stream: str, history: Sequence[Recorded]) -> Conversation | None:
    """None: it was attached to another one, or is none."""
    first, ended_at = None, None
    for one in history:
        event = one.event
        if isinstance(event, InteractionQueued):
            first = first or event
        ended_at = event.at if isinstance(event, _OVER) else None
    return None if first is None else Conversation(stream, first.channel, ended_at)


def _oldest_first(members: Mapping[str, Member]) -> list[str]:
    """By whichever of them the customer was asked for; none where none of them is registered."""
    known = {stream: one.known.customer for stream, one in members.items()}
    registered = [
        name for _, name in sorted((one.registered_at, name) for name, one in known.items() if one.registered)
    ]
    return [*registered, *sorted(known.keys() - set(registered))] if registered else []


def _account_of(members: Mapping[str, Member], at: datetime) -> str:
    held = [role for one in members.values() for role in roles_at(one.known.customer.roles, at)]
    return min(held, key=_longest).account_id if held else ""


def _longest(role: Holding) -> tuple[datetime, str]:
    return role.since, role.account_id


def _upto(history: Sequence[Recorded], head: int) -> Sequence[Recorded]:
    return history if not history or history[-1].position <= head else [one for one in history if one.position <= head]


def _version(history: Sequence[Recorded]) -> int:
    return history[-1].version if history else 0


def _events(streams: Mapping[str, Sequence[Recorded]]) -> dict[str, Sequence[Event]]:
    return {stream: [one.event for one in history] for stream, history in streams.items()}
