"""The projector: a child process that keeps the read models current, and the hub's end of it.

A process of its own, since a thread that computes would hold up the hub's event loop. The child is woken by a line on
its stdin after each commit and reports each position it has committed by a line on its stdout."""

import asyncio
import gc
import logging
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from hub.children import die_with_parent
from hub.domain.errors import HubError
from hub.projections.entries import Decode, Glance
from hub.projections.projection import Projection
from hub.projections.runner import BATCH, Read, Runner
from hub.projections.views import Checkpoints, open_for_writing

_POLL_MS = 250
_REST_TIMES, _LONGEST_REST_S = 5, 0.03
"""How long the projector rests after a transaction, in times of what that took. A lone event is shown at once; under
load events are gathered, as a transaction costs more than its events, but for no longer than an agent may wait for the
customer who is on the line."""
_NICE = 5
"""Views may lag a little; offers may not: the hub's own process goes first."""
_WHAT_A_BATCH_LEFT, _EVERYTHING = 1, 2
"""Generations of the garbage collector."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_LONG_ENOUGH_S = 30.0
_LOG = logging.getLogger(__name__)


class ProjectorError(HubError):
    """The projector process ended before it had done what was asked of it."""


def serve(
    read: Read,
    decode: Decode,
    views_path: Path,
    projections: Sequence[Projection],
    *,
    glance: Glance | None = None,
    stdin: int = 0,
    stdout: int = 1,
    batch: int = BATCH,
) -> None:
    """The child's whole life: follow the log until stdin ends. Bytes on stdin wake it; other writers are noticed within
    250 ms. Prints the position once the views are there, then after each transaction. `glance`: what spares decoding
    what no view reads."""
    _give_way()
    connection = open_for_writing(views_path)
    checkpoints = Checkpoints(views_path, connection)
    runner = Runner(connection, projections, read, decode, batch, glance)
    _collect_by_hand()
    try:
        _follow(runner, checkpoints, stdin, stdout, batch)
    except BrokenPipeError:
        _LOG.info("the hub is gone: the projector ends")
    finally:
        checkpoints.close()
        connection.close()


def _give_way() -> None:
    """To the hub: it ends first when a signal comes to the whole group, then stdin; and it has the processor first."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICE)


def _follow(runner: Runner, checkpoints: Checkpoints, stdin: int, stdout: int, batch: int) -> None:
    """One transaction after the other, until stdin ends."""
    _tell(stdout, runner.position)
    events, rested, is_tidy = batch, 0.0, True
    while _woken(stdin, 0 if events else _POLL_MS):
        if events < batch:  # the log is not far ahead
            time.sleep(max(0.0, rested - time.monotonic()))
        began = time.monotonic()
        step = runner.step()
        events = step.events
        if events:
            _tell(stdout, step.position)
            checkpoints.committed(events)
            ended = time.monotonic()
            rested = ended + rest_after(ended - began)
        if events or not is_tidy:
            gc.collect(_WHAT_A_BATCH_LEFT if events else _EVERYTHING)
        is_tidy = not events


def rest_after(worked_s: float) -> float:
    """For how long to gather events after a transaction that took so long (seconds)."""
    return min(_REST_TIMES * worked_s, _LONGEST_REST_S)


