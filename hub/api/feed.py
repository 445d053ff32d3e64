"""The live feed behind `/v1/stream`: each committed event to those it concerns, in order, without waiting for them."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from hub.api.answers import event_json
from hub.api.following import PARTING
from hub.api.open_interaction import BOARD, STEWARD, WORDLESS
from hub.api.topics import AGENTS, ALL, QUEUES, Told, Topic, Topics
from hub.domain.cases.decide import without_words
from hub.ports import Recorded

QUEUE_LENGTH = 10_000
"""Events that wait for one subscriber; one who is slower is cut off and resumes from the log."""
HELD_LENGTH = 20_000
"""Events that wait for the read models; beyond that, streams of queues and customers are served from the log."""


class Subscription:
    """One listener: what it follows, and what waits for it."""

    def __init__(self, topics: Iterable[Topic], limit: int = QUEUE_LENGTH, *, settled: bool = False) -> None:
        self.asked = frozenset(topics)
        self.topics = self.asked
        """What was asked for, and the other streams of the customers among it. Changed only while it is detached."""
        self.turned_at: int | None = None
        """Position at which links changed whom a customer's topic is about: nothing is told from there on, until it
        is attached anew."""
        self.with_views = settled or any(topic.kind != "agent" for topic in self.topics)
        """Whether events wait until the read models have them. A stream of agents alone does only if asked for as
        settled: offers come at once. Events of one stream keep one order, so that its last id says what was seen."""
        self.after = 0
        """Position up to which the listener has everything from elsewhere."""
        self.closed = False
        self.revoked = False
        """Whether its key is good no longer: nothing more is told, not even what waits."""
        self.frames: deque[bytes] = deque()
        self.board_news = False
        """Whether the wallboard was looked up since it was told of it."""
        self._limit = limit
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()

    def wants(self, told: Told) -> bool:
        """Whether this event is for it."""
        return any(topic in self.topics or Topic(topic.kind, ALL) in self.topics for topic in told.topics)

    def told_words(self, told: Told) -> bool:
        """Whether it is told what was said, too: who follows all cases learns that something happened to one."""
        return self.topics.isdisjoint(WORDLESS) or any(
            one in self.topics and one not in WORDLESS
            for topic in told.topics
            for one in (topic, Topic(topic.kind, ALL))
        )

    def put(self, frame: bytes) -> None:
        """Let this wait for the listener, or cut it off when too much does."""
        if len(self.frames) >= self._limit:
            self.frames.clear()
            self.close()
        elif not self.closed:
            self.frames.append(frame)
            self._wake.set()

    def look_at_board(self) -> None:
        """The wallboard was looked up: whoever is slow is told less often, never more at once."""
        self.board_news = True
        self._wake.set()

    def turn(self, position: int) -> None:
        """From this position on it is about others."""
        self.turned_at = position
        self._wake.set()

    def close(self) -> None:
        """No more events: the listener is told the end."""
        self.closed = True
        self._wake.set()
        self._ended.set()

    def revoke(self) -> None:
        """The listener's key is good no longer."""
        self.revoked = True
        self.frames.clear()
        self.close()

    async def ended(self) -> None:
        """Wait until it is closed."""
        await self._ended.wait()

    async def wait(self, seconds: float) -> bool:
        """Until something is there, or the subscription is closed or turned; False: none of it happened so long."""
        if not self._has_news:
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
        return self._has_news

    @property
    def _has_news(self) -> bool:
        return bool(self.frames) or self.board_news or self.closed or self.turned_at is not None

    def take(self) -> bytes:
        """Everything that waits."""
        taken = b"".join(self.frames)
        self.frames.clear()
        return taken


