"""A stream of events as gzip, without compressing anything for one listener alone.

What all are told alike, the wallboard, stands in it deflated once for all of them; everything else in stored blocks: so
nobody can guess, by the compressed length, what stands beside a text of their own."""

import zlib
from collections.abc import Iterator
from struct import pack

from hub.api.board_frames import BoardFrame
from hub.application.deflating import Deflatable

HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""RFC 1952: deflate, no time, no name, of no particular system."""
_LAST = b"\x03\0"
_STORED_AT_MOST = 0xFFFF


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client that says this takes gzip."""
    for one in accept_encoding.lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class Gzip:
    """Written from its head to its end, each part whole when it is handed out."""

    def __init__(self) -> None:
        self._check, self._size = 0, 0

    async def of(self, block: bytes) -> bytes:
        """The next block of the stream."""
        parts = block.parts if isinstance(block, BoardFrame) else (block,)
        packed = [await part.deflated() if isinstance(part, Deflatable) else b"".join(_stored(part)) for part in parts]
        for part in parts:
            self._check = zlib.crc32(part, self._check)
            self._size += len(part)
        return b"".join(packed)

    def end(self) -> bytes:
        """Nothing comes after it."""
        return _LAST + pack("<LL", self._check, self._size & 0xFFFFFFFF)


def _stored(raw: bytes) -> Iterator[bytes]:
    for begin in range(0, len(raw), _STORED_AT_MOST):
        part = raw[begin : begin + _STORED_AT_MOST]
        yield b"\0" + pack("<HH", len(part), len(part) ^ 0xFFFF) + part
