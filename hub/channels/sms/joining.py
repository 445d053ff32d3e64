"""Puts parts of messages together, in whatever order they come and over restarts; nothing of them is lost."""

import json
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.channels.sms.book import Book, Part
from hub.channels.sms.message import Incoming
from hub.channels.sms.names import Names
from hub.channels.sms.parse import made_whole
from hub.channels.sms.repeats import COMES_BACK

GAP = "[…]"
"""Stands for parts that never came."""


class Joined(NamedTuple):
    """A message of parts. `message`: what its parts are kept under; `came`: when the first of them did; `content`
    tells it from others; `raw`: its parts as they came."""

    message: str
    line: str
    content: str
    came: datetime
    incoming: Incoming
    raw: tuple[bytes, ...]


class Parts:
    """Those of all lines."""

    def __init__(self, book: Book, names: Names) -> None:
        self._book = book
        self._names = names

    def in_its_place(self, line: str, part: Incoming, raw: bytes) -> Joined | None:
        """One that never became whole, whose place in the carrier's numbering this part takes: the hub is to have it
        before this part is added."""
        message, number, contents = self._about(line, part, raw)
        kept = self._book.parts(message)
        is_taken = any(one.number == number and one.content not in contents for one in kept)
        return self._joined(message, kept) if is_taken and not _told_at(kept) else None

    def add(self, line: str, part: Incoming, raw: bytes, now: datetime) -> Joined | None:
        """The message, if it is whole now. A part of what was told just now is nothing new; later it begins another
        that says the same."""
        assert part.place is not None
        message, number, contents = self._about(line, part, raw)
        kept = self._book.parts(message)
        is_same = any(one.number == number and one.content in contents for one in kept)
        if told_at := _told_at(kept):
            if is_same and now.timestamp() - told_at <= COMES_BACK.total_seconds():
                return None
            self._book.drop(message)
        if told_at or not is_same:
            total = part.place.total
            self._book.keep(message, Part(number, total, line, contents[0], self._sealed(part, raw), now, None))
        kept = self._book.parts(message)
        return self._joined(message, kept) if len(kept) == part.place.total else None

    def overdue(self, now: datetime, patience: timedelta) -> list[Joined]:
        """Messages whose other parts are not waited for any longer, as far as they came; and whole ones that the hub
        did not take: their carrier may have forgotten them."""
        untold = self._book.untold(now - patience, now - COMES_BACK)
        return [self._joined(one, self._book.parts(one)) for one in untold]

    def told(self, joined: Joined, now: datetime) -> None:
        """The hub has it; what came in its place meanwhile stays."""
        if self._stands(joined):
            self._book.told(joined.message, now)

    def drop(self, joined: Joined) -> None:
        """The hub has it, and nothing of it comes again; what came for it meanwhile stays."""
        if self._stands(joined):
            self._book.drop(joined.message)

    def _stands(self, joined: Joined) -> bool:
        return self._content(joined.message, self._book.parts(joined.message)) == joined.content

    def _about(self, line: str, part: Incoming, raw: bytes) -> tuple[str, int, tuple[str, str]]:
        """What its message is kept under, its number in it, and what tells it from others: its words; its bytes, of
        parts that an adapter kept which told them apart by these."""
        assert part.place is not None
        place = part.place
        message = self._names.digest("message", line, part.source, part.destination, f"{place.reference}/{place.total}")
        contents = (self._names.digest("part", line, part.text), self._names.digest("part", line, raw))
        return message, place.number, contents

    def _content(self, message: str, kept: list[Part]) -> str:
        return self._names.digest("joined", message, *(one.content for one in kept))

    def _sealed(self, part: Incoming, raw: bytes) -> bytes:
        """Half a character may stand at the end of a part: orjson would not write it."""
        kept = json.dumps([part.source, part.destination, part.text, b64encode(raw).decode()])
        return self._names.seal(kept.encode())

    def _joined(self, message: str, kept: list[Part]) -> Joined:
        opened = {one.number: json.loads(self._names.unseal(one.sealed)) for one in kept}
        source, destination = next(iter(opened.values()))[:2]
        texts = [opened[number][2] if number in opened else GAP for number in range(1, kept[0].total + 1)]
        raw = tuple(b64decode(one) for opened_one in opened.values() for one in opened_one[3:])
        incoming = Incoming(source, destination, made_whole("".join(texts)))
        came = min(one.at for one in kept)
        return Joined(message, kept[0].line, self._content(message, kept), came, incoming, raw)


def _told_at(kept: list[Part]) -> float | None:
    return max((one.told_at for one in kept if one.told_at is not None), default=None)
