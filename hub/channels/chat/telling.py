"""Carries out what the hub decides, in the visitors' tabs: what agents write, and where the conversation stands."""

import logging
import re
from dataclasses import replace
from html import unescape

from hub.channels.chat import signals
from hub.channels.chat.book import Book
from hub.channels.chat.conversation import announced, told
from hub.channels.chat.files import offered
from hub.channels.chat.leaving import Leaving
from hub.channels.chat.rooms import Room, Rooms
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.visitors import visitor_of
from hub.channels.chat.wire import line, render
from hub.channels.command import Command
from hub.channels.link import Link
from hub.channels.registry import Place

log = logging.getLogger(__name__)

_TAG = re.compile(r"<[^>]*>")
_GONE = "the visitor has left the page"


def words_of(command: Command) -> str:
    """What is shown: the text, else what its layout says, else its subject."""
    plain = unescape(_TAG.sub(" ", command.html))
    return command.text or " ".join(plain.split()) or command.subject


class Telling:
    """Commands and announcements."""

    def __init__(
        self, link: Link, book: Book, rooms: Rooms, leaving: Leaving, place: Place, settings: ChatSettings
    ) -> None:
        self._link = link
        self._book = book
        self._rooms = rooms
        self._leaving = leaving
        self._clock = place.clock
        self._settings = settings

    def announced(self, command: Command) -> None:
        """Places that are said again, and signs of the agent: told to who is here, and kept nowhere."""
        room = self._rooms.here(visitor_of(command.thread, command.address))
        if room is None:
            return
        if command.command == "typing":
            room.tell(render("typing", on=command.on))
        elif command.command == "read":
            room.tell(render("read"))
        elif command.command == "waiting":
            stands = announced(room.visitor.conversation, command)
            if stands != room.visitor.conversation:
                room.visitor = replace(room.visitor, conversation=stands)
                room.tell(room.state(self._settings))

    async def carry_out(self, command: Command) -> None:
        """Over when this returns; raises where it is to be told again."""
        name = visitor_of(command.thread, command.address)
        if not name:
            return
        if command.command == "send":
            await self._send(command, name)
        else:
            room = await self._rooms.enter(name)
            try:
                await self._stands(room, command)
            finally:
                self._rooms.leave(room)

    async def _stands(self, room: Room, command: Command) -> None:
        async with room.turn:
            stands = told(room.visitor.conversation, command)
            if stands == room.visitor.conversation:
                return
            after = replace(room.visitor, conversation=stands)
            await self._book.keep(room.name, after, self._clock.now())
            room.visitor = after
        room.tell(room.state(self._settings))
        self._leaving.consider(room)

    async def _send(self, command: Command, name: str) -> None:
        before = await self._book.made(command.contact_id)
        if before == "left":
            await self._link.conversation(signals.sent(command.contact_id, name, self._clock.now()))
            return
        room = await self._rooms.enter(name)
        try:
            reason = _GONE if self._leaving.is_gone(room) else ""
            if before == "failed" or reason:
                await self._book.fail(command.contact_id, self._clock.now())
                failed = signals.failed(command.contact_id, name, self._clock.now(), reason or _GONE)
                await self._link.conversation(failed)
                return
            await self._write(room, command)
        finally:
            self._rooms.leave(room)
        await self._link.conversation(signals.sent(command.contact_id, name, self._clock.now()))

    async def _write(self, room: Room, command: Command) -> None:
        files = await offered(self._book, room.name, command, self._clock.now())
        agent = self._settings.agents.get(command.agent_id, "")
        new = line(0, "agent", command.at, command.contact_id, words_of(command), files, agent)
        async with room.turn:
            kept, is_new = await self._book.make(command.contact_id, room.name, new, room.visitor, self._clock.now())
        if is_new:
            room.tell_line(kept)
