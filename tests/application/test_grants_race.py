"""Several processes on one store grant at the same moment: there is one grant, and everybody is told its terms."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import orjson

from hub.clock import WallClock
from hub.domain.customer.events import CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked
from hub.domain.decision.events import PathDecided
from hub.domain.event import Event
from hub.domain.grant.events import PropositionGranted, PropositionPresented
from hub.domain.grant.holding import held
from hub.domain.grant.state import fold
from hub.journal.store import Store
from hub.ports import Append, Committed, Unit
from hub.settings import Settings
from tests.support.stores import OpenStore

ROUNDS = 25
NAMES = ("web", "agent", "dealer")
CLOCK = WallClock()


class Process:
    """One of those that grant."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def __call__(self, **work: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(work) + b"\n")
        return await self.answer()

    async def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            line = await self._process.stdout.readline()
        assert line, "it ended"
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    def kill(self) -> None:
        os.kill(self._process.pid, signal.SIGKILL)

    async def end(self) -> None:
        if self._process.returncode is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
        await self._process.wait()


async def process(settings: Settings) -> Process:
    arguments = ("-m", "tests.application.granting_process", settings.model_dump_json())
    pipe = asyncio.subprocess.PIPE
    one = Process(await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=pipe, stdout=pipe))
    await one.answer()
    return one


@asynccontextmanager
async def processes(settings: Settings, number: int) -> AsyncIterator[list[Process]]:
    started = await asyncio.gather(*(process(settings) for _ in range(number)))
    try:
        yield started
    finally:
        for one in started:
            await one.end()


async def together(
    asking: Sequence[Process], work: Sequence[dict[str, Any]], chance: random.Random
) -> list[dict[str, Any]]:
    """All within the time that one of them takes, in any order; sometimes just at once."""
    most = chance.choice((0.0, 0.004, 0.03))
    order = chance.sample(asking, len(asking))
    delayed = [one | {"delay": chance.uniform(0, most)} for one in work]
    return await asyncio.gather(*(ask(**one) for ask, one in zip(order, delayed, strict=True)))


def registered(store: Store, *names: str) -> tuple[str, ...]:
    """Customers of these names, each known a little longer than the next."""
    now = CLOCK.now() - timedelta(days=1)
    units = []
    for number, name in enumerate(names):
        at = now + timedelta(seconds=number)
        event = CustomerRegistered(at=at, recorded_at=at, causation="c", actor="test")
        units.append(Unit([Append(f"customer-{name}", 0, [event])]))
    assert all(isinstance(outcome, Committed) for outcome in store.append(units))
    return tuple(f"customer-{name}" for name in names)


def facts(store: Store, stream: str, *kinds: type[Event]) -> list[Any]:
    return [one for one in store.load([stream])[stream] if isinstance(one.event, kinds)]


async def test_who_asks_in_the_same_moment_is_told_of_one_grant(store: Store, store_settings: Settings) -> None:
    first = set[bool]()
    async with processes(store_settings, len(NAMES)) as asking:
        for number in range(ROUNDS):
            older, younger = registered(store, f"a{number}", f"b{number}")
            await asking[0](what="link", customer=older, other=younger)
            work = [
                {"what": "decide", "customer": older, "request": f"web-{number}"},
                {"what": "decide", "customer": younger, "request": f"dealer-{number}"},
                {"what": "show", "customer": younger, "request": f"agent-{number}"},
            ]
            told = await together(asking, work, random.Random(number))
            assert len({one["grant"] for one in told}) == len({one["hash"] for one in told}) == 1
            [given] = facts(store, older, PropositionGranted)
            assert given.event.terms_hash == told[0]["hash"]
            assert facts(store, younger, PropositionGranted) == []
            [shown] = facts(store, older, PropositionPresented)
            assert shown.event.terms_hash == told[0]["hash"]
            assert len(facts(store, older, PathDecided)) == 2
            first.add(given.event.decision_id == "")
    assert first == {True, False}, "one of them was always first: this shows nothing"


async def test_a_link_in_the_same_moment_leaves_one_that_stands(store: Store, store_settings: Settings) -> None:
    """Both were granted before the link, or whoever came after it was told of the other's."""
    after = 0
    async with processes(store_settings, len(NAMES)) as asking:
        for number in range(ROUNDS):
            older, younger = registered(store, f"a{number}", f"b{number}")
            work = [
                {"what": "give", "customer": older},
                {"what": "decide", "customer": younger, "request": f"web-{number}"},
                {"what": "link", "customer": older, "other": younger},
            ]
            told = await together(asking, work, random.Random(number))
            [linked] = facts(store, older, CustomersLinked)
            given = [one for stream in (older, younger) for one in facts(store, stream, PropositionGranted)]
            late = [one for one in given if one.position > linked.position]
            assert len(given) in (1, 2)
            assert not late or len(given) == 1, "after the link somebody was granted what was granted"
            assert {one["grant"] for one in told if one} <= {one.event.grant_id for one in given}
            histories = store.load([older, younger])
            whole = {stream: fold(one.event for one in history) for stream, history in histories.items()}
            assert len(held(whole, CLOCK.now()).stands) == 1
            after += len(given) == 1
    assert 0 < after < ROUNDS, "the link always came first, or always last: this shows nothing"


async def test_who_is_killed_in_between_leaves_all_of_it_or_nothing(
    store: Store, store_settings: Settings, open_another: OpenStore
) -> None:
    chance, kills = random.Random(5), 6
    registered(store, *(f"k{number}" for number in range(kills)))
    async with processes(store_settings, 1) as [other]:
        for number in range(kills):
            victim, customer = await process(store_settings), f"customer-k{number}"
            work = {"what": "decide", "customer": customer, "request": f"web-{number}"}
            dying = asyncio.create_task(victim(**work))
            await asyncio.sleep(chance.uniform(0, 0.04))
            victim.kill()
            await asyncio.wait([dying])
            survived = None if dying.exception() else dying.result()
            told = await other(**work)
            await victim.end()
            [decision], [given] = facts(store, customer, PathDecided), facts(store, customer, PropositionGranted)
            assert given.event.decision_id == decision.event.decision_id
            assert (told["grant"], told["hash"]) == (given.event.grant_id, given.event.terms_hash)
            assert survived in (None, told)
    assert len(open_another().read(0, 1000)) == kills * 3
