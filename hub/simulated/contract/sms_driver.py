"""The wire of text messages: customers with a number each, behind a carrier that names its messages."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from hub.channels.sms.parse import words
from hub.channels.sms.pdu import Address, Message, Status, Tag
from hub.domain.sms.segments import Alphabet, alphabet_of, written
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.flood import flooded
from hub.simulated.message_centre import MessageCentre, message_centre

CHANNEL: Final = "sms"
LEFT_OUT: Mapping[str, str] = {}
_AT_ONCE = 120
_ANSWERS: Mapping[int, str] = {
    Status.OK: "accepted", Status.TRY_LATER: "later", Status.THROTTLED: "later", Status.NEVER: "refused"
}  # fmt: skip


class SmsDriver:
    """A thread is a customer's."""

    def __init__(self, adapter: AdapterProcess, centre: MessageCentre, sent: list[Message]) -> None:
        self._adapter = adapter
        self._centre = centre
        self._sent = sent
        self._seen = 0
        self._threads: dict[str, str] = {}

    async def start(self) -> int:
        """As a driver's."""
        pid = await self._adapter.start()
        await self._centre.bound()
        return pid

    async def kill(self) -> None:
        """As a driver's."""
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        """As a driver's."""
        self._threads[_number(thread)] = thread
        return await self._deliver(_number(thread), name, text, seconds)

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        new, self._seen = self._sent[self._seen :], len(self._sent)
        return [Seen(self._threads.get(one.destination.number, ""), words(one.data, one.data_coding)) for one in new]

    async def bad(self, seconds: float) -> str:
        """A message from nobody."""
        return await self._deliver("", "bad", "from nobody", seconds)

    async def flood(self, count: int, seconds: float) -> int:
        """As carriers do: so many at once, and again what was not taken."""

        async def one(number: int, left: float) -> str:
            return await self.contact(f"flood-{number}", f"flood-{number}", f"hello {number}", left)

        return await flooded(one, count, seconds, _AT_ONCE)

    async def _deliver(self, number: str, name: str, text: str, seconds: float) -> str:
        alphabet = alphabet_of(text)
        message = Message(
            Address(number, 1, 1), Address("2000"), written(text, alphabet),
            data_coding=0 if alphabet is Alphabet.GSM else 8, options={Tag.RECEIPTED_MESSAGE_ID: name.encode() + b"\0"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds):
                return _ANSWERS.get(await self._centre.deliver(message), "none")
        except TimeoutError:
            return "none"


def _number(thread: str) -> str:
    return f"98912{int(hashlib.sha256(thread.encode()).hexdigest(), 16) % 9_000_000 + 1_000_000}"


def sms_table(port: int) -> dict[str, Any]:
    """`[sms]` of channels.toml: one line for everything, with a carrier on this port."""
    smpp = {"host": "127.0.0.1", "port": port, "system_id": "hub", "window": 100, "at_once": 200}
    purposes = ["transactional", "service", "recovery", "survey", "promotional"]
    return {
        "answer_within_seconds": 2,
        "lines": {"main": {"number": "2000", "purposes": purposes, "smpp": smpp}},
    }


@asynccontextmanager
async def driver(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    """The adapter finds its hub by this environment."""
    sent: list[Message] = []
    async with message_centre(sent.append) as centre:
        directory = Path(environment["HUB_DATA_DIR"])
        adapter = AdapterProcess("sms", directory, sms_table(centre.port), centre.port, environment)
        try:
            yield SmsDriver(adapter, centre, sent)
        finally:
            await adapter.kill()