def _collect_by_hand() -> None:
    """Batches hold no cycles: looking for them among thousands of live events is time lost, and looking at everything
    holds the views up for 20 ms and more. What a batch left is looked at after it, everything when nothing comes."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _woken(stdin: int, timeout_ms: int) -> bool:
    """Waits for a wake-up or the time-out; False: the parent has closed the pipe."""
    poll = select.poll()
    poll.register(stdin, select.POLLIN | select.POLLHUP)
    return not poll.poll(timeout_ms) or os.read(stdin, 65_536) != b""


def _tell(stdout: int, position: int) -> None:
    os.write(stdout, b"%d\n" % position)


class Projector:
    """The hub's end, for asyncio: starts the child, wakes it, hears how far it is, starts it again if it dies."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.position = 0
        """How far the views have come, as last heard."""
        self._command = command
        self._environment = environment
        self._callbacks: list[Callable[[int], None]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._moved = asyncio.Event()
        self._stopping = False

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        return self.pid != 0

    @property
    def pid(self) -> int:
        """The child's process id, 0 while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    def on_position(self, callback: Callable[[int], None]) -> None:
        """Have this called on the loop with each position the views have reached."""
        self._callbacks.append(callback)

    async def start(self) -> None:
        """Returns when the child runs and the views' file can be read. ProjectorError: it could not be started."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep(), name="projector")
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait([ready, self._keeper], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self._keeper.done():
            self._keeper.result()

    def wake(self) -> None:
        """Something was committed. Never blocks; wake-ups that the child has not read yet are one."""
        pipe = self._process.stdin if self._process else None
        if pipe is not None and not pipe.is_closing() and not pipe.transport.get_write_buffer_size():
            pipe.write(b"\n")

    async def reached(self, position: int) -> None:
        """Returns when the views show the log up to this position."""
        while self.position < position:
            self._moved.clear()
            self.wake()
            await self._moved.wait()

    async def stop(self) -> None:
        """Ends the child after its present transaction."""
        self._stopping = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        if self._keeper is not None:
            await asyncio.wait([self._keeper])

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            preexec_fn=die_with_parent(),
        )

    async def _keep(self) -> None:
        pause, loop = _FIRST_PAUSE_S, asyncio.get_running_loop()
        while True:
            since = loop.time()
            code = await self._listen()
            if self._stopping:
                return
            if not self._ready.is_set():
                raise ProjectorError(f"the projector ended with code {code} before it was ready: see its message above")
            if loop.time() - since > _LONG_ENOUGH_S:
                pause = _FIRST_PAUSE_S
            _LOG.error("the projector ended with code %s; it is started again in %.1f s", code, pause)
            started = False
            while not started:
                await asyncio.sleep(pause)
                if self._stopping:
                    return
                pause = min(pause * 2, _LONGEST_PAUSE_S)
                started = await self._spawn_again()

    async def _spawn_again(self) -> bool:
        """Whether it could be: a machine short of memory or processes recovers."""
        try:
            await self._spawn()
        except (OSError, subprocess.SubprocessError) as error:
            _LOG.error("the projector can't be started now, it is tried again: %s", error)
            return False
        if self._stopping and self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        return True

    async def _listen(self) -> int:
        """Hears the child until it ends; its exit code."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        rest = b""
        while data := await process.stdout.read(65_536):
            *lines, rest = (rest + data).split(b"\n")
            if lines:
                self._heard(int(lines[-1]))
        return await process.wait()

    def _heard(self, position: int) -> None:
        self.position = position
        self._ready.set()
        self._moved.set()
        for callback in self._callbacks:
            try:
                callback(position)
            except Exception:
                _LOG.exception("what follows the views failed at position %d; the projector goes on", position)


class BlockingProjector:
    """The same child for a program without an event loop, such as an import. Use it as a context manager."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            preexec_fn=die_with_parent(),  # noqa: PLW1509 - calls prctl and nothing that a thread could hold
        )
        self.position = -1

    def __enter__(self) -> "BlockingProjector":
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe(self._process.stdin).close()
        self._pipe(self._process.stdout).close()
        self._process.wait()

    def wait_until(self, position: int) -> None:
        """Returns when every view shows the log up to this position. ProjectorError: the child ended."""
        with suppress(BrokenPipeError):
            self._pipe(self._process.stdin).write(b"\n")
            self._pipe(self._process.stdin).flush()
        while self.position < position:
            line = self._pipe(self._process.stdout).readline()
            if not line:
                raise ProjectorError(f"the projector ended with code {self._process.wait()}: see its message above")
            self.position = int(line)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe
