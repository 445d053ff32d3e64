"""Sends what the hub has decided to send: each message leaves once, and its fate is reported."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

from hub.channels.command import Command
from hub.channels.ledger import State
from hub.channels.messaging_webhooks.names import Names, address, provider_of
from hub.channels.messaging_webhooks.provider import DeclinedError, NotTakenError, Provider, UnclearError
from hub.channels.messaging_webhooks.reports import Reports
from hub.channels.messaging_webhooks.settings import Account
from hub.channels.registry import Place
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)

UNDER_WAY = "under way"
"""What a message is called in the ledger, from when it is handed over until its provider has named it."""
LAST_SECONDS = 5.0
"""What a message that is being handed over has, when the adapter is told to end, until its provider answers."""


class Sender:
    """What was begun and is not known to have left is not sent again: nobody knows."""

    def __init__(
        self, accounts: Mapping[str, Account], providers: Mapping[str, Provider], names: Names, place: Place,
        reports: Reports, give_up_hours: float,
    ) -> None:  # fmt: skip
        self._accounts = accounts
        self._providers = providers
        self._names = names
        self._place = place
        self._reports = reports
        self._patience = timedelta(hours=give_up_hours)
        self._in_hand = Counter[tuple[str, str]]()

    def is_in_hand(self, provider: str, to: str) -> bool:
        """Whether something to this customer (empty: to any) is just being handed over: its name is not known yet."""
        return any(whose == provider and to in ("", there) for whose, there in self._in_hand)

    async def carry_out(self, command: Command) -> None:
        """Over when this returns; raises where it is to be told again."""
        provider = provider_of(command.thread, command.address)
        if command.command != "send" or provider not in self._accounts:
            return
        made = self._place.ledger.of(command.contact_id)
        if made is None or (made.state is State.BEGUN and not made.wire_id):
            await self._send(provider, command)
        elif made.state is State.LEFT:
            await self._reports.sent(command.contact_id, made.thread)
        elif made.state is State.FAILED:
            await self._reports.failed(command.contact_id, made.thread, "it could not be sent")
        else:
            log.warning("whether message %s left before a crash is not known: it is not sent again", command.contact_id)

    async def _send(self, provider: str, command: Command) -> None:
        until = command.report_by or command.at + self._patience
        thread = command.thread
        try:
            to, words = self._checked(provider, command)
            thread = self._names.thread(provider, to)
            await self._providers[provider].ready(to)
            await self._to_its_end((provider, to), self._hand_over(provider, command.contact_id, thread, to, words))
        except (InvalidError, DeclinedError) as error:
            await self._fail(command.contact_id, thread, str(error))
        except NotTakenError as error:
            if self._place.clock.now() < until:
                raise
            await self._fail(command.contact_id, thread, str(error))
        except UnclearError as error:
            log.error("whether message %s left is not known, it is not sent again: %s", command.contact_id, error)
        else:
            await self._reports.sent(command.contact_id, thread)

    def _checked(self, provider: str, command: Command) -> tuple[str, str]:
        """Whom it goes to, and what it says. Raises InvalidError."""
        beginning = address(provider, "")
        to = command.address.removeprefix(beginning)
        if not command.address.startswith(beginning) or not to:
            raise InvalidError(f"a message of {provider} goes to an address that begins with {beginning}", "address")
        if command.attachments:
            raise InvalidError("messages carry no files of ours yet: send them by mail", "attachments")
        words = command.text or command.subject
        if command.grant:
            words = "\n".join([words, *(f"{name}: {value}" for name, value in command.grant.terms.items())])
        longest = self._accounts[provider].mapping.send.longest
        if not words.strip():
            raise InvalidError("a message says something", "text")
        if len(words) > longest:
            raise InvalidError(f"it has {len(words):,} characters, a message of {provider} at most {longest:,}", "text")
        return to, words

    async def _hand_over(self, provider: str, name: str, thread: str, to: str, words: str) -> None:
        ledger, clock = self._place.ledger, self._place.clock
        ledger.begin(name, UNDER_WAY, thread, clock.now())
        try:
            called = await self._providers[provider].submit(name, to, words)
        except NotTakenError:
            ledger.begin(name, "", thread, clock.now())
            raise
        whose = to if self._accounts[provider].mapping.send.ids_repeat else ""
        ledger.left(name, self._names.wire_id(provider, whose, called) if called else "", thread, clock.now())

    async def _to_its_end(self, whose: tuple[str, str], handing_over: Coroutine[Any, Any, None]) -> None:
        """Also where it is told to end meanwhile, for a while: nobody could tell whether the message left."""
        over = asyncio.ensure_future(handing_over)
        self._in_hand[whose] += 1
        try:
            await asyncio.shield(over)
        except asyncio.CancelledError:
            await asyncio.wait({over}, timeout=LAST_SECONDS)
            over.cancel()
            raise
        finally:
            self._in_hand[whose] -= 1
            self._in_hand += Counter()

    async def _fail(self, contact_id: str, thread: str, reason: str) -> None:
        ledger, now = self._place.ledger, self._place.clock.now()
        if ledger.of(contact_id) is None:
            ledger.begin(contact_id, "", thread, now)
        ledger.failed(contact_id, now)
        await self._reports.failed(contact_id, thread, reason)
