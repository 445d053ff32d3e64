"""From facts to what a decision looks at: the one way there, for decisions that are taken and for those taken again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import NamedTuple

from hub.domain.account.events import AccountChanged, AccountRegistered
from hub.domain.cases import open_cases
from hub.domain.cases.open_cases import OpenCases
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import ConsentWithdrawn
from hub.domain.customer.consent.point import CHANNELS_OF, ContactPoint
from hub.domain.customer.consent.state import CONSENT_EVENTS, ConsentBook, evolve
from hub.domain.customer.events import CustomerForgotten, IdentifierObserved
from hub.domain.customer.links.events import IdentifierShared, IdentifierUnshared
from hub.domain.customer.profile import state as profile
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.customer.slots.state import CONTACT_EVENTS
from hub.domain.customer.slots.state import fold as slots_of
from hub.domain.event import Event
from hub.domain.grant import state as grants
from hub.domain.grant.events import GRANT_EVENTS
from hub.domain.grant.holding import Held, held
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.question import Question
from hub.paths.decision.state import NO_CAPACITY, PathState, Reach
from hub.paths.frequency.reserving import Parties
from hub.paths.gates.capacity import Capacity
from hub.paths.gates.service import Conversation
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.known import Known, customer_at
from hub.paths.standing.facts import facts_of
from hub.paths.standing.standing import only_where
from hub.paths.time.preferred import preferred_hours
from hub.paths.time.section import QuietHours
from hub.paths.time.zones import Zone, zone_of_point

Streams = Mapping[str, Sequence[Event]]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_CONSENTS: frozenset[type[Event]] = frozenset(CONSENT_EVENTS)
_PROFILE: frozenset[type[Event]] = frozenset((ProfileFieldChanged,))
_SLOTS: frozenset[type[Event]] = frozenset(CONTACT_EVENTS)
_GRANTS: frozenset[type[Event]] = frozenset((*GRANT_EVENTS, CustomerForgotten))
_CASES: frozenset[type[Event]] = frozenset(open_cases.OPEN_CASE_EVENTS)
_NO_ZONE = Zone("", "nobody")
NO_STREAMS: Streams = MappingProxyType({})
PointOf = Callable[[str, str], ContactPoint]
"""Kind and value of an identifier to its contact point; see hub/domain/customer/consent/point.py."""


class Told(NamedTuple):
    """What is known of a customer when a question is asked, all of it recorded by then."""

    canonical: str
    customer: Streams
    """All streams that are this customer now."""
    account_id: str = ""
    """The account they are asked about for; empty: none."""
    account: Streams = NO_STREAMS
    """The account's own stream, and those of the people who act for it."""
    account_zone: str = ""
    conversations: tuple[Conversation, ...] = ()
    capacity: Capacity = NO_CAPACITY
    of_points: Sequence[Event] = ()
    """What was said of their contact points in other streams: with a no to all paths only where that was theirs."""


def path_state(told: Told, question: Question, policy: PathPolicy, point_of: PointOf) -> PathState:
    """What the decision looks at."""
    events = _in_order(told.customer.values())
    facts = facts_of(events)
    stands = only_where(facts, policy, question.at)
    of_account = told.account.get(told.account_id, ())
    book = _book(events, told.of_points)
    known = Known(
        customer=customer_at(facts, stands, policy.money.currency, question.at),
        stage=stands.lifecycle_stage,
        held=_held(told.customer, question.at),
        account=_held({told.account_id: of_account}, question.at) if told.account_id else None,
        open_cases=_open_cases((*events, *of_account)),
        profile=profile.fold(_of(events, _PROFILE)).values(),
    )
    parties = Parties(
        told.canonical,
        {stream: slots_of(_of(events, _SLOTS)) for stream, events in told.customer.items()},
        {stream: slots_of(_of(events, _SLOTS)) for stream, events in told.account.items()},
    )
    said = max(book.preferences.values(), key=lambda one: (one.at, one.point), default=None)
    return PathState(
        customer_id=told.canonical,
        known=known,
        standing=stands.of_routing(),
        reaches=_reaches(told, question, book, policy.quiet_hours, point_of),
        account_id=told.account_id,
        consent=book,
        preferred_channel=said.preferred_channel if said else "",
        conversations=told.conversations,
        ledgers=parties.ledgers(told.account_id, question.slot_id),
        capacity=told.capacity,
        account_kind=_kind(of_account),
    )


