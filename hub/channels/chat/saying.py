"""What visitors say, on its way to the hub: in order, each once, and confirmed when the hub has it."""

import asyncio
import logging
from dataclasses import replace

from hub.channels.chat import signals
from hub.channels.chat.begun import Begun
from hub.channels.chat.book import Book
from hub.channels.chat.conversation import wrote
from hub.channels.chat.rooms import Room, Tab
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.wire import Say, line, render
from hub.channels.link import Link
from hub.channels.rates import Rates
from hub.channels.registry import Place
from hub.domain.contact import Contact
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)

_AGAIN = 2.0
"""Seconds after which the widget sends again what there was no room for."""
KNOWN = "id"
"""The field that the hub names where it has a message of this id, told at another time: before the machine lost its
power, and with it how it was told first."""


class Saying:
    """Messages of all visitors."""

    def __init__(self, link: Link, book: Book, begun: Begun, place: Place, settings: ChatSettings) -> None:
        self._link = link
        self._book = book
        self._begun = begun
        self._clock = place.clock
        self._settings = settings
        self._rates = Rates(settings.limits.messages_per_minute)
        self._under_way = 0

    async def say(self, room: Room, tab: Tab, said: Say) -> None:
        """The tab is told what became of it; all tabs, where it is new. Raises InvalidError."""
        limits = self._settings.limits
        if len(said.text) > limits.text:
            raise InvalidError(f"a message has at most {limits.text:,} characters", "text")
        if not said.text.strip() and not said.files:
            raise InvalidError("say something", "text")
        seconds = self._rates.wait(room.name, asyncio.get_running_loop().time())
        if seconds or self._under_way >= limits.at_once:
            tab.tell(render("later", id=said.id, seconds=round(seconds or _AGAIN, 1)))
            return
        self._under_way += 1
        try:
            async with asyncio.timeout(self._settings.answer_within_seconds), room.turn:
                await self._report(room, tab, said)
        except TimeoutError:
            tab.tell(render("later", id=said.id, seconds=_AGAIN, away=True))
        finally:
            self._under_way -= 1

    async def _report(self, room: Room, tab: Tab, said: Say) -> None:
        before = self._book.line(room.name, said.id)
        if before is not None:
            tab.tell(render("line", line=before))
            return
        contact = await self._contact(room, said)
        answer = await self._link.contact(contact)
        if answer.status != "accepted" and answer.field != KNOWN:
            self._begun.done(room.name, said.id)
            raise InvalidError(f"it can't be taken: {answer.reason}"[:300], answer.field)
        after = replace(room.visitor, conversation=wrote(room.visitor.conversation))
        files = [
            {"id": name, "name": one.name, "type": one.media_type, "size": one.size}
            for name, one in zip(said.files, contact.attachments, strict=False)
        ]
        new = line(0, "visitor", contact.occurred_at, said.id, contact.text, files)
        kept, is_new = await self._book.add(room.name, said.id, new, after, self._clock.now())
        self._begun.done(room.name, said.id)
        changed, room.visitor = after != room.visitor, after
        if is_new:
            room.tell_line(kept)
        if changed:
            room.tell(room.state(self._settings))

    async def _contact(self, room: Room, said: Say) -> Contact:
        """As it was told first, if it was: a repeat is the same to the last letter. Raises InvalidError."""
        files = await self._book.files(room.name, said.files) if said.files else []
        if len(files) != len(said.files):
            raise InvalidError("a file that goes with it is not known any more: bring it again", "files")
        new = signals.message(room.name, room.visitor, said.id, said.text, files, self._clock.now(), self._settings)
        first = self._begun.begin(room.name, said.id, new)
        if first.text != said.text:
            raise InvalidError("this is the id of another message", "id")
        return first
