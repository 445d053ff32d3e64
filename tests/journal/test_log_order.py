"""A reader that follows the log while three processes write to it sees every event exactly once, in order."""

import subprocess
import sys
from itertools import pairwise

import pytest

from hub.ports import Stored
from hub.settings import Settings
from tests.support.stores import OpenStore, unit

WRITERS = ("a", "b", "c")
EVENTS = 2_000
"""Of each writer."""


def follow(open_another: OpenStore, writers: list[subprocess.Popen[bytes]]) -> list[Stored]:
    """Read on from the last position seen, again and again, until all have ended and nothing more comes."""
    store, seen = open_another(), list[Stored]()
    while True:
        ended = all(writer.poll() is not None for writer in writers)
        batch = store.read_stored(seen[-1].position if seen else 0, 500)
        seen += batch
        if ended and not batch:
            return seen


def test_three_writers_and_a_follower(store_settings: Settings, open_another: OpenStore) -> None:
    program = [sys.executable, "-m", "tests.journal.writer_process", store_settings.model_dump_json()]
    writers = [subprocess.Popen([*program, name, str(EVENTS)]) for name in WRITERS]
    try:
        seen = follow(open_another, writers)
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert all(before.position < after.position for before, after in pairwise(seen))
    for name in WRITERS:
        assert [row.version for row in seen if row.stream == f"writer-{name}"] == list(range(1, EVENTS + 1))
    shared = [row.version for row in seen if row.stream == "shared"]
    assert shared == list(range(1, len(shared) + 1))
    assert seen == open_another().read_stored(0, 10 * EVENTS)
    turns = sum(before.stream != after.stream for before, after in pairwise(seen))
    assert turns > 2 * len(WRITERS), "the writers did not write at the same time: this shows nothing"


@pytest.mark.parametrize("limit", [1, 7, 100_000])
def test_the_log_is_the_same_in_steps_of_any_size(open_another: OpenStore, limit: int) -> None:
    store = open_another()
    store.append([unit(f"agent-{n}", events=3) for n in range(10)])
    whole, steps = store.read_stored(0, 1000), list[Stored]()
    while batch := store.read_stored(steps[-1].position if steps else 0, limit):
        steps += batch
    assert steps == whole
