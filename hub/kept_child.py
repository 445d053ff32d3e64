"""A child process that a hub talks with by lines, and starts again whenever it ends before it is told to."""

import asyncio
import logging
import subprocess
from collections.abc import Callable, Mapping, Sequence

from hub.children import die_with_parent

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_LONG_ENOUGH_S = 30.0
"""What has run for so long may be started again at once."""
_READ = 1 << 18
_PATIENCE_S = 10.0
"""So long it may take to end."""

log = logging.getLogger(__name__)


class KeptChild:
    """`heard` is called on the loop with each line that the child writes, `begun` after each start of it: what it was
    told before and has not answered is to be told again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None,
        heard: Callable[[bytes], None],
        begun: Callable[[], None],
    ) -> None:
        self._name = name
        self._command = command
        self._environment = environment
        self._heard = heard
        self._begun = begun
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def is_kept(self) -> bool:
        """Whether it was ever to run."""
        return self._keeper is not None

    @property
    def pid(self) -> int:
        """The child's process id, 0 while there is none."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    def keep(self) -> None:
        """From now on it runs; on the main thread. It need not be there when this returns."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name=self._name)

    def tell(self, line: bytes) -> None:
        """Never blocks; lost where there is no child just now: `begun` says when there is."""
        pipe = self._process.stdin if self._process is not None else None
        if pipe is not None and not pipe.is_closing():
            pipe.write(line)

    async def stop(self) -> None:
        """It ends when it has read that nothing more is told."""
        self._stopping = True
        self._close()
        if self._keeper is None:
            return
        _, alive = await asyncio.wait([self._keeper], timeout=_PATIENCE_S)
        if alive and self._process is not None:
            log.error("%s does not end: it is killed", self._name)
            self._process.kill()
            await asyncio.wait(alive)

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def _keep(self) -> None:
        pause, loop = _FIRST_PAUSE_S, asyncio.get_running_loop()
        while not self._stopping:
            since = loop.time()
            ended = await self._live()
            if self._stopping:
                return
            pause = _FIRST_PAUSE_S if loop.time() - since > _LONG_ENOUGH_S else pause
            log.error("%s %s; it is started again in %.1f s", self._name, ended, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _live(self) -> str:
        """One child from its start to its end; how it ended. A machine short of memory or processes recovers."""
        try:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=self._environment,
                preexec_fn=die_with_parent(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            return f"can't be started: {error}"
        if self._stopping:
            self._close()
        assert process.stdout is not None
        self._begun()
        rest = b""
        while data := await process.stdout.read(_READ):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._heard(line)
        return f"ended with code {await process.wait()}"
