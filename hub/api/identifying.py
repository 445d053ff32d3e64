"""Who is asking, at the edge: by an API key, or by a session's cookie; and what a session is closed to."""

from collections.abc import Mapping

from hub.api.callers import ForbiddenError, LockedError, PasswordDueError, UnauthenticatedError, caller
from hub.api.same_origin import SAFE, is_own
from hub.api.services import Services
from hub.api.session_cookie import token_in
from hub.application.access.signed_in import Entry
from hub.domain.access.credential import Credential

Headers = Mapping[bytes, bytes]

OPEN = frozenset(
    (
        ("GET", "/v1/session/providers"),
        ("POST", "/v1/session"),
        ("GET", "/v1/session/oidc"),
        ("GET", "/v1/session/oidc/callback"),
        ("POST", "/v1/session/demo"),
    )
)
"""What is asked before anybody has signed in."""
_ALWAYS = frozenset((("GET", "/v1/session"), ("DELETE", "/v1/session")))
_WHILE_LOCKED = _ALWAYS | {("POST", "/v1/session/lock"), ("POST", "/v1/session/unlock")}
_WHILE_PASSWORD_DUE = _ALWAYS | {("PUT", "/v1/session/password"), ("PUT", "/v1/session/language")}
_BY_ITSELF = ("/heartbeat", "/v1/session/lock", "/v1/session/unlock")
"""What a page does while nobody is at the desk, or to say so."""


async def identify(services: Services, method: str, path: str, headers: Headers) -> Credential | None:
    """Whoever asks; None: it is for everybody. Raises UnauthenticatedError, ForbiddenError, LockedError,
    PasswordDueError."""
    if (method, path) in OPEN:
        return None
    authorization = headers.get(b"authorization", b"")
    token = b"" if authorization else token_in(headers.get(b"cookie", b""))
    if not token:
        return caller(services.keys, authorization)
    if not is_own(method, headers, services.staff.public_origin):
        raise ForbiddenError(
            "a browser sent this from elsewhere than the hub's own pages: programs send an API key; behind a proxy, "
            "set HUB_PUBLIC_ORIGIN"
        )
    entry = services.staff.signed_in.find(token)
    if entry is None:
        raise UnauthenticatedError("this session is over: sign in again")
    await _refuse(services, entry, method, path)
    return entry.credential


async def _refuse(services: Services, entry: Entry, method: str, path: str) -> None:
    session_id, is_locked = entry.session.session_id, entry.is_locked
    if services.staff.signed_in.is_idle(entry.session):
        await services.staff.sessions.lock(session_id, "idle")
        is_locked = True
    elif not is_locked and method not in SAFE and not path.endswith(_BY_ITSELF):
        services.staff.signed_in.used(session_id)
    if is_locked and (method, path) not in _WHILE_LOCKED:
        raise LockedError("this session is locked: unlock it with the password, or sign in again")
    if entry.person.must_change and (method, path) not in _WHILE_PASSWORD_DUE:
        raise PasswordDueError("somebody else chose this password: change it first, with PUT /v1/session/password")
