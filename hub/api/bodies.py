"""What the bodies of several commands have in common."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from hub.domain.contact import utc


def _in_utc(moment: datetime) -> datetime:
    try:
        return utc(moment)
    except OverflowError:
        raise ValueError("this time is out of range") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""RFC 3339 with an offset; kept in UTC."""
AgentId = Annotated[str, Field(min_length=1, max_length=64)]
QueueName = Annotated[str, Field(max_length=64)]
Reason = Annotated[str, Field(max_length=200, description="In words that name no customer: they stay on record")]
Name = Annotated[str, Field(min_length=1, max_length=64)]
"""Of a skill, an attribute, a channel."""
Text = Annotated[str, Field(max_length=200)]
Language = Annotated[str, Field(min_length=1, max_length=16)]
Level = Annotated[int, Field(ge=1, le=5)]

Written = Annotated[str, Field(min_length=1, max_length=1000)]
"""A mail address, as somebody wrote it, perhaps with a name: hub.domain.mail_addresses reads it."""
WrittenCopies = Annotated[tuple[Written, ...], Field(max_length=100)]
"""Whom else a mail goes to."""


class Body(BaseModel):
    """What a caller sends. A field that nobody reads is refused: it is a mistake, or asks for what is not done."""

    model_config = ConfigDict(extra="forbid")


class ByAgent(Body):
    """Who does it."""

    agent_id: AgentId


class WithReason(Body):
    """Why."""

    reason: Reason = ""
