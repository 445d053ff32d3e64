"""Readings of personal data are on record when they are said to be, and can be looked up."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.application.privacy.readings import ReadingList, Readings, UntracedError, by_log, by_views, readings_of
from hub.domain.customer.events import CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.event import Event
from hub.domain.reading.events import PersonalDataRead, reading_stream
from hub.domain.reading.rules import Reading
from hub.ports import Append, Unit
from hub.projections import links, readings
from tests.support.clocks import MovedClock
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
ANN, BOB = "customer-ann", "customer-bob"
LOOK = Reading("agent:maryam", "customer")


class World:
    """Customers ann and bob, linked if wanted."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.clock = MovedClock(NOON)
        self.readings = self.another()
        self.list = ReadingList(LinkViews(self.journal, links.PROJECTION, readings.PROJECTION))

    def another(self) -> Readings:
        """As in another process."""
        return Readings(self.journal, self.clock, by_views(LinkViews(self.journal)))

    async def say(self, stream: str, *events: Event) -> None:
        await self.journal.commit([Unit([Append(stream, self.journal.version(stream), events)])])

    async def register(self, *, linked: bool = False) -> None:
        await self.say(ANN, CustomerRegistered(**META))
        await self.say(BOB, CustomerRegistered(**{**META, "recorded_at": NOON + timedelta(seconds=1)}))
        if linked:
            sides = {"left": Side(id=ANN, since=NOON), "right": Side(id=BOB, since=NOON + timedelta(seconds=1))}
            for stream in (ANN, BOB):
                await self.say(stream, CustomersLinked(**META, **sides, link_id="l", rule="by_hand"))

    def written(self) -> list[tuple[str, str, str]]:
        return [
            (one.stream, one.event.actor, one.event.what)
            for one in self.journal.log
            if isinstance(one.event, PersonalDataRead)
        ]


async def test_a_reading_stands_beside_the_customer_once_a_minute() -> None:
    world = World()
    await world.register()
    before = world.journal.version(ANN)
    for _ in range(3):
        await world.readings.record({ANN: LOOK}, "c-1")
    assert world.written() == [(reading_stream(ANN), "agent:maryam", "customer")]
    await world.clock.sleep(60)
    await world.readings.record({ANN: LOOK, BOB: LOOK}, "c-2")
    assert len(world.written()) == 3
    assert world.journal.version(ANN) == before


async def test_another_process_knows_what_was_read_a_moment_ago() -> None:
    world = World()
    await world.register()
    await world.readings.record({ANN: LOOK}, "c-1")
    other = world.another()
    await other.record({ANN: LOOK}, "c-2")
    assert len(world.written()) == 1
    await other.record({ANN: LOOK._replace(what="timeline")}, "c-3")
    await world.readings.record({ANN: LOOK._replace(what="export")}, "c-4")
    assert [what for _, _, what in world.written()] == ["customer", "timeline", "export"]


async def test_whom_nobody_knows_nobody_reads() -> None:
    world = World()
    await world.readings.record({"customer-nobody": LOOK}, "c-1")
    assert world.journal.log == []
    with pytest.raises(NotFoundError):
        await readings_of(world.journal, "customer-nobody")
    with pytest.raises(NotFoundError):
        await readings_of(world.journal, "pool-main")


async def test_a_store_that_fails_is_told() -> None:
    world = World()
    await world.register()
    world.journal.fail_next = 1
    with pytest.raises(UntracedError, match="nothing is shown"):
        await world.readings.record({ANN: LOOK}, "c-1")
    await world.readings.record({ANN: LOOK}, "c-1")
    assert len(world.written()) == 1


@pytest.mark.parametrize("asked", [ANN, BOB])
async def test_a_reading_is_of_the_whole_customer_whichever_id_is_named(asked: str) -> None:
    world = World()
    await world.register(linked=True)
    assert await world.readings.whose([BOB, ANN, "pool-main"]) == {ANN: (ANN, BOB)}
    assert list(await by_log(world.journal)(asked)) == [ANN, BOB]
    await world.readings.record(dict.fromkeys(await world.readings.whose([asked]), LOOK), "c-1")
    assert [stream for stream, *_ in world.written()] == [reading_stream(ANN)]
    assert len(await readings_of(world.journal, asked)) == 1
    assert len((await world.list.find(asked, "", None, None, 10, "")).rows) == 1


async def test_readings_are_found_by_customer_person_and_time_in_pages() -> None:
    world = World()
    await world.register()
    for number in range(6):
        customer = (ANN, BOB)[number % 2]
        await world.readings.record({customer: LOOK._replace(actor=f"agent:{number % 3}")}, f"c-{number}")
        await world.clock.sleep(60)
    first = await world.list.find("", "", None, None, 4, "")
    rest = await world.list.find("", "", None, None, 4, str(first.next))
    assert [row.actor for row in (*first.rows, *rest.rows)] == [f"agent:{n % 3}" for n in (5, 4, 3, 2, 1, 0)]
    assert rest.next is None
    assert [row.customer_id for row in (await world.list.find(BOB, "", None, None, 9, "")).rows] == [BOB] * 3
    assert [row.customer_id for row in (await world.list.find("", "agent:1", None, None, 9, "")).rows] == [ANN, BOB]
    minute = timedelta(seconds=60)
    between = await world.list.find("", "", NOON + minute, NOON + 3 * minute, 9, "")
    assert [row.at for row in between.rows] == [NOON + 2 * minute, NOON + minute]
    for nowhere in ("x", "1-", "-1", "1-2-3"):
        with pytest.raises(InvalidError, match="not where a page of readings ended"):
            await world.list.find("", "", None, None, 9, nowhere)
