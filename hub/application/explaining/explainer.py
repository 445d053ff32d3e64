"""Explanations for whoever asks over HTTP, computed in a process beside the hub's: offers go first."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson

from hub.application.beside import ChildFailedError, told_by
from hub.domain.errors import HubError
from hub.ports import Journal

SECONDS = 120.0
"""Most that one explanation may take."""
WAITING = 8
"""Most that may wait for their turn."""

log = logging.getLogger(__name__)


class ExplanationError(HubError):
    """An explanation can't be had now."""


class OneAtATime:
    """So many may wait for their turn, the others are told to come back."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting = 0
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for it. Raises ExplanationError where too many do."""
        if self._waiting > self._most:
            raise ExplanationError(f"{self._waiting} explanations are asked for already: ask again in a while")
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1


class Explainer:
    """`command` and an interaction's id, run as a child, print its decisions as JSON; one child at a time."""

    def __init__(
        self,
        journal: Journal,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        seconds: float = SECONDS,
        waiting: int = WAITING,
    ) -> None:
        self._journal = journal
        self._command = command
        self._environment = environment
        self._seconds = seconds
        self._turns = OneAtATime(waiting)

    async def __call__(self, interaction_id: str) -> Mapping[str, Any] | None:
        """Every decision on an interaction; None: there is no such one. Raises ExplanationError."""
        if not interaction_id.startswith("interaction-") or await self._journal.last(interaction_id) is None:
            return None
        async with self._turns.turn():
            return await self._explain(interaction_id)

    async def _explain(self, interaction_id: str) -> Mapping[str, Any]:
        try:
            out = await told_by([*self._command, interaction_id], self._environment, self._seconds)
        except TimeoutError:
            raise ExplanationError(
                f"{interaction_id} could not be explained within {self._seconds:.0f} s: "
                f"ask on the machine itself, `hub explain {interaction_id}`"
            ) from None
        except ChildFailedError as error:
            log.error("explaining %s failed: %s", interaction_id, error)
            raise ExplanationError(f"{interaction_id} could not be explained: the hub's log says why") from error
        told: dict[str, Any] = orjson.loads(out)
        return told
