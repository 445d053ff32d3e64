"""Finds what a receipt is about, days later and over restarts, and tells the hub what became of it."""

import logging

from hub.channels.ledger import Made
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.sms.book import Book
from hub.channels.sms.message import Fate, Receipt
from hub.channels.sms.names import Names
from hub.channels.sms.parse import spelled
from hub.channels.sms.pdu import Address
from hub.channels.sms.reports import Reports
from hub.channels.sms.submitting import Part, Submitting
from hub.channels.unnamed import looked_for

log = logging.getLogger(__name__)


class Settling:
    """Receipts of all lines."""

    def __init__(self, names: Names, book: Book, place: Place, link: Link, submitting: Submitting) -> None:
        self._names = names
        self._book = book
        self._place = place
        self._reports = Reports(link, place.clock)
        self._submitting = submitting

    async def __call__(self, line: str, receipt: Receipt) -> None:
        """The hub has it when this returns."""
        made = await self._about(line, receipt)
        if made is None:
            log.warning("a receipt is about nothing that left by line %s", line)
        elif receipt.fate is not Fate.UNDER_WAY:
            await self._tell(made, receipt)

    async def _about(self, line: str, receipt: Receipt) -> Made | None:
        number = spelled(Address(receipt.number), self._place.phone_region)
        made = await looked_for(
            lambda: self._named(line, number, receipt),
            lambda: self._submitting.is_in_hand(line, number),
            told_again=bool(number),
        )
        return made if made is not None else await self._in_doubt(line, number, receipt)

    def _named(self, line: str, number: str, receipt: Receipt) -> Made | None:
        """By the name itself; by another spelling of it only what went to the same number: it may be another's name."""
        for name in receipt.names:
            made = self._place.ledger.by_wire_id(f"{line}:{name}")
            if made is not None and (
                name == receipt.names[0] or not number or made.thread == self._names.thread(line, number)
            ):
                return made
        return None

    async def _in_doubt(self, line: str, number: str, receipt: Receipt) -> Made | None:
        """Of what may have left, or not, it can only be the one to this number, or the one that begins so: it left."""
        doubts = self._book.in_doubt(self._names.who(line, number))
        if len(doubts) > 1:
            beginning = self._names.digest("beginning", receipt.beginning)
            doubts = [one for one in doubts if one[1] == beginning]
        made = self._place.ledger.of(doubts[0][0]) if len(doubts) == 1 else None
        if made is None:
            return None
        now, named = self._place.clock.now(), receipt.names[0] if receipt.names else ""
        self._place.ledger.left(made.contact_id, f"{line}:{named}", made.thread, now)
        self._book.settle(made.contact_id)
        part = Part.of(made.contact_id)
        others = (Part.of(name).name for name, _ in self._book.in_doubt(self._names.who(line, number)))
        if part.name not in others:
            if part.total > 1:
                self._place.ledger.left(part.name, "", made.thread, now)
            await self._reports.sent(part.name, made.thread)
        return made

    async def _tell(self, made: Made, receipt: Receipt) -> None:
        part, now = Part.of(made.contact_id), self._place.clock.now()
        if receipt.fate is Fate.FAILED:
            for name in {made.contact_id, part.name}:
                self._place.ledger.failed(name, now)
            await self._reports.failed(part.name, made.thread, receipt.reason)
        elif self._book.arrive(part.name, part.number, now) == part.total:
            await self._reports.delivered(part.name, made.thread)
