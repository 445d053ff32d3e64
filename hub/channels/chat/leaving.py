"""A visitor whose last tab is closed may come back; who does not, has left, and the hub is told."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from hub.channels.chat import signals
from hub.channels.chat.book import Book
from hub.channels.chat.conversation import GONE, Phase
from hub.channels.chat.rooms import Room, Rooms
from hub.channels.chat.settings import ChatSettings
from hub.channels.link import Link
from hub.channels.registry import Place

log = logging.getLogger(__name__)


class Leaving:
    """Watches those without a tab. After a restart everybody has the whole time once more."""

    def __init__(self, link: Link, book: Book, rooms: Rooms, place: Place, settings: ChatSettings) -> None:
        self._link = link
        self._book = book
        self._rooms = rooms
        self._clock = place.clock
        self._grace = settings.gone_after_seconds
        self._settings = settings
        self._running = set[asyncio.Task[None]]()
        self._began = place.clock.now()

    async def start(self) -> None:
        """With those whose conversation was open when the adapter ended."""
        for name in await self._book.open_ones():
            room = await self._rooms.enter(name)
            self.consider(room)
            self._rooms.leave(room)

    def consider(self, room: Room) -> None:
        """A tab was opened or closed, or the conversation changed."""
        if room.tabs or not room.visitor.conversation.is_open:
            if room.leaving is not None:
                room.leaving.cancel()
                room.leaving = None
        elif room.leaving is None:
            loop = asyncio.get_running_loop()
            room.leaving = loop.call_later(self._grace, self._gone, room)

    def is_gone(self, room: Room) -> bool:
        """Whether nobody would see what is written now."""
        if room.tabs or room.leaving is not None:
            return False
        if room.visitor.conversation.reason == GONE:
            return True
        since = max(room.left_at, self._began) if room.left_at else None
        return since is None or self._clock.now() - since > timedelta(seconds=self._grace)

    async def left(self, room: Room, *, dropped: bool) -> None:
        """They have left: known to the hub when this returns."""
        async with room.turn:
            stands, now = room.visitor.conversation, self._clock.now()
            if not stands.is_open:
                return
            about = stands.interaction_id or stands.at or "before the hub said anything"
            await self._link.conversation(signals.left(room.name, f"{about} {stands.at}", now, dropped=dropped))
            over = replace(stands, phase=Phase.OVER, place=None, wait_seconds=None, reason=GONE if dropped else "")
            after = replace(room.visitor, conversation=over)
            if dropped:
                for contact_id in await self._book.take_back(room.name, now):
                    reason = "the visitor left before it arrived"
                    await self._link.conversation(signals.failed(contact_id, room.name, now, reason))
            await self._book.keep(room.name, after, now)
            room.visitor = after
        room.tell(room.state(self._settings))

    def close(self) -> None:
        """Leave off."""
        for task in self._running:
            task.cancel()

    def _gone(self, room: Room) -> None:
        room.leaving = None
        room.users += 1
        task = asyncio.create_task(self._report(room))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _report(self, room: Room) -> None:
        try:
            if not room.tabs:
                await self.left(room, dropped=True)
        except Exception:
            log.exception("that a visitor left is not told: it is tried again")
            self.consider(room)
        finally:
            self._rooms.leave(room)
