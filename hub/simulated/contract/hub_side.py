"""The hub as an adapter under trial meets it: the bus with its users, an intake that can be deaf, commands."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.application.intake.envelope import Confirmation, Report, parse, refused_envelope
from hub.bus.adapter_consumers import untold
from hub.bus.connection import BusError, Connection, connect
from hub.bus.inbound import Inbound
from hub.bus.inbound_message import InboundMessage
from hub.bus.outbound import OutboundMessage, OutboundStream
from hub.bus.retries import try_again
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import ensure_streams
from hub.bus.users import ADAPTERS, KAMAILIO_USER, BusUser
from hub.clock import WallClock
from hub.domain.contact import Contact, ConversationEvent
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput

REPORT_SECONDS = 600
KAMAILIO_PASSWORD = "KAMAILIO_PASSWORD"
"""In the environment of the adapter beside a Kamailio: by which that one knows the bus."""


class HubSide:
    """Takes what the adapter reports, as the intake would, and notes it; nothing of it is kept. `hears`: while it is
    not set nobody is told anything, as when the hub is away. `refuses`: why it takes no contact; empty: it does.
    `right`: the code that proves an address; empty: any does."""

    def __init__(self, server: EmbeddedNats, connection: Connection, user: BusUser) -> None:
        self.channel = user.channel
        self._user = user
        self.hears = asyncio.Event()
        self.hears.set()
        self.refuses = ""
        self.right = ""
        self.reports: list[Report] = []
        self.mistakes: list[str] = []
        self._server = server
        self._connection = connection
        self._stream = OutboundStream(connection)
        self._numbers = itertools.count(1)
        self._clock = WallClock()

    async def take(self, messages: Sequence[InboundMessage]) -> list[bytes | None]:
        """The intake's handler."""
        await self.hears.wait()
        return [self._taken(message).to_bytes() for message in messages]

    def _taken(self, message: InboundMessage) -> Confirmation:
        try:
            report = parse(message.body)
        except InvalidError as error:
            self.mistakes.append(f"{message.subject}: {error.field}: {error}")
            return Confirmation(id="", status="rejected", reason=str(error), field=error.field)
        if not message.confirm_to:
            self.mistakes.append(f"{message.subject}: no Hub-Confirm-To, or none of the adapter's own inbox")
        if self.refuses and isinstance(report, Contact):
            return Confirmation(id=report.id, status="rejected", reason=self.refuses)
        if self.right and isinstance(report, ConversationEvent) and report.code not in ("", self.right):
            return Confirmation(id=report.id, status="rejected", field="signal", reason="this is not the code")
        self.reports.append(report)
        customer = f"customer-{report.id}"[:60] if isinstance(report, Contact) else ""
        return Confirmation(id=report.id, status="accepted", customer_id=customer)

    @property
    def contacts(self) -> list[Contact]:
        """As often as they were reported."""
        return [one for one in self.reports if isinstance(one, Contact)]

    @property
    def signals(self) -> list[ConversationEvent]:
        """As often as they were reported."""
        return [one for one in self.reports if isinstance(one, ConversationEvent)]

    @property
    def refused(self) -> list[RefusedInput]:
        """As often as they were reported."""
        return [one for one in self.reports if isinstance(one, RefusedInput)]

    async def begin(self) -> None:
        """Make what a hub makes."""
        await ensure_streams(self._connection.jetstream())
        await self._stream.position()

    async def tell(self, thread: str, command: str, *, name: str = "", **data: Any) -> str:
        """A command; its id. The same `name` again is the same command, as after a crash of the hub."""
        message = self._message(thread, command, name, data)
        while True:
            try:
                await self._stream.publish([message])
            except BusError:
                await asyncio.sleep(0.1)
            else:
                return message.id.partition("/")[0]

    async def announce(self, thread: str, command: str, **data: Any) -> None:
        """What is said to who looks now, and kept nowhere."""
        await self._stream.announce(self._message(thread, command, "", data))

    def _message(self, thread: str, command: str, name: str, data: Mapping[str, Any]) -> OutboundMessage:
        number = next(self._numbers)
        name = name or f"trial-{number}"
        now = self._clock.now()
        told = {"command": command, "interaction_id": "", "channel": self.channel, "thread": thread,
                "customer_id": "customer-trial", "queue": "trial", **data}  # fmt: skip
        body = {"specversion": "1.0", "id": name, "source": "/hub", "type": "hub.conversation.command.v1",
                "time": now, "datacontenttype": "application/json", "data": told}  # fmt: skip
        return OutboundMessage(self.channel, thread, f"{name}/{number}", number, orjson.dumps(body))

    async def send(self, thread: str, address: str, text: str, *, name: str = "") -> str:
        """`send` this contact; its id."""
        name = name or f"contact-{next(self._numbers)}"
        return await self.tell(
            thread, "send", name=name, contact_id=name, address=address, subject="An answer", text=text, language="en",
            purpose="reply", service="", sender="contact-centre", speaker="hub",
            report_by=self._clock.now() + timedelta(seconds=REPORT_SECONDS),
        )  # fmt: skip

    async def retry(self, refused: RefusedInput) -> Confirmation:
        """What the adapter says when it is asked to try this once more. Raises BusError and InvalidError."""
        body = refused_envelope(refused, "/adapters/trial")
        return Confirmation.from_bytes(await try_again(self._connection, self.channel, body))

    async def untold(self) -> int:
        """Commands that are not acked yet."""
        return await untold(self._connection.jetstream(), self._user.name)

    async def kill_bus(self) -> None:
        """As `kill -9` does; it is back when this returns."""
        before = self._server.restarts
        with suppress(ProcessLookupError):
            os.kill(self._server.pid, signal.SIGKILL)
        while self._server.restarts == before or not self._connection.connected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@asynccontextmanager
async def hub_side(directory: Path, name: str) -> AsyncIterator[tuple[HubSide, dict[str, str]]]:
    """It, and the environment in which this adapter (a channel's has its name) finds it; all is in `directory`."""
    user = next(one for one in ADAPTERS if one.name == name)
    server = EmbeddedNats(directory / "nats")
    url = await server.start()
    try:
        connection = await connect(url, "contract")
        try:
            side = HubSide(server, connection, user)
            await side.begin()
            inbound = Inbound(connection, side.take)
            running = asyncio.create_task(inbound.run())
            try:
                yield side, adapter_environment(directory, server, user)
            finally:
                side.hears.set()
                await inbound.stop()
                await running
        finally:
            await connection.close()
    finally:
        await server.stop()


def adapter_environment(directory: Path, server: EmbeddedNats, user: BusUser) -> dict[str, str]:
    """What an adapter needs to know of its hub, and a directory of its own."""
    own = directory / "adapter"
    (own / "keys" / "bus").mkdir(parents=True, exist_ok=True, mode=0o700)
    seed = own / "keys" / "bus" / f"{user.name}.nk"
    seed.write_text(server.seeds.kept(user.name))
    beside = {KAMAILIO_PASSWORD: server.seeds.password(KAMAILIO_USER)} if user.hears_kamailio else {}
    return {
        **beside,
        "HUB_NATS_URL": f"nats://{server.url.rpartition('@')[2]}",
        "BUS_SEED": str(seed.resolve()),
        "CHANNEL": user.channel,
        "HUB_DATA_DIR": str(own.resolve()),
        "HUB_CONFIG": os.devnull,
    }
