"""What every fact in the log has in common, whoever it is about."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """An immutable fact. Times are UTC; text fields are empty, never None, where there is nothing to say.

    `SCHEMA` is the version of the class's shape: stored with every event, raised together with an upcaster.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    SCHEMA: ClassVar[int] = 1
    KEY_OF: ClassVar[str] = ""
    """Name of the field with the customer whose key its personal fields are stored under; empty: they are stored under
    that of its own stream."""

    at: datetime
    """When it happened, as whoever saw it says."""
    recorded_at: datetime
    """When the hub decided to record it."""
    causation: str
    """Id of the contact or command that caused it."""
    correlation: str = ""
    """Id of the interaction it belongs to."""
    actor: str
    """Who did it: `agent:ID`, `adapter:NAME`, `policy:VERSION`, `customer`, `operator:NAME`."""
