"""Who is signed in, as of the log: a follower that knows at once, from memory, whose a session is and what it allows.

Tokens are looked up by their SHA-256, so how long a look-up takes says nothing about any token.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.application.access.keys import fingerprint
from hub.domain.access.credential import Credential
from hub.domain.access.people import state as people
from hub.domain.access.people.events import STREAM
from hub.domain.access.people.state import Person, Staff
from hub.domain.access.sessions import state as sessions
from hub.domain.access.sessions.events import PREFIX, day_stream
from hub.domain.access.sessions.state import Session, Sessions
from hub.domain.event import Event
from hub.ports import Clock, Journal, Recorded


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lasts. `idle_seconds` without a command lock it; 0: none does."""

    idle_seconds: int = 900
    hours: int = 12


class Entry(NamedTuple):
    """A session that is good, whose it is, and what they may do in it."""

    session: Session
    person: Person
    credential: Credential
    is_locked: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Watch:
    entry: Entry
    ended: Callable[[], None]


class SignedIn:
    """Everybody who works here, and their sessions."""

    def __init__(self, clock: Clock, rules: SessionRules) -> None:
        self.rules = rules
        self.staff = Staff()
        self._sessions = Sessions()
        self._clock = clock
        self._versions: dict[str, int] = {}
        self._since = clock.now()
        self._used: dict[str, datetime] = {}
        """When somebody did something in a session here; no downtime makes anybody idle."""
        self._watched: dict[str, set[_Watch]] = {}

    async def start(self, journal: Journal) -> None:
        """Know what the log says. No session of an earlier day than these can be good."""
        self._since = self._clock.now()
        days = range(-1, self.rules.hours // 24 + 2)
        streams = [day_stream(self._clock.now() - timedelta(days=day)) for day in days]
        loaded = await journal.load([STREAM, *streams])
        self.follow([recorded for history in loaded.values() for recorded in history])

    async def catch_up(self, journal: Journal, *streams: str) -> None:
        """Know all that these streams say by now."""
        known = {stream: self._versions[stream] for stream in streams if stream in self._versions}
        for history in (await journal.load(streams, known)).values():
            self.follow(history)

    def version(self, stream: str) -> int:
        """How far a stream is known."""
        return self._versions.get(stream, 0)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on. What is known already changes nothing."""
        ours = [one for one in batch if one.stream == STREAM or one.stream.startswith(PREFIX)]
        new = [one for one in ours if one.version > self._versions.get(one.stream, 0)]
        if not new:
            return
        self._versions |= {one.stream: one.version for one in new}
        of_staff = [(one.position, one.event) for one in new if one.stream == STREAM]
        of_sessions = [(one.position, one.event) for one in new if one.stream != STREAM]
        self.staff = people.evolve(self.staff, of_staff)
        self._sessions = sessions.evolve(self._sessions, of_sessions)
        self._end(self._watched.keys() if of_staff else _named(event for _, event in of_sessions))

    def find(self, token: str | bytes) -> Entry | None:
        """The session this token belongs to; None: unknown, over, or of somebody who may do nothing."""
        session = self._sessions.with_token(fingerprint(token))
        return None if session is None else self._entry(session)

    def with_id(self, session_id: str) -> Entry | None:
        """The same, by the session's id."""
        session = self._sessions.open.get(session_id)
        return None if session is None else self._entry(session)

    def is_on_show(self, person_id: str, but: str) -> bool:
        """Whether another of their sessions than this one is open, with somebody's screens on it."""
        others = (self.with_id(session_id) for session_id in self._watched if session_id != but)
        return any(one is not None and one.person.person_id == person_id and not one.is_locked for one in others)

    def at_desks(self) -> tuple[set[str], set[str]]:
        """The agents of whom a session is open, and those of whom one is locked."""
        there: set[str] = set()
        locked: set[str] = set()
        for session in self._sessions.open.values():
            entry = self._entry(session)
            if entry is not None and entry.person.agent_id:
                (locked if entry.is_locked else there).add(entry.person.agent_id)
        return there, locked

    def used(self, session_id: str) -> None:
        """Somebody did something."""
        self._used[session_id] = self._clock.now()

    def is_idle(self, session: Session) -> bool:
        """Whether nobody did anything in it for so long that it is to be locked."""
        if not self.rules.idle_seconds or session.is_locked:
            return False
        last = max(session.moved_at, self._since, self._used.get(session.session_id, self._since))
        return self._clock.now() - last >= timedelta(seconds=self.rules.idle_seconds) * self._clock.speed

    def watch(self, session_id: str, ended: Callable[[], None]) -> Callable[[], None]:
        """Call `ended` once when this session is over, is locked, or allows something else than now: at once if it is
        over already. What is handed back ends the watch."""
        entry = self.with_id(session_id)
        if entry is None or entry.is_locked:
            ended()
            return lambda: None
        watch = _Watch(entry, ended)
        self._watched.setdefault(session_id, set()).add(watch)
        return lambda: self._unwatch(session_id, watch)

    def idle(self) -> list[Session]:
        """Those that are watched and to be locked."""
        entries = [self.with_id(session_id) for session_id in self._watched]
        return [one.session for one in entries if one is not None and self.is_idle(one.session)]

    def sweep(self) -> None:
        """End the watches of sessions whose time is over, and know nothing more of these."""
        now = self._clock.now()
        over = [name for name, one in self._sessions.open.items() if one.expires_at <= now]
        if over:
            self._end(over)
            self._sessions = sessions.without(self._sessions, over)
        self._used = {name: at for name, at in self._used.items() if name in self._sessions.open}

    def _entry(self, session: Session) -> Entry | None:
        person = self.staff.people.get(session.person_id)
        if person is None or session.expires_at <= self._clock.now():
            return None
        if session.opened_at <= person.ended_at and person.keeps != session.session_id:
            return None
        credential = people.credential_of(self.staff, person, session.session_id)
        return None if credential is None else Entry(session, person, credential, session.is_locked)

    def _end(self, session_ids: Iterable[str]) -> None:
        """Tell those whose session is not any more what it was."""
        for session_id in list(session_ids):
            for watch in list(self._watched.get(session_id, ())):
                now = self.with_id(session_id)
                if now is None or now.is_locked or now.credential != watch.entry.credential:
                    self._unwatch(session_id, watch)
                    watch.ended()

    def _unwatch(self, session_id: str, watch: _Watch) -> None:
        watching = self._watched.get(session_id, set())
        watching.discard(watch)
        if not watching:
            self._watched.pop(session_id, None)


def _named(events: Iterable[Event]) -> list[str]:
    return [getattr(event, "session_id", "") for event in events]
