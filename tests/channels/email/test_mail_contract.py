"""The mail adapter keeps the contract of all adapters, where mail has such a thing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path

import aiosmtplib
import pytest

from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.rules import RULES, Rule
from tests.channels.contract import keeps
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeMailServer, table
from tests.channels.email.mail_adapter import MailAdapter, free_port

pytestmark = pytest.mark.acceptance

NOT_OF_MAIL = frozenset({"refuses", "tries again"})
"""There is no mail that can't be taken."""


class MailDriver:
    """Customers who write by SMTP; a thread is that of the first mail."""

    def __init__(self, adapter: MailAdapter, server: FakeMailServer) -> None:
        self._adapter = adapter
        self._server = server
        self._seen = 0

    async def start(self) -> int:
        await self._adapter.start()
        return self._adapter.pid

    async def kill(self) -> None:
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        raw = mail(
            text, From=f"{thread}@example.com", Message_ID=f"<{name}@example.com>",
            References=f"<{thread}@example.com>",
            Date="Mon, 05 Jan 2026 12:00:00 +0000",
        )  # fmt: skip
        try:
            async with (
                asyncio.timeout(seconds),
                aiosmtplib.SMTP(hostname="127.0.0.1", port=self._adapter.port, start_tls=False) as client,
            ):
                await client.sendmail(f"{thread}@example.com", ["support@example.org"], raw)
        except TimeoutError:
            return "none"
        except aiosmtplib.SMTPResponseException as error:
            return "later" if error.code < 500 else "refused"
        except (aiosmtplib.SMTPException, OSError):
            return "none"
        return "accepted"

    async def saw(self) -> list[Seen]:
        new, self._seen = self._server.mails[self._seen :], len(self._server.mails)
        found = []
        for _, _, raw in new:
            got = message_from_bytes(raw, policy=policy.default)
            body = got.get_body(("plain",))  # type: ignore[attr-defined]
            found.append(Seen(str(got["To"]).partition("@")[0], body.get_content().partition("\n")[0].strip()))
        return found

    async def bad(self, _seconds: float) -> str:
        return ""

    async def flood(self, _count: int, _seconds: float) -> int:
        return -1


@asynccontextmanager
async def mails(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    server = FakeMailServer()
    async with server.serving():
        port = free_port()
        told = table(server.port, server={"protocol": "smtp", "port": port, "answer_within_seconds": 2})
        directory = Path(environment["HUB_DATA_DIR"])
        adapter = MailAdapter(directory, told, port, {"HUB_NATS_URL": environment["HUB_NATS_URL"]})
        try:
            yield MailDriver(adapter, server)
        finally:
            await adapter.kill()


@pytest.mark.parametrize("rule", [one for one in RULES if one.name not in NOT_OF_MAIL], ids=lambda one: one.name)
async def test_the_mail_adapter_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, "email", tmp_path, mails)
