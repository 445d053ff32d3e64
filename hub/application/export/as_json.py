"""An export as one JSON document, written piece by piece."""

from collections.abc import AsyncIterator
from typing import Any

import orjson

from hub.application.export.export import Export
from hub.application.export.facts import exported

PIECE = 65_536
"""Bytes that are written at once, about."""


async def as_json(export: Export) -> AsyncIterator[bytes]:
    """`customer`, `facts`, `interactions` and `read_by`, in this order."""
    pieces: list[bytes] = []
    size = 0
    async for piece in _pieces(export):
        pieces.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)


async def _pieces(export: Export) -> AsyncIterator[bytes]:
    dossier = export.dossier
    head = {"export_of": dossier.canonical_id, "asked_for": dossier.asked_for, "made_at": export.made_at}
    head |= {"forgotten": dossier.forgotten, "customer": export.customer()}
    yield plain_json(head)[:-1] + b',\n"facts":['
    first = True
    async for fact in export.facts():
        yield (b"\n" if first else b",\n") + plain_json(exported(fact))
        first = False
    yield b'],\n"interactions":['
    first = True
    async for story in export.interactions():
        told = {"interaction_id": story.interaction_id, "facts": [exported(one) for one in story.facts]}
        yield (b"\n" if first else b",\n") + plain_json(told)
        first = False
    yield b'],\n"read_by":['
    first = True
    async for reading in export.readings():
        yield (b"\n" if first else b",\n") + plain_json(exported(reading))
        first = False
    yield b"]}\n"


def plain_json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=_plain)


def _plain(value: Any) -> Any:
    """What orjson does not know."""
    if hasattr(value, "model_dump"):
        return value.model_dump()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"a {type(value).__name__} has no place in an export")
