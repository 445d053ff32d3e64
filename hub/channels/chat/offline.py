"""What is written while nobody is there, or the hub is away: kept at once, told to the hub until it has it."""

import asyncio
import logging
from datetime import datetime
from hashlib import sha256
from textwrap import shorten

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.channels.chat.book import Book
from hub.channels.chat.settings import ChatSettings
from hub.channels.link import Link
from hub.domain.contact import Channel, Contact, Declared, Path
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


class Forms:
    """Over restarts; the hub takes each once."""

    def __init__(self, link: Link, book: Book) -> None:
        self._link = link
        self._book = book
        self._more = asyncio.Event()

    async def take(self, contact: Contact) -> None:
        """On disk when this returns."""
        await self._book.keep_form(contact)
        self._more.set()

    async def run(self) -> None:
        """Tell the hub, for ever."""
        while True:
            self._more.clear()
            for contact in await self._book.forms():
                answer = await self._link.contact(contact)
                if answer.status != "accepted":
                    log.error("the hub does not take what was written by the form: %s", answer.reason)
                await self._book.form_taken(contact.id)
            await self._more.wait()
