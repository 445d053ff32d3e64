"""Simulated customers on five channels: they publish over the bus exactly as adapters do, wait, and lose patience."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal, Direction
from hub.simulated.behaviour import Step, Work
from hub.simulated.errands import Errands, first_of
from hub.simulated.population import Population, Story, contact

RATES: Mapping[Channel, float] = {
    Channel.PHONE: 1.1,
    Channel.WEB: 0.7,
    Channel.EMAIL: 0.6,
    Channel.SMS: 0.4,
    Channel.IN_PERSON: 0.3,
}
"""Mean arrivals a second in the demo."""

PATIENCE: Mapping[Channel, float] = {Channel.PHONE: 45.0, Channel.WEB: 90.0, Channel.IN_PERSON: 150.0}
"""Mean seconds somebody waits before they leave; on the other channels nobody waits on the line."""

REPLY_SECONDS = (2.0, 15.0)
"""The least, and the mean beyond it, until somebody writes again."""

_WRITTEN = frozenset((Channel.EMAIL, Channel.SMS, Channel.WEB))
_REALLY_CALLS = 0.5
"""Of those who call, how many do so by a real line where there is one."""
_TALKS_SECONDS = 15.0
_PATIENT_SECONDS = 60.0
_ONCE_MORE = 0.12
_ONCE_MORE_SECONDS = 6.0
_WAVE_SECONDS = 120.0
_WAVE = 0.5


class RealCalls(Protocol):
    """Phones of customers, and lines to the hub."""

    async def call(self, number: str, service: str, seconds: float) -> None:
        """A customer calls, and hangs up after so many seconds if nobody has before them."""
        ...


class Wire(Protocol):
    """How a channel adapter hands over what it heard: both answer when the hub has confirmed."""

    def known_as(self, contact: Contact) -> str:
        """What the hub calls this contact; empty: it names it when it comes, and that was not yet."""
        ...

    async def contact(self, contact: Contact) -> bool:
        """True: accepted and durable. False: rejected. Repeats until the hub answers."""
        ...

    async def conversation(self, event: ConversationEvent) -> bool:
        """The same for what happens in a running conversation."""
        ...


@dataclass(slots=True)
class _Open:
    """A conversation as its customer sees it."""

    story: Story
    thread: str
    answered: bool = False
    left: bool = False


@dataclass(slots=True)
class Totals:
    """What this run's customers did."""

    sent: int = 0
    confirmed: int = 0
    rejected: int = 0
    left: int = 0
    by_channel: Counter[str] = field(default_factory=Counter)


