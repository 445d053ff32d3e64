"""Tells channel adapters what to carry out: follows the log, and sends again from it what a crash kept from them."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from hub.application.outbound.addresses import addressed
from hub.application.outbound.command import Command
from hub.application.outbound.commands import Conversations
from hub.bus.connection import BusError
from hub.bus.outbound import OutboundMessage
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import normalise
from hub.domain.errors import HubError
from hub.ports import Clock, Journal, Recorded

log = logging.getLogger(__name__)

KEPT_BATCHES = 256
"""Transactions kept while adapters can't be told; beyond them the log is read again."""
READ_EVENTS = 1_000
READ_BATCH = 5_000
FAR_BEHIND = 1_000_000
"""Events after which nobody needs to be told any more what was to be done then."""
KEEP_SECONDS = 5.0
"""Between two times that the position is kept while nothing is to be told, on the wall's clock."""
RENEW_SECONDS = 3600.0
"""The position is kept anew, though it has not moved: what JetStream holds goes after a day."""
RETRY_SECONDS = 1.0
GATHER_SECONDS = 0.002
"""How long the first thing to tell waits for others, which come in swarms when there is much to do."""
PACE_SECONDS = 0.01
"""From one telling to the next, as long as not too much waits: each costs as much as ten commands more in it."""
SLICE = 50
"""Announcements made before others get their turn."""


class Place(NamedTuple):
    """Where somebody stands who waits, from 1, and for how long yet; None: that can't be said."""

    number: int
    estimated_wait_seconds: float | None


Places = Callable[[str], Mapping[str, Place]]
"""Of a queue: the place of each interaction in it that is to be told one."""
Every = Callable[[str], float]
"""Seconds between two announcements to those who wait in a queue."""


class Wire(Protocol):
    """What is needed of the bus. All raise BusError."""

    async def position(self) -> int | None: ...
    async def keep(self, position: int) -> None: ...
    async def publish(self, messages: Sequence[OutboundMessage]) -> None: ...
    async def announce(self, message: OutboundMessage) -> None: ...


class Outbound:
    """`start` once, `follow` with the log as it is committed, `run` beside it. Each command is sent at least once, in
    the order of the log; a repeat has the same id."""

    def __init__(
        self, journal: Journal, wire: Wire, clock: Clock, places: Places, every: Every, pool: str = "main",
        spell: Spell = normalise,
    ) -> None:  # fmt: skip
        """`spell`: how numbers are written."""
        self.position = 0
        """Up to where adapters have been told."""
        self._journal = journal
        self._wire = wire
        self._clock = clock
        self._places = places
        self._every = every
        self._spell = spell
        self._conversations = Conversations(pool)
        self._waiting: deque[Sequence[Recorded]] = deque()
        self._unsent: list[Command] = []
        self._told = 0
        self._behind = True
        self._wake = asyncio.Event()
        self._announce_at: dict[str, float] = {}
        self._kept = -1
        self._kept_at = 0.0

    async def start(self, open_work: Iterable[Recorded] = (), seen: int | None = None) -> None:
        """Find out how far adapters were told; at the very first start, from now on. `open_work`: the events so far of
        the interactions that were open at log position `seen`; None: now."""
        head = await self._journal.head()
        position = await self._wire.position()
        if position is None or not 0 <= head - position <= FAR_BEHIND:
            if position is not None:
                log.warning("channel adapters are told the log from position %d on, not from %d on", head, position)
            position = head
            await self._wire.keep(position)
        self.position = self._kept = self._told = position
        self._kept_at = asyncio.get_running_loop().time()
        known = [recorded for recorded in open_work if recorded.position <= position]
        after = position if seen is None else seen
        while after < position and (batch := await self._journal.read(after, READ_BATCH)):
            known += [recorded for recorded in batch if recorded.position <= position]
            after = batch[-1].position
        self._conversations.restore(known)
        self._note_queues()

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        if len(self._waiting) >= KEPT_BATCHES:
            self._waiting.clear()
            self._behind = True
        self._waiting.append(batch)
        self._wake.set()

    async def run(self) -> None:
        """Tell adapters, for ever, through every failure of NATS and the store."""
        failed = False
        while True:
            began = asyncio.get_running_loop().time()
            try:
                busy = await self._step()
                await self._announce()
                await self._keep()
            except HubError as error:
                if not failed:
                    log.warning("channel adapters can't be told now, trying on: %s", error)
                failed = True
                await asyncio.sleep(RETRY_SECONDS)
                continue
            failed = False
            if not busy:
                await self._rest()
            elif not self._behind and len(self._waiting) < KEPT_BATCHES // 4:
                await asyncio.sleep(began + PACE_SECONDS - asyncio.get_running_loop().time())

    async def stop(self) -> None:
        """Leave word of how far adapters were told."""
        with suppress(BusError):
            await self._wire.keep(self.position)

    async def _step(self) -> bool:
        """Tell one part of the log; False: there is nothing more."""
        if not self._unsent:
            batch = await self._next()
            if not batch:
                return False
            missing = self._conversations.unknown(batch)
            if missing:
                for history in (await self._journal.load(missing)).values():
                    self._conversations.restore(one for one in history if one.position < batch[0].position)
            self._unsent, self._told = self._conversations.tell(batch), batch[-1].position
            if len(self._conversations.queues) > len(self._announce_at):
                self._note_queues()
        told = await addressed(self._journal, self._unsent, self._spell)
        await self._wire.publish([_message(command) for command in told])
        self._unsent, self.position = [], self._told
        return True

    async def _next(self) -> Sequence[Recorded]:
        """The log from the first event that was not told: all that is here already, for what is told together costs a
        fraction."""
        found: list[Recorded] = []
        after = self.position
        while self._waiting and not self._behind and len(found) < READ_EVENTS:
            new = self._waiting.popleft()
            if not new or new[0].position <= after:
                new = [recorded for recorded in new if recorded.position > after]
                if not new:
                    continue
            if new[0].position != after + 1:
                self._behind = True
                break
            found += new
            after = new[-1].position
        if found or not self._behind:
            return found
        batch = await self._journal.read(self.position, READ_EVENTS)
        self._behind = len(batch) == READ_EVENTS
        return batch

    async def _announce(self) -> None:
        """Tell those who wait, queue by queue, where they stand by now. Nobody is told twice, nothing is kept."""
        moment = asyncio.get_running_loop().time()
        due = [queue for queue, at in self._announce_at.items() if at <= moment]
        for queue in due:
            self._announce_at[queue] = moment + self._every(queue) / self._clock.speed
            at = self._clock.now()
            for number, (interaction_id, place) in enumerate(self._places(queue).items(), 1):
                known = self._conversations[interaction_id]
                if known is None or not known.waits:
                    continue
                details = {"place": place.number, "estimated_wait_s": _rounded(place.estimated_wait_seconds)}
                name = f"{interaction_id}.at.{int(at.timestamp() * 1000)}"
                await self._wire.announce(_message(Command(name, 0, at, "waiting", known, known.queue, details)))
                if number % SLICE == 0:
                    await asyncio.sleep(0)

    async def _keep(self) -> None:
        moment = asyncio.get_running_loop().time()
        since = moment - self._kept_at
        if since >= RENEW_SECONDS or (self.position != self._kept and since >= KEEP_SECONDS):
            position = self.position
            await self._wire.keep(position)
            self._kept, self._kept_at = position, moment

    async def _rest(self) -> None:
        """Until the log goes on, or somebody is to be told where they stand."""
        if self._waiting:
            return
        self._wake.clear()
        due = min(self._announce_at.values(), default=float("inf")) - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.05, min(due, KEEP_SECONDS))):
                await self._wake.wait()
                await asyncio.sleep(GATHER_SECONDS)

    def _note_queues(self) -> None:
        """Who waits in a queue that is new is told their place for the first time after a full pause."""
        moment = asyncio.get_running_loop().time()
        for queue in self._conversations.queues - self._announce_at.keys():
            self._announce_at[queue] = moment + self._every(queue) / self._clock.speed


def _message(command: Command) -> OutboundMessage:
    about = command.conversation
    return OutboundMessage(about.channel, about.thread, command.id, command.position, command.envelope())


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
