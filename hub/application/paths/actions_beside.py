"""The process that decides what agents may say, as the hub has it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from hub.application.paths.asked_beside import Asked, Decode, Drafted, asking, told_in
from hub.kept_child import KeptChild
from hub.ports import Clock

_NAME = "the process that decides what agents may say"
STUCK_SECONDS = 10.0
"""Without any answer while it is asked: the hub says that it is not ready."""


class ActionsBeside:
    """`drafted` is told what it decided, `begun` whenever it begins anew."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        clock: Clock,
        decode: Decode,
        drafted: Callable[[Sequence[Drafted]], None],
        begun: Callable[[], None],
    ) -> None:
        self._child = KeptChild(_NAME, command, environment, self._heard, self._began)
        self._clock = clock
        self._decode = decode
        self._drafted = drafted
        self._begun = begun
        self._asked = 0
        self._moved = 0.0

    @property
    def pid(self) -> int:
        """Its process id; 0: it does not run."""
        return self._child.pid

    def keep(self) -> None:
        """It runs from now on."""
        self._child.keep()

    def ask(self, asked: Sequence[Asked]) -> None:
        """As ActionsWatch wants it."""
        if not self._asked:
            self._moved = asyncio.get_running_loop().time()
        self._asked += len(asked)
        self._child.tell(asking(self._clock.now(), asked))

    @property
    def missing(self) -> str:
        """What is wrong with it; empty: nothing."""
        if self._child.is_kept and not self._child.pid:
            return f"{_NAME} is not running"
        if self._asked and asyncio.get_running_loop().time() - self._moved > STUCK_SECONDS:
            return f"what agents may say was not decided for {STUCK_SECONDS:.0f} s: see the log"
        return ""

    async def stop(self) -> None:
        """When it has answered what it is at."""
        await self._child.stop()

    def _began(self) -> None:
        self._asked = 0
        self._begun()

    def _heard(self, line: bytes) -> None:
        self._moved = asyncio.get_running_loop().time()
        drafted = told_in(line, self._decode)
        self._asked = max(0, self._asked - len(drafted))
        self._drafted(drafted)