class Feed:
    """A follower of the log that fans out to subscriptions.

    `restore` comes first, then `follow` with every batch from there on; `views_at` says how far the read models are.
    """

    def __init__(self, queue_length: int = QUEUE_LENGTH, held_length: int = HELD_LENGTH) -> None:
        self.position = 0
        """Last event that was followed."""
        self.released = 0
        """Last event that the read models have."""
        self._queue_length = queue_length
        self._held_length = held_length
        self._topics = Topics()
        self._held: deque[Told] = deque()
        self._held_from: int | None = None
        """All since this position that the read models don't have is held; None: nobody asked for it."""
        self._live: dict[Topic, set[Subscription]] = {}
        self._with_views: dict[Topic, set[Subscription]] = {}
        self._subscriptions: set[Subscription] = set()
        self._closed = False

    @property
    def subscribers(self) -> int:
        """How many listen."""
        return len(self._subscriptions)

    def restore(self, position: int, open_work: Iterable[Recorded] = ()) -> None:
        """Start at this log position; `open_work` are the events so far of the interactions open there."""
        self._topics.restore(open_work)
        self.position = position
        self._hold_no_more()
        self.released = min(self.released, position)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        new = batch
        if batch and batch[0].position <= self.position:
            new = [recorded for recorded in batch if recorded.position > self.position]
        if not new:
            return
        self.position = new[-1].position
        if not self._live and self._held_from is None:
            self._topics.restore(new)
            return
        for recorded in new:
            told = self._topics.tell(recorded)
            if told.topics:
                if self._live:
                    _send(told, self._live)
                if self._held_from is not None:
                    self._held.append(told)
        self._bound()
        self._release()

    def views_at(self, position: int) -> None:
        """The read models hold everything up to here, durably."""
        self.released = max(self.released, position)
        self._release()

    def visible(self, with_views: bool) -> int:
        """Position up to which a stream may tell events by now."""
        return min(self.position, self.released) if with_views else self.position

    def subscribe(self, topics: Iterable[Topic], *, settled: bool = False) -> Subscription:
        """A new listener, not yet attached: nothing reaches it until `attach`. `settled`: after the read models."""
        subscription = Subscription(topics, self._queue_length, settled=settled)
        if self._closed:
            subscription.close()
        return subscription

    def whisper(self, agent_id: str, name: str, data: Mapping[str, Any]) -> None:
        """Something that is no event, to who follows this agent now; nobody hears of it later."""
        block = b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(data))
        for index in (self._live, self._with_views):
            for subscription in (*index.get(Topic("agent", agent_id), ()), *index.get(AGENTS, ())):
                subscription.put(block)

    @property
    def shows_board(self) -> bool:
        """Whether anybody follows the wallboard."""
        return BOARD in self._with_views

    def board_looked_up(self) -> None:
        """To who follows the wallboard."""
        for subscription in self._with_views.get(BOARD, ()):
            subscription.look_at_board()

    def attach(self, subscription: Subscription, after: int) -> bool:
        """From now on every event after this position, each once; the listener has all up to it. False: `after` is
        too far behind, more must be read from the log first; what comes from now on is held meanwhile."""
        if self._closed:
            subscription.close()
            return True
        if subscription.with_views and self._held_from is None:
            self._held_from = self.position
        behind = self._held_from if subscription.with_views and self._held_from is not None else self.position
        if after < max(behind, self.visible(subscription.with_views)):
            return False
        subscription.after = after
        self._subscriptions.add(subscription)
        index = self._index_of(subscription)
        for topic in subscription.topics:
            index.setdefault(topic, set()).add(subscription)
        return True

    def detach(self, subscription: Subscription) -> None:
        """The listener is gone."""
        self._subscriptions.discard(subscription)
        index = self._index_of(subscription)
        for topic in subscription.topics:
            listeners = index.get(topic, set())
            listeners.discard(subscription)
            if not listeners:
                index.pop(topic, None)
        if subscription.with_views and not self._with_views:
            self._hold_no_more()

    def close(self) -> None:
        """End every stream, and those that come yet."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.close()

    def _index_of(self, subscription: Subscription) -> dict[Topic, set[Subscription]]:
        return self._with_views if subscription.with_views else self._live

    def _release(self) -> None:
        while self._held and self._held[0].recorded.position <= self.released:
            told = self._held.popleft()
            if self._with_views:
                _send(told, self._with_views)
                if type(told.recorded.event) in PARTING:
                    self._turn(told.recorded)

    def _turn(self, recorded: Recorded) -> None:
        """Who follows this customer has heard that links changed, and is to find out whom to follow from here on."""
        for subscription in tuple(self._with_views.get(Topic("customer", recorded.stream), ())):
            if recorded.position > subscription.after:
                self.detach(subscription)
                subscription.turn(recorded.position)

    def _hold_no_more(self) -> None:
        self._held.clear()
        self._held_from = None

    def _bound(self) -> None:
        """The read models are far behind: whoever waits for them starts over from the log."""
        if len(self._held) <= self._held_length:
            return
        while len(self._held) > self._held_length // 2:
            self._held_from = self._held.popleft().recorded.position
        for subscription in self._subscriptions:
            if subscription.with_views:
                subscription.close()


def frame(told: Told, *, words: bool = True) -> bytes:
    """An event as a block of `text/event-stream`; without `words` nothing that people said of it."""
    position, stream, version, event = told.recorded
    event = event if words else without_words(event)
    name = type(event).__name__.encode()
    offer = b"" if told.offer is None else b',"offer":' + orjson.dumps(told.offer, option=orjson.OPT_UTC_Z)
    return b'id: %d\nevent: %b\ndata: {"position":%d,"stream":%b,"version":%d,"type":"%b","event":%b%b}\n\n' % (
        position, name, position, orjson.dumps(stream), version, name, event_json(event), offer,
    )  # fmt: skip


def mark(position: int) -> bytes:
    """A block without an event: the listener has everything up to here, and resumes from here."""
    return b"id: %d\n\n" % position


def reset(position: int, state: Any) -> bytes:
    """The listener is too far behind: this is how things stand at the position; events go on from there."""
    body = orjson.dumps({"position": position, "snapshot": state}, option=orjson.OPT_UTC_Z)
    return b"id: %d\nevent: reset\ndata: %b\n\n" % (position, body)


def _send(told: Told, index: dict[Topic, set[Subscription]]) -> None:
    listeners: set[Subscription] | frozenset[Subscription] = _NOBODY
    for topic in told.topics:
        if topic != STEWARD and (found := index.get(topic)):
            listeners = listeners | found if listeners else found
    for every in (AGENTS, QUEUES):
        if (found := index.get(every)) and any(topic.kind == every.kind for topic in told.topics):
            listeners = listeners | found if listeners else found
    position = told.recorded.position
    for every in WORDLESS:
        if (found := index.get(every)) and any(topic.kind == every.kind for topic in told.topics):
            wordless = frame(told, words=False)
            for subscription in found - listeners:
                if position > subscription.after:
                    subscription.put(wordless)
    if not listeners:
        return
    made = frame(told)
    for subscription in listeners:
        if position > subscription.after:
            subscription.put(made)


_NOBODY: frozenset[Subscription] = frozenset()
