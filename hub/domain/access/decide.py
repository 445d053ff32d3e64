"""What issuing and revoking API keys makes happen, and the keys that add up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.domain.access.events import ApiKeyIssued, ApiKeyRevoked, Role
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.event import Event

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as far as anybody may know it: what it allows, never its token."""

    key_id: str
    name: str
    role: Role
    sha256: str
    agent_id: str
    issued_at: datetime
    revoked_at: datetime | None = None


Keys = Mapping[str, ApiKey]
"""Every key that was ever issued, by its id, in the order of issue."""


def issue(
    keys: Keys, key_id: str, *, name: str, role: Role, sha256: str, agent_id: str = "", **meta: Any
) -> list[Event]:
    """A new key. Only an agent's key can be bound to an agent. An id that exists already is refused."""
    if not 0 < len(name.strip()) <= NAME_LENGTH:
        raise InvalidError(f"the name of a key has 1 to {NAME_LENGTH} characters: say whose it is", "name")
    if agent_id and role is not Role.AGENT:
        raise InvalidError(f"a key with role {role.value} can't be bound to an agent: only an agent's can", "agent_id")
    if key_id in keys:
        raise InvalidError(f"there is a key {key_id} already", "key_id")
    return [ApiKeyIssued(key_id=key_id, name=name.strip(), role=role, sha256=sha256, agent_id=agent_id, **meta)]


def revoke(keys: Keys, key_id: str, **meta: Any) -> list[Event]:
    """The key is no longer good. Nothing to do when it was revoked already."""
    known = keys.get(key_id)
    if known is None:
        raise NotFoundError(f"there is no API key {key_id}: see the list of keys for their ids")
    return [] if known.revoked_at else [ApiKeyRevoked(key_id=key_id, **meta)]


def evolve(keys: Keys, event: Event) -> Keys:
    """The keys after one more fact."""
    match event:
        case ApiKeyIssued():
            issued = ApiKey(event.key_id, event.name, event.role, event.sha256, event.agent_id, event.at)
            return {**keys, event.key_id: issued}
        case ApiKeyRevoked() if event.key_id in keys:
            return {**keys, event.key_id: replace(keys[event.key_id], revoked_at=event.at)}
        case _:
            return keys
