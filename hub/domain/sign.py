"""Signs in a running conversation that are worth nothing a minute later: told to who is there, and kept nowhere."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.contact import Channel


class SignKind(StrEnum):
    """What one side sees of the other."""

    TYPING = "typing"
    STOPPED = "stopped"
    """They write no longer, and sent nothing."""
    READ = "read"
    """All that was written so far was looked at."""


class Sign(BaseModel):
    """Of the customer, in a thread of a channel."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    channel: Channel
    thread: str = Field(min_length=1, max_length=200)
    sign: SignKind
