"""The wallboard's stream as gzip: the same bytes, each block at once, the board deflated once for all who follow."""

import asyncio
import gzip
import zlib
from typing import Any

import pytest

from hub.api.board_frames import board_frame
from hub.api.gzipped import HEAD, Gzip, takes_gzip
from hub.api.open_interaction import BOARD
from hub.api.stream_blocks import blocks
from hub.application.deflating import Deflatable
from tests.api.world import World

BODY = b'{"full":false,"agents":{' + b'"an agent":{"state":"ready"},' * 4000 + b"}}"


async def test_each_block_can_be_read_as_soon_as_it_came_and_the_whole_is_gzip() -> None:
    stream, reader = Gzip(), zlib.decompressobj(16 + zlib.MAX_WBITS)
    told = [
        b": heartbeat\nid: 1\n\n",
        board_frame(2, Deflatable(BODY)),
        b"x" * 200_000,
        board_frame(3, Deflatable(BODY)),
    ]
    sent = HEAD
    reader.decompress(HEAD)
    for block in told:
        packed = await stream.of(block)
        assert reader.decompress(packed) == block
        sent += packed
    assert gzip.decompress(sent + stream.end()) == b"".join(told)


async def test_what_is_told_to_all_is_deflated_once_and_small(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    compressobj = zlib.compressobj
    monkeypatch.setattr(zlib, "compressobj", lambda *given: made.append(given) or compressobj(*given))
    board = Deflatable(BODY)
    told = await asyncio.gather(*(Gzip().of(board_frame(number, board)) for number in range(50)))
    assert len(made) == 1
    assert max(map(len, told)) < len(BODY) / 20


async def test_what_one_alone_is_told_is_not_compressed() -> None:
    secret = b"id: 7\ndata: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n"
    assert secret in await Gzip().of(secret)


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("gzip, deflate, br", True), ("br;q=1, GZIP;q=0.5", True), ("*", True),
        ("", False), ("identity", False), ("gzip;q=0, br", False), ("x-gzip", False),
    ],
)  # fmt: skip
def test_only_who_takes_it_gets_it(said: str, takes: bool) -> None:
    assert takes_gzip(said) is takes


async def test_the_first_block_of_the_boards_stream_is_all_of_the_board(world: World) -> None:
    first: Any = await anext(blocks(world.services, world.feed.subscribe([BOARD]), None))
    assert [isinstance(part, Deflatable) for part in first.parts] == [False, True, False]
    assert (first.count(b"id: "), first.count(b"event: board")) == (1, 1)
