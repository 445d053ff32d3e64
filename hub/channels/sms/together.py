"""Writes to the ledger what many messages need at the same moment, for one wait of the disk."""

import asyncio
from collections.abc import Callable

from hub.channels.ledger import Ledger

_GATHER_SECONDS = 0.002


class Together:
    """Changes in the order they are asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: list[tuple[Callable[[], None], asyncio.Future[None]]] = []

    async def do(self, change: Callable[[], None]) -> None:
        """It is on disk when this returns. Raises LedgerError."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_later(_GATHER_SECONDS, self._write)
        self._waiting.append((change, done))
        await asyncio.shield(done)

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            with self._ledger.together():
                for change, _ in waiting:
                    change()
        except Exception as error:
            for _, done in waiting:
                done.set_exception(error)
            return
        for _, done in waiting:
            done.set_result(None)
