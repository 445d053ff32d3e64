"""API keys: made, revoked, and recognised at each request without asking the store."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.access.decide import ApiKey, Keys, evolve, issue, revoke
from hub.domain.access.events import STREAM, Role
from hub.domain.errors import ConflictError, InvalidError
from hub.domain.event import Event
from hub.domain.ids import keyed_hash
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit

ATTEMPTS = 5
PREFIX = "hub_"
"""Lets a person, or a scanner of leaked secrets, see what a token is."""


def make_token() -> str:
    """A new secret of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_named(secret: bytes, name: str) -> str:
    """The secret that a request of this name makes, however often it comes: nobody works it out without the
    installation's key."""
    return PREFIX + urlsafe_b64encode(keyed_hash(secret, f"API key\x1f{name}".encode())).rstrip(b"=").decode()


def fingerprint(token: str | bytes) -> str:
    """What is kept of a token: SHA-256, 64 hex digits. A token has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).hexdigest()


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key just made: the only moment its token is known."""

    key_id: str
    token: str


class AccessKeys:
    """Commands on the keys of this installation; each is committed when it returns."""

    def __init__(
        self, journal: Journal, clock: Clock, token: Callable[[], str] = make_token, secret: bytes = b""
    ) -> None:
        """`secret`: the installation's key; without it a request that comes again makes another key."""
        self._journal = journal
        self._clock = clock
        self._token = token
        self._secret = secret

    async def issue(
        self, role: Role, name: str, agent_id: str = "", *, request: str = "", actor: str = "operator:cli"
    ) -> IssuedKey:
        """Make a key; the same `request` again is the same key. Raises InvalidError for a name or binding that can't
        be, or where this request made another key."""
        token = token_named(self._secret, request) if self._secret and request else self._token()
        digest = fingerprint(token)
        key_id = f"key-{digest[:12]}"

        def decide(keys: Keys, now: datetime) -> list[Event]:
            before = keys.get(key_id)
            if before is not None and before.sha256 == digest:
                if (before.name, before.role, before.agent_id) != (name.strip(), role, agent_id):
                    raise InvalidError(f"this request made {key_id}, which is another: name it anew", "Idempotency-Key")
                return []
            meta = {"at": now, "recorded_at": now, "causation": key_id, "actor": actor}
            return issue(keys, key_id, name=name, role=role, sha256=digest, agent_id=agent_id, **meta)

        await self._change(decide)
        return IssuedKey(key_id, token)

    async def revoke(self, key_id: str, *, actor: str = "operator:cli") -> None:
        """Make a key good no longer. Raises NotFoundError where there is none with this id."""

        def decide(keys: Keys, now: datetime) -> list[Event]:
            return revoke(keys, key_id, at=now, recorded_at=now, causation=key_id, actor=actor)

        await self._change(decide)

    async def list(self) -> list[ApiKey]:
        """Every key that was ever made, oldest first."""
        return list((await self._load())[0].values())

    async def _load(self) -> tuple[Keys, int]:
        history = (await self._journal.load([STREAM])).get(STREAM, [])
        keys: Keys = {}
        for recorded in history:
            keys = evolve(keys, recorded.event)
        return keys, history[-1].version if history else 0

    async def _change(self, decide: Callable[[Keys, datetime], Sequence[Event]]) -> None:
        for _ in range(ATTEMPTS):
            keys, version = await self._load()
            events = decide(keys, self._clock.now())
            if not events:
                return
            [outcome] = await self._journal.commit([Unit([Append(STREAM, version, events)])])
            if isinstance(outcome, Committed):
                return
            if not isinstance(outcome, ConflictError):
                raise outcome
        raise ConflictError(STREAM)


class KeyRing:
    """The keys as of the log: a follower that knows at once, from memory, whose a token is.

    Tokens are looked up by their SHA-256, so how long a look-up takes says nothing about any token.
    """

    def __init__(self, history: Iterable[Recorded] = ()) -> None:
        self._keys: Keys = {}
        self._good: dict[str, ApiKey] = {}
        self._version = 0
        self._watched: dict[str, set[Callable[[], None]]] = {}
        self._take(history)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on. What is known already changes nothing."""
        self._take(recorded for recorded in batch if recorded.stream == STREAM)

    def find(self, token: str | bytes) -> ApiKey | None:
        """The key this token belongs to; None: unknown or revoked."""
        return self._good.get(fingerprint(token))

    def watch(self, key_id: str, revoked: Callable[[], None]) -> Callable[[], None]:
        """Call `revoked` once when this key is good no longer: at once if it is so already. What is handed back ends
        the watch."""
        key = self._keys.get(key_id)
        if key is None or key.revoked_at is not None:
            revoked()
            return lambda: None
        self._watched.setdefault(key_id, set()).add(revoked)
        return lambda: self._unwatch(key_id, revoked)

    def _unwatch(self, key_id: str, revoked: Callable[[], None]) -> None:
        watching = self._watched.get(key_id, set())
        watching.discard(revoked)
        if not watching:
            self._watched.pop(key_id, None)

    def _take(self, history: Iterable[Recorded]) -> None:
        known = self._version
        for recorded in history:
            if recorded.version > self._version:
                self._keys = evolve(self._keys, recorded.event)
                self._version = recorded.version
        if self._version > known:
            self._good = {key.sha256: key for key in self._keys.values() if key.revoked_at is None}
            good = {key.key_id for key in self._good.values()}
            for key_id in self._watched.keys() - good:
                for revoked in self._watched.pop(key_id):
                    revoked()
