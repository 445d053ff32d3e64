"""The fact that a conversation was recorded, in its customer's stream."""

from datetime import datetime
from typing import Annotated

from hub.domain.contact import Attachment, Channel, RecordingKind
from hub.domain.event import Event
from hub.domain.personal import PERSONAL


class ConversationRecorded(Event):
    """A part of the conversation of its `correlation`. Its sound can be heard as long as the uri is kept, which alone
    holds the key to it."""

    recording_id: str
    channel: Channel
    kind: RecordingKind
    started_at: datetime
    seconds: float
    attachment: Annotated[Attachment | None, PERSONAL] = None
