"""The text messages of simulated customers: they come to the hub through a carrier of theirs by SMPP, and so do the
answers to them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from hub.channels.sms.book import Book
from hub.channels.sms.names import Names
from hub.channels.sms.pdu import Address, Message, Status, Tag
from hub.domain.contact import Channel, Contact, ConversationEvent, Direction
from hub.domain.sms.segments import Alphabet, alphabet_of, written
from hub.simulated.customers import Wire
from hub.simulated.message_centre import MessageCentre, message_centre
from hub.simulated.population import SERVICES

_LINES = {service: f"98200{place}" for place, service in enumerate(SERVICES)}
"""A number for each service."""
_RETRY_SECONDS = 0.5

CalledByHub = Callable[[str, str], str]
"""What the hub calls a message, by its line and what the carrier calls it; empty: the hub has not seen it."""


class Carrier:
    """Where customers' phones are, and the links of the hub's lines to it. Made by `carrier`."""

    def __init__(self) -> None:
        self.answers = 0
        """Messages that came to customers' phones."""
        self._centres: dict[str, MessageCentre] = {}

    def table(self) -> str:
        """`[sms]` of channels.toml: a line for each service."""
        lines = "".join(
            f"""
[sms.lines.{service}]
number = "{_LINES[service]}"
purposes = ["transactional", "service", "recovery", "survey", "promotional"]
service = "{service}"
withdrawal = {{ stops = "words" }}
smpp = {{ host = "127.0.0.1", port = {centre.port}, system_id = "{service}" }}
"""
            for service, centre in self._centres.items()
        )
        return f"[sms]\n{lines}"

    def join(self, service: str, centre: MessageCentre) -> None:
        """The line of this service is bound there."""
        self._centres[service] = centre

    def left(self, _: Message) -> None:
        """One came to a customer."""
        self.answers += 1

    async def deliver(self, service: str, number: str, text: str, name: str) -> int:
        """To a line of the hub; how it was answered, as a message centre says it."""
        alphabet = alphabet_of(text)
        message = Message(
            Address(number, 1, 1), Address(_LINES[service], 1, 1), written(text, alphabet),
            data_coding=0 if alphabet is Alphabet.GSM else 8,
            options={Tag.RECEIPTED_MESSAGE_ID: name.encode() + b"\0"},
        )  # fmt: skip
        return await self._centres[service].deliver(message)


@asynccontextmanager
async def carrier() -> AsyncIterator[Carrier]:
    """In business while this is open."""
    whole = Carrier()
    async with AsyncExitStack() as centres:
        for service in SERVICES:
            whole.join(service, await centres.enter_async_context(message_centre(whole.left)))
        yield whole


def called_by(book: Book, names: Names) -> CalledByHub:
    """As the adapter with this book names what it takes."""

    def called(line: str, name: str) -> str:
        return next((one.contact_id for one in book.came(names.digest("content", line, name))), "")

    return called


class TextWire:
    """Text messages by a carrier, everything else by `others`."""

    def __init__(self, others: Wire, carrier: Carrier, called: CalledByHub) -> None:
        self._others = others
        self._carrier = carrier
        self._called = called

    def known_as(self, contact: Contact) -> str:
        """What the hub calls it, who names it when it comes."""
        if not _is_text(contact):
            return self._others.known_as(contact)
        return self._called(contact.service, contact.id)

    async def contact(self, contact: Contact) -> bool:
        """As a wire's; the carrier keeps what is not taken, and delivers it again."""
        if not _is_text(contact):
            return await self._others.contact(contact)
        number = contact.path.address.removeprefix("+")
        while True:
            answer = await self._carrier.deliver(contact.service, number, contact.text, contact.id)
            if answer in (Status.OK, Status.NEVER):
                return answer == Status.OK
            await asyncio.sleep(_RETRY_SECONDS)

    async def conversation(self, event: ConversationEvent) -> bool:
        """As a wire's."""
        return await self._others.conversation(event)


def _is_text(contact: Contact) -> bool:
    return contact.path.channel is Channel.SMS and contact.direction is Direction.INBOUND
