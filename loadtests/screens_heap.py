"""What a page's heap is made of: what the application keeps grows with leaks, what the engine compiled with use."""

import json
from dataclasses import dataclass
from typing import Any

_TEXTS = {"string", "concatenated string", "sliced string", "regexp", "symbol"}
_DATA = {"object", "closure", "array", "number", "bigint", *_TEXTS}
_CODE = {"code", "object shape"}
_OFF_THE_PAGE = 2


@dataclass(frozen=True, slots=True)
class Heap:
    """`data_mb`: objects, closures, arrays and texts. `code_mb`: what the engine made of the application's code, the
    more the oftener that runs, up to all of it. `detached`: nodes that are on no page and still held."""

    data_mb: float
    code_mb: float
    detached: int


async def heap_of(tools: Any) -> Heap:
    """By a snapshot, which collects garbage first; what the browser keeps beside the page's own heap is left out."""
    parts = list[str]()

    def part(told: dict[str, str]) -> None:
        parts.append(told["chunk"])

    tools.on("HeapProfiler.addHeapSnapshotChunk", part)
    try:
        await tools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    finally:
        tools.remove_listener("HeapProfiler.addHeapSnapshotChunk", part)
    return summed(json.loads("".join(parts)))


def summed(snapshot: dict[str, Any]) -> Heap:
    """The nodes of a snapshot by their types: all fields of all nodes lie in one row."""
    told = snapshot["snapshot"]["meta"]
    fields, types, row = told["node_fields"], told["node_types"][0], snapshot["nodes"]
    every = len(fields)
    sizes, kinds = row[fields.index("self_size") :: every], row[fields.index("type") :: every]
    bytes_of = dict.fromkeys(types, 0)
    for kind, size in zip(kinds, sizes, strict=True):
        bytes_of[types[kind]] += size
    return Heap(
        round(sum(size for kind, size in bytes_of.items() if kind in _DATA) / 1e6, 3),
        round(sum(size for kind, size in bytes_of.items() if kind in _CODE) / 1e6, 2),
        row[fields.index("detachedness") :: every].count(_OFF_THE_PAGE),
    )
