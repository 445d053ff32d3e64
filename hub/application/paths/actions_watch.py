"""Has what agents may say decided in a process beside routing as soon as work is offered, and what they left unsaid put
down; what was decided there is written here."""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hub.application.deciding import ATTEMPTS
from hub.application.paths.actions import NextBestActions
from hub.application.paths.asked_beside import Asked, Drafted
from hub.domain.errors import ConflictError, HubError
from hub.domain.ids import offer_id
from hub.domain.interaction.events import InteractionOffered, InteractionReopened, WrapUpCompleted
from hub.ports import Clock, Committed, Recorded, Streams, Unit

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Conversations that are asked about at a time: enough that they are read together, few enough to be asked again soon
where the process ends."""
KEEP_SECONDS = 5.0
"""Between two times that the place in the log is written down, on the wall's clock."""
RETRY_SECONDS = 1.0
GATHER_SECONDS = 0.02
"""After something was written: what is decided meanwhile is written together, so that routing seldom finds the disk
taken."""
_BY_POLICY = "policy:"


class Beside(Protocol):
    """The process that decides."""

    def keep(self) -> None:
        """It is needed from now on."""

    def ask(self, asked: Sequence[Asked]) -> None:
        """Never blocks. It answers by `drafted`, in any order; what is lost is asked again by `ask_again`."""


@dataclass(slots=True)
class _Due:
    position: int
    asked: Asked
    since: datetime
    times: int = 0
    """Asked so often."""


