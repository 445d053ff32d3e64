"""One link to a carrier, from its bind to its end: what is asked is answered once, or nobody knows."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from hub.channels.sms import pdu
from hub.channels.sms.pdu import Pdu, Said, Status
from hub.channels.sms.settings import Smpp
from hub.domain.errors import HubError, InvalidError

log = logging.getLogger(__name__)

Deliver = Callable[[str, bytes], Awaitable[int]]
"""Takes the body of a deliver_sm on this session; the status that it is answered with."""
LAST_SECONDS = 3.0
_MOST_SEQUENCE = 0x7FFF_FFFF
_SPOKEN = 65536


class LinkLostError(HubError):
    """The link is gone. `asked`: what was asked had left, and may have been done."""

    def __init__(self, message: str, *, asked: bool) -> None:
        super().__init__(message)
        self.asked = asked


class NotBoundError(HubError):
    """The carrier can't be reached, or does not let us in."""


class Session:
    """Made by `bound`. `name`: nobody else's, ever. `lost`: nothing more can be asked; what is asked already may still
    be answered, where it is only one answer that did not come."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, settings: Smpp, deliver: Deliver
    ) -> None:
        self.name = uuid4().hex
        self.lost = asyncio.Event()
        self._reader = reader
        self._writer = writer
        self._settings = settings
        self._deliver = deliver
        self._sequence = 0
        self._asked: dict[int, asyncio.Future[Pdu]] = {}
        self._taking = set[asyncio.Task[None]]()
        self._heard_at = 0.0

    async def ask(self, command: Said, body: bytes = b"") -> Pdu:
        """The answer. Raises LinkLostError."""
        if self.lost.is_set():
            raise LinkLostError("the link is down", asked=False)
        self._sequence = self._sequence % _MOST_SEQUENCE + 1
        sequence, answer = self._sequence, asyncio.get_running_loop().create_future()
        self._asked[sequence] = answer
        try:
            self._writer.write(Pdu(command, 0, sequence, body).to_bytes())
            async with asyncio.timeout(self._settings.answer_within_seconds):
                return await asyncio.shield(answer)
        except TimeoutError:
            self.lost.set()
            raise LinkLostError(
                f"the carrier did not answer within {self._settings.answer_within_seconds:.0f} s", asked=True
            ) from None
        except OSError as error:
            self.close()
            raise LinkLostError(f"the link broke: {error}", asked=True) from error
        finally:
            self._asked.pop(sequence, None)
            answer.cancel()

    async def run(self) -> None:
        """Until the link is lost."""
        keeper = asyncio.create_task(self._keep_alive())
        try:
            while True:
                await self._heard(await self._next())
        except (OSError, asyncio.IncompleteReadError, InvalidError) as error:
            log.info("a link to the carrier is gone: %s", error or "closed")
        finally:
            keeper.cancel()
            self.close()
            await asyncio.wait({keeper, *self._taking})

    def close(self) -> None:
        """What is asked and not answered is not known."""
        self.lost.set()
        self._writer.close()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(LinkLostError("the link broke before the carrier answered", asked=True))

    async def unbind(self) -> None:
        """Say goodbye, after a moment for what is asked and being taken: nobody could tell what became of it."""
        open_yet: list[asyncio.Future[Any]] = [*self._asked.values(), *self._taking]
        if open_yet and not self._writer.is_closing():
            await asyncio.wait(open_yet, timeout=LAST_SECONDS)
        if not self._writer.is_closing():
            self._writer.write(Pdu(Said.UNBIND, 0, _MOST_SEQUENCE).to_bytes())
        self.close()

    async def _next(self) -> Pdu:
        follow, head = pdu.header(await self._reader.readexactly(pdu.HEADER))
        body = await self._reader.readexactly(follow) if follow else b""
        self._heard_at = asyncio.get_running_loop().time()
        return Pdu(head.command, head.status, head.sequence, body)

    async def _heard(self, one: Pdu) -> None:
        if one.command & pdu.RESPONSE:
            answer = self._asked.get(one.sequence)
            if answer is not None and not answer.done():
                answer.set_result(one)
        elif one.command == Said.DELIVER_SM:
            self._begin(one)
        elif one.command == Said.ENQUIRE_LINK:
            self._answer(one, Said.ENQUIRE_LINK_RESP)
        elif one.command == Said.UNBIND:
            self._answer(one, Said.UNBIND_RESP)
            raise InvalidError("the carrier said goodbye")
        else:
            self._answer(one, Said.GENERIC_NACK, Status.INVALID_COMMAND)
        if self._writer.transport.get_write_buffer_size() > _SPOKEN:
            await self._writer.drain()

    def _begin(self, one: Pdu) -> None:
        """As many at once as there may be; the carrier keeps the others."""
        if len(self._taking) >= self._settings.at_once:
            self._answer(one, Said.DELIVER_SM_RESP, Status.THROTTLED, b"\0")
            return
        task = asyncio.create_task(self._take(one))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)

    async def _take(self, one: Pdu) -> None:
        try:
            status = await self._deliver(self.name, one.body)
        except Exception:
            log.exception("a message can't be taken now: its carrier keeps it")
            status = Status.TRY_LATER
        self._answer(one, Said.DELIVER_SM_RESP, status, b"\0")

    def _answer(self, one: Pdu, command: Said, status: int = 0, body: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(Pdu(command, status, one.sequence, body).to_bytes())

    async def _keep_alive(self) -> None:
        """Asks whether the carrier is there, when nothing is heard of it."""
        loop, pause = asyncio.get_running_loop(), self._settings.enquire_link_seconds
        while True:
            await asyncio.sleep(max(0.05, self._heard_at + pause - loop.time()))
            if loop.time() - self._heard_at >= pause:
                try:
                    await self.ask(Said.ENQUIRE_LINK)
                except LinkLostError as error:
                    log.warning("%s", error)
                    return


@asynccontextmanager
async def bound(settings: Smpp, password: str, deliver: Deliver) -> AsyncIterator[Session]:
    """A link as transceiver, running; gone when this is left. Raises NotBoundError."""
    reader, writer = await _connected(settings)
    session = Session(reader, writer, settings, deliver)
    running = asyncio.create_task(session.run(), name=f"link to {settings.host}:{settings.port}")
    try:
        await _let_in(session, settings, password)
        yield session
    finally:
        await session.unbind()
        running.cancel()
        await asyncio.wait({running})


async def _connected(settings: Smpp) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(settings.answer_within_seconds):
            return await asyncio.open_connection(settings.host, settings.port, ssl=settings.tls or None)
    except (OSError, TimeoutError) as error:
        raise NotBoundError(f"{settings.host}:{settings.port} can't be reached: {error or 'no answer'}") from error


async def _let_in(session: Session, settings: Smpp, password: str) -> None:
    body = pdu.bind(settings.system_id, password, settings.system_type, settings.address_range)
    try:
        answer = await session.ask(Said.BIND_TRANSCEIVER, body)
    except LinkLostError as error:
        raise NotBoundError(f"{settings.host}:{settings.port} does not let us in: {error}") from error
    if answer.command != Said.BIND_TRANSCEIVER_RESP or answer.status != Status.OK:
        raise NotBoundError(
            f"{settings.host}:{settings.port} does not let {settings.system_id} in: status 0x{answer.status:02x}"
            " (0x0e: the password is wrong, 0x0f: so is the system_id, 0x05: it is bound already)"
        )
