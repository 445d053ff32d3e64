"""Where mail servers hand mail in, by LMTP or SMTP: they are told 250 when the hub has it, and not before."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.channels.email.incoming import Incoming, RefusedMailError, TooLargeMailError
from hub.channels.email.settings import Server
from hub.channels.rates import Rates
from hub.domain.errors import HubError
from hub.settings import SettingsError

log = logging.getLogger(__name__)

_LONGEST_LINE = 100_000
"""Bytes of a line of a mail: mail servers send what nobody breaks into shorter ones, and would give it up."""
LATER = "451 4.3.0 The mail could not be taken just now: try again later"


class Receiver:
    """The handler that aiosmtpd calls, by the names it knows."""

    def __init__(self, incoming: Incoming, settings: Server) -> None:
        self._incoming = incoming
        self._settings = settings
        self._senders = Rates(settings.per_sender_per_minute)
        self._nobody = Rates(settings.without_sender_per_minute)

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether this sender may send one more now."""
        sender = _sender(address)
        if (self._senders if sender else self._nobody).wait(sender, asyncio.get_running_loop().time()):
            who = "from this sender" if sender else "without a sender"
            return f"451 4.7.1 Too many mails {who} within a minute: try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The answer; by LMTP one for each recipient, all alike."""
        answer = await self._take(envelope)
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1))

    async def _take(self, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        try:
            async with asyncio.timeout(self._settings.answer_within_seconds):
                await self._incoming.take(raw, _sender(envelope.mail_from), [str(one) for one in envelope.rcpt_tos])
        except TimeoutError:
            log.warning("the hub did not confirm a mail in time: its mail server keeps it")
            return LATER
        except TooLargeMailError as error:
            log.warning("%s", error)
            return "552 5.3.4 This mail, or a file in it, is too large"
        except RefusedMailError as error:
            log.warning("%s", error)
            return "554 5.6.0 This mail can't be read; it was kept for a person to look at"
        except HubError as error:
            log.warning("a mail can't be taken now: %s", error)
            return LATER
        except Exception:  # aiosmtpd would say 500, and the mail server would give the mail up
            log.exception("a mail can't be taken now")
            return LATER
        return "250 2.0.0 OK: the hub has it"


def _sender(address: str | None) -> str:
    """Empty for nobody: aiosmtpd hands that on as it stands on the wire, `<>`."""
    return "" if address is None or address == "<>" else address.lower()


@asynccontextmanager
async def receiving(incoming: Incoming, settings: Server, hostname: str) -> AsyncIterator[int]:
    """Mail servers are served while this is open; the port. Raises SettingsError."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd would log every address
    receiver = Receiver(incoming, settings)
    tls = _tls(settings)
    open_now = set[SMTP]()
    limited = _limited(LMTP if settings.protocol == "lmtp" else SMTP, open_now, settings.connections)

    def connected() -> Any:
        return limited(
            receiver, data_size_limit=settings.largest, enable_SMTPUTF8=True, hostname=hostname, ident="hub",
            tls_context=tls,
        )  # fmt: skip

    try:
        server = await asyncio.get_running_loop().create_server(connected, settings.host, settings.port)
    except OSError as error:
        raise SettingsError(
            f"[email] server: {settings.host}:{settings.port} can't be used: {error.strerror}"
        ) from None
    try:
        port: int = server.sockets[0].getsockname()[1]
        log.info("mail is taken by %s on %s:%d", settings.protocol, settings.host, port)
        yield port
    finally:
        server.close()
        for one in list(open_now):
            if isinstance(one.transport, asyncio.Transport):
                one.transport.close()
        await asyncio.sleep(0)  # each is closed in the loop's next round


def _limited(kind: type[SMTP], open_now: set[SMTP], most: int) -> type[SMTP]:
    """The same protocol, which turns away whoever comes when there are as many as there may be."""

    class Limited(kind):  # type: ignore[valid-type, misc]
        line_length_limit = _LONGEST_LINE

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            is_new = self not in open_now  # after STARTTLS it is made once more
            if is_new and len(open_now) >= most and isinstance(transport, asyncio.Transport):
                transport.write(b"421 4.3.2 Too many connections: try again later\r\n")
                transport.close()
                return
            open_now.add(self)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            if self in open_now:
                open_now.discard(self)
                super().connection_lost(error)

    return Limited


def _tls(settings: Server) -> ssl.SSLContext | None:
    if settings.certificate is None:
        return None
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(settings.certificate, settings.private_key)
    except OSError as error:
        raise SettingsError(f"[email] server.certificate {settings.certificate}: {error}") from None
    return context