def _of(events: Iterable[Event], classes: frozenset[type[Event]]) -> list[Event]:
    """Only those: most facts say nothing of most that is asked, and are passed over at once."""
    return [event for event in events if type(event) in classes]


def _in_order(streams: Iterable[Sequence[Event]]) -> list[Event]:
    """All of them by when they were recorded, those of one stream as they stand there: clocks step back at times."""
    several = list(streams)
    if len(several) == 1:
        return list(several[0])
    timed: list[tuple[datetime, Event]] = []
    for stream in several:
        latest = _LONG_AGO
        for event in stream:
            latest = max(latest, event.recorded_at)
            timed.append((latest, event))
    timed.sort(key=itemgetter(0))
    return [event for _, event in timed]


def _held(streams: Streams, at: datetime) -> Held:
    return held({stream: grants.fold(_of(events, _GRANTS)) for stream, events in streams.items()}, at)


def _book(events: Sequence[Event], of_points: Sequence[Event]) -> ConsentBook:
    """What was said of their contact points, here and elsewhere. A no to all paths that is told of elsewhere is theirs,
    from before they were forgotten; a yes there was perhaps another's: it counts at that contact point alone."""
    own = _of(events, _CONSENTS)
    if not of_points:
        return _folded(own)
    elsewhere = sorted(of_points, key=attrgetter("recorded_at"))
    kept = [one for one in elsewhere if isinstance(one, ConsentWithdrawn) and one.everywhere]
    book, theirs = _folded(_in_order((elsewhere, own))), _folded(_in_order((kept, own)))
    return replace(book, nowhere=theirs.nowhere, somewhere=theirs.somewhere)


def _folded(events: Iterable[Event]) -> ConsentBook:
    book = ConsentBook()
    for event in events:
        book = evolve(book, event)
    return book


def _kind(of_account: Sequence[Event]) -> str:
    """What the account is, by what was told of it last."""
    told = (one.segment for one in reversed(of_account) if isinstance(one, AccountRegistered | AccountChanged))
    return next(told, "")


def _open_cases(events: Iterable[Event]) -> OpenCases:
    cases: OpenCases = ()
    for event in _of(events, _CASES):
        cases = open_cases.evolve(cases, event)
    return cases


def _reaches(
    told: Told, question: Question, book: ConsentBook, section: QuietHours, point_of: PointOf
) -> tuple[Reach, ...]:
    """Where they can be reached, and where a contact that is answered came from; of who is here only where they are,
    which may be at no contact point."""
    if question.they_came:
        return _here(told, question)
    found: dict[tuple[str, Channel], Reach] = {}
    for stream, events in told.customer.items():
        for point, confidence in _points(events, point_of).items():
            said = book.preferences.get(point.point)
            zone = zone_of_point(point, said.time_zone if said else "", told.account_zone, section)
            for channel in CHANNELS_OF[point.kind]:
                reach = Reach(stream, point.point, channel, confidence, zone, preferred_hours(said))
                known = found.get((point.point, channel))
                if known is None or confidence is Confidence.VERIFIED:
                    found[point.point, channel] = reach
    came = question.came_in
    if came is not None and (came.point, came.channel) not in found:
        answered = Reach(told.canonical, came.point, came.channel, Confidence.CLAIMED, _NO_ZONE)
        found[came.point, came.channel] = answered
    return tuple(reach for reach in found.values() if question.point in ("", reach.point))


def _here(told: Told, question: Question) -> tuple[Reach, ...]:
    """What time it is for who is here nobody asks."""
    came = question.came_in
    at = dict.fromkeys(question.channels, "") | ({came.channel: came.point} if came else {})
    return tuple(
        Reach(told.canonical, at[channel], channel, question.confidence, _NO_ZONE) for channel in question.channels
    )


def _points(events: Iterable[Event], point_of: PointOf) -> dict[ContactPoint, Confidence]:
    """The contact points of one stream. One that many people share is nobody's for sure."""
    seen: dict[tuple[str, str], Confidence] = {}
    is_shared = False
    for event in events:
        if isinstance(event, IdentifierObserved) and event.kind in CHANNELS_OF and event.value:
            key = (event.kind, event.value)
            if event.verified or key not in seen:
                seen[key] = Confidence.VERIFIED if event.verified else Confidence.CLAIMED
        elif isinstance(event, IdentifierShared | IdentifierUnshared):
            is_shared = isinstance(event, IdentifierShared)
    return {point_of(*key): Confidence.CLAIMED if is_shared else confidence for key, confidence in seen.items()}
