"""How a heap snapshot is read."""

from loadtests.screens_heap import Heap, summed


def test_what_the_application_keeps_is_told_apart_from_what_was_compiled_of_it() -> None:
    types = ["object", "code", "native", "string", "object shape"]
    fields = ["type", "name", "id", "self_size", "edge_count", "detachedness"]
    rows = [
        [0, 0, 1, 500_000, 0, 0], [3, 0, 3, 250_000, 0, 0], [1, 0, 5, 1_000_000, 0, 0], [4, 0, 7, 500_000, 0, 0],
        [2, 0, 9, 9_000_000, 0, 2], [2, 0, 11, 9_000_000, 0, 1],
    ]  # fmt: skip
    meta = {"node_fields": fields, "node_types": [types, "string", "number", "number", "number", "number"]}
    snapshot = {"snapshot": {"meta": meta}, "nodes": [value for row in rows for value in row]}
    assert summed(snapshot) == Heap(data_mb=0.75, code_mb=1.5, detached=1)
