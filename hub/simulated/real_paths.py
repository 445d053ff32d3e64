"""Where the demo's customers come by the same means as real ones: mails, text messages, chats and visits to a branch,
each by its wire to the hub's own adapter, and what is answered by the same wire back."""

import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from hub.channels.chat.settings import chat_settings
from hub.channels.chat.visitors import Tokens
from hub.channels.email.threads import Names as MailNames
from hub.channels.sms.book import Book
from hub.channels.sms.names import Names as TextNames
from hub.journal.keys import private_key
from hub.simulated.branch_place import BranchPlace
from hub.simulated.branch_visitors import coming
from hub.simulated.customers import Wire
from hub.simulated.mail import CENTRE, MailWire, mail_table, mailbox
from hub.simulated.population import CHATS_ABOUT, Person
from hub.simulated.process import free_ports
from hub.simulated.shop import shop, shop_url
from hub.simulated.texting import Carrier, TextWire, called_by, carrier
from hub.simulated.visitors import chat_table, visiting

ADAPTERS = ("email", "sms", "chat")
_LOOPBACK = "127.0.0.1"


class RealPaths:
    """Made by `real_paths`, before the hub starts."""

    def __init__(
        self, channels: Path, carrier: Carrier, now: Callable[[], datetime], *, shop_port: int, has_branch: bool
    ) -> None:
        """`channels`: the adapters' directories."""
        self._channels = channels
        self._carrier = carrier
        self._now = now
        self._mail_port, self._mailbox_port, self._chat_port, branch_port = free_ports(_LOOPBACK, 4)
        self._shop_port = shop_port
        secret = channels / "chat" / "identity"
        private_key(secret)
        self._chat_table = chat_table(self._chat_port, secret, shop_url(shop_port))
        self.branch = BranchPlace(branch_port, channels / "pins.toml") if has_branch else None

    def tables(self) -> str:
        """Of channels.toml, what the adapters need to know."""
        written = mail_table(self._mail_port, self._mailbox_port) + self._carrier.table() + self._chat_table
        if self.branch is None:
            return written
        self.branch.keep_pins()
        return written + self.branch.table()

    @asynccontextmanager
    async def wire(self, others: Wire) -> AsyncIterator[Wire]:
        """To a hub that has started; everything else goes by `others`."""
        async with AsyncExitStack() as parts:
            guest = self.branch.guest() if self.branch else None
            await parts.enter_async_context(shop(self._shop_port, f"http://{_LOOPBACK}:{self._chat_port}", guest))
            if self.branch is not None:
                others = await parts.enter_async_context(coming(others, self.branch))
            mails = MailWire(others, self._mail_port, MailNames(self._key("email"), CENTRE), self._now)
            await parts.enter_async_context(mailbox(self._mailbox_port, mails.answered))
            settings = chat_settings(tomllib.loads(self._chat_table)["chat"])
            chats = await parts.enter_async_context(visiting(mails, settings, Tokens(self._key("chat")), self._now))
            book = Book(self._channels / "sms" / "messages.sqlite")
            parts.callback(book.close)
            yield TextWire(chats, self._carrier, called_by(book, TextNames(self._key("sms"))))

    async def stop(self, who: Person) -> None:
        """Their word that they want no more advertising, by text message."""
        await self._carrier.deliver(CHATS_ABOUT, who.phone.removeprefix("+"), "STOP", f"stop-{uuid4().hex}")

    def _key(self, adapter: str) -> bytes:
        """What it names things with."""
        return private_key(self._channels / adapter / "key")


@asynccontextmanager
async def real_paths(
    data_dir: Path, now: Callable[[], datetime], *, shop_port: int, has_branch: bool
) -> AsyncIterator[RealPaths]:
    """For the hub in this directory. `shop_port`: of the page that has the chat on it for onlookers; `has_branch`: its
    policy has a queue for who comes there."""
    async with carrier() as texts:
        yield RealPaths(data_dir / "channels", texts, now, shop_port=shop_port, has_branch=has_branch)
