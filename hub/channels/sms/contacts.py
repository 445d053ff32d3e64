"""Makes a contact of a message."""

from collections.abc import Sequence
from datetime import datetime

from hub.channels.sms.message import Incoming
from hub.channels.sms.settings import Line
from hub.domain.contact import Attachment, Channel, Contact, Path

_LONGEST = 100_000


def contact_of(
    told: Incoming, contact_id: str, thread: str, at: datetime, line: Line, originals: Sequence[Attachment]
) -> Contact:
    """The same message gives the same contact."""
    return Contact(
        id=contact_id,
        thread=thread,
        path=Path(channel=Channel.SMS, address=told.source[:320], sender=line.sender),
        occurred_at=at,
        service=line.service,
        text=told.text[:_LONGEST],
        attachments=tuple(originals),
    )
