"""Puts parts of messages together, in whatever order they come and over restarts; nothing of them is lost."""

from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from hub.channels.sms.book import Book, Part
from hub.channels.sms.message import Incoming
from hub.channels.sms.names import Names

GAP = "[…]"
"""Stands for parts that never came."""


class Joined(NamedTuple):
    """A message of parts. `message`: what its parts are kept under; `came`: when the first of them did; `content`
    tells it from others."""

    message: str
    line: str
    content: str
    came: datetime
    incoming: Incoming


class Parts:
    """Those of all lines."""

    def __init__(self, book: Book, names: Names) -> None:
        self._book = book
        self._names = names

    def add(self, line: str, part: Incoming, content: str, now: datetime) -> tuple[Joined | None, Joined | None]:
        """The message, if it is whole now; and one that never became so, whose place in the carrier's numbering this
        part takes. A part of what was told already is nothing new."""
        assert part.place is not None
        place = part.place
        message = self._names.digest("message", line, part.source, part.destination, f"{place.reference}/{place.total}")
        kept, given_up = self._book.parts(message), None
        same = next((one for one in kept if one.number == place.number), None)
        if any(one.told_at is not None for one in kept):
            if same is not None and same.content == content:
                return None, None
            self._book.drop(message)
        elif same is not None and same.content != content:
            given_up = self._joined(message, kept)
            self._book.drop(message)
        if same is None or same.content != content:
            self._book.keep(message, Part(place.number, place.total, line, content, self._sealed(part), now, None))
        kept = self._book.parts(message)
        return (self._joined(message, kept) if len(kept) == place.total else None), given_up

    def overdue(self, now: datetime, patience: timedelta) -> list[Joined]:
        """Messages whose other parts are not waited for any longer, as far as they came."""
        return [self._joined(one, self._book.parts(one)) for one in self._book.waiting_since(now - patience)]

    def told(self, joined: Joined, now: datetime) -> None:
        """The hub has it."""
        self._book.told(joined.message, now)

    def _sealed(self, part: Incoming) -> bytes:
        return self._names.seal(orjson.dumps([part.source, part.destination, part.text]))

    def _joined(self, message: str, kept: list[Part]) -> Joined:
        opened = {one.number: orjson.loads(self._names.unseal(one.sealed)) for one in kept}
        source, destination, _ = next(iter(opened.values()))
        texts = [opened[number][2] if number in opened else GAP for number in range(1, kept[0].total + 1)]
        came = min(one.at for one in kept)
        content = self._names.digest("joined", message, *(one.content for one in kept))
        return Joined(message, kept[0].line, content, came, Incoming(source, destination, "".join(texts)))
