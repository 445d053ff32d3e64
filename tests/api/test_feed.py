"""What a listener of the stream gets, against a reference that scans the whole log."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.api import stream_blocks
from hub.api.feed import Feed
from hub.api.topics import Topic
from hub.domain.customer.events import CustomerRegistered
from hub.domain.interaction.events import (
    ContactAttached,
    OfferDeclined,
)
from hub.ports import Recorded
from tests.api.feed_facts import accepted, completed, offered, queued
from tests.api.feed_floor import BusyJournal, Floor, Listener, busy_world, reference, subscribed
from tests.api.world import META, World

TOPICS = st.lists(
    st.sampled_from(
        [*(Topic("agent", f"a{n}") for n in range(3)), Topic("agent", "*"), Topic("queue", "*"), Topic("queue", "q0"),
         Topic("queue", "q1"), Topic("customer", "customer-0"), Topic("customer", "customer-1")]
    ),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip

MOVES = ("write", "write", "write", "views", "read", "read_some", "break", "connect", "join", "restart")

STEPS = st.lists(
    st.tuples(st.sampled_from(MOVES), st.lists(st.integers(0, 100_000), min_size=1, max_size=12)), max_size=60
)


@settings(max_examples=300, deadline=None)
@given(
    topics=TOPICS,
    steps=STEPS,
    before=st.lists(st.integers(0, 100_000), max_size=100),
    start=st.none() | st.integers(0, 100),
    small=st.booleans(),
)
async def test_a_stream_tells_everything_once_in_order_whatever_breaks(
    topics: list[Topic], steps: list[tuple[str, list[int]]], before: list[int], start: int | None, small: bool
) -> None:
    feed = Feed(queue_length=6, held_length=10) if small else Feed()
    world, journal = busy_world(feed)
    floor = Floor()
    for dice in before:
        if told := floor.step(dice):
            world.write(*told)
    start = None if start is None else min(start, len(journal.log))
    feed.views_at(start or 0)
    listener = Listener(world, topics, last=start)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stream_blocks, "VIEWS_POLL_SECONDS", 0)
        listener.connect()
        await listener.read(1)
        since = listener.last if start is None else start
        for step, numbers in steps:
            await _do(step, numbers, floor, listener)
            since = listener.last if since is None else since
        world.write(*floor.step(0))
        journal.meanwhile = iter(())
        world.feed.views_at(len(journal.log))
        for _ in range(200):
            await listener.read()
            if listener.subscription.closed:
                await listener.disconnect()
                listener.connect()
            elif not listener.subscription.frames and listener.subscription in world.feed._subscriptions:
                break
        await listener.disconnect()
    assert since is not None
    assert listener.got == reference(journal.log, topics, since)


async def _do(step: str, numbers: list[int], floor: Floor, listener: Listener) -> None:
    world, journal = listener.world, listener.world.journal
    assert isinstance(journal, BusyJournal)
    match step:
        case "write":
            told = [fact for dice in numbers for fact in floor.step(dice)]
            if told:
                world.write(*told)
        case "views":
            world.feed.views_at(world.feed.released + numbers[0] % 8)
        case "read":
            await listener.read()
        case "read_some":
            await listener.read(1)
        case "break":
            await listener.disconnect()
            listener.connect()
        case "connect":
            journal.meanwhile = (floor.step(dice) for dice in numbers)
            await listener.disconnect()
            listener.connect()
            await listener.read()
        case "join":
            other = Listener(world, [Topic("agent", "*")])
            other.connect()
            await other.read(1)
            await other.disconnect()
        case "restart":
            await listener.disconnect()
            world.restart(followed=numbers[0] % (len(journal.log) + 1), views=numbers[-1] % (len(journal.log) + 1))
            listener.connect()


async def test_agents_hear_of_it_at_once_queues_when_the_views_have_it() -> None:
    world = World()
    agent, queue = subscribed(world.feed, Topic("agent", "a1")), subscribed(world.feed, Topic("queue", "care"))
    customer = subscribed(world.feed, Topic("customer", "customer-1"))
    world.write(("interaction-1", queued()), ("interaction-1", offered()))
    assert len(agent.frames) == 1
    assert not queue.frames
    world.feed.views_at(1)
    assert (len(queue.frames), len(customer.frames)) == (1, 1)
    world.feed.views_at(2)
    assert (len(queue.frames), len(customer.frames), len(agent.frames)) == (2, 2, 1)


async def test_an_agent_who_asks_for_settled_events_hears_what_the_views_have() -> None:
    world = World()
    settled = world.feed.subscribe([Topic("agent", "a1")], settled=True)
    assert world.feed.attach(settled, world.feed.position)
    world.write(("interaction-1", queued()), ("interaction-1", offered()))
    assert not settled.frames
    world.feed.views_at(2)
    assert len(settled.frames) == 1


async def test_an_offer_brings_all_that_the_agent_needs() -> None:
    world = World()
    listener = Listener(world, [Topic("agent", "a1")], last=0)
    world.write(("interaction-1", queued()), ("interaction-1", offered()))
    listener.connect()
    await listener.read()
    world.write(("interaction-2", queued()), ("interaction-2", offered()))
    await listener.read()
    await listener.disconnect()
    from_log, live = listener.data
    assert from_log["offer"] == {
        "offer_id": "offer-1-1",
        "interaction_id": "interaction-1",
        "agent_id": "a1",
        "queue": "care",
        "channel": "phone",
        "service": "cards",
        "customer_id": "customer-1",
        "contact_id": "c-1",
        "queued_at": "2026-01-05T12:00:00Z",
        "segment": "",
        "value_tier": "",
        "lifecycle_stage": "",
        "language": "",
        "waited_s": 3.25,
        "expires_at": "2026-01-05T12:00:20Z",
        "units": 100,
        "reasons": ["longest idle"],
        "why": {"work": "", "agent": ""},
    }
    assert live["offer"] == from_log["offer"] | {"interaction_id": "interaction-2"}
    assert from_log["event"]["agent_id"] == "a1"


async def test_a_listener_who_cannot_keep_up_is_cut_off_and_nobody_else() -> None:
    feed = Feed(queue_length=3)
    world = World(feed)
    slow, other = subscribed(feed, Topic("agent", "a1")), subscribed(feed, Topic("agent", "a2"))
    for number in range(4):
        world.write((f"interaction-{number}", queued()), (f"interaction-{number}", offered()))
    assert slow.closed
    assert not slow.frames
    assert not other.closed


async def test_after_a_restart_open_interactions_are_routed_as_before() -> None:
    world = World()
    history = world.write(("interaction-1", queued()), ("interaction-1", offered()))
    feed = Feed()
    feed.restore(2, history)
    feed.views_at(2)
    queue, agent = subscribed(feed, Topic("queue", "care")), subscribed(feed, Topic("agent", "a1"))
    feed.follow(history[:1])
    assert feed.position == 2
    assert not queue.frames
    feed.follow([Recorded(3, "interaction-1", 3, ContactAttached(**META, contact_id="c-2"))])
    feed.views_at(3)
    assert (len(queue.frames), len(agent.frames)) == (1, 1)


@pytest.mark.parametrize(("last", "told"), [(0, [2, 3, 4]), (1, [2, 3, 4]), (2, [3, 4]), (3, [4]), (4, [])])
async def test_a_resumed_stream_knows_who_had_the_interaction_at_that_time(last: int, told: list[int]) -> None:
    world = World()
    attached = ContactAttached(**META, contact_id="c-2")
    declined = OfferDeclined(**META, offer_id="offer-1-1", agent_id="a1")
    for event in (queued(), offered(), attached, declined, attached):
        world.write(("interaction-1", event))
    listener = Listener(world, [Topic("agent", "a1")], last=last)
    listener.connect()
    await listener.read()
    await listener.disconnect()
    assert [position for position, _ in listener.got] == told


async def test_views_that_are_rebuilt_repeat_nothing_to_who_has_seen_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_blocks, "VIEWS_POLL_SECONDS", 0)
    world = World()
    for number in range(5):
        world.write((f"interaction-{number}", queued()))
    world.restart(followed=5, views=0)
    listener = Listener(world, [Topic("queue", "care")], last=4)
    listener.connect()
    await listener.read()
    world.restart(followed=2, views=0)
    listener = Listener(world, [Topic("queue", "care")], last=4)
    listener.connect()
    await listener.read()
    assert listener.got == []
    world.feed.views_at(5)
    await listener.read()
    assert [position for position, _ in listener.got] == [5]
    assert listener.subscription in world.feed._subscriptions
    world.write(("interaction-6", queued()))
    world.feed.views_at(6)
    await listener.read()
    await listener.disconnect()
    assert [position for position, _ in listener.got] == [5, 6]


async def test_for_views_nothing_is_kept_when_nobody_waits_for_them() -> None:
    world = World()
    watching, agent = subscribed(world.feed, Topic("queue", "care")), subscribed(world.feed, Topic("agent", "a1"))
    world.write(("interaction-1", queued()))
    world.feed.detach(watching)
    world.write(("interaction-2", queued()), ("interaction-2", offered()))
    assert len(agent.frames) == 1
    assert not world.feed._held
    world.feed.views_at(1)
    late = world.feed.subscribe([Topic("queue", "care")])
    assert not world.feed.attach(late, 1)
    world.write(("interaction-2", accepted()))
    world.feed.views_at(2)
    assert not world.feed.attach(late, 2)
    world.feed.views_at(3)
    assert world.feed.attach(late, 3)
    assert not late.frames
    world.feed.views_at(4)
    assert [b"OfferAccepted" in frame for frame in late.frames] == [True]


async def test_what_is_over_is_forgotten() -> None:
    world = World()
    world.write(("interaction-1", queued()), ("interaction-1", offered()), ("interaction-1", accepted()))
    assert world.feed._topics.remembered == 1
    world.write(("interaction-1", completed()))
    assert world.feed._topics.remembered == 0


@pytest.mark.parametrize("last", [100, 7_000_000])
async def test_too_far_behind_starts_over_from_a_snapshot(monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    """Far behind, or a position this log never had."""
    monkeypatch.setattr(stream_blocks, "FAR_BEHIND", 50)
    world = World()
    world.write(("customer-1", CustomerRegistered(**META)))
    for number in range(199):
        world.write((f"interaction-{number}", queued()))
    world.views.at = 190
    world.feed.views_at(200)
    people = [Topic("customer", "customer-1"), Topic("customer", "customer-9")]
    listener = Listener(world, [Topic("queue", "care"), Topic("agent", "a1"), *people], last=last)
    listener.connect()
    async with asyncio.timeout(10):
        while len(listener.got) < 10:
            await listener.read()
    await listener.disconnect()
    [reset] = listener.resets
    [customer] = reset["snapshot"].pop("customers")
    assert reset == {"position": 190, "snapshot": {"queues": [{"queue": "care"}]}}
    assert (customer["customer_id"], [one["what"] for one in customer["timeline"]]) == ("customer-1", ["registered"])
    assert [position for position, _ in listener.got] == list(range(191, 201))
    assert world.views.asked == [(["a1"], ["care"])]


async def test_silence_is_broken_by_a_heartbeat_that_moves_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_blocks, "HEARTBEAT_SECONDS", 0.01)
    world = World()
    subscription = world.feed.subscribe([Topic("agent", "a1")])
    blocks = stream_blocks.blocks(world.services, subscription, None)
    assert [await anext(blocks), await anext(blocks)] == [b"id: 0\n\n"] * 2
    world.write(("interaction-1", queued()), ("interaction-1", offered("a2")))
    assert await anext(blocks) == b": heartbeat\nid: 2\n\n"
    await blocks.aclose()  # type: ignore[attr-defined]


async def test_a_closed_feed_ends_streams_after_what_they_were_owed() -> None:
    world = World()
    listener = Listener(world, [Topic("agent", "a1")])
    listener.connect()
    await listener.read(2)
    world.write(("interaction-1", queued()), ("interaction-1", offered()))
    world.feed.close()
    blocks = [block async for block in listener._blocks]
    assert b"InteractionOffered" in blocks[0]
    assert len(blocks) == 1
    late = Listener(world, [Topic("queue", "care")], last=0)
    late.connect()
    await asyncio.wait_for(late.read(), 1)
    assert late.subscription.closed


async def test_a_stream_that_waits_for_the_views_ends_when_the_feed_closes() -> None:
    world = World(Feed(held_length=4))
    for number in range(10):
        world.write((f"interaction-{number}", queued()))
    listener = Listener(world, [Topic("queue", "care")], last=0)
    listener.connect()
    await listener.read()
    world.feed.close()
    assert listener._next is not None
    await asyncio.wait_for(listener._next, 2)
