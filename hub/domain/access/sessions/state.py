"""The sessions that the facts add up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.domain.access.sessions.events import SessionClosed, SessionLocked, SessionOpened, SessionUnlocked
from hub.domain.event import Event


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in. `opened_at` is a place in the log; `moved_at` when a fact last said something of it."""

    session_id: str
    person_id: str
    sha256: str
    expires_at: datetime
    method: str
    opened_at: int
    moved_at: datetime
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Sessions:
    """Those that nobody closed, by id and by the hash of their token."""

    open: Mapping[str, Session] = field(default_factory=dict)
    by_token: Mapping[str, str] = field(default_factory=dict)

    def with_token(self, sha256: str) -> Session | None:
        """Whose token this is the hash of."""
        return self.open.get(self.by_token.get(sha256, ""))


def evolve(sessions: Sessions, history: Iterable[tuple[int, Event]]) -> Sessions:
    """The sessions after more facts, each with its place in the log."""
    by_id, by_token = dict(sessions.open), dict(sessions.by_token)
    for position, event in history:
        match event:
            case SessionOpened():
                by_id[event.session_id] = Session(
                    event.session_id,
                    event.person_id,
                    event.sha256,
                    event.expires_at,
                    event.method,
                    position,
                    event.at,
                )
                by_token[event.sha256] = event.session_id
            case SessionLocked() | SessionUnlocked() if event.session_id in by_id:
                is_locked = isinstance(event, SessionLocked)
                known = by_id[event.session_id]
                by_id[event.session_id] = replace(known, is_locked=is_locked, moved_at=event.at)
            case SessionClosed() if event.session_id in by_id:
                by_token.pop(by_id.pop(event.session_id).sha256, None)
    return Sessions(by_id, by_token)


def without(sessions: Sessions, over: Iterable[str]) -> Sessions:
    """The others."""
    gone = set(over)
    by_id = {name: one for name, one in sessions.open.items() if name not in gone}
    return Sessions(by_id, {one.sha256: name for name, one in by_id.items()})
