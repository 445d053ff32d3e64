"""What is asked of a pool's owner, and what its callers are told."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.errors import HubError
from hub.router.pool.commands import Command
from hub.router.pool.state import Decided

Answer = asyncio.Future[list[Decided]]


class PoolUnavailableError(HubError):
    """The pool could not commit; what was asked may be asked again."""


@dataclass(slots=True)
class Asked:
    """A command, and who waits for what it leads to."""

    command: Command
    answer: Answer | None = None
    position: int = 0
    """Of the contact to take up, in the log; 0 for commands of people."""
    outcome: list[Decided] | HubError | None = None
    """What was decided; told only after the commit."""

    @property
    def refused(self) -> bool:
        """Whether it changed nothing because it may not."""
        return isinstance(self.outcome, HubError)

    def tell(self) -> None:
        """The outcome is durable."""
        if self.answer is None or self.answer.done():
            return
        if isinstance(self.outcome, HubError):
            self.answer.set_exception(self.outcome)
        else:
            self.answer.set_result(self.outcome or [])

    def fail(self, message: str) -> None:
        """Nothing came of it."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(PoolUnavailableError(message))


def fail_all(asked: Iterable[Asked], message: str) -> None:
    """Nothing came of any of these."""
    for one in asked:
        one.fail(message)
