"""Sessions as facts: opened in one process of the hub, known to all of them from the log. Each day has its stream, so
that a hub that starts reads those of the last days, and no others."""

from datetime import datetime

from hub.domain.event import Event

PREFIX = "sessions-"


def day_stream(day: datetime) -> str:
    """The stream of the sessions that are opened on this day."""
    return f"{PREFIX}{day:%Y%m%d}"


def session_stream(session_id: str) -> str:
    """The stream of a session, whose id names its day."""
    return PREFIX + session_id.split("-")[1] if session_id.count("-") == 2 else ""


class SessionOpened(Event):
    """Somebody signed in. Only the SHA-256 of the token is kept."""

    session_id: str
    person_id: str
    sha256: str
    expires_at: datetime
    method: str
    """`password`, `oidc` or `demo`."""


class SessionLocked(Event):
    """Nobody is at the desk: `by` the person, or `idle` time."""

    session_id: str
    by: str


class SessionUnlocked(Event):
    """They are back."""

    session_id: str


class SessionClosed(Event):
    """Somebody signed out."""

    session_id: str
