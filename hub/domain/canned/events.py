"""The facts of canned answers: all in one stream, so that the newest of them says which there are."""

from hub.domain.contact import Channel
from hub.domain.event import Event

CANNED = "canned-answers"
"""The stream."""


class CannedAnswerWritten(Event):
    """It says this from now on, in each language; `channels` empty: wherever agents write."""

    answer_id: str
    folder: str
    title: str
    texts: dict[str, str]
    channels: tuple[Channel, ...] = ()


class CannedAnswerRemoved(Event):
    """Nobody is shown it any more."""

    answer_id: str


CANNED_EVENTS = (CannedAnswerWritten, CannedAnswerRemoved)
