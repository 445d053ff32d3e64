"""Hands one text over to a line's carrier, in as many messages as it takes: each of them once, over restarts."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, NamedTuple

from hub.channels.ledger import State
from hub.channels.registry import Place
from hub.channels.sms.book import Book
from hub.channels.sms.line import NotTakenError, Outgoing, Piece, UnclearError, Way
from hub.channels.sms.names import Names
from hub.channels.sms.receipts import canonical
from hub.channels.sms.together import Together

log = logging.getLogger(__name__)

UNDER_WAY = "under way"
"""What a message is called in the ledger, from when it is handed over until its carrier has named it."""
LAST_SECONDS = 4.0
"""What a message that is being handed over has, when the adapter is told to end, until its carrier answers."""


class Part(NamedTuple):
    """A message of one text: `name` is that of the text; of the only one it is all."""

    name: str
    number: int
    total: int

    def __str__(self) -> str:
        return self.name if self.total == 1 else f"{self.name}/{self.number}/{self.total}"

    @classmethod
    def of(cls, written: str) -> "Part":
        """The same, back."""
        name, _, place = written.rpartition("/")
        name, _, number = name.rpartition("/")
        return cls(name, int(number), int(place)) if name and number.isdigit() else cls(written, 1, 1)


class Submitting:
    """For all lines."""

    def __init__(self, names: Names, book: Book, place: Place) -> None:
        self._names = names
        self._book = book
        self._place = place
        self._ledger = place.ledger
        self._together = Together(place.ledger)
        self._in_hand: dict[str, int] = {}

    def is_in_hand(self, line: str, to: str) -> bool:
        """Whether something to this number (empty: to any) is just being handed over: its name is not known yet."""
        return bool(self._in_hand) if not to else self._names.who(line, to) in self._in_hand

    async def submit(self, way: Way, line: str, name: str, to: str, text: str) -> None:
        """All of it has left when this returns. Raises InvalidError, NotTakenError, DeclinedError, UnclearError."""
        who = self._names.who(line, to)
        self._in_hand[who] = self._in_hand.get(who, 0) + 1
        try:
            await _to_its_end(self._submit(way, line, name, to, text))
        finally:
            self._in_hand[who] -= 1
            if not self._in_hand[who]:
                del self._in_hand[who]

    async def _submit(self, way: Way, line: str, name: str, to: str, text: str) -> None:
        messages = _messages(way.cut(text), name, to, int(self._names.digest("reference", name)[:2], 16))
        thread, unclear = self._names.thread(line, to), ""
        for message in messages:
            part = Part(name, message.part, message.parts)
            known = self._ledger.of(str(part))
            if known is not None and known.state is State.BEGUN and known.wire_id:
                self._book.doubt(
                    str(part), self._names.who(line, to), self._beginning(message), self._place.clock.now()
                )
                unclear = "it was being handed over when the adapter broke down"
            elif known is None or known.state is State.BEGUN:
                unclear = await self._hand_over(way, line, part, message, thread) or unclear
        if unclear:
            raise UnclearError(unclear)
        if len(messages) > 1:
            now = self._place.clock.now()
            await self._together.do(lambda: self._ledger.left(name, "", thread, now))

    async def _hand_over(self, way: Way, line: str, part: Part, message: Outgoing, thread: str) -> str:
        """Why it is not known whether it left; empty: it did."""
        now, has_begun = self._place.clock.now(), False

        async def begins() -> None:
            nonlocal has_begun
            await self._together.do(lambda: self._ledger.begin(str(part), UNDER_WAY, thread, now))
            has_begun = True

        try:
            named = await way.submit(message, begins)
        except NotTakenError:
            if has_begun:
                await self._together.do(lambda: self._ledger.begin(str(part), "", thread, now))
            raise
        except UnclearError as error:
            self._book.doubt(str(part), self._names.who(line, message.to), self._beginning(message), now)
            return str(error)
        wire_id = f"{line}:{canonical(named)}" if named else ""
        await self._together.do(lambda: self._ledger.left(str(part), wire_id, thread, self._place.clock.now()))
        return ""

    def _beginning(self, message: Outgoing) -> str:
        return self._names.digest("beginning", message.text[:20])


def _messages(pieces: list[Piece], name: str, to: str, reference: int) -> list[Outgoing]:
    total = len(pieces)
    return [
        Outgoing(name, to, one.text, one.data, one.data_coding, reference, number, total)
        for number, one in enumerate(pieces, 1)
    ]


async def _to_its_end(handing_over: Coroutine[Any, Any, None]) -> None:
    """Also where it is told to end meanwhile, for a while: nobody could tell whether the message left."""
    over = asyncio.ensure_future(handing_over)
    try:
        await asyncio.shield(over)
    except asyncio.CancelledError:
        await asyncio.wait({over}, timeout=LAST_SECONDS)
        over.cancel()
        raise
