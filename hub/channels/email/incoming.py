"""Takes in what mail servers and mailboxes bring: done when the hub has it, so that they may forget it."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import TooLargeError
from hub.channels.email.book import Book, Heard
from hub.channels.email.contacts import answered_at, contact_of, written_to
from hub.channels.email.fax import as_fax, is_fax, number_of
from hub.channels.email.mail import Mail, Report, ReportAction
from hub.channels.email.parse import parse
from hub.channels.email.settings import EmailSettings
from hub.channels.email.surveys import answer, is_survey
from hub.channels.email.threads import Names
from hub.channels.ledger import Made, State
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.domain.contact import Attachment, Channel, Contact, ConversationEvent, ConversationSignal
from hub.domain.errors import HubError, InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)

LARGE = 100_000
"""Bytes above which a mail is read beside the loop."""
AT_ONCE = 64
"""Mails that are on their way to the hub; more of them wait, and their mail servers with them."""
Withdraw = Callable[[str, str], Awaitable[None]]
"""Ends promotional mail where this contact of ours went; the second is what the customer did, in words."""


class RefusedMailError(HubError):
    """A mail that can't be taken, now or later; its bytes are kept."""


class TooLargeMailError(RefusedMailError):
    """One that is too large to be kept, too: who brought it has it still."""


