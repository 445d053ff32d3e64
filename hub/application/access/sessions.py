"""Sessions: opened, locked, unlocked and closed; each is committed when it returns."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.application.access.keys import fingerprint
from hub.application.access.signed_in import Entry, SignedIn
from hub.domain.access.people.events import STREAM
from hub.domain.access.people.state import Person
from hub.domain.access.sessions.events import (
    SessionClosed,
    SessionLocked,
    SessionOpened,
    SessionUnlocked,
    day_stream,
    session_stream,
)
from hub.domain.errors import ConflictError, HubError
from hub.domain.event import Event
from hub.ports import Append, Clock, Committed, Journal, Unit

ATTEMPTS = 20
"""Everybody signs in at eight, in several processes, and all sessions of a day share a stream."""


class StaleError(HubError):
    """Who somebody is changed while they signed in."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session just opened: the only moment its token is known."""

    entry: Entry
    token: str


def make_token() -> str:
    """A new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


class SessionBook:
    """Commands on sessions."""

    def __init__(
        self, journal: Journal, clock: Clock, signed_in: SignedIn, token: Callable[[], str] = make_token
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._signed_in = signed_in
        self._token = token
        self._writing = asyncio.Lock()

    async def open(self, person: Person, method: str) -> OpenedSession:
        """For somebody who has just shown who they are; if anything of them changed since, StaleError."""
        token, now = self._token(), self._clock.now()
        session_id = f"session-{now:%Y%m%d}-{secrets.token_hex(8)}"

        def said(now: datetime) -> list[Event]:
            if self._signed_in.staff.people.get(person.person_id) != person:
                raise StaleError("this person was changed while they signed in: sign in again")
            return [
                SessionOpened(
                    at=now,
                    recorded_at=now,
                    causation=session_id,
                    actor=f"person:{person.person_id}",
                    session_id=session_id,
                    person_id=person.person_id,
                    sha256=fingerprint(token),
                    expires_at=now + timedelta(hours=self._signed_in.rules.hours) * self._clock.speed,
                    method=method,
                )
            ]

        await self._write(day_stream(now), said)
        entry = self._signed_in.with_id(session_id)
        if entry is None:
            raise StaleError("this person was changed while they signed in: sign in again")
        self._signed_in.used(session_id)
        return OpenedSession(entry, token)

    async def close(self, session_id: str) -> None:
        """Signed out, at once and everywhere."""
        await self._tell(session_id, lambda _, meta: [SessionClosed(session_id=session_id, **meta)])

    async def lock(self, session_id: str, by: str) -> None:
        """Nothing but unlocking or signing out is done in it from now on. `by`: `person`, or `idle`."""
        await self._tell(
            session_id,
            lambda entry, meta: [] if entry.is_locked else [SessionLocked(session_id=session_id, by=by, **meta)],
        )

    async def unlock(self, session_id: str) -> None:
        """They are back."""
        await self._tell(
            session_id,
            lambda entry, meta: [SessionUnlocked(session_id=session_id, **meta)] if entry.is_locked else [],
        )
        self._signed_in.used(session_id)

    async def lock_idle(self) -> None:
        """Lock those whose streams are open and at which nobody is any more; forget those that are over."""
        for session in self._signed_in.idle():
            await self.lock(session.session_id, "idle")
        self._signed_in.sweep()

    async def _tell(self, session_id: str, told: Callable[[Entry, dict[str, Any]], list[Event]]) -> None:
        def said(now: datetime) -> list[Event]:
            entry = self._signed_in.with_id(session_id)
            if entry is None:
                return []
            actor = f"person:{entry.person.person_id}"
            return told(entry, {"at": now, "recorded_at": now, "causation": session_id, "actor": actor})

        await self._write(session_stream(session_id), said)

    async def _write(self, stream: str, said: Callable[[datetime], Sequence[Event]]) -> None:
        async with self._writing:
            await self._write_alone(stream, said)

    async def _write_alone(self, stream: str, said: Callable[[datetime], Sequence[Event]]) -> None:
        known = self._signed_in
        for _ in range(ATTEMPTS):
            await known.catch_up(self._journal, STREAM, stream)
            events = said(self._clock.now())
            if not events:
                return
            looked_at = Append(STREAM, known.version(STREAM), [])
            [outcome] = await self._journal.commit([Unit([Append(stream, known.version(stream), events), looked_at])])
            if isinstance(outcome, Committed):
                await known.catch_up(self._journal, stream)
                return
            if not isinstance(outcome, ConflictError):
                raise outcome
        raise ConflictError(stream)
