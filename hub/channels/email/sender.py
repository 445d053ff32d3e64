"""Sends what the hub has decided to send, by a mail server: each mail leaves once, and its fate is reported."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Sequence
from datetime import timedelta

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from hub.cancelling import still_wanted
from hub.channels.command import Command
from hub.channels.email.book import Book, Heard
from hub.channels.email.fax import goes_by_fax
from hub.channels.email.fax_pages import enclosed_pages
from hub.channels.email.render import Before, Enclosed, Occasion, references, render
from hub.channels.email.settings import EmailSettings, secret
from hub.channels.email.surveys import question
from hub.channels.email.threads import Names
from hub.channels.email.unsubscribing import Links
from hub.channels.ledger import State
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.domain.contact import Attachment, Channel, ConversationEvent, ConversationSignal
from hub.domain.errors import HubError, InvalidError, NotFoundError

log = logging.getLogger(__name__)

LAST_SECONDS = 5.0
"""What a mail that is being handed over has, when the adapter is told to end, until its server answers."""


class NotSentError(HubError):
    """A mail that has surely not left, and may later."""


class Sender:
    """What was begun under a name and is not known to have left is not sent again: nobody knows. What was begun under
    none has not left."""

    def __init__(
        self,
        settings: EmailSettings,
        names: Names,
        book: Book,
        place: Place,
        link: Link,
        links: Links | None,
        key: bytes,
    ) -> None:
        self._settings = settings
        self._smarthost = settings.smarthost
        self._password = secret(self._smarthost.password_file) if self._smarthost.password_file else ""
        self._names = names
        self._book = book
        self._place = place
        self._link = link
        self._links = links
        self._key = key
        self._turns = asyncio.Semaphore(self._smarthost.connections)

    async def carry_out(self, command: Command) -> None:
        """Over when this returns; raises where it is to be told again."""
        if command.command == "survey":
            asked = question(command, self._settings.surveys, self._place.clock.now())
            if asked is None:
                return
            command = asked
        elif command.command != "send":
            return
        made = self._place.ledger.of(command.contact_id)
        if made is None or (made.state is State.BEGUN and not made.wire_id):
            await self._send(command, is_first=made is None)
        elif made.state is State.LEFT:
            await self._report(command)
        elif made.state is State.FAILED:
            await self._report(command, "it could not be sent")
        else:
            log.warning("whether mail %s left before a crash is not known: it is not sent again", command.contact_id)

    async def _send(self, command: Command, *, is_first: bool) -> None:
        now = self._place.clock.now()
        until = command.report_by or command.at + timedelta(hours=self._settings.give_up_hours)
        self._place.ledger.begin(command.contact_id, "", command.thread, now)
        if is_first and not command.agent_id and not self._may_write(command):
            await self._fail(command, f"{self._settings.machine_mails_per_day} automatic mails went there today")
            return
        try:
            mail, identity = await self._rendered(command)
            async with self._turns:
                await self._hand_over(command, identity, mail)
        except _UnknownError:
            return
        except InvalidError as error:
            await self._fail(command, str(error))
            return
        except NotSentError as error:
            if self._place.clock.now() >= until:
                await self._fail(command, str(error))
                return
            raise
        await self._report(command)

    async def _rendered(self, command: Command) -> tuple[bytes, str]:
        """The mail, and the address it comes from."""
        message_id = self._names.message_id(command.contact_id)
        last = self._book.answered(command.answers, command.thread)
        identity = self._settings.identity_of(command.queue)
        if last and last.written_to and command.queue not in self._settings.queues:
            known = {one.address.address: one for one in (self._settings.identity, *self._settings.queues.values())}
            identity = known.get(last.written_to, identity)
        links = self._links.of(command.address, message_id) if self._links and command.purpose == "promotional" else ()
        before = Before(last.message_id, last.references) if last else Before()
        files: Sequence[Enclosed] = [await self._enclosed(one) for one in command.attachments]
        if goes_by_fax(command.address, self._settings.fax):
            files = enclosed_pages(command, files)
        occasion = Occasion(identity, message_id, self._place.clock.now(), before, files, links)
        return render(command, occasion), identity.address.address

    async def _enclosed(self, file: Attachment) -> Enclosed:
        if not file.is_in_store:
            raise InvalidError(
                f"attachment {file.name or file.uri[:80]!r} does not lie in the hub's store", "attachments"
            )
        try:
            return Enclosed(await self._place.attachments.get(file.uri), file.media_type, file.name)
        except NotFoundError as error:
            raise InvalidError(str(error), "attachments") from None

    async def _hand_over(self, command: Command, sender: str, mail: bytes) -> None:
        """Raises InvalidError where it will never be taken, NotSentError where it surely was not taken now."""
        smarthost, ledger = self._smarthost, self._place.ledger
        client = aiosmtplib.SMTP(
            hostname=smarthost.host, port=smarthost.port, timeout=smarthost.timeout_seconds,
            use_tls=smarthost.security == "tls", start_tls=smarthost.security == "starttls",
            local_hostname=self._settings.domain,
        )  # fmt: skip
        message_id = self._names.message_id(command.contact_id)
        is_under_way = False
        try:
            await client.connect()
            if smarthost.user:
                await client.login(smarthost.user, self._password)
            await client.mail(sender)
            await self._name_recipients(client, command)
            still_wanted()
            ledger.begin(command.contact_id, message_id, command.thread, self._place.clock.now())
            is_under_way = True
            await _to_its_end(client.data(mail))
        except (SMTPException, OSError, TimeoutError) as error:
            try:
                self._judge(command, error, is_under_way)
            finally:
                still_wanted()
        finally:
            client.close()
        now = self._place.clock.now()
        ledger.left(command.contact_id, message_id, command.thread, now)
        last = self._book.answered(command.answers, command.thread)
        earlier = references(Before(last.message_id, last.references)) if last else ()
        self._book.hear(command.thread, Heard(message_id, earlier, sender), now)
        still_wanted()

    async def _name_recipients(self, client: aiosmtplib.SMTP, command: Command) -> None:
        """The customer must be taken; a copy that is not is left out."""
        await client.rcpt(command.address.strip().lower())
        for one in command.cc:
            try:
                await client.rcpt(one.strip().lower())
            except SMTPResponseException as error:
                log.warning("a copy of mail %s is not taken: %s", command.contact_id, error.message)

    def _judge(self, command: Command, error: Exception, is_under_way: bool) -> None:
        """Where the mail server may have it, nobody can tell: neither that it left, nor that it did not."""
        now = self._place.clock.now()
        if isinstance(error, SMTPResponseException) and error.code >= 400:
            reason = " ".join(f"{error.code} {error.message}".split())[:180]
            if error.code >= 500 and not isinstance(
                error, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPAuthenticationError
            ):
                raise InvalidError(reason) from error
            self._place.ledger.begin(command.contact_id, "", command.thread, now)
            raise NotSentError(reason) from error
        if not is_under_way:
            raise NotSentError(f"the mail server can't be reached: {error}"[:180]) from error
        log.error("the mail server broke off: whether mail %s left is not known", command.contact_id)
        raise _UnknownError(str(error)) from error

    async def _fail(self, command: Command, reason: str) -> None:
        self._place.ledger.failed(command.contact_id, self._place.clock.now())
        await self._report(command, reason)

    async def _report(self, command: Command, failed: str = "") -> None:
        if command.command == "survey":
            if failed:
                log.warning("survey %s is not asked by mail: %s", command.survey_id, failed)
            return
        await self._link.conversation(
            ConversationEvent(
                id=f"{command.contact_id}.{'failed' if failed else 'sent'}", channel=Channel.EMAIL,
                thread=command.thread, occurred_at=self._place.clock.now(), contact_id=command.contact_id,
                signal=ConversationSignal.FAILED if failed else ConversationSignal.SENT, reason=failed[:200],
            )
        )  # fmt: skip

    def _may_write(self, command: Command) -> bool:
        """Two machines that answer each other are stopped by this."""
        address = hmac.digest(self._key, command.address.strip().lower().encode(), hashlib.sha256).hex()[:32]
        today = self._place.clock.now().date()
        return self._book.machine_mail(address, today, self._settings.machine_mails_per_day)


async def _to_its_end(handing_over: Awaitable[object]) -> None:
    """Also where it is told to end meanwhile, for a while: nobody could tell whether the mail left."""
    over = asyncio.ensure_future(handing_over)
    try:
        await asyncio.shield(over)
    except asyncio.CancelledError:
        if not (await asyncio.wait({over}, timeout=LAST_SECONDS))[0]:
            over.cancel()
            raise
        over.result()


class _UnknownError(HubError):
    """The mail server may have the mail, or not."""
