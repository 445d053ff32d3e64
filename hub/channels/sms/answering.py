"""Answers to who leaves advertising or comes back: kept until the carrier has them, each sent once, over restarts."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hub.channels.ledger import LedgerError
from hub.channels.registry import Place
from hub.channels.sms.book import Book, Owed
from hub.channels.sms.line import DeclinedError, UnclearError, Way
from hub.channels.sms.names import Names
from hub.channels.sms.submitting import Submitting
from hub.domain.errors import HubError, InvalidError

log = logging.getLogger(__name__)

AT_ONCE = 10
"""Of one line."""
_PAUSE = 2.0


class Answering:
    """`kept`: how old an answer may be when it leaves."""

    def __init__(
        self, names: Names, book: Book, place: Place, submitting: Submitting, ways: Mapping[str, Way], kept: timedelta
    ) -> None:
        self._names = names
        self._book = book
        self._place = place
        self._submitting = submitting
        self._ways = ways
        self._kept = kept
        self._is_owed = defaultdict[str, asyncio.Event](asyncio.Event)

    async def owe(self, line: str, name: str, to: str, text: str) -> None:
        """It is sent whatever happens from now on; once, however often it is owed under this name."""
        sealed = self._names.seal(f"{to}\n{text}".encode())
        self._book.owe(Owed(name, line, sealed, self._place.clock.now().timestamp()))
        await self._book.durable()
        self._is_owed[line].set()

    async def run(self, line: str) -> None:
        """A line's, for ever."""
        is_owed = self._is_owed[line]
        while True:
            is_owed.clear()
            owed = self._book.owed(line, AT_ONCE)
            if not owed:
                await is_owed.wait()
            elif not all(await asyncio.gather(*map(self._send, owed))):
                await asyncio.sleep(_PAUSE)

    async def _send(self, owed: Owed) -> bool:
        """Whether there is nothing more to do about it."""
        now = self._place.clock.now()
        try:
            why = await self._why_not(owed, now)
            self._book.settled(owed.name, now)
        except HubError as error:
            log.info("answer %s to a customer waits: %s", owed.name, error)
            return False
        if why:
            log.warning("answer %s to a customer, by line %s, is not sent: %s", owed.name, owed.line, why)
        return True

    async def _why_not(self, owed: Owed, now: datetime) -> str:
        """Empty: it has left. Raises NotTakenError and LedgerError where it may later."""
        if now - datetime.fromtimestamp(owed.at, UTC) > self._kept:
            return "it has waited too long"
        try:
            to, _, text = self._names.unseal(owed.sealed).decode().partition("\n")
        except LedgerError as error:
            return str(error)
        try:
            await self._submitting.submit(self._ways[owed.line], owed.line, owed.name, to, text)
        except UnclearError as error:
            return f"whether it left before is not known: {error}"
        except (DeclinedError, InvalidError) as error:
            self._place.ledger.failed(owed.name, now)
            return str(error)
        return ""
