"""The process that decides beside a hub, in this one: what it goes by follows the log, and it ends with who asks."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.application.paths.asked_beside import Asked, Drafted, asked_in, asking, told_in
from hub.application.policies.paths import PathPolicies
from hub.clock import ToldClock, WallClock
from hub.domain.decision.events import PathDecided
from hub.journal.codec import Codec
from hub.journal.errors import StoreError
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.reading_here import ReadingHere
from hub.journal.store import generations, open_store, personal_keys
from hub.operations.deciding_actions import TOGETHER, ActionsChild
from hub.ports import Append, Unit
from hub.settings import Settings
from tests.application.conversations import CALL, TEXTS, Centre
from tests.domain.consents import KEY
from tests.paths.decisions import POLICY

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, installation_key=KEY.hex())


@pytest.fixture
async def journal(settings: Settings) -> AsyncIterator[EventJournal]:
    journal = EventJournal(open_store(settings))
    yield journal
    await journal.close()


async def answered(child: ActionsChild, *lines: bytes) -> list[Drafted]:
    """What a child drafts that is asked this, and then nothing more."""
    read, ask = os.pipe()
    heard, tell = os.pipe()
    wanted = sum(len(asked_in(line)[1]) for line in lines)
    hub = asyncio.create_task(asyncio.to_thread(_hub, ask, heard, lines, wanted))
    await asyncio.sleep(0)
    await child.answer(read, tell)
    drafted = await hub
    for end in (read, heard, tell):
        os.close(end)
    assert not any(one.failed for one in drafted)
    return drafted


def _hub(ask: int, heard: int, lines: Sequence[bytes], wanted: int) -> list[Drafted]:
    """The other end: it goes when everything is answered."""
    os.write(ask, b"".join(lines))
    drafted: list[Drafted] = []
    rest = b""
    while len(drafted) < wanted:
        *whole, rest = (rest + os.read(heard, 1 << 16)).split(b"\n")
        drafted += [one for line in whole for one in told_in(line, Codec().decode)]
    os.close(ask)
    return drafted


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[ActionsChild]:
    keys = personal_keys(settings)
    journal = EventJournal(open_store(settings, Codec(keys=keys)))
    with closing(generations(settings)) as known:
        child = ActionsChild(settings, journal, keys, known)
        await child.start()
        yield child
    await journal.close()


def decided_in(drafted: Sequence[Drafted]) -> PathDecided:
    [event] = [event for one in drafted for append in one.appends for event in append.events]
    assert isinstance(event, PathDecided)
    return event


async def test_it_decides_as_the_hub_would_and_writes_nothing(settings: Settings, journal: EventJournal) -> None:
    assert installation_key(settings) == KEY
    centre = Centre(journal)
    await centre.call()
    head = await journal.head()
    async with started(settings) as child:
        drafted = decided_in(await answered(child, asking(NOW, [Asked(1, CALL, is_over=False)])))
    assert await journal.head() == head
    centre.clock.moment = NOW
    decided = await centre.actions.decide(CALL, actor="policy:paths", command_id=CALL)
    assert decided is not None
    ours = {"seed", "seen", "answers", "inputs", "at", "recorded_at", "due_at"}
    assert drafted.model_dump(exclude=ours) == decided.event.model_dump(exclude=ours)
    assert (drafted.seen, drafted.at - NOW < timedelta(seconds=5)) == (head, True)


async def test_it_goes_by_what_was_published_since_it_began(settings: Settings, journal: EventJournal) -> None:
    centre = Centre(journal)
    await centre.call()
    async with started(settings) as child:
        before = decided_in(await answered(child, asking(NOW, [Asked(1, CALL, is_over=False)])))
        policies = PathPolicies(journal, WallClock())
        told = POLICY + TEXTS.replace("490, floor", "450, floor")
        await policies.publish(told, actor="operator:x", command_id="p2")
        after = decided_in(await answered(child, asking(NOW, [Asked(2, CALL, is_over=False)])))
    assert (before.policy, after.policy) == (centre.in_force.policy.version, (await policies.in_force()).version)
    assert before.policy != after.policy


async def test_many_are_answered_some_at_a_time_each_once(settings: Settings, journal: EventJournal) -> None:
    await Centre(journal).call()
    asked = [Asked(number, "interaction-unknown", is_over=False) for number in range(TOGETHER * 2 + 1)]
    asked[3] = Asked(3, CALL, is_over=False)
    async with started(settings) as child:
        drafted = await answered(child, asking(NOW, asked[:20]), asking(NOW, asked[20:]))
    assert [one.number for one in drafted] == list(range(len(asked)))
    assert [one.number for one in drafted if one.appends] == [3]


async def test_nothing_is_written_where_it_is_only_read(journal: EventJournal) -> None:
    here = ReadingHere(journal.store)
    await Centre(journal).call()
    assert await here.load([CALL]) == await journal.load([CALL])
    assert await here.recall([CALL], "x") == {CALL: (None, (await journal.load([CALL]))[CALL])}
    assert await here.head() == await journal.head()
    with pytest.raises(StoreError, match="only reads"):
        await here.commit([Unit([Append(CALL, 0, [])])])


async def test_a_told_clock_goes_on_from_what_it_was_told_at_the_others_speed() -> None:
    clock = ToldClock(1_000.0)
    clock.told(NOW)
    await asyncio.sleep(0.01)
    first = clock.now()
    assert first - NOW >= timedelta(seconds=10)
    await clock.sleep(10.0)
    second = clock.now()
    assert second - first >= timedelta(seconds=10)
    clock.told(NOW)
    assert clock.now() >= second, "that was heard late"
    clock.told(NOW - timedelta(days=1))
    assert clock.now() < NOW
