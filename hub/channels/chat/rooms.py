"""The visitors who are here, each with their open tabs: what is said is told to all of a visitor's."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.channels.chat.book import Book
from hub.channels.chat.conversation import Visitor
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.visitors import address_of, thread_of
from hub.channels.chat.wire import render


class Tab:
    """One connection. `cut` is called where it does not read what it is told. Until it has `begun` with what was said
    before, it is told nothing."""

    def __init__(self, most: int, cut: Callable[[], None]) -> None:
        self.waiting = asyncio.Queue[str]()
        self._most = most
        self._cut = cut
        self._held: list[tuple[int, str]] | None = []

    def tell(self, frame: str, seq: int = 0) -> None:
        """To be written as soon as it reads. `seq`: the number of the line that it is."""
        if self._held is not None:
            self._held.append((seq, frame))
        elif self.waiting.qsize() >= self._most:
            self._cut()
        else:
            self.waiting.put_nowait(frame)

    def begin(self, frames: Sequence[str], last: int) -> None:
        """With these, which tell all lines up to `last`; then with what came meanwhile."""
        held, self._held = self._held or [], None
        for frame in frames:
            self.waiting.put_nowait(frame)
        for seq, frame in held:
            if not 0 < seq <= last:
                self.tell(frame, seq)


class Room:
    """One visitor. `turn`: their messages and commands change it one after the other."""

    def __init__(self, name: str, visitor: Visitor, left_at: datetime | None) -> None:
        self.name = name
        self.visitor = visitor
        self.tabs = set[Tab]()
        self.turn = asyncio.Lock()
        self.leaving: asyncio.TimerHandle | None = None
        self.users = 0
        """Who has it in hand: while there is anybody it stays."""
        self.left_at = left_at
        """Since when no tab is open, as far as is known."""

    @property
    def thread(self) -> str:
        """Of the conversation."""
        return thread_of(self.name)

    @property
    def address(self) -> str:
        """The visitor's on the channel."""
        return address_of(self.name)

    def tell(self, frame: str, seq: int = 0, but: Tab | None = None) -> None:
        """All tabs."""
        for tab in tuple(self.tabs):
            if tab is not but:
                tab.tell(frame, seq)

    def tell_line(self, line: Mapping[str, Any]) -> None:
        """All tabs, of what was said."""
        self.tell(render("line", line=line), int(line["seq"]))

    def state(self, settings: ChatSettings) -> str:
        """Where the conversation stands, as it is told."""
        stands = self.visitor.conversation
        agent = stands.agent_id
        return render(
            "state", phase=stands.phase.value, place=stands.place, wait=stands.wait_seconds, reason=stands.reason,
            opens_at=stands.opens_at, agent=settings.agents.get(agent, "") if agent else "",
            filled=self.visitor.has_filled, name=self.visitor.name, email=self.visitor.mail,
            asked=self.visitor.asked.partition(":")[2],
            proven=[one.value for one in self.visitor.identifiers if one.verified],
        )  # fmt: skip


class Rooms:
    """Those that somebody has in hand, or where a tab is open, or whose visitor may come back."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rooms: dict[str, Room] = {}
        self._loading: dict[str, asyncio.Future[Room]] = {}
        self.tabs = 0

    def here(self, name: str) -> Room | None:
        """One that is at hand already."""
        return self._rooms.get(name)

    async def enter(self, name: str) -> Room:
        """A visitor's, kept until it is left."""
        room = self._rooms.get(name) or await self._load(name)
        room.users += 1
        return room

    def leave(self, room: Room) -> None:
        """Nobody needs it any more for now."""
        room.users -= 1
        if room.users <= 0 and not room.tabs and room.leaving is None:
            self._rooms.pop(room.name, None)

    async def _load(self, name: str) -> Room:
        coming = self._loading.get(name)
        if coming is not None:
            return await coming
        coming = self._loading[name] = asyncio.get_running_loop().create_future()
        try:
            known = await self._book.known(name)
            left_at = datetime.fromtimestamp(known.at, UTC) if known else None
            room = self._rooms[name] = Room(name, known.visitor if known else Visitor(), left_at)
            coming.set_result(room)
        except BaseException as error:
            coming.set_exception(error)
            coming.exception()
            raise
        finally:
            del self._loading[name]
        return room
