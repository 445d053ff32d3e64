"""What the bodies of several commands have in common."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

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
Reason = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
"""Of a skill, an attribute, a channel."""
Text = Annotated[str, Field(max_length=200)]
Language = Annotated[str, Field(min_length=1, max_length=16)]
Level = Annotated[int, Field(ge=1, le=5)]


class ByAgent(BaseModel):
    """Who does it."""

    agent_id: AgentId


class WithReason(BaseModel):
    """Why."""

    reason: Reason = ""
