"""The mail of simulated customers: written to the hub's own mail server by SMTP, answered into a mailbox of theirs."""

import asyncio
import email
import email.policy
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.channels.email.parse import parse
from hub.channels.email.threads import Names
from hub.domain.contact import Channel, Contact, ConversationEvent, Direction
from hub.simulated.customers import Wire
from hub.simulated.population import SERVICES

CENTRE = "centre.example"
"""Where customers write to: `SERVICE@centre.example`."""
_HOME = "customers.example"
_RETRY_SECONDS = 0.5
_PATIENCE_SECONDS = 30.0
_KEPT = 10_000
"""Conversations whose last answer is known."""


def mail_table(server_port: int, mailbox_port: int) -> str:
    """`[email]` of channels.toml for a centre with these services, whose mail leaves for the customers' mailbox."""
    addresses = ", ".join(f'"{service}@{CENTRE}" = {{ service = "{service}" }}' for service in SERVICES)
    return f"""[email]
domain = "{CENTRE}"
identity = {{ from = "Contact Centre <hello@{CENTRE}>", signature = "Your contact centre" }}
server = {{ protocol = "smtp", port = {server_port}, per_sender_per_minute = 10_000 }}
smarthost = {{ port = {mailbox_port} }}
addresses = {{ {addresses} }}
"""


class MailWire:
    """Mail by SMTP to the port of the hub's adapter, everything else by `others`. `names`: those of that adapter."""

    def __init__(self, others: Wire, port: int, names: Names, now: Callable[[], datetime]) -> None:
        self.answers = 0
        """Mails that came back to customers."""
        self._others = others
        self._port = port
        self._names = names
        self._now = now
        self._answered: OrderedDict[str, str] = OrderedDict()
        """The last answer's Message-ID, by thread."""

    def known_as(self, contact: Contact) -> str:
        """What the hub calls it."""
        if not _is_mail(contact):
            return self._others.known_as(contact)
        return self._names.contact_id(parse(self._written(contact).as_bytes(), contact.occurred_at))

    async def contact(self, contact: Contact) -> bool:
        """As a wire's; written again until the mail server takes it, as a mail server of theirs would."""
        if not _is_mail(contact):
            return await self._others.contact(contact)
        message = self._written(contact)
        while True:
            try:
                await aiosmtplib.send(message, hostname="127.0.0.1", port=self._port, timeout=_PATIENCE_SECONDS)
                return True
            except aiosmtplib.SMTPDataError as error:
                if error.code >= 500:
                    return False
            except (aiosmtplib.SMTPException, OSError):
                pass  # the hub is away: it is told when it is back
            await asyncio.sleep(_RETRY_SECONDS)

    async def conversation(self, event: ConversationEvent) -> bool:
        """As a wire's."""
        return await self._others.conversation(event)

    def answered(self, raw: bytes) -> None:
        """A mail came to a customer."""
        self.answers += 1
        mail = parse(raw, self._now())
        for message_id in (*mail.in_reply_to, *mail.references):
            thread, _, home = message_id.partition("@")
            if home == _HOME:
                self._answered[thread] = mail.message_id
                self._answered.move_to_end(thread)
                if len(self._answered) > _KEPT:
                    self._answered.popitem(last=False)
                return

    def _written(self, contact: Contact) -> EmailMessage:
        message = EmailMessage(policy=email.policy.SMTP)
        name = contact.declared.name
        message["From"] = f"{name} <{contact.path.address}>" if name else contact.path.address
        message["To"] = f"{contact.service}@{CENTRE}"
        message["Subject"] = contact.subject
        message["Date"] = format_datetime(contact.occurred_at)
        message["Message-ID"] = f"<{contact.id}@{_HOME}>"
        if contact.thread != contact.id:
            before = self._answered.get(contact.thread)
            message["In-Reply-To"] = f"<{before}>" if before else f"<{contact.thread}@{_HOME}>"
            message["References"] = f"<{contact.thread}@{_HOME}>" + (f" <{before}>" if before else "")
        message.set_content(contact.text)
        return message


class _Mailbox:
    """The handler that aiosmtpd calls."""

    def __init__(self, came: Callable[[bytes], None]) -> None:
        self._came = came

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Every mail is taken."""
        self._came(envelope.original_content or b"")
        return "250 2.0.0 OK"


@asynccontextmanager
async def mailbox(port: int, came: Callable[[bytes], None]) -> AsyncIterator[None]:
    """The customers' mail server, while this is open."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd would log every address
    handler = _Mailbox(came)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, hostname=_HOME, ident="mailbox"), "127.0.0.1", port
    )
    async with server:
        yield


def _is_mail(contact: Contact) -> bool:
    return contact.path.channel is Channel.EMAIL and contact.direction is Direction.INBOUND
