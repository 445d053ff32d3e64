"""API keys as facts: issued and revoked in any process, known to all of them from the log."""

from enum import StrEnum

from hub.domain.event import Event

STREAM = "access-keys"


class Role(StrEnum):
    """What a key allows. An admin may do everything, a supervisor all that agents may."""

    ADAPTER = "adapter"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class ApiKeyIssued(Event):
    """A key was made; only its SHA-256 is kept. `agent_id` binds an agent's key to that agent; empty: any."""

    key_id: str
    name: str
    role: Role
    sha256: str
    agent_id: str = ""


class ApiKeyRevoked(Event):
    """A key is no longer good."""

    key_id: str