class ActionsWatch:
    """`follow` the log from `start` on, and `run` beside it. Routing never waits for it; what it does twice, or in two
    processes, is done once. Whoever asks before it is there has it decided then. `late` is told how many seconds after
    an offer was recorded what may be said in it was."""

    def __init__(
        self,
        journal: Streams,
        clock: Clock,
        actions: NextBestActions,
        beside: Beside,
        file: Path | None = None,
        late: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._actions = actions
        self._beside = beside
        self._file = file
        self._late = late
        self._due: dict[int, _Due] = {}
        """Everything that is not done, by number, the oldest first."""
        self._numbers = 0
        self._waiting: deque[int] = deque()
        self._asked: set[int] = set()
        self._drafted: list[Drafted] = []
        self._reopened: set[str] = set()
        """Its customer came back: the next offer is of a new conversation."""
        self._seen = 0
        self._kept = -1
        self._keep_at = 0.0
        self._wake = asyncio.Event()
        self.conflicts = 0
        """How often somebody else was first on a customer's stream, and it was decided again."""

    @property
    def due(self) -> int:
        """How many conversations wait for it."""
        return len(self._due)

    def oldest(self) -> float:
        """For how many seconds of the hub's time the oldest of them waits; 0: none does."""
        first = next(iter(self._due.values()), None)
        return 0.0 if first is None else max(0.0, (self._clock.now() - first.since).total_seconds())

    def start(self, head: int) -> int:
        """The position to follow the log from; `head` where nothing was written down."""
        self._seen = head
        if self._file is not None:
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                self._seen = min(head, int(json.loads(self._file.read_text("utf-8"))["position"]))
        if self._actions.proposes:
            self._beside.keep()
        return self._seen

    def follow(self, batch: Sequence[Recorded]) -> None:
        """These events were committed."""
        proposes = self._actions.proposes
        if proposes:
            self._beside.keep()
        for recorded in batch:
            _, stream, _, event = recorded
            kind = type(event)
            if kind is InteractionOffered:
                assert isinstance(event, InteractionOffered)
                is_first = stream in self._reopened or event.offer_id == offer_id(stream, 1)
                self._reopened.discard(stream)
                if is_first and proposes:
                    self._add(recorded, is_over=False)
            elif kind is InteractionReopened:
                self._reopened.add(stream)
            elif kind is WrapUpCompleted and proposes and self._may_be_unanswered(event.actor):
                self._add(recorded, is_over=True)
        self._seen = batch[-1].position
        self._ask()

    def drafted(self, drafted: Sequence[Drafted]) -> None:
        """What is to be written was decided."""
        self._drafted += drafted
        self._wake.set()

    def ask_again(self) -> None:
        """Another process decides from now on: what the last one left is its."""
        self._put_back(sorted(self._asked))
        self._ask()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._wake.clear()
            try:
                if await self.step():
                    await asyncio.sleep(GATHER_SECONDS)
                    continue
            except HubError as error:
                log.warning("what agents may say can't be written now, trying on: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), KEEP_SECONDS)

    async def step(self) -> bool:
        """Write what was decided, and ask on. False: nothing was."""
        drafted, self._drafted = self._drafted, []
        try:
            await self._write([one for one in drafted if one.number in self._due])
        except BaseException:
            self._put_back([one.number for one in drafted])
            raise
        finally:
            self._ask()
        self._note()
        return bool(drafted)

    def keep(self) -> None:
        """How far everything is done goes to disk, so that a start goes on from there."""
        first = next(iter(self._due.values()), None)
        position = self._seen if first is None else first.position - 1
        if self._file is not None and position != self._kept:
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps({"position": position}), "utf-8")
            draft.replace(self._file)
            self._kept = position

    def _add(self, recorded: Recorded, *, is_over: bool) -> None:
        self._numbers += 1
        asked = Asked(self._numbers, recorded.stream, is_over)
        self._due[asked.number] = _Due(recorded.position, asked, recorded.event.recorded_at)
        self._waiting.append(asked.number)

    def _ask(self) -> None:
        some: list[Asked] = []
        while self._waiting and len(self._asked) < AT_ONCE:
            due = self._due[self._waiting.popleft()]
            due.times += 1
            self._asked.add(due.asked.number)
            some.append(due.asked)
        if some:
            self._beside.ask(some)

    def _put_back(self, numbers: Iterable[int]) -> None:
        """These are asked again, before all others."""
        again = [number for number in numbers if number in self._asked]
        self._asked.difference_update(again)
        for number in reversed(again):
            if self._due[number].times < ATTEMPTS:
                self._waiting.appendleft(number)
            else:
                self._give_up(number, "it was tried again and again")

    async def _write(self, drafted: Sequence[Drafted]) -> None:
        written = [one for one in drafted if not one.failed and any(append.events for append in one.appends)]
        outcomes = await self._journal.commit([Unit(one.appends) for one in written]) if written else []
        ends = {one.number: outcome for one, outcome in zip(written, outcomes, strict=True)}
        for one in drafted:
            outcome = ends.get(one.number)
            if one.failed:
                log.warning("%s: what agents may say can't be decided now: %s", self._of(one.number), one.failed)
                asyncio.get_running_loop().call_later(RETRY_SECONDS, self._retry, one.number)
            elif outcome is None or isinstance(outcome, Committed):
                self._done(one.number)
            elif isinstance(outcome, ConflictError):
                self.conflicts += 1
                self._put_back([one.number])
            else:
                self._give_up(one.number, str(outcome))

    def _retry(self, number: int) -> None:
        self._put_back([number])
        self._ask()

    def _done(self, number: int) -> None:
        self._asked.discard(number)
        due = self._due.pop(number, None)
        if due is not None and not due.asked.is_over:
            self._late((self._clock.now() - due.since).total_seconds() / self._clock.speed)

    def _give_up(self, number: int, why: str) -> None:
        log.warning("what may be said in %s is decided when it is asked for: %s", self._of(number), why)
        self._asked.discard(number)
        self._due.pop(number, None)

    def _of(self, number: int) -> str:
        due = self._due.get(number)
        return due.asked.interaction if due is not None else "a conversation"

    def _may_be_unanswered(self, actor: str) -> bool:
        """An agent could not have completed it without."""
        return actor.startswith(_BY_POLICY) or not self._actions.asks_for_responses

    def _note(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._keep_at:
            self._keep_at = now + KEEP_SECONDS
            self.keep()
