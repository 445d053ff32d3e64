"""Who follows a customer hears of everything that happens in any stream that is this customer, as links come and go."""

import random
from itertools import combinations
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.api import stream_blocks
from hub.api.feed import Feed
from hub.api.topics import Topic
from hub.domain.account.events import AccountChanged, RoleAssigned
from hub.domain.cases.events import CaseKind, CaseOpened, Severity
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import ConsentWithdrawn, Purpose
from hub.domain.customer.events import LifecycleStageChanged, ProfileChanged
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked, Side
from hub.domain.event import Event
from tests.api.asking import says
from tests.api.feed_facts import queued
from tests.api.feed_floor import Listener
from tests.api.world import META, NOON, World
from tests.projections.histories import CHANCE

PEOPLE = ["customer-a", "customer-b", "customer-c", "customer-d"]
Pair = tuple[str, str]


def linking(pair: Pair, what: type[CustomersLinked] | type[CustomersUnlinked] = CustomersLinked) -> list[Any]:
    """The same fact in both streams."""
    left, right = (Side(id=one, since=NOON) for one in sorted(pair))
    told = {"rule": "by_hand"} if what is CustomersLinked else {}
    event = what(**META, left=left, right=right, link_id="link-" + "-".join(sorted(pair)), **told)
    return [(pair[0], event), (pair[1], event)]


def said(customer: str) -> list[Any]:
    return [(customer, ProfileChanged(**META, name="Negar"))]


def ids(listener: Listener) -> list[int]:
    return [position for position, _ in listener.got]


async def listening(world: World, *topics: Topic, last: int | None = None) -> Listener:
    listener = Listener(world, list(topics), last=last)
    listener.connect()
    await listener.read()
    return listener


async def heard(world: World, listener: Listener) -> list[int]:
    world.feed.views_at(len(world.journal.log))
    await listener.read()
    return ids(listener)


async def test_a_link_brings_what_happens_in_the_other_stream_and_its_end_takes_it_away() -> None:
    world = World()
    listener = await listening(world, Topic("customer", "customer-a"))
    world.write(*said("customer-b"))
    world.write(
        *linking(("customer-a", "customer-b")), *said("customer-b"), ("interaction-1", queued("q", "customer-b"))
    )
    assert await heard(world, listener) == [2, 3, 4, 5]
    world.write(*linking(("customer-b", "customer-c")), *said("customer-c"))
    assert await heard(world, listener) == [2, 3, 4, 5, 6, 7, 8]
    world.write(*linking(("customer-b", "customer-a"), CustomersUnlinked), *said("customer-b"), *said("customer-a"))
    told = await heard(world, listener)
    assert told[7:] == [9, 10, 12]
    await listener.disconnect()


async def test_a_resumed_stream_hears_of_whom_the_customer_was_then() -> None:
    world = World()
    world.write(*linking(("customer-a", "customer-b")), *said("customer-b"))
    world.write(*linking(("customer-a", "customer-b"), CustomersUnlinked), *said("customer-b"), *said("customer-a"))
    world.feed.views_at(len(world.journal.log))
    for last, told in ((0, [1, 2, 3, 4, 7]), (2, [3, 4, 7]), (5, [7])):
        listener = await listening(world, Topic("customer", "customer-a"), last=last)
        assert ids(listener) == told
        await listener.disconnect()


async def test_every_part_of_a_customer_and_of_an_account_is_told() -> None:
    world = World()
    world.write(*linking(("customer-a", "customer-b")))
    world.feed.views_at(2)
    listener = await listening(world, Topic("customer", "customer-a"))
    account = await listening(world, Topic("account", "account-1"))
    role = {"account_id": "account-1", "number": 1, "customer_id": "customer-b", "role": "buyer", "since": NOON}
    point = {"point": "point-1", "kind": "phone", "value": "+98912", "source": "web form"}
    facts: list[Event] = [
        CaseOpened(**META, case_id="case-b-1", kind=CaseKind.COMPLAINT, severity=Severity.HIGH, subject="a bill"),
        ConsentWithdrawn(**META, **point, channel=Channel.SMS, purpose=Purpose.PROMOTIONAL),
        LifecycleStageChanged(**META, lifecycle_stage="lapsed", reason="time"),
        RoleAssigned(**META, **role),
    ]
    world.write(*(("customer-b", fact) for fact in facts), ("account-1", facts[-1]))
    world.write(("account-1", AccountChanged(**META, segment="B2B", name="Saman")), ("account-2", facts[-1]))
    assert await heard(world, listener) == [3, 4, 5, 6]
    assert await heard(world, account) == [7, 8]
    for one in (listener, account):
        await one.disconnect()


async def test_a_stream_cannot_be_about_all_accounts(http: httpx.AsyncClient) -> None:
    says(await http.get("/v1/stream?account=*"), 422, "invalid", "account")


STEPS = st.lists(st.sampled_from(("say", "say", "link", "link", "unlink", "views", "read", "break")), max_size=60)


@settings(max_examples=200, deadline=None)
@given(chance=CHANCE, steps=STEPS, small=st.booleans())
async def test_nothing_is_missed_or_repeated_whatever_is_linked(
    chance: random.Random, steps: list[str], small: bool
) -> None:
    world = World(Feed(queue_length=6, held_length=10) if small else None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stream_blocks, "VIEWS_POLL_SECONDS", 0)
        listener = await listening(world, Topic("customer", "customer-a"), last=0)
        live = set[Pair]()
        for step in steps:
            pair = chance.choice(list(combinations(PEOPLE, 2)))
            match step:
                case "say":
                    world.write(*said(chance.choice(PEOPLE)))
                case "link" if pair not in live:
                    live.add(pair)
                    world.write(*linking(pair))
                case "unlink" if live:
                    gone = chance.choice(sorted(live))
                    live.remove(gone)
                    world.write(*linking(chance.choice((gone, gone[::-1])), CustomersUnlinked))
                case "views":
                    world.feed.views_at(world.feed.released + chance.randrange(8))
                case "read":
                    await listener.read(chance.choice((1, 100)))
                case "break":
                    await listener.disconnect()
                    listener.connect()
        world.feed.views_at(len(world.journal.log))
        for _ in range(100):
            await listener.read()
            if listener.subscription.closed:
                await listener.disconnect()
                listener.connect()
            elif not listener.subscription.frames and listener.subscription in world.feed._subscriptions:
                break
        await listener.disconnect()
    assert ids(listener) == expected(world)


def expected(world: World) -> list[int]:
    """By a look at the whole log for each event: a fact in two streams counts in each from where it stands there."""
    log = world.journal.log
    return [one.position for one in log if one.stream in component(world, one.position - 1)]


def component(world: World, position: int) -> set[str]:
    """The streams that are one with customer-a by what each stream says of its links up to this position."""
    known: dict[str, set[str]] = {one: set() for one in PEOPLE}
    for one in world.journal.log[:position]:
        event = one.event
        if isinstance(event, CustomersLinked | CustomersUnlinked):
            [other] = {event.left.id, event.right.id} - {one.stream}
            (known[one.stream].add if isinstance(event, CustomersLinked) else known[one.stream].discard)(other)
    found, waiting = {"customer-a"}, ["customer-a"]
    while waiting:
        fresh = known[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found
