"""Makes a contact of a message."""

from collections.abc import Sequence
from datetime import datetime

from hub.channels.messaging_webhooks.message import Message
from hub.channels.messaging_webhooks.names import address
from hub.channels.messaging_webhooks.settings import Account
from hub.domain.contact import Attachment, Channel, Contact, Declared, Path

_LONGEST = 100_000


def contact_of(
    message: Message, names: tuple[str, str], at: datetime, account: Account, files: Sequence[Attachment]
) -> Contact:
    """`names`: of contact and thread. `at`: when it came first, for one that says no time."""
    return Contact(
        id=names[0],
        thread=names[1],
        path=Path(channel=Channel.WEB, address=address(account.name, message.to), sender=account.provider.sender),
        occurred_at=message.at or at,
        identifiers=message.identifiers,
        service=account.provider.service,
        language=message.language or account.provider.language,
        text=message.text[:_LONGEST],
        attachments=tuple(files),
        declared=Declared(name=message.name),
    )
