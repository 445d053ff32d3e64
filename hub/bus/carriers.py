"""Who carries out what the hub tells a channel: one process at a time, and the next one when that is gone."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import orjson
from nats.errors import Error as NatsError
from nats.js.api import Header
from nats.js.errors import APIError
from nats.js.errors import NotFoundError as NoMessageError

from hub.bus.connection import BusError, Connection
from hub.bus.subjects import CARRIERS, LEASE_SECONDS, described

log = logging.getLogger(__name__)

RENEW_SECONDS: Final = LEASE_SECONDS / 4
_MARGIN_SECONDS: Final = 2.0
_AGAIN_SECONDS: Final = 1.0
_TRIES: Final = 5
_EXPECTED: Final = Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value
_SOMEBODY_ELSE_WROTE: Final = 10071


class CarriedError(BusError):
    """Another process carries it out."""


class Trouble(NamedTuple):
    """Something that a process needs and can't reach: in words, and since when, by RFC 3339."""

    said: str
    since: str


Troubles = Callable[[], Sequence[Trouble]]
"""What is missing just now."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A process that carries out commands. `home`: of its adapter's directory, which one process has at a time, so that
    whoever has the same home has taken over. `run`: this process alone."""

    name: str
    home: str
    run: str
    where: str
    since: str = ""
    """RFC 3339, where it is said."""
    troubles: tuple[Trouble, ...] = ()

    def to_bytes(self) -> bytes:
        """As it stands on the bus."""
        told = {"name": self.name, "home": self.home, "run": self.run, "where": self.where, "since": self.since}
        return orjson.dumps({**told, "troubles": [list(one) for one in self.troubles]})

    @classmethod
    def from_bytes(cls, body: bytes) -> "Carrier | None":
        """None: nobody, who had it has given it back."""
        try:
            told = orjson.loads(body)
            troubles = tuple(Trouble(str(said), str(since)) for said, since in told.get("troubles", ()))
            name, home, run, where = (str(told[field]) for field in ("name", "home", "run", "where"))
            return cls(name, home, run, where, str(told.get("since", "")), troubles)
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
            return None


class Lease:
    """One thing that is carried out by one process, under a subject of its own. The server keeps its holder's name for
    LEASE_SECONDS after it was said last, and takes another only from who has seen the one before it."""

    def __init__(self, connection: Connection, subject: str, carrier: Carrier, troubles: Troubles) -> None:
        self._connection = connection
        self._subject = subject
        self._carrier = carrier
        self._troubles = troubles
        self._sequence = 0
        """Of our own word; 0: none."""
        self._sure_until = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether nobody else can have it now."""
        return asyncio.get_running_loop().time() < self._sure_until

    async def take(self) -> None:
        """Have it. Raises CarriedError that names who has it, BusError where that can't be known."""
        for _ in range(_TRIES):
            sequence, holder = await self._last()
            if holder is not None and not self._is_ours(holder):
                self._sequence, self._sure_until = 0, 0.0
                raise CarriedError(self._taken_by(holder))
            if await self._say(sequence, self._word()):
                return
        raise BusError(f"who carries out {self._subject} changes all the time")

    async def renew(self) -> None:
        """As `take`, asking nothing where nobody came between."""
        if not await self._say(self._sequence, self._word()):
            await self.take()

    async def give_back(self) -> None:
        """So that the next one need not wait. A word that was cut off as it was said may stand all the same, the first
        one too: then that is the one to take back. Raises BusError."""
        self._sure_until = 0.0
        if not self._sequence or not await self._say(self._sequence, b""):
            sequence, holder = await self._last()
            if holder is not None and holder.run == self._carrier.run:
                await self._say(sequence, b"")
        self._sure_until = 0.0

    def _word(self) -> bytes:
        return replace(self._carrier, troubles=tuple(self._troubles())).to_bytes()

    def _is_ours(self, holder: Carrier) -> bool:
        """A predecessor of ours is gone, unless we have held it already: then a successor has it."""
        return holder.run == self._carrier.run or (holder.home == self._carrier.home and not self._sequence)

    def _taken_by(self, holder: Carrier) -> str:
        what = "what the hub begins on its channel" if holder.name != self._carrier.name else "what the hub tells it"
        return (
            f"adapter {self._carrier.name}: {what} is carried out by adapter {holder.name} ({holder.where}): two would "
            f"do it twice. Stop that one, or set one of two adapters to outbound = false; one that was killed is "
            f"forgotten after {LEASE_SECONDS:.0f} s"
        )

    async def _last(self) -> tuple[int, Carrier | None]:
        """The last word, and who said it."""
        try:
            found = await self._connection.jetstream().get_last_msg(CARRIERS, self._subject, direct=True)
        except NoMessageError:
            return 0, None
        except (NatsError, APIError, TimeoutError) as error:
            raise BusError(f"who carries out {self._subject} can't be read: {described(error)}") from error
        return found.seq or 0, Carrier.from_bytes(found.data or b"")

    async def _say(self, after: int, body: bytes) -> bool:
        """False: that is not the last word on it."""
        began = asyncio.get_running_loop().time()
        try:
            ack = await self._connection.jetstream().publish(
                self._subject, body, stream=CARRIERS, headers={_EXPECTED: str(after)}
            )
        except APIError as error:
            if error.err_code == _SOMEBODY_ELSE_WROTE:
                return False
            raise BusError(f"who carries out {self._subject} can't be kept: {described(error)}") from error
        except (NatsError, TimeoutError) as error:
            raise BusError(f"who carries out {self._subject} can't be kept: {described(error)}") from error
        self._sequence, self._sure_until = ack.seq, began + LEASE_SECONDS - _MARGIN_SECONDS
        return True


class Leases:
    """All that one process must have to carry out commands."""

    def __init__(
        self, connection: Connection, subjects: Sequence[str], carrier: Carrier, troubles: Troubles = tuple
    ) -> None:
        self._leases = [Lease(connection, subject, carrier, troubles) for subject in subjects]
        self._name = carrier.name
        self._changed = asyncio.Event()

    async def take(self) -> None:
        """Raises CarriedError where another has one of them. Where the bus can't tell, `keep` goes on asking."""
        try:
            for one in self._leases:
                await one.take()
        except (CarriedError, asyncio.CancelledError):
            await self.give_back()
            raise
        except BusError as error:
            log.warning("adapter %s carries out nothing yet: %s", self._name, error)

    async def keep(self) -> None:
        """For ever. Raises CarriedError when another has one of them."""
        while True:
            pause = RENEW_SECONDS
            try:
                for one in self._leases:
                    await one.renew()
            except CarriedError:
                raise
            except BusError as error:
                log.warning("adapter %s can't say that it is there: %s", self._name, error)
                pause = _AGAIN_SECONDS
            self._changed.set()
            await asyncio.sleep(pause)

    async def sure(self) -> None:
        """Returns while nobody else can carry it out."""
        while not all(one.is_sure for one in self._leases):
            self._changed.clear()
            await self._changed.wait()

    async def give_back(self) -> None:
        """Let the next one in at once; what the bus can't be told is forgotten after a while."""
        await asyncio.gather(*map(self._given_back, self._leases))

    async def _given_back(self, one: Lease) -> None:
        with suppress(BusError):
            await one.give_back()
