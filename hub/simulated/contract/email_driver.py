"""The wire of the mail adapter: customers who write by SMTP, and the mailbox in which they are answered."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

import aiosmtplib

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.flood import flooded
from hub.simulated.mail import mailbox
from hub.simulated.process import free_port

CHANNEL: Final = "email"
LEFT_OUT: Final = {
    "refuses": "there is no mail that can't be taken",
    "tries again": "there is no mail that can't be taken",
}
_AT_ONCE = 40


class EmailDriver:
    """A thread is that of a customer's first mail."""

    def __init__(self, adapter: AdapterProcess, answers: list[bytes]) -> None:
        self._adapter = adapter
        self._answers = answers
        self._seen = 0

    async def start(self) -> int:
        """As a driver's."""
        return await self._adapter.start()

    async def kill(self) -> None:
        """As a driver's."""
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        """As a driver's."""
        mail = _mail(name, thread, text)
        try:
            async with (
                asyncio.timeout(seconds),
                aiosmtplib.SMTP(hostname="127.0.0.1", port=self._adapter.port, start_tls=False) as client,
            ):
                await client.sendmail(mail["From"], ["support@example.org"], mail.as_bytes())
        except TimeoutError:
            return "none"
        except aiosmtplib.SMTPResponseException as error:
            return "later" if error.code < 500 else "refused"
        except (aiosmtplib.SMTPException, OSError):
            return "none"
        return "accepted"

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        new, self._seen = self._answers[self._seen :], len(self._answers)
        return [_seen(raw) for raw in new]

    async def bad(self, seconds: float) -> str:  # noqa: ARG002
        """Every mail can be taken."""
        return ""

    async def flood(self, count: int, seconds: float) -> int:
        """Customers whose mail servers try again."""

        async def one(number: int, left: float) -> str:
            return await self.contact(f"flood-{number}", f"flood-{number}", f"hello {number}", left)

        return await flooded(one, count, seconds, _AT_ONCE)


def _mail(name: str, thread: str, text: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{thread}@example.com"
    mail["To"] = "support@example.org"
    mail["Message-ID"] = f"<{name}@example.com>"
    mail["References"] = f"<{thread}@example.com>"
    mail["Date"] = "Mon, 05 Jan 2026 12:00:00 +0000"
    mail.set_content(text)
    return mail


def _seen(raw: bytes) -> Seen:
    got = message_from_bytes(raw, _class=EmailMessage, policy=SMTP)
    body = got.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Seen(str(got["To"]).partition("@")[0], text.partition("\n")[0].strip())


def email_table(port: int, answered: int) -> dict[str, Any]:
    """`[email]` of channels.toml: mail is taken on `port`, and leaves for the mail server on the port `answered`."""
    return {
        "domain": "example.org",
        "identity": {"from": "Support <support@example.org>"},
        "server": {"protocol": "smtp", "port": port, "answer_within_seconds": 2},
        "smarthost": {"port": answered},
    }


@asynccontextmanager
async def driver(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    """The adapter finds its hub by this environment."""
    answers: list[bytes] = []
    answered, port = free_port("127.0.0.1", 0), free_port("127.0.0.1", 0)
    async with mailbox(answered, answers.append):
        adapter = AdapterProcess(
            "email", Path(environment["HUB_DATA_DIR"]), email_table(port, answered), port, environment
        )
        try:
            yield EmailDriver(adapter, answers)
        finally:
            await adapter.kill()
