"""What a request is made with, an API key or a session, as far as rules need to know it."""

from dataclasses import dataclass

from hub.domain.access.decide import ApiKey
from hub.domain.access.events import Role


@dataclass(frozen=True, slots=True)
class Reach:
    """The queues and agents that a supervisor acts on; None: all."""

    queues: frozenset[str] | None = None
    agents: frozenset[str] | None = None


EVERYTHING = Reach()


@dataclass(frozen=True, slots=True)
class Credential:
    """`key_id` is the key's, or the session's. `person_id`: who signed in; empty: it is an API key. `agent_id`: the
    agent they act for; empty: none, or, by an agent's API key, any."""

    key_id: str
    name: str
    role: Role
    agent_id: str = ""
    person_id: str = ""
    reach: Reach = EVERYTHING


def credential_of_key(key: ApiKey) -> Credential:
    """Of an API key."""
    return Credential(key.key_id, key.name, key.role, key.agent_id)
