"""Has what agents may say decided as soon as work is offered, beside routing, and what they left unsaid put down."""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hub.application.paths.action_responses import ActionResponses
from hub.application.paths.actions import NextBestActions
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.ids import offer_id
from hub.domain.interaction.events import InteractionOffered, InteractionReopened, WrapUpCompleted
from hub.ports import Recorded

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Decisions at a time: what comes of them is done between two steps of routing, and must not keep it waiting."""
KEEP_SECONDS = 5.0
"""Between two times that the place in the log is written down, on the wall's clock."""
RETRY_SECONDS = 1.0
_ACTOR = "policy:paths"
_BY_POLICY = "policy:"


class _Due(NamedTuple):
    position: int
    interaction: str
    is_over: bool


class ActionsWatch:
    """`follow` the log from `start` on, and `run` beside it. Routing never waits for it; what it does twice, or in two
    processes, is done once. Whoever asks before it is there has it decided then."""

    def __init__(self, actions: NextBestActions, responses: ActionResponses, file: Path | None = None) -> None:
        self._actions = actions
        self._responses = responses
        self._file = file
        self._due: deque[_Due] = deque()
        self._reopened: set[str] = set()
        """Its customer came back: the next offer is of a new conversation."""
        self._seen = 0
        self._kept = -1
        self._keep_at = 0.0
        self._wake = asyncio.Event()

    def start(self, head: int) -> int:
        """The position to follow the log from; `head` where nothing was written down."""
        self._seen = head
        if self._file is not None:
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                self._seen = min(head, int(json.loads(self._file.read_text("utf-8"))["position"]))
        return self._seen

    def follow(self, batch: Sequence[Recorded]) -> None:
        """These events were committed."""
        proposes = self._actions.proposes
        for position, stream, _, event in batch:
            kind = type(event)
            if kind is InteractionOffered:
                assert isinstance(event, InteractionOffered)
                is_first = stream in self._reopened or event.offer_id == offer_id(stream, 1)
                self._reopened.discard(stream)
                if is_first and proposes:
                    self._due.append(_Due(position, stream, is_over=False))
            elif kind is InteractionReopened:
                self._reopened.add(stream)
            elif kind is WrapUpCompleted and proposes and self._may_be_unanswered(event.actor):
                self._due.append(_Due(position, stream, is_over=True))
        self._seen = batch[-1].position
        if self._due:
            self._wake.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._wake.clear()
            try:
                if await self.step():
                    continue
            except HubError as error:
                log.warning("what agents may say can't be decided now, trying on: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), KEEP_SECONDS)

    async def step(self) -> bool:
        """Do some of what is due; False: nothing was."""
        some = [self._due[place] for place in range(min(AT_ONCE, len(self._due)))]
        outcomes = await asyncio.gather(*(self._do(one) for one in some), return_exceptions=True)
        failed = next((one for one in outcomes if isinstance(one, BaseException)), None)
        if failed is not None:
            raise failed
        for _ in some:
            self._due.popleft()
        self._note()
        return bool(some)

    def keep(self) -> None:
        """How far everything is done goes to disk, so that a start goes on from there."""
        position = self._due[0].position - 1 if self._due else self._seen
        if self._file is not None and position != self._kept:
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps({"position": position}), "utf-8")
            draft.replace(self._file)
            self._kept = position

    async def _do(self, due: _Due) -> None:
        by = {"actor": _ACTOR, "command_id": due.interaction}
        try:
            if due.is_over:
                await self._responses.close(due.interaction, **by)
            else:
                await self._actions.decide(due.interaction, **by)
        except (NotFoundError, RefusedError):
            return  # agents among themselves, or somebody who was forgotten meanwhile
        except (ConflictError, InvalidError) as error:
            log.warning("what may be said in %s is decided when it is asked for: %s", due.interaction, error)

    def _may_be_unanswered(self, actor: str) -> bool:
        """An agent could not have completed it without."""
        return actor.startswith(_BY_POLICY) or not self._actions.asks_for_responses

    def _note(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._keep_at:
            self._keep_at = now + KEEP_SECONDS
            self.keep()
