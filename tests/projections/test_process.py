"""The projector as it runs: a real child process over a real store, woken, killed and stopped."""

import asyncio
import os
import random
import signal
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import pytest

from hub.domain.interaction.events import InteractionQueued
from hub.journal.codec import Codec
from hub.journal.sqlite import SqliteStore
from hub.ports import Append, Unit
from hub.projections.agents import agent_board
from hub.projections.metrics import totals
from hub.projections.process import BlockingProjector, Projector, ProjectorError, rest_after
from hub.projections.views import open_views
from tests.projections.histories import Log, World

CHILD = """
import sys
from pathlib import Path
from hub.journal.codec import Codec
from hub.journal.sqlite import SqliteStore
from hub.projections.process import serve
from hub.projections.registry import all_projections

store = SqliteStore(Path(sys.argv[1]), Codec())
serve(store.read_stored, store.codec.decode, Path(sys.argv[2]), all_projections())
store.close()
"""


class Store:
    """A store that a child can read, and a command that starts one."""

    def __init__(self, directory: Path) -> None:
        self.events, self.views = directory / "events.sqlite", directory / "views.sqlite"
        self.store = SqliteStore(self.events, Codec())
        self.versions: dict[str, int] = {}
        self.head = 0

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-c", textwrap.dedent(CHILD), str(self.events), str(self.views)]

    def write(self, log: Log, size: int = 100) -> int:
        """Appends what the log holds beyond what was written before; the new head."""
        fresh = log.events[sum(self.versions.values()) :]
        for start in range(0, len(fresh), size):
            units = []
            for stream, event in fresh[start : start + size]:
                version = self.versions.get(stream, 0)
                units.append(Unit([Append(stream, version, [event])]))
                self.versions[stream] = version + 1
            self.head = self.store.append(units)[-1].last  # type: ignore[union-attr]
        return self.head


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path)
    yield store
    store.store.close()


async def test_views_follow_wake_ups_within_moments(store: Store) -> None:
    world = World(random.Random(1))
    store.write(world.run(300))
    projector = Projector(store.command)
    heard: list[int] = []
    projector.on_position(heard.append)
    await projector.start()
    await asyncio.wait_for(projector.reached(store.head), 10)
    views = open_views(store.views)
    delays = []
    for _ in range(20):
        world.sign_on()
        position, begin = store.write(world.log), perf_counter()
        projector.wake()
        await asyncio.wait_for(projector.reached(position), 10)
        delays.append(perf_counter() - begin)
        assert {agent.agent_id for agent in agent_board(views)} == set(world.agents)
    assert heard == sorted(heard)
    assert min(delays) < 0.1
    views.close()
    await projector.stop()
    assert not projector.alive


def test_a_short_transaction_is_followed_by_a_short_rest_and_a_long_one_by_the_longest() -> None:
    assert rest_after(0.001) < 0.01
    assert rest_after(0.003) == pytest.approx(5 * 0.003)
    assert rest_after(3.0) == rest_after(0.1) == 0.03


async def test_other_writers_are_noticed_without_a_wake_up(store: Store) -> None:
    projector = Projector(store.command)
    await projector.start()
    head = store.write(World(random.Random(1)).run(50))
    async with asyncio.timeout(10):
        while projector.position < head:
            await asyncio.sleep(0.02)
    await projector.stop()


async def test_a_killed_child_is_started_again_and_counts_nothing_twice(store: Store) -> None:
    world = World(random.Random(2))
    projector = Projector(store.command)
    await projector.start()
    for _ in range(3):
        store.write(world.run(400))
        projector.wake()
        await asyncio.sleep(0.03)
        async with asyncio.timeout(10):
            while not projector.alive:
                await asyncio.sleep(0.01)
        assert projector._process is not None
        os.kill(projector._process.pid, signal.SIGKILL)
    await asyncio.wait_for(projector.reached(store.head), 20)
    views = open_views(store.views)
    queued = sum(isinstance(event, InteractionQueued) and not event.consult_of for _, event in world.log.events)
    assert totals(views).offered == queued
    views.close()
    await projector.stop()


async def test_a_child_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    projector = Projector([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(ProjectorError, match="code 3"):
        await projector.start()
    await projector.stop()


async def test_a_callback_that_fails_ends_nothing(store: Store) -> None:
    heard: list[int] = []

    def fail(position: int) -> None:
        raise OSError(f"at {position}")

    projector = Projector(store.command)
    projector.on_position(fail)
    projector.on_position(heard.append)
    await projector.start()
    assert projector._process is not None
    os.kill(projector._process.pid, signal.SIGKILL)
    head = store.write(World(random.Random(4)).run(50))
    await asyncio.wait_for(projector.reached(head), 20)
    assert heard[-1] == head
    await projector.stop()


async def test_a_child_that_cannot_be_started_again_is_tried_again(store: Store, tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    projector = Projector([str(program), *store.command[1:]])
    await projector.start()
    assert projector._process is not None
    program.rename(tmp_path / "away")
    os.kill(projector._process.pid, signal.SIGKILL)
    await asyncio.sleep(0.5)
    assert not projector.alive
    (tmp_path / "away").rename(program)
    head = store.write(World(random.Random(5)).run(50))
    await asyncio.wait_for(projector.reached(head), 20)
    await projector.stop()


async def test_stop_while_waiting_to_start_again(store: Store) -> None:
    projector = Projector(store.command)
    await projector.start()
    assert projector._process is not None
    os.kill(projector._process.pid, signal.SIGKILL)
    await projector._process.wait()
    await asyncio.wait_for(projector.stop(), 5)
    assert not projector.alive


async def test_wake_ups_never_block(store: Store) -> None:
    projector = Projector(store.command)
    await projector.start()
    assert projector._process is not None
    os.kill(projector._process.pid, signal.SIGSTOP)
    begin = perf_counter()
    for _ in range(200_000):
        projector.wake()
    assert perf_counter() - begin < 20
    os.kill(projector._process.pid, signal.SIGCONT)
    await projector.stop()


def test_a_program_without_a_loop_waits_for_the_views(tmp_path: Path) -> None:
    store = Store(tmp_path)
    log = World(random.Random(3)).run(500)
    with BlockingProjector(store.command) as projector:
        projector.wait_until(store.write(log))
        views = open_views(store.views)
        assert totals(views).offered == sum(type(event).__name__ == "InteractionQueued" for _, event in log.events)
        views.close()
    store.store.close()


def test_waiting_for_a_child_that_ended_is_an_error() -> None:
    with (
        BlockingProjector([sys.executable, "-c", "raise SystemExit(4)"]) as projector,
        pytest.raises(ProjectorError, match="code 4"),
    ):
        projector.wait_until(1)
