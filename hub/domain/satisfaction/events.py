"""The facts of asking customers how it was, in the stream of the customer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.personal import ALIASED, PERSONAL


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
    """The customer was drawn and is asked. `share` of all are drawn, those with `draw` below it. Stands in each stream
    of the customer, so that two who ask at once collide; the survey's id tells which one it belongs to, and only there
    it says where to ask."""

    SCHEMA: ClassVar[int] = 2

    channel: Channel
    expires_at: datetime
    share: float
    draw: float
    contact_id: str = ""
    """The contact whose address is written to or called."""
    thread: Annotated[str, ALIASED] = ""
    """The conversation it goes on in; empty: it begins one."""
    language: str = ""
    about_channel: str = ""
    """Of what it is about; of a case the channel it is asked on."""
    queue: str = ""
    agent_id: str = ""
    """Who had it last; of a case its owner."""
    segment: str = ""


class SatisfactionRecorded(_SurveyFact):
    """The customer answered."""

    score: int
    comment: Annotated[str, PERSONAL] = ""
