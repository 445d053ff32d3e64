"""Where something that is known of a customer comes from."""

from dataclasses import dataclass
from datetime import datetime

from hub.ports import Recorded


@dataclass(frozen=True, slots=True)
class Source:
    """Who said it and when, by which contact or command (`causation`), and in which of the customer's streams."""

    at: datetime
    actor: str
    causation: str
    customer_id: str


def source_of(recorded: Recorded) -> Source:
    """Of a fact."""
    event = recorded.event
    return Source(event.at, event.actor, event.causation, recorded.stream)
