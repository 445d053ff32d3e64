"""A mail of a conversation that goes on to somebody else, as it came: nobody has to fetch its original and bring it."""

from typing import NamedTuple

from hub.application.conversations.messages import Opened
from hub.application.dossier.facts import facts_of
from hub.domain.contact import Attachment, Channel
from hub.domain.customer.events import ContactReceived
from hub.domain.customer.outbound.words import subject_of_forward
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.mail_addresses import mail_address
from hub.ports import Journal

ORIGINAL = "message/rfc822"


class Forwarded(NamedTuple):
    """What goes, and where to."""

    to: str
    subject: str
    original: Attachment


async def forwarded(journal: Journal, known: Opened, to: str, contact_id: str) -> Forwarded:
    """`contact_id`: the mail; empty: the last that came. Raises InvalidError, NotFoundError, RefusedError."""
    if known.first.channel is not Channel.EMAIL:
        raise RefusedError("only mails are forwarded: this conversation came in by another channel")
    address = mail_address(to, "forward.to")
    mail = await _mail(journal, known, contact_id)
    original = next((one for one in reversed(mail.attachments) if one.media_type.startswith(ORIGINAL)), None)
    if original is None or not original.is_in_store:
        raise RefusedError(f"the original of mail {mail.contact_id} is not kept: it can't be forwarded as it came")
    name = original.name or "original.eml"
    return Forwarded(address, subject_of_forward(mail.subject), original.model_copy(update={"name": name}))


async def _mail(journal: Journal, known: Opened, contact_id: str) -> ContactReceived:
    receipts = await journal.contacts(sorted(known.contacts))
    streams = {one.stream for one in receipts.values()} | set(
        (await facts_of(journal, known.first.customer_id)).members
    )
    histories = await journal.load_only(sorted(streams), (ContactReceived,))
    came = [one.event for history in histories.values() for one in history if isinstance(one.event, ContactReceived)]
    mails = [one for one in came if one.contact_id in known.contacts and contact_id in ("", one.contact_id)]
    if not mails:
        raise NotFoundError(f"there is no mail {contact_id!r} in this conversation: name one that came in")
    return max(mails, key=lambda one: one.at)
