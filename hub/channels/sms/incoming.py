"""Takes in what lines bring: done when the hub has it, so that carriers may forget it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import TooLargeError
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.sms.book import Book
from hub.channels.sms.contacts import contact_of
from hub.channels.sms.joining import Joined, Parts
from hub.channels.sms.mapping import fields_of, incoming
from hub.channels.sms.message import Incoming, Receipt
from hub.channels.sms.names import Names
from hub.channels.sms.parse import parse
from hub.channels.sms.pdu import Status
from hub.channels.sms.repeats import came_before
from hub.channels.sms.settings import SmsSettings
from hub.channels.sms.surveys import answered
from hub.channels.sms.wishes import Wishes
from hub.domain.contact import Attachment, Channel
from hub.domain.errors import HubError, InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)

_PDU = "application/vnd.smpp.deliver-sm"
_LONGEST = 100_000
_MOST_ORIGINALS = 50
_LOOK_SECONDS = 60.0


class NotConfirmedError(HubError):
    """The hub did not take it in time: it is to come again."""


Settle = Callable[[str, Receipt], Awaitable[None]]
"""Hears a receipt on a line."""


class Taking:
    """All lines'."""

    def __init__(
        self, settings: SmsSettings, names: Names, book: Book, place: Place, link: Link, wishes: Wishes, settle: Settle
    ) -> None:
        self._settings = settings
        self._names = names
        self._book = book
        self._place = place
        self._link = link
        self._wishes = wishes
        self._settle = settle
        self._parts = Parts(book, names)
        self._under_way: dict[str, str] = {}

    async def deliver(self, line: str, session: str, body: bytes) -> int:
        """The body of a deliver_sm; how it is answered."""
        try:
            async with asyncio.timeout(self._settings.answer_within_seconds):
                try:
                    await self.take(line, session, self._parsed(line, body), body)
                except InvalidError as error:
                    await self.refuse(line, body, error)
                    return Status.NEVER
        except TimeoutError:
            log.warning("the hub did not confirm a message in time: its carrier keeps it")
            return Status.TRY_LATER
        except HubError as error:
            log.warning("a message can't be taken now, its carrier keeps it: %s", error)
            return Status.TRY_LATER
        return Status.OK

    async def take(self, line: str, session: str, told: Incoming | Receipt, raw: bytes) -> None:
        """The hub has it when this returns, once; a part is on the disk. Raises InvalidError where it can't be taken,
        any other HubError where it is to come again."""
        if isinstance(told, Receipt):
            await self._settle(line, told)
        elif told.place is not None:
            await self._take_part(line, told, raw)
        else:
            content = self._names.digest("content", line, told.numbered or raw)
            await self._take_once(line, session, content, told, raw, is_named=bool(told.numbered))

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """What was refused before, as if it came now. Raises InvalidError where it is refused again."""
        body = await self._place.attachments.get(refused.raw.uri)
        line = refused.id.split("-")[1] if refused.id.count("-") >= 2 else ""
        if line not in self._settings.lines:
            raise InvalidError(f"there is no line {line!r} any more", "line")
        await self.take(line, "again", self._parsed(line, body), body)
        return Confirmation(id=refused.id, status="accepted")

    def ended(self, session: str) -> None:
        """A link is gone: what was answered on it last may not have arrived."""
        self._book.end(session, self._place.clock.now())

    async def give_up_parts(self) -> None:
        """For ever: messages of which parts are missing are told as far as they came."""
        while True:
            for joined in self._parts.overdue(self._place.clock.now(), timedelta(hours=self._settings.parts_hours)):
                try:
                    await self._tell_joined(joined)
                    self._parts.told(joined, self._place.clock.now())
                except HubError as error:
                    log.warning("a message of which parts are missing is told later: %s", error)
            await asyncio.sleep(_LOOK_SECONDS)

    def _parsed(self, line: str, body: bytes) -> Incoming | Receipt:
        smpp, webhook = self._settings.lines[line].smpp, self._settings.lines[line].aggregator
        if webhook is not None:
            return incoming(fields_of(body), webhook.message, self._place.phone_region)
        try:
            return parse(body, self._place.phone_region, smpp.alphabet if smpp else "gsm")
        except (ValueError, LookupError) as error:  # what nobody thought of is refused with its bytes, and never lost
            raise InvalidError(f"it can't be read: {error}"[:500], "short_message") from error

    async def _take_part(self, line: str, part: Incoming, raw: bytes) -> None:
        while (given_up := self._parts.in_its_place(line, part, raw)) is not None:
            await self._tell_joined(given_up)
            self._parts.drop(given_up)
        whole = self._parts.add(line, part, raw, self._place.clock.now())
        if whole is not None:
            await self._tell_joined(whole)
            self._parts.told(whole, self._place.clock.now())
        await self._book.durable()

    async def _tell_joined(self, joined: Joined) -> None:
        contact_id = self._names.contact_id(joined.content, joined.came)
        originals = await self._originals(joined.incoming, *joined.raw)
        await self._tell(joined.line, contact_id, joined.came, joined.incoming, originals)

    async def _take_once(
        self, line: str, session: str, content: str, told: Incoming, raw: bytes, *, is_named: bool
    ) -> None:
        now = self._place.clock.now()
        before = self._book.came(content)
        if is_named and before:
            contact_id, at = before[0].contact_id, before[0].at
            if before[0].answered_at is not None:
                return
        else:
            ends = {one.session: ended for one in before if (ended := self._book.ended_at(one.session)) is not None}
            under_way = {name for name, on in self._under_way.items() if on == session}
            found = came_before(before, session, now, under_way, ends)
            contact_id, at = (found.contact_id, found.at) if found else (self._names.contact_id(content, now), now)
            if found is None:
                self._book.take(contact_id, content, at, session)
        self._under_way[contact_id] = session
        try:
            await self._tell(line, contact_id, at, told, await self._originals(told, raw))
            self._book.answer(contact_id, session, self._place.clock.now())
        finally:
            self._under_way.pop(contact_id, None)

    async def _originals(self, told: Incoming, *raw: bytes) -> tuple[Attachment, ...]:
        """The bytes, where words alone would lose something of them; of the most parts that a contact can carry."""
        if "\ufffd" not in told.text and len(told.text) <= _LONGEST:
            return ()
        kept = [await self._place.attachments.put(one, _PDU, "original.smpp") for one in raw[:_MOST_ORIGINALS]]
        return tuple(kept)

    async def _tell(
        self, line: str, contact_id: str, at: datetime, told: Incoming, originals: tuple[Attachment, ...]
    ) -> None:
        """To the hub, as what it is."""
        thread = self._names.thread(line, told.source)
        if await self._wishes.take(line, contact_id, told, at):
            return
        if await answered(self._link, self._book, thread, contact_id, told.text, at):
            return
        settings = self._settings.lines[line]
        confirmed = await self._link.contact(contact_of(told, contact_id, thread, at, settings, originals))
        if confirmed.status != "accepted":
            log.warning("the hub has set a message aside (hub rejected): %s %s", confirmed.field, confirmed.reason)

    async def refuse(self, line: str, body: bytes, error: InvalidError) -> None:
        """Have it kept where it is seen and tried again."""
        try:
            kept = await self._place.attachments.put(body or b"\0", _PDU, "original.smpp")
        except TooLargeError:
            return
        await self._link.refused(
            RefusedInput(
                id=f"refused-{line}-{self._names.digest('refused', body)}", channel=Channel.SMS, raw=kept,
                reason=str(error)[:500], field=error.field[:200], received_at=self._place.clock.now(),
            )
        )  # fmt: skip
