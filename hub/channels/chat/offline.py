"""What is written while nobody is there, or the hub is away: kept at once, told to the hub until it has it."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from textwrap import shorten

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.channels.chat import signals
from hub.channels.chat.begun import Begun
from hub.channels.chat.book import Book
from hub.channels.chat.conversation import Visitor
from hub.channels.chat.saying import KNOWN
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.wire import Name
from hub.channels.link import Link
from hub.domain.contact import Channel, Contact, Declared, Identifier, Path
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)

THREAD = "chatform-"


class OfflineForm(BaseModel):
    """Words, and the mail address where an answer is wanted. Equal `id`: the same one, sent again."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    email: str = Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,200}\.[^@\s]{2,60}$")
    name: str = Field(default="", max_length=200)
    text: str = Field(min_length=1, max_length=4_000)
    language: str = Field(default="", pattern=r"^[A-Za-z-]{0,16}$")
    unsent: tuple[Name, ...] = Field(default=(), max_length=100)
    """Messages of the chat, by their ids, that it takes the place of: the widget never heard that they arrived."""


def parse_form(body: bytes) -> OfflineForm:
    """Raises InvalidError."""
    try:
        return OfflineForm.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors()[0]
        raise InvalidError(problem["msg"], ".".join(map(str, problem["loc"]))[:64]) from None


def contact_of(form: OfflineForm, visitor: str, at: datetime, chat: ChatSettings) -> Contact:
    """A conversation of its own, by mail, as it is answered there: from who says that this is their address."""
    name = THREAD + sha256(f"{visitor} {form.id}".encode()).hexdigest()[:32]
    return Contact(
        id=name, thread=name, occurred_at=at, service=chat.offline_service or chat.service, language=form.language,
        path=Path(channel=Channel.EMAIL, address=form.email, sender=chat.sender), text=form.text,
        subject=shorten(form.text, 70, placeholder=" …"), declared=Declared(name=form.name),
    )  # fmt: skip


def message_of(form: OfflineForm, visitor: str, known: Visitor, at: datetime, chat: ChatSettings) -> Contact:
    """One more message of a chat that the hub hears of already, or will: with the address for the answer."""
    known = replace(known, name=form.name or known.name, language=form.language or known.language)
    known = known.knows(Identifier(kind="email", value=form.email))
    return signals.message(visitor, known, form.id, f"{form.text}\n\n{form.email}", (), at, chat)


class Forms:
    """Over restarts; the hub takes each once."""

    def __init__(self, link: Link, book: Book, begun: Begun, settings: ChatSettings) -> None:
        self._link = link
        self._book = book
        self._begun = begun
        self._settings = settings
        self._more = asyncio.Event()

    async def take(self, form: OfflineForm, visitor: str, known: Visitor, at: datetime) -> bool:
        """On disk when this returns. Whether it belongs to the chat: what it takes the place of was told to the hub,
        which perhaps has it, and two contacts would be one too many."""
        joins = any(self._begun.has(visitor, one) or self._book.line(visitor, one) for one in form.unsent)
        if joins:
            contact = message_of(form, visitor, known, at, self._settings)
        else:
            contact = contact_of(form, visitor, at, self._settings)
        await self._book.keep_form(contact)
        self._more.set()
        return joins

    async def run(self) -> None:
        """Tell the hub, for ever."""
        while True:
            self._more.clear()
            for contact in await self._book.forms():
                answer = await self._link.contact(contact)
                if answer.status != "accepted" and answer.field != KNOWN:
                    log.error("the hub does not take what was written by the form: %s", answer.reason)
                await self._book.form_taken(contact.id)
            await self._more.wait()
