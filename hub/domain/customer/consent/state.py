"""What the facts of consent add up to, now or as of any past time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import (
    ConsentDenied,
    ConsentExpired,
    ConsentGranted,
    ConsentWithdrawn,
    PointBlocked,
    PointUnblocked,
    PreferenceChanged,
    Purpose,
)
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.event import Event


class Said(StrEnum):
    """What somebody said last about being contacted."""

    NOTHING = "nothing"
    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class About(NamedTuple):
    """What a consent is about."""

    point: str
    channel: Channel
    purpose: Purpose


class Stance(NamedTuple):
    """What was said last about something, and how that is known."""

    said: Said = Said.NOTHING
    at: datetime | None = None
    expires_at: datetime | None = None
    source: str = ""
    text_version: str = ""
    evidence: str = ""
    actor: str = ""


class Block(NamedTuple):
    """What one list says of a contact point on a channel."""

    is_blocked: bool
    at: datetime
    evidence: str


class Word(NamedTuple):
    """What was said last of a purpose, and of which contact point it was said."""

    about: About
    stance: Stance

    @property
    def at(self) -> datetime:
        """When."""
        return self.stance.at or _LONG_AGO


Words = Mapping[Purpose, Word]

Blocks = Mapping[tuple[str, Channel, str], Block]
"""By contact point, channel and the list that says it."""


@dataclass(frozen=True, slots=True)
class ConsentBook:
    """What was said last of each contact point. Of two facts the one that happened later counts, of two that happened
    at once the one recorded later."""

    points: Mapping[str, ContactPoint] = field(default_factory=dict)
    stances: Mapping[About, Stance] = field(default_factory=dict)
    nowhere: Words = field(default_factory=dict)
    """The last no that was meant for all paths."""
    somewhere: Words = field(default_factory=dict)
    """The last yes, to whichever path."""
    blocks: Blocks = field(default_factory=dict)
    preferences: Mapping[str, PreferenceChanged] = field(default_factory=dict)


NOTHING_SAID = Stance()
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
CONSENT_EVENTS = (
    ConsentGranted, ConsentDenied, ConsentWithdrawn, ConsentExpired, PointBlocked, PointUnblocked, PreferenceChanged,
)  # fmt: skip
"""What changes a book."""
_SAID = {ConsentGranted: Said.GRANTED, ConsentDenied: Said.DENIED, ConsentWithdrawn: Said.WITHDRAWN}


def evolve(book: ConsentBook, event: Event) -> ConsentBook:
    """The book after one more fact; facts of other kinds, links among them, change nothing here."""
    match event:
        case ConsentGranted() | ConsentDenied() | ConsentWithdrawn():
            return _say(book, event)
        case ConsentExpired():
            return _expire(book, event)
        case PointBlocked() | PointUnblocked():
            key = (event.point, event.channel, event.source)
            known = book.blocks.get(key)
            if known is not None and event.at < known.at:
                return book
            block = Block(isinstance(event, PointBlocked), event.at, event.evidence)
            return replace(_with_point(book, event), blocks={**book.blocks, key: block})
        case PreferenceChanged():
            before = book.preferences.get(event.point)
            if before is not None and event.at < before.at:
                return book
            return replace(_with_point(book, event), preferences={**book.preferences, event.point: event})
        case _:
            return book


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """Where contact points stood at a moment. Ask `standing` for one."""

    book: ConsentBook
    at: datetime

    def stance(self, point: str, channel: Channel, purpose: Purpose) -> Stance:
        """What was said last; a consent is expired from its `expires_at` on, whether that was written down or not."""
        stance = self.book.stances.get(About(point, channel, purpose), NOTHING_SAID)
        if stance.said is Said.GRANTED and stance.expires_at is not None and stance.expires_at <= self.at:
            return stance._replace(said=Said.EXPIRED)
        return stance

    def counting(self, about: About) -> tuple[About, Stance]:
        """What counts: what was said of it last, or a no to all paths where nothing was; and what that was said of."""
        stance = self.stance(*about)
        if stance.said is Said.NOTHING and (no := self.nowhere(about.purpose)) is not None:
            return no.about, no.stance
        return about, stance

    def nowhere(self, purpose: Purpose) -> Word | None:
        """The no to all paths that stands. Who says yes to one since wants to hear of it again; of what was said at
        once of two contact points the no counts, nobody knows which was first."""
        no, yes = self.book.nowhere.get(purpose), self.book.somewhere.get(purpose)
        return None if no is not None and yes is not None and yes.at > no.at else no

    def blocked_by(self, point: str, channel: Channel) -> tuple[str, ...]:
        """The lists that block it, in alphabetical order."""
        if not self.book.blocks:
            return ()
        found = (
            source
            for (whose, where, source), block in self.book.blocks.items()
            if (whose, where) == (point, channel) and block.is_blocked
        )
        return tuple(sorted(found))

    def preference(self, points: Iterable[str] | None = None) -> PreferenceChanged | None:
        """What was said last of these contact points together, or of all; None: they never said."""
        wanted = self.book.preferences if points is None else dict.fromkeys(points)
        found = [self.book.preferences[point] for point in wanted if point in self.book.preferences]
        return max(found, key=lambda one: (one.at, one.point), default=None)


def standing(events: Iterable[Event], at: datetime, known_at: datetime | None = None) -> ConsentStanding:
    """Where contact points stood at `at` by these facts, of one stream or of several; with `known_at` by those that
    were recorded by then."""
    book = ConsentBook()
    for event in events:
        if event.at <= at and (known_at is None or event.recorded_at <= known_at):
            book = evolve(book, event)
    return ConsentStanding(book, at)


def together(known: Sequence[ConsentStanding], at: datetime) -> ConsentStanding:
    """Where several contact points stood at `at`, each of which was looked at by itself."""
    book = ConsentBook()
    for one in known:
        book = ConsentBook(
            points={**book.points, **one.book.points},
            stances={**book.stances, **one.book.stances},
            nowhere=_latest(book.nowhere, one.book.nowhere),
            somewhere=_latest(book.somewhere, one.book.somewhere),
            blocks={**book.blocks, **one.book.blocks},
            preferences={**book.preferences, **one.book.preferences},
        )
    return ConsentStanding(book, at)


def _latest(words: Words, more: Words) -> Words:
    for word in more.values():
        words = _last(words, word)
    return words


def _say(book: ConsentBook, event: ConsentGranted | ConsentDenied | ConsentWithdrawn) -> ConsentBook:
    about = About(event.point, event.channel, event.purpose)
    known = book.stances.get(about, NOTHING_SAID)
    if known.at is not None and event.at < known.at:
        return book
    stance = Stance(
        said=_SAID[type(event)],
        at=event.at,
        expires_at=event.expires_at if isinstance(event, ConsentGranted) else None,
        source=event.source,
        text_version=event.text_version,
        evidence=event.evidence,
        actor=event.actor,
    )
    said = replace(_with_point(book, event), stances={**book.stances, about: stance})
    word = Word(about, stance)
    if isinstance(event, ConsentWithdrawn) and event.everywhere:
        return replace(said, nowhere=_last(book.nowhere, word), somewhere=_before(book.somewhere, word))
    if isinstance(event, ConsentGranted):
        return replace(said, somewhere=_last(book.somewhere, word), nowhere=_before(book.nowhere, word))
    return said


def _before(words: Words, word: Word) -> Words:
    """Without what was said at this very moment, and recorded before it in the same stream."""
    known = words.get(word.about.purpose)
    if known is None or (known.at, known.about.point) != (word.at, word.about.point):
        return words
    return {purpose: one for purpose, one in words.items() if purpose is not word.about.purpose}


def _last(words: Words, word: Word) -> Words:
    known = words.get(word.about.purpose)
    if known is not None and known.at > word.at:
        return words
    return {**words, word.about.purpose: word}


def _expire(book: ConsentBook, event: ConsentExpired) -> ConsentBook:
    """Only the consent it speaks of: one given since stands."""
    about = About(event.point, event.channel, event.purpose)
    stance = book.stances.get(about, NOTHING_SAID)
    if stance.said is not Said.GRANTED or stance.at != event.granted_at:
        return book
    ends = min(event.at, stance.expires_at or event.at)
    return replace(book, stances={**book.stances, about: stance._replace(said=Said.EXPIRED, expires_at=ends)})


_Fact = ConsentGranted | ConsentDenied | ConsentWithdrawn | PointBlocked | PointUnblocked | PreferenceChanged


def _with_point(book: ConsentBook, event: _Fact) -> ConsentBook:
    known = book.points.get(event.point)
    if known is not None and (known.value or not event.value):
        return book
    return replace(book, points={**book.points, event.point: ContactPoint(event.point, event.kind, event.value)})
