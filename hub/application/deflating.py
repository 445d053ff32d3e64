"""Bytes that many are told: compressed when the first of them asks, once for all, and beside the loop."""

import asyncio
import zlib

LEVEL = 1
"""Higher levels take a third to three times longer for a twentieth to a sixth less."""


class Deflatable(bytes):
    """The same bytes, and how to have them deflated."""

    _deflating: asyncio.Future[bytes] | None = None

    async def deflated(self) -> bytes:
        """Blocks of a raw deflate stream (RFC 1951) that end on a whole byte and refer to nothing before them: they may
        stand anywhere in anybody's stream."""
        if self._deflating is None:
            self._deflating = asyncio.ensure_future(asyncio.to_thread(deflate, self))
        return await asyncio.shield(self._deflating)


def deflate(raw: bytes) -> bytes:
    """These bytes, as `deflated` tells."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush(zlib.Z_SYNC_FLUSH)
