"""What a wallboard costs a hub each second, with many agents and queues and hundreds of contacts a second.

`python -m benchmarks.board_ticks [--agents N] [--queues N] [--contacts N] [--ticks N] [--listeners N]` fills a views
file in a temporary directory and prints milliseconds of CPU of a look (on its thread, with what changed made into
rows), of telling the listeners (on the loop), the longest pause of the loop meanwhile, and bytes a listener."""

import argparse
import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import view_reads
from hub.app import GC_THRESHOLDS, SWITCH_INTERVAL_SECONDS
from hub.application.deflating import deflate
from hub.application.views.board import Board, Lines
from hub.application.views.read_models import ReadModels
from hub.domain.event import Event
from hub.journal.codec import Codec
from hub.ports import Stored
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.projections.views import open_for_writing
from hub.router.policy.parsing import parse_policy


class Clock:
    """Noon and later."""

    def __init__(self) -> None:
        self.moment = view_reads.NOON

    def now(self) -> datetime:
        return self.moment


class Life:
    """What goes on in a views file, as the projector would apply it."""

    def __init__(self, path: Path) -> None:
        self._codec, self._batch, self._position = Codec(), list[Stored](), 0
        self._versions: dict[str, int] = {}
        self._connection = open_for_writing(path)
        self._runner = Runner(self._connection, all_projections(), self._read, self._codec.decode)

    def go_on(self, told: Iterator[tuple[str, Event]]) -> None:
        while chunk := list(islice(told, 500)):
            self._batch = []
            for stream, event in chunk:
                self._position += 1
                self._versions[stream] = self._versions.get(stream, 0) + 1
                row = self._codec.encode(stream, event)
                self._batch.append(Stored(self._position, stream, self._versions[stream], *row))
            self._runner.step()

    def _read(self, after: int, _: int) -> Sequence[Stored]:
        return self._batch if after < self._position else []


def a_second(number: int, contacts: int, agents: int, at: datetime) -> Iterator[tuple[str, Event]]:
    """As many contacts come, are accepted, end and are wrapped up as in a second of a steady day."""
    for step in range(5):
        began = number - step
        if began >= 0:
            for one in range(contacts):
                who = (began * contacts + one) % agents
                yield from islice(
                    view_reads.call(f"tick-{began}-{one}", who, at - timedelta(seconds=step)), step, step + 1
                )


async def measure(path: Path, life: Life, given: argparse.Namespace) -> dict[str, Any]:
    clock, policy = Clock(), _policy(given.queues)
    views = ReadModels(path, clock, view_reads.NobodySaid())  # type: ignore[arg-type]
    lines = Lines(policy, dict.fromkeys(policy.queues, 30.0))
    board = Board(_Timed(views), clock, lambda: lines, lambda: 0)  # type: ignore[arg-type]
    await board.look()
    whole = board.since(None).to_bytes()
    looked, told, pauses, sizes, packing, packed = [], [], [], [], [], []
    for number in range(given.ticks):
        clock.moment += timedelta(seconds=1)
        life.go_on(a_second(number, given.contacts, given.agents, clock.moment))
        looks = board.looks
        watching = asyncio.create_task(_longest_pause())
        await asyncio.sleep(0)
        _Timed.seconds = 0.0
        await board.look()
        looked.append(_Timed.seconds)
        began = time.thread_time()
        block = b""
        for _ in range(given.listeners):
            block = board.after_look(looks)
        told.append(time.thread_time() - began)
        began = time.thread_time()
        packed.append(len(deflate(block)))
        packing.append(time.thread_time() - began)
        await asyncio.sleep(0.01)
        watching.cancel()
        pauses.append(await watching)
        sizes.append(len(block))
    views.close()
    return {
        "look, ms of CPU on its thread": round(1000 * median(looked), 1),
        "telling all listeners, ms of CPU on the loop": round(1000 * median(told), 2),
        "longest pause of the loop, ms (median, most)": [round(1000 * f(pauses), 1) for f in (median, max)],
        "bytes of a tick": round(median(sizes)),
        "bytes of a tick as gzip": round(median(packed)),
        "deflating it once for all, ms of CPU on a thread": round(1000 * median(packing), 1),
        "bytes of the whole board": len(whole),
    }


class _Timed:
    """Read models that say what their thread took."""

    seconds = 0.0

    def __init__(self, views: ReadModels) -> None:
        self._views = views

    async def read(self, question: Any) -> Any:
        def timed(connection: Any) -> Any:
            began = time.thread_time()
            try:
                return question(connection)
            finally:
                _Timed.seconds += time.thread_time() - began

        return await self._views.read(timed)


async def _longest_pause() -> float:
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(0.0005)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
    except asyncio.CancelledError:
        return longest


def _policy(queues: int) -> Any:
    names = [f"queue-{number}" for number in range(queues)]
    tables = "".join(
        f"[queues.{name}.serves]\nskills = {{ skill-{number % 50} = 1 }}\n" for number, name in enumerate(names)
    )
    return parse_policy(f'{tables}[[rules]]\nqueue = "{names[0]}"\n')


def main() -> None:
    """Print one JSON object."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.board_ticks", description=__doc__)
    for name, default in (("agents", 5_000), ("queues", 500), ("contacts", 400), ("ticks", 20), ("listeners", 50)):
        arguments.add_argument(f"--{name}", type=int, default=default)
    given = arguments.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    gc.set_threshold(*GC_THRESHOLDS)
    view_reads.QUEUES = given.queues
    with tempfile.TemporaryDirectory(prefix="hub-board-") as directory:
        path = Path(directory) / "views.sqlite"
        life = Life(path)
        life.go_on(view_reads.log(given.agents, given.agents * 4 // 5, 1_000))
        print(json.dumps(asyncio.run(measure(path, life, given)), indent=1))


if __name__ == "__main__":
    main()