class SimulatedCustomers:
    """`run_name` makes the ids of this run its own; `now` gives the time that contacts carry."""

    def __init__(
        self,
        wire: Wire,
        population: Population,
        source: random.Random,
        now: Callable[[], datetime],
        *,
        run_name: str,
        rates: Mapping[Channel, float] = RATES,
        patience: Mapping[Channel, float] = PATIENCE,
        real_calls: RealCalls | None = None,
    ) -> None:
        """`real_calls` are counted by who carries them, not here."""
        self.totals = Totals()
        self.confirmed_ids: list[str] = []
        self._wire = wire
        self._population = population
        self._random = source
        self._now = now
        self._run = run_name
        self._rates = rates
        self._patience = patience
        self._real_calls = real_calls
        self._open: dict[str, _Open] = {}
        self._number = 0
        self._arriving = True
        self._sending = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._errands = Errands()

    async def run(self) -> None:
        """Customers come until cancelled; after `stop_arrivals` no new ones."""
        await first_of(self._arrivals(), self._errands.watch())

    async def _arrivals(self) -> None:
        """In absolute time, so that a slow moment is caught up with."""
        loop = asyncio.get_running_loop()
        begin = due = loop.time()
        channels, weights = list(self._rates), list(self._rates.values())
        while self._arriving:
            due += self._random.expovariate(sum(weights) * wave(due - begin))
            await asyncio.sleep(max(0.0, due - loop.time()))
            if self._arriving:
                self._arrive(self._random.choices(channels, weights)[0])
        await asyncio.Event().wait()

    def comes(self, story: Story) -> None:
        """Somebody gets in touch about just this, once, and waits as long as it takes; unless nobody comes any more."""
        if not self._arriving:
            return
        if story.channel is Channel.PHONE and self._real_calls is not None:
            self._errands.start(self._real_calls.call(story.who.phone, story.service, _PATIENT_SECONDS))
        else:
            self._errands.start(self._send(story, "", Direction.INBOUND, watches=False))

    async def tell(self, sent: Contact) -> None:
        """Hand over a contact as it is, counted as all are."""
        self.totals.sent += 1
        self.totals.by_channel[sent.path.channel.value] += 1
        if await self._handed_over(self._wire.contact(sent)):
            self.totals.confirmed += 1
            self.confirmed_ids.append(self._wire.known_as(sent))
        else:
            self.totals.rejected += 1

    def stop_arrivals(self) -> None:
        """Nobody gets in touch any more; who is waiting goes on waiting."""
        self._arriving = False

    async def settle(self) -> None:
        """Wait until everything sent is confirmed."""
        await self._idle.wait()

    async def close(self) -> None:
        """Everybody goes home: no later hang-up or reply, and what is unconfirmed is given up."""
        self._arriving = False
        await self._errands.close()

    def saw(self, work: Work) -> None:
        """What becomes of a customer's contact, as they notice it: somebody answers, the conversation ends."""
        told = self._open.get(work.contact_id)
        if told is None:
            return
        if work.step is Step.TALKING and not told.answered:
            told.answered = True
            if told.story.channel in self._patience and self._random.random() < 0.2:
                self._errands.start(self._leave(told, 3.0 + self._random.expovariate(1 / 10), spoken=True))
        elif work.step is Step.DONE:
            del self._open[work.contact_id]
            if self._arriving and told.story.channel in (Channel.EMAIL, Channel.SMS) and self._random.random() < 0.15:
                self._errands.start(self._reply(told))

    def _arrive(self, channel: Channel) -> None:
        story = self._population.story(channel)
        if channel is Channel.PHONE and self._real_calls is not None and self._random.random() < _REALLY_CALLS:
            seconds = _TALKS_SECONDS + self._random.expovariate(1 / self._patience[channel])
            self._errands.start(self._real_calls.call(story.who.phone, story.service, seconds))
        elif channel in (Channel.EMAIL, Channel.SMS) and self._random.random() < 0.08:
            self._errands.start(self._send(story, "", Direction.OUTBOUND))
        else:
            self._errands.start(self._get_in_touch(story))

    async def _get_in_touch(self, story: Story) -> None:
        told = await self._send(story, "", Direction.INBOUND)
        if told is None:
            return
        if story.channel in _WRITTEN and self._random.random() < _ONCE_MORE:
            self._errands.start(self._add(told))
        if story.channel not in self._patience:
            return
        await asyncio.sleep(1.0 + self._random.expovariate(1 / self._patience[story.channel]))
        await self._leave(told, 0.0, spoken=False)

    async def _add(self, told: _Open) -> None:
        """Something more to say, on the same thread, usually before anybody has answered or while they write."""
        await asyncio.sleep(self._random.expovariate(1 / _ONCE_MORE_SECONDS))
        if self._arriving and not told.left:
            await self._send(told.story, told.thread, Direction.INBOUND, watches=False)

    async def _leave(self, told: _Open, after: float, *, spoken: bool) -> None:
        await asyncio.sleep(after)
        if told.left or told.answered is not spoken:
            return
        told.left = True
        self.totals.left += 1
        self._number += 1
        event = ConversationEvent(
            id=f"{self._run}-left-{self._number}",
            channel=told.story.channel,
            thread=told.thread,
            signal=ConversationSignal.CUSTOMER_LEFT,
            occurred_at=self._now(),
        )
        await self._handed_over(self._wire.conversation(event))

    async def _reply(self, told: _Open) -> None:
        least, mean = REPLY_SECONDS
        await asyncio.sleep(least + self._random.expovariate(1 / mean))
        if self._arriving:
            await self._send(told.story, told.thread, Direction.INBOUND)

    async def _send(self, story: Story, thread: str, direction: Direction, *, watches: bool = True) -> _Open | None:
        """`watches`: what becomes of it may make them leave, or write again."""
        self._number += 1
        contact_id = f"{self._run}-{story.channel.value}-{self._number}"
        sent = contact(
            story, contact_id, thread or contact_id, self._now(), direction=direction, follow_up=bool(thread)
        )
        told = _Open(story, sent.thread)
        known_as = self._wire.known_as(sent)
        watched = direction is Direction.INBOUND and watches
        if watched and known_as:
            self._open[known_as] = told
        self.totals.sent += 1
        self.totals.by_channel[story.channel.value] += 1
        if not await self._handed_over(self._wire.contact(sent)):
            self._open.pop(known_as, None)
            self.totals.rejected += 1
            return None
        self.totals.confirmed += 1
        if not known_as:
            known_as = self._wire.known_as(sent)
            if watched:
                self._open[known_as] = told
        self.confirmed_ids.append(known_as)
        return told

    async def _handed_over(self, sending: Coroutine[Any, Any, bool]) -> bool:
        self._sending += 1
        self._idle.clear()
        try:
            return await sending
        finally:
            self._sending -= 1
            if not self._sending:
                self._idle.set()


def wave(seconds: float) -> float:
    """How busy it is at that second of the demo, 1 on average: queues build up and drain again."""
    return 1.0 + _WAVE * math.sin(2 * math.pi * seconds / _WAVE_SECONDS)
