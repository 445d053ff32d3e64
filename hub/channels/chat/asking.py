"""What a visitor asks of the hub beside talking: consent, a code that proves an address, what was said by mail."""

from dataclasses import replace

from hub.channels.chat.book import Book
from hub.channels.chat.rooms import Room
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.wire import AskCode, Form, TellCode
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.domain.contact import Identifier
from hub.domain.errors import InvalidError


class Asking:
    """Each call is done when it returns; what the hub refuses is an InvalidError."""

    def __init__(self, link: Link, book: Book, place: Place, settings: ChatSettings) -> None:
        self._link = link
        self._book = book
        self._clock = place.clock
        self._settings = settings

    async def typing(self, room: Room, *, on: bool) -> None:
        """A sign to the agent; nobody keeps it."""

    async def read(self, room: Room) -> None:
        """Another."""

    async def fill(self, room: Room, form: Form) -> None:
        """Who they say they are."""
        asked = self._settings.form
        for name in asked.required:
            if not getattr(form, name).strip():
                raise InvalidError("this is asked for", name)
        after = replace(room.visitor, name=form.name.strip() or room.visitor.name, has_filled=True)
        for kind in ("email", "phone"):
            if value := getattr(form, kind).strip():
                after = after.knows(Identifier(kind=kind, value=value))
        await self._book.keep(room.name, after, self._clock.now())
        room.visitor = after
        room.tell(room.state(self._settings))

    async def code(self, room: Room, said: AskCode) -> None:
        """Have one sent."""
        raise InvalidError("nothing can be proven here", "kind")

    async def tell_code(self, room: Room, said: TellCode) -> None:
        """It came, and says this."""
        raise InvalidError("nothing can be proven here", "code")

    async def transcript(self, room: Room) -> str:
        """Have what was said sent by mail; where to."""
        raise InvalidError("there is none", "do")
