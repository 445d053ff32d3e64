"""A line's link to its carrier, made again whenever it breaks; what leaves waits for it, and goes as fast as it may."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from hub.channels.sms import pdu
from hub.channels.sms.line import DeclinedError, NotTakenError, Outgoing, Piece, UnclearError
from hub.channels.sms.parts import HAS_HEADER, headed
from hub.channels.sms.pdu import Address, Message, Said, Status
from hub.channels.sms.refusals import declined
from hub.channels.sms.session import Deliver, LinkLostError, NotBoundError, Session, bound
from hub.channels.sms.settings import Line, Smpp, secret
from hub.channels.unreached import Reached
from hub.domain.sms.segments import Alphabet, split, written

log = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds, before a link is made again, and after the carrier said that it is too much; each up to half longer."""
_LATER = frozenset({Status.SYSTEM_ERROR, Status.QUEUE_FULL, Status.THROTTLED, Status.TRY_LATER})
_TOO_MUCH = frozenset({Status.QUEUE_FULL, Status.THROTTLED})
_WITH_RECEIPT = 1
_UCS2 = 8
_WAIT_FOR_LINK = 5.0


class Carrier:
    """`ended` hears the name of each session that is over."""

    def __init__(
        self, line: Line, settings: Smpp, deliver: Deliver, ended: Callable[[str], None], reached: Reached
    ) -> None:
        self._settings = settings
        self._number = line.number
        self._source = Address(line.number, settings.source_ton, settings.source_npi)
        self._password = secret(settings.password_file)
        self._deliver = deliver
        self._ended = ended
        self._reached = reached
        self._session: Session | None = None
        self._is_up = asyncio.Event()
        self._window = asyncio.Semaphore(settings.window)
        self._pauses = 0
        self._not_before = 0.0
        self._next_at = 0.0
        self._gap = 1 / settings.per_second if settings.per_second else 0.0

    async def run(self) -> None:
        """For ever."""
        failures = 0
        while True:
            try:
                async with bound(self._settings, self._password, self._deliver) as session:
                    log.info(
                        "line %s: bound to %s:%d as %s",
                        self._number,
                        self._settings.host,
                        self._settings.port,
                        self._settings.system_id,
                    )
                    failures = 0
                    self._reached(True)
                    await self._while_up(session)
            except NotBoundError as error:
                log.warning("line %s: %s", self._number, error)
            self._reached(False)
            await asyncio.sleep(_jittered(failures))
            failures += 1

    def cut(self, text: str) -> list[Piece]:
        """As a way's. What the carrier's own alphabet has not goes in UCS-2."""
        is_latin = self._settings.alphabet == "latin-1"
        cut = split(text, Alphabet.UCS2 if is_latin and max(text, default="") > "\xff" else None)
        if cut.alphabet is Alphabet.UCS2:
            return [Piece(one, written(one, cut.alphabet), _UCS2) for one in cut.parts]
        return [Piece(one, one.encode("latin-1") if is_latin else written(one, cut.alphabet)) for one in cut.parts]

    async def submit(self, message: Outgoing, begins: Callable[[], Awaitable[None]]) -> str:
        """As a way's. The window is that of the carrier, over all conversations."""
        async with self._window:
            session = await self._ready()
            await begins()
            try:
                answer = await session.ask(Said.SUBMIT_SM, self._body(message))
            except LinkLostError as error:
                if error.asked:
                    raise UnclearError(str(error)) from error
                raise NotTakenError(str(error)) from error
        if answer.status == Status.OK and answer.command == Said.SUBMIT_SM_RESP:
            self._pauses = 0
            return pdu.message_id(answer.body)
        told = declined(answer.status)
        if answer.status not in _LATER:
            raise DeclinedError(told)
        if answer.status in _TOO_MUCH:
            self._back_off()
        raise NotTakenError(told)

    async def _while_up(self, session: Session) -> None:
        self._session = session
        self._is_up.set()
        try:
            await session.lost.wait()
        finally:
            self._is_up.clear()
            self._session = None
            self._ended(session.name)

    async def _ready(self) -> Session:
        """When the carrier may be asked next."""
        try:
            async with asyncio.timeout(_WAIT_FOR_LINK):
                await self._is_up.wait()
        except TimeoutError:
            raise NotTakenError("there is no link to the carrier") from None
        await self._turn()
        if self._session is None:
            raise NotTakenError("the link to the carrier is gone")
        return self._session

    async def _turn(self) -> None:
        """By the pace of the line; who was told meanwhile that it is too much makes all others wait, too."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            at = max(now, self._not_before, self._next_at)
            self._next_at = at + self._gap
            if at > now:
                await asyncio.sleep(at - now)
            if loop.time() >= self._not_before:
                return

    def _back_off(self) -> None:
        """All that leaves by this line waits."""
        now = asyncio.get_running_loop().time()
        if now >= self._not_before:
            pause = _jittered(self._pauses)
            self._not_before = now + pause
            self._pauses += 1
            log.warning("line %s: the carrier is asked too much: again in %.1f s", self._number, pause)

    def _body(self, message: Outgoing) -> bytes:
        data, esm_class = message.data, 0
        if message.parts > 1:
            data, esm_class = headed(data, message.reference, message.part, message.parts), HAS_HEADER
        return pdu.submit(
            Message(
                self._source, _destination(message.to), data, esm_class, message.data_coding,
                registered_delivery=_WITH_RECEIPT,
            )
        )  # fmt: skip


def _destination(number: str) -> Address:
    """International numbers go without their plus."""
    return Address(number[1:], 1, 1) if number.startswith("+") else Address(number, 0, 1)


def _jittered(failures: int) -> float:
    return PAUSES[min(failures, len(PAUSES) - 1)] * random.uniform(1, 1.5)
