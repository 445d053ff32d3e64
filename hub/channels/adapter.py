"""What every channel adapter reports through: contacts and signals in, confirmations out."""

from hub.application.intake.envelope import Confirmation, contact_envelope, conversation_envelope
from hub.bus.publisher import Publisher
from hub.bus.subjects import contact_subject, conversation_subject
from hub.domain.contact import Contact, ConversationEvent


class ChannelAdapter:
    """Reports what one wire brings, under the adapter's `name`. Each call returns only when the hub has it durably (or
    has set it aside, with the reason): only then may the adapter answer its wire. What concerns one customer's address
    or one thread arrives in the order of the calls."""

    def __init__(self, publisher: Publisher, name: str) -> None:
        self._publisher = publisher
        self._source = f"/adapters/{name}"

    async def contact(self, contact: Contact) -> Confirmation:
        """Report a contact; as often as you like, the hub keeps it once."""
        subject = contact_subject(contact)
        thread = _thread(contact.path.channel, contact.thread or contact.id)
        body = contact_envelope(contact, self._source)
        return Confirmation.from_bytes(await self._publisher.publish(subject, body, order=(subject, thread)))

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        """Report what happened in a running conversation."""
        subject = conversation_subject(event)
        body = conversation_envelope(event, self._source)
        order = (subject, _thread(event.channel, event.thread))
        return Confirmation.from_bytes(await self._publisher.publish(subject, body, order=order))


def _thread(channel: str, thread: str) -> str:
    return f"{channel}/{thread}"
