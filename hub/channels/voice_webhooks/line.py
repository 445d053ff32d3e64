"""Where a customer's line stands: enough to know what an order means for it, and which word of the provider is late."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Of a line."""

    WAITING = "waiting"
    TALKING = "talking"
    """With an agent, or the agent's phone rings."""
    GOODBYE = "goodbye"
    """The last is being said, or a message taken."""
    DIALLING = "dialling"
    """The customer is being called."""
    FREE = "free"
    """There is none: it is over, or they will be called."""


@dataclass(frozen=True, slots=True)
class Line:
    """Of one conversation. `sid`: what the provider calls the customer's call, empty where none stands."""

    thread: str
    sid: str = ""
    state: State = State.WAITING
    interaction_id: str = ""
    agent_id: str = ""
