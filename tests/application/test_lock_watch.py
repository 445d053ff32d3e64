"""Who locks their screens is kept from work until they are back, whatever else they have open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from hub.application.access.sessions import OpenedSession
from hub.application.access.signed_in import SignedIn
from hub.application.agents.lock_watch import LockWatch
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.state import Team
from hub.domain.errors import NotFoundError
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.commands import AgentLocked, AgentUnlocked, Command
from tests.api.world import FakePersonalKeys, StillClock
from tests.support.memory import MemoryJournal
from tests.support.nats import eventually
from tests.support.staff import staffing

ROOT = "operator:root"


class FakePool:
    """Knows one agent; can be made to fail."""

    def __init__(self) -> None:
        self.failures = 0
        self.told: list[tuple[type[Command], str]] = []

    async def execute(self, command: Command) -> list[object]:
        assert isinstance(command, AgentLocked | AgentUnlocked)
        if self.failures:
            self.failures -= 1
            raise PoolUnavailableError("recovering")
        if command.agent_id != "a1":
            raise NotFoundError("never signed on")
        self.told.append((type(command), command.agent_id))
        return []


class Office:
    """Ann, who is an agent, Bob, who signs on nowhere, and Eve, who is none; their sessions, and who watches them."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.clock = StillClock()
        self.staff = staffing(self.journal, self.clock, FakePersonalKeys(), None)  # type: ignore[arg-type]
        self.pool = FakePool()
        self.seen = 0

    @property
    def signed_in(self) -> SignedIn:
        return self.staff.signed_in

    async def enters(self, login: str, agent_id: str = "a1") -> OpenedSession:
        await self.staff.people.set_team(Team("team", "team", Role.AGENT), actor=ROOT)
        person = next((one for one in self.signed_in.staff.people.values() if one.login == login), None)
        person = person or await self.staff.people.add(Profile(login, login, ("team",), agent_id), actor=ROOT)
        return await self.staff.sessions.open(person, "password")

    async def locks(self, opened: OpenedSession) -> None:
        await self.staff.sessions.lock(opened.entry.session.session_id, "person")

    async def unlocks(self, opened: OpenedSession) -> None:
        await self.staff.sessions.unlock(opened.entry.session.session_id)

    def shows(self, opened: OpenedSession) -> None:
        self.signed_in.watch(opened.entry.session.session_id, lambda: None)

    def follow(self, watch: LockWatch) -> None:
        watch.follow(self.journal.log[self.seen :])
        self.seen = len(self.journal.log)


@asynccontextmanager
async def watching(office: Office, away: tuple[str, ...] = ()) -> AsyncIterator[LockWatch]:
    numbers = iter(range(1000))
    watch = LockWatch(office.pool, office.clock, office.signed_in, lambda: f"c{next(numbers)}")
    watch.start(away)
    running = asyncio.create_task(watch.run())
    yield watch
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_the_pool_is_told_of_locks_in_order_once_it_hears() -> None:
    office = Office()
    office.pool.failures = 1
    ann, bob, eve = await office.enters("ann"), await office.enters("bob", "b1"), await office.enters("eve", "")
    async with watching(office) as watch:
        for one in (bob, eve, ann):
            await office.locks(one)
        await office.unlocks(ann)
        office.follow(watch)
        await eventually(lambda: len(office.pool.told) == 3, 5)
    assert office.pool.told == [(AgentUnlocked, "a1"), (AgentLocked, "a1"), (AgentUnlocked, "a1")]


async def test_who_sits_before_another_screen_is_there_and_who_signs_in_anew_is_back() -> None:
    office = Office()
    here, there = await office.enters("ann"), await office.enters("ann")
    office.seen = len(office.journal.log)
    async with watching(office) as watch:
        office.shows(there)
        await office.locks(here)
        office.follow(watch)
        await office.locks(there)
        office.follow(watch)
        await eventually(lambda: office.pool.told, 5)
        assert office.pool.told == [(AgentLocked, "a1")]
        await office.enters("ann")
        office.follow(watch)
        await eventually(lambda: len(office.pool.told) == 2, 5)
    assert office.pool.told[1] == (AgentUnlocked, "a1")


async def test_what_was_said_while_the_hub_was_down_is_told_when_it_is_back() -> None:
    office = Office()
    ann = await office.enters("ann")
    async with watching(office, ("a1", "b1")):
        await eventually(lambda: office.pool.told, 5)
    await office.locks(ann)
    async with watching(office, ("b1",)):
        await eventually(lambda: len(office.pool.told) == 2, 5)
    assert office.pool.told == [(AgentUnlocked, "a1"), (AgentLocked, "a1")]
