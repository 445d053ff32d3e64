"""Finds what a status is about, also after restarts, and tells the hub what became of it."""

import logging
from collections.abc import Mapping

from hub.channels.ledger import Made, State
from hub.channels.link import Link
from hub.channels.messaging_webhooks.message import Fate, Status
from hub.channels.messaging_webhooks.names import Names
from hub.channels.messaging_webhooks.reports import Reports
from hub.channels.messaging_webhooks.sender import Sender
from hub.channels.messaging_webhooks.settings import Account
from hub.channels.registry import Place
from hub.channels.unnamed import looked_for
from hub.domain.sign import SignKind

log = logging.getLogger(__name__)


class Settling:
    """Statuses of all accounts."""

    def __init__(
        self, accounts: Mapping[str, Account], names: Names, place: Place, link: Link, reports: Reports, sender: Sender
    ) -> None:
        self._accounts = accounts
        self._names = names
        self._place = place
        self._link = link
        self._reports = reports
        self._sender = sender

    async def __call__(self, provider: str, status: Status) -> None:
        """The hub has it when this returns."""
        made = await self._about(provider, status)
        if made is None:
            log.info("a status of %s is about nothing that left here", provider)
            return
        at = status.at or self._place.clock.now()
        if status.fate is Fate.FAILED:
            if made.state is not State.FAILED:
                self._place.ledger.failed(made.contact_id, self._place.clock.now())
            await self._reports.failed(made.contact_id, made.thread, status.reason)
            return
        await self._reports.delivered(made.contact_id, made.thread, at)
        if status.fate is Fate.READ:
            await self._link.sign(made.thread, SignKind.READ)

    def thread_of(self, provider: str, to: str, message: str) -> str:
        """Of the message of ours that the provider calls so; empty: there is none."""
        made = self._made(provider, to, message) if message else None
        return made.thread if made is not None else ""

    async def _about(self, provider: str, status: Status) -> Made | None:
        return await looked_for(
            lambda: self._made(provider, status.to, status.id),
            lambda: self._sender.is_in_hand(provider, status.to),
            told_again=bool(status.to),
        )

    def _made(self, provider: str, to: str, message: str) -> Made | None:
        whose = to if self._accounts[provider].mapping.send.ids_repeat else ""
        return self._place.ledger.by_wire_id(self._names.wire_id(provider, whose, message))