class Incoming:
    """`withdraw`: None where nobody can unsubscribe."""

    def __init__(
        self, settings: EmailSettings, names: Names, book: Book, place: Place, link: Link, withdraw: Withdraw | None
    ) -> None:
        self._settings = settings
        self._names = names
        self._book = book
        self._place = place
        self._link = link
        self._withdraw = withdraw
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def take(self, raw: bytes, envelope_from: str | None = None, envelope_to: Sequence[str] = ()) -> None:
        """The hub has it when this returns; once, however often it is called. Raises RefusedMailError, and any other
        HubError where it is to come again."""
        async with self._turns:
            try:
                await self._take(raw, envelope_from, envelope_to)
            except TooLargeError as error:
                raise TooLargeMailError(f"this mail can't be taken: {error}") from error
            except (InvalidError, ValueError) as error:
                await self._refuse(raw, error)
                raise RefusedMailError(f"this mail can't be taken: {error}") from error

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """What was refused before, as if it came now. Raises InvalidError where it is refused again."""
        raw = await self._place.attachments.get(refused.raw.uri)
        try:
            return await self._take(raw, None, ())
        except ValueError as error:
            raise InvalidError(str(error)[:500], refused.field) from error

    async def _take(self, raw: bytes, envelope_from: str | None, envelope_to: Sequence[str]) -> Confirmation:
        now, settings = self._place.clock.now(), self._settings
        if len(raw) > LARGE:
            mail = await asyncio.to_thread(parse, raw, now, envelope_from, settings.lists, settings.refused_files)
        else:
            mail = parse(raw, now, envelope_from, settings.lists, settings.refused_files)
        if self._place.ledger.by_wire_id(mail.message_id) is not None:
            log.warning("a mail of our own came back: it is left out", extra={"message_id": mail.message_id})
            return _done(mail)
        if mail.report is not None and (about := self._ours(mail.report)) is not None:
            await self._reported(mail.report, about)
            return _done(mail)
        if self._withdraw is not None and (sent := self._unsubscribed(mail, envelope_to)) is not None:
            await self._withdraw(sent.contact_id, "a mail to the address for it")
            return _done(mail)
        answered = None if mail.is_auto else await self._survey_answered(mail, envelope_to)
        return answered or await self._record(mail, raw, envelope_from, envelope_to)

    async def _survey_answered(self, mail: Mail, envelope_to: Sequence[str]) -> Confirmation | None:
        """None: it is no number in answer to a survey of ours, or one that comes too late: a contact as any other."""
        names = dict.fromkeys([*mail.in_reply_to, *self._names.tokens(envelope_to, mail)])
        made = next((one for name in names if (one := self._place.ledger.by_wire_id(name)) is not None), None)
        said = answer(made.contact_id, mail.text) if made is not None else None
        if made is None or said is None:
            return None
        confirmed = await self._link.conversation(
            ConversationEvent(
                id=f"{self._names.contact_id(mail)}.answer", channel=Channel.EMAIL, thread=made.thread,
                occurred_at=self._place.clock.now(), signal=ConversationSignal.SURVEY_ANSWERED, **said._asdict(),
            )
        )  # fmt: skip
        return confirmed if confirmed.status == "accepted" else None

    async def _record(
        self, mail: Mail, raw: bytes, envelope_from: str | None, envelope_to: Sequence[str]
    ) -> Confirmation:
        contact_id = self._names.contact_id(mail)
        if self._book.has_taken(contact_id):
            return _done(mail)
        files = await self._kept(mail, raw)
        thread = self._placed(mail, contact_id, envelope_to)
        to = written_to(mail, envelope_to, self._settings)
        address = answered_at(mail, envelope_from or "", self._settings.own)
        sent_at = mail.sent_at or self._book.first_seen(contact_id, self._place.clock.now())
        contact = contact_of(mail, (contact_id, thread), sent_at, address, to, files, self._settings)
        contact = self._as_fax(contact, mail, raw)
        confirmed = await self._link.contact(contact)
        if confirmed.status == "rejected":
            log.warning("the hub has set a mail aside (hub rejected): %s %s", confirmed.field, confirmed.reason)
        is_answered = mail.message_id and not mail.is_auto
        heard = Heard(mail.message_id, mail.references or mail.in_reply_to, to) if is_answered else None
        self._book.take(contact_id, self._place.clock.now(), contact.thread, heard)
        return confirmed

    def _as_fax(self, contact: Contact, mail: Mail, raw: bytes) -> Contact:
        """As it is, where it is none."""
        fax = self._settings.fax
        if fax is None or not is_fax(mail, fax):
            return contact
        number = number_of(raw, fax, self._place.phone_region)
        return as_fax(contact, number, self._names.fax_thread(number), fax)

    async def _kept(self, mail: Mail, raw: bytes) -> list[Attachment]:
        """Its files, and the original last; on disk together."""
        put = self._place.attachments.put
        return await asyncio.gather(
            *(put(one.data, one.media_type, one.name) for one in mail.files), put(raw, "message/rfc822", "original.eml")
        )

    def _placed(self, mail: Mail, contact_id: str, envelope_to: Sequence[str]) -> str:
        """Its conversation."""
        thread = self._names.thread_of(mail, self._known, self._book.conversation_of, envelope_to)
        if not (mail.references or mail.in_reply_to):
            return thread
        return self._book.place(contact_id, thread, self._place.clock.now())

    def _known(self, message_id: str) -> str | None:
        made = self._place.ledger.by_wire_id(message_id)
        return made.thread if made else None

    def _ours(self, report: Report) -> Made | None:
        made = (self._place.ledger.by_wire_id(one) for one in report.about)
        return next((one for one in made if one is not None), None)

    async def _reported(self, report: Report, about: Made) -> None:
        """Only that it did not reach the customer counts: that it left is known, and that it takes longer changes
        nothing."""
        if report.action is not ReportAction.FAILED:
            return
        if report.is_of_copy:
            log.warning("a copy of mail %s did not arrive: %s", about.contact_id, report.reason)
            return
        now = self._place.clock.now()
        if about.state is not State.FAILED:
            self._place.ledger.failed(about.contact_id, now)
        if is_survey(about.contact_id):
            return
        failed = ConversationEvent(
            id=f"{about.contact_id}.returned", channel=Channel.EMAIL, thread=about.thread, occurred_at=now,
            signal=ConversationSignal.FAILED, contact_id=about.contact_id, reason=report.reason,
        )  # fmt: skip
        await self._link.conversation(failed)

    def _unsubscribed(self, mail: Mail, envelope_to: Sequence[str]) -> Made | None:
        """The mail of ours whose token it names, written to `unsubscribe+TOKEN@…`: whoever wrote it, where that one
        went is meant."""
        addresses = [*envelope_to, *(one.address for one in mail.recipients)]
        asked = [one for one in addresses if one.lower().startswith("unsubscribe+")]
        tokens = (f"{one.lower().partition('+')[2].partition('@')[0]}@{self._names.domain}" for one in asked)
        return next((made for one in tokens if (made := self._place.ledger.by_wire_id(one)) is not None), None)

    async def _refuse(self, raw: bytes, error: Exception) -> None:
        """Kept with its bytes."""
        kept = await self._place.attachments.put(raw, "message/rfc822", "original.eml")
        field = error.field if isinstance(error, InvalidError) else ""
        await self._link.refused(
            RefusedInput(
                id=f"mail-{hashlib.sha256(kept.uri.encode()).hexdigest()[:32]}", channel=Channel.EMAIL, raw=kept,
                reason=str(error)[:500] or type(error).__name__, field=field[:200],
                received_at=self._place.clock.now(),
            )
        )  # fmt: skip


def _done(mail: Mail) -> Confirmation:
    """There was nothing to record, or nothing new."""
    return Confirmation(id=mail.id, status="accepted", duplicate=True)
