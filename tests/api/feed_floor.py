"""A floor where everything happens, those who listen to it, and what each of them should have heard."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from hub.api import stream_blocks
from hub.api.feed import Feed, Subscription
from hub.api.topics import Topic
from hub.domain.access.events import ApiKeyRevoked
from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
)
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded
from tests.api.feed_facts import accepted, completed, offered, queued
from tests.api.world import META, World
from tests.support.memory import MemoryJournal


@dataclass
class Listener:
    """A program on the other side of the stream, without the wire. It remembers its last id, as browsers do."""

    world: World
    topics: list[Topic]
    last: int | None = None
    got: list[tuple[int, str]] = field(default_factory=list)
    resets: list[dict[str, Any]] = field(default_factory=list)
    data: list[dict[str, Any]] = field(default_factory=list)

    def connect(self) -> None:
        self.subscription = self.world.feed.subscribe(self.topics)
        self._blocks = stream_blocks.blocks(self.world.services, self.subscription, self.last)
        self._next: asyncio.Task[bytes] | None = None

    async def read(self, at_most: int = 1_000) -> None:
        """Read what is there by now."""
        for _ in range(at_most):
            if self._next is None:
                self._next = asyncio.ensure_future(anext(self._blocks, b""))
            for _ in range(20):
                if not self._next.done():
                    await asyncio.sleep(0)
            if not self._next.done():
                return
            block, self._next = self._next.result(), None
            if not block:
                return
            self._take(block)

    async def disconnect(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await self._blocks.aclose()  # type: ignore[attr-defined]
        self.world.feed.detach(self.subscription)

    def _take(self, blocks: bytes) -> None:
        assert blocks.endswith(b"\n\n")
        for block in blocks.removesuffix(b"\n\n").split(b"\n\n"):
            told = dict(line.split(b": ", 1) for line in block.split(b"\n") if not line.startswith(b":"))
            position = int(told[b"id"])
            assert self.last is None or position >= self.last or b"reset" in block
            self.last = position
            if told.get(b"event") == b"reset":
                self.resets.append(orjson.loads(told[b"data"]))
            elif b"event" in told:
                assert position <= self.world.feed.visible(self.subscription.with_views)
                data = orjson.loads(told[b"data"])
                assert data["position"] == position
                assert data["type"] == told[b"event"].decode()
                self.data.append(data)
                self.got.append((position, data["type"]))


def reference(log: Sequence[Recorded], topics: Sequence[Topic], after: int) -> list[tuple[int, str]]:
    """What a stream about these topics must tell of the log behind this position."""
    return [
        (recorded.position, type(recorded.event).__name__)
        for recorded in log
        if recorded.position > after
        and any(topic in topics or Topic(topic.kind, "*") in topics for topic in concerned(log, recorded))
    ]


def concerned(log: Sequence[Recorded], recorded: Recorded) -> list[Topic]:
    """Whom an event concerns, found by scanning its whole stream."""
    event, stream_name = recorded.event, recorded.stream
    if stream_name.startswith("customer-"):
        return [Topic("customer", stream_name)]
    if stream_name.startswith("agent-"):
        return [Topic("agent", stream_name.removeprefix("agent-"))]
    if not stream_name.startswith("interaction-"):
        return []
    earlier = [one.event for one in log if one.stream == stream_name and one.version <= recorded.version]
    [opening] = [one for one in earlier if isinstance(one, InteractionQueued)]
    found = [Topic("queue", opening.queue), Topic("customer", opening.customer_id)]
    agent = getattr(event, "agent_id", "")
    if isinstance(event, ContactAttached):
        for one in earlier:
            if isinstance(one, InteractionOffered):
                agent = one.agent_id
            elif isinstance(one, OfferDeclined | OfferTimedOut | OfferRescinded):
                agent = ""
    return [*found, Topic("agent", agent)] if agent else found


class Floor:
    """Writes a believable history, as random numbers say."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.offered: dict[str, str] = {}
        self.active: dict[str, str] = {}
        self.wrapping: dict[str, str] = {}
        self.number = 0

    def step(self, dice: int) -> list[tuple[str, Event]]:
        agent, what, one = f"a{dice % 3}", dice // 3 % 13, dice // 39
        moves = [
            self._queue, self._queue, self._offer, self._offer, self._answer, self._answer, self._refuse,
            self._abandon, self._end, self._wrap_up, self._attach, self._agent, self._other,
        ]  # fmt: skip
        return moves[what](agent, one)

    def _queue(self, _: str, one: int) -> list[tuple[str, Event]]:
        self.number += 1
        self.waiting.append(f"interaction-{self.number}")
        return [(self.waiting[-1], queued(f"q{one % 2}", f"customer-{one % 3}"))]

    def _offer(self, agent: str, one: int) -> list[tuple[str, Event]]:
        if not self.waiting:
            return []
        interaction = self.waiting.pop(one % len(self.waiting))
        self.offered[interaction] = agent
        return [(interaction, offered(agent))]

    def _answer(self, _: str, one: int) -> list[tuple[str, Event]]:
        interaction = self._pick(self.offered, one)
        if not interaction:
            return []
        self.active[interaction] = self.offered.pop(interaction)
        return [(interaction, accepted(self.active[interaction]))]

    def _refuse(self, _: str, one: int) -> list[tuple[str, Event]]:
        interaction = self._pick(self.offered, one)
        if not interaction:
            return []
        agent = self.offered.pop(interaction)
        self.waiting.append(interaction)
        refusals: list[Event] = [
            OfferDeclined(**META, offer_id="o", agent_id=agent),
            OfferTimedOut(**META, offer_id="o", agent_id=agent),
            OfferRescinded(**META, offer_id="o", agent_id=agent, reason="r"),
        ]
        return [(interaction, refusals[one % 3])]

    def _abandon(self, _: str, one: int) -> list[tuple[str, Event]]:
        if not self.waiting:
            return []
        return [(self.waiting.pop(one % len(self.waiting)), InteractionAbandoned(**META))]

    def _end(self, _: str, one: int) -> list[tuple[str, Event]]:
        interaction = self._pick(self.active, one)
        if not interaction:
            return []
        self.wrapping[interaction] = agent = self.active.pop(interaction)
        return [(interaction, InteractionEnded(**META, agent_id=agent, ended_by="agent"))]

    def _wrap_up(self, _: str, one: int) -> list[tuple[str, Event]]:
        interaction = self._pick(self.wrapping, one)
        return [(interaction, completed(self.wrapping.pop(interaction)))] if interaction else []

    def _attach(self, _: str, one: int) -> list[tuple[str, Event]]:
        anywhere = [*self.waiting, *self.offered, *self.active, *self.wrapping]
        return [(anywhere[one % len(anywhere)], ContactAttached(**META, contact_id="c-2"))] if anywhere else []

    def _agent(self, agent: str, one: int) -> list[tuple[str, Event]]:
        facts: list[Event] = [
            AgentSignedOn(**META, pool="main", agent_id=agent, name="", skills={}, languages=(), capacity=100),
            AgentStateChanged(**META, agent_id=agent, state=AgentState.AWAY),
            AgentSignedOff(**META, agent_id=agent),
        ]
        return [(f"agent-{agent}", facts[one % 3])]

    def _other(self, _: str, one: int) -> list[tuple[str, Event]]:
        contact = ContactReceived(
            **META, contact_id="c", channel=Channel.SMS, address="", sender="", thread="t", purpose="", service="",
            language="", subject="", text="", standing=Standing(), pool="main",
        )  # fmt: skip
        others: list[tuple[str, Event]] = [
            ("access-keys", ApiKeyRevoked(**META, key_id="k")),
            ("pool-main", PoolCommitted(**META, pool="main", epoch=1, consumed=0, commands=(), policy="1")),
            (f"customer-{one % 3}", contact),
        ]
        return [others[one % 3]]

    @staticmethod
    def _pick(holds: dict[str, str], one: int) -> str:
        return list(holds)[one % len(holds)] if holds else ""


class BusyJournal(MemoryJournal):
    """While it is read, others go on writing."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Iterator[list[tuple[str, Event]]] = iter(())
        self.world: World | None = None

    async def read(self, after: int, limit: int) -> list[Recorded]:
        batch = await super().read(after, min(limit, 7))
        await self._others_write()
        return batch

    async def load(self, streams: Sequence[str]) -> dict[str, list[Recorded]]:
        await self._others_write()
        return await super().load(streams)

    async def head(self) -> int:
        head = await super().head()
        await self._others_write()
        return head

    async def _others_write(self) -> None:
        told = next(self.meanwhile, [])
        if told and self.world is not None:
            self.world.write(*told)
        await asyncio.sleep(0)


def busy_world(feed: Feed | None = None) -> tuple[World, BusyJournal]:
    world, journal = World(feed), BusyJournal()
    journal.followers = world.journal.followers
    world.journal = journal
    object.__setattr__(world.services, "journal", journal)
    journal.world = world
    return world, journal


def subscribed(feed: Feed, *topics: Topic) -> Subscription:
    subscription = feed.subscribe(topics)
    assert feed.attach(subscription, feed.visible(subscription.with_views))
    return subscription
