"""The same questions, answered in a process beside the hub's: offers go first."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from hub.application.beside import ChildFailedError, told_by
from hub.application.explaining.explainer import SECONDS, WAITING, ExplanationError, OneAtATime
from hub.application.paths.answering import Answer
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError, RefusedError
from hub.policies.findings import PolicyError

_KINDS: Mapping[str, type[HubError]] = {one.__name__: one for one in (NotFoundError, RefusedError, ConflictError)}

log = logging.getLogger(__name__)


class PathAnswersBeside:
    """`command`, run as a child, reads a question as JSON and prints its answer; one child at a time."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        seconds: float = SECONDS,
        waiting: int = WAITING,
    ) -> None:
        self._command = command
        self._environment = environment
        self._seconds = seconds
        self._turns = OneAtATime(waiting)

    async def ask(self, what: str, **about: Any) -> Answer:
        """As PathAnswers.ask; raises ExplanationError besides, where no answer can be had now."""
        async with self._turns.turn():
            told = await self._told(orjson.dumps({"what": what, **about}))
        if "error" in told:
            raise _error(**told["error"])
        return told

    async def _told(self, asked: bytes) -> dict[str, Any]:
        try:
            out = await told_by(self._command, self._environment, self._seconds, asked)
        except TimeoutError:
            raise ExplanationError(
                f"no answer within {self._seconds:.0f} s: ask on the machine itself, `hub paths --help`"
            ) from None
        except ChildFailedError as error:
            log.error("answering a question about the paths failed: %s", error)
            raise ExplanationError("the question could not be answered: the hub's log says why") from error
        found: dict[str, Any] = orjson.loads(out)
        return found


def _error(kind: str, message: str, field: str) -> HubError:
    """As it was raised in the child."""
    if kind == InvalidError.__name__:
        return InvalidError(message, field)
    if kind == PolicyError.__name__:
        return InvalidError(message, "text")
    return _KINDS.get(kind, ExplanationError)(message)
