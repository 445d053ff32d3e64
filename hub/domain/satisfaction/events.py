"""The facts of asking customers how it was, in the stream of the customer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.personal import PERSONAL


class SurveyKind(StrEnum):
    """What is asked."""

    CSAT = "csat"
    """How satisfied were you? 1 to 5."""
    NPS = "nps"
    """Would you recommend us? 0 to 10."""


class _SurveyFact(Event):
    survey_id: str
    kind: SurveyKind
    about: str
    """The interaction or the case."""


class SatisfactionAsked(_SurveyFact):
    """The customer was drawn and is asked. `share` of all are drawn, those with `draw` below it."""

    channel: Channel
    expires_at: datetime
    share: float
    draw: float


class SatisfactionRecorded(_SurveyFact):
    """The customer answered."""

    score: int
    comment: Annotated[str, PERSONAL] = ""
