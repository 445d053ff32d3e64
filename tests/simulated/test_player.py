import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.contact import Channel, Contact, ConversationEvent, Path
from hub.simulated import player as player_module
from hub.simulated.agents import SimulatedAgents
from hub.simulated.behaviour import AgentProfile
from hub.simulated.client import HubClient
from hub.simulated.hub_time import HubTime, read_clock
from hub.simulated.player import Player, StalledReplayError
from hub.simulated.replay_script import RecordedBehaviour
from hub.simulated.schedule import Schedule, ScheduledCall, Shift
from tests.simulated.fake_hub import FakeHub, eventually

NINE = datetime(1999, 2, 1, 9, tzinfo=UTC)
SPEED = 100.0
ANA = AgentProfile("ana", "Ana", {"sales": 5})


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def call(number: int, seconds: float, patience: float | None = None, talk: float = 10) -> ScheduledCall:
    contact = Contact(id=f"contact-{number}", path=Path(channel=Channel.PHONE), occurred_at=NINE, service="sales")
    return ScheduledCall(contact, at(seconds), patience, talk)


def in_time(told: dict[str, float], planned: dict[str, float]) -> bool:
    """Never early, and late by less than what a busy machine may take (0.3 s of the wall)."""
    return told.keys() == planned.keys() and all(-0.5 <= told[name] - when < 30 for name, when in planned.items())


class FakeWire:
    """Takes everything, and says when; hands a call to whoever the test wants to have it."""

    def __init__(self, hub: FakeHub, time: HubTime, takers: dict[str, str]) -> None:
        self.contacts: dict[str, float] = {}
        self.left: dict[str, float] = {}
        self.refuse: set[str] = set()
        self._hub = hub
        self._time = time
        self._takers = takers

    async def contact(self, contact: Contact) -> bool:
        self.contacts[contact.id] = (self._time.now() - NINE).total_seconds()
        if contact.id in self._takers:
            await self._hub.offer(int(contact.id.removeprefix("contact-")), self._takers[contact.id])
        return contact.id not in self.refuse

    async def conversation(self, event: ConversationEvent) -> bool:
        self.left[event.thread] = (self._time.now() - NINE).total_seconds()
        return True


class Stage:
    def __init__(self, hub: FakeHub, schedule: Schedule, takers: dict[str, str], client: HubClient) -> None:
        loop = asyncio.get_running_loop()
        self.time = HubTime(at(-1), loop.time(), SPEED, loop.time)
        self.hub = hub
        self.wire = FakeWire(hub, self.time, takers)
        behaviour = RecordedBehaviour(schedule.calls, self.time.now, SPEED)
        self.player = Player(schedule, behaviour, self.wire, self.time)
        profiles = [shift.agent for shift in schedule.shifts]
        self.agents = SimulatedAgents(client, profiles, behaviour, speed=SPEED, on_change=self.player.saw)

    async def play(self) -> None:
        running = asyncio.create_task(self.agents.run())
        await self.agents.ready()
        try:
            async with asyncio.timeout(5):
                await self.player.play(self.agents)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def staged(calls: list[ScheduledCall], shifts: list[Shift], takers: dict[str, str]) -> AsyncIterator[Stage]:
    hub = FakeHub()
    await hub.start()
    async with HubClient(hub.url, "key") as client:
        yield Stage(hub, Schedule({one.contact.id: one for one in calls}, shifts), takers, client)
    await hub.stop()


async def test_calls_come_at_their_time_and_who_is_not_answered_hangs_up_at_theirs() -> None:
    calls = [call(1, 10), call(2, 20, patience=15), call(3, 25, patience=30)]
    async with staged(calls, [Shift(ANA, at(0), at(60))], {"contact-1": "ana", "contact-3": "ana"}) as stage:
        await stage.play()
        assert in_time(stage.wire.contacts, {"contact-1": 10, "contact-2": 20, "contact-3": 25})
        assert in_time(stage.wire.left, {"contact-2": 35})
        assert stage.hub.phases == {"interaction-1": "completed", "interaction-3": "completed"}
        assert stage.hub.agents == {"ana": "signed_off"}


async def test_a_shift_ends_after_the_call_that_runs() -> None:
    async with staged([call(1, 5, talk=60)], [Shift(ANA, at(0), at(10))], {"contact-1": "ana"}) as stage:
        playing = asyncio.create_task(stage.play())
        await eventually(lambda: stage.hub.phases.get("interaction-1") == "active")
        assert stage.hub.agents["ana"] == "ready"
        await playing
        assert stage.time.now() > at(60)
        assert [verb for verb, _ in stage.hub.requests] == ["sign-on", "accept", "end", "wrap-up", "state", "sign-off"]


async def test_who_could_go_home_stays_while_calls_wait_that_were_served_in_the_record() -> None:
    async with staged([call(1, 5)], [Shift(ANA, at(0), at(6))], {}) as stage:
        playing = asyncio.create_task(stage.play())
        await eventually(lambda: stage.time.now() > at(20))
        assert stage.hub.agents == {"ana": "ready"}
        await stage.hub.offer(1, "ana")
        await playing
        assert stage.hub.agents == {"ana": "signed_off"}


async def test_calls_that_nobody_may_take_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_module, "_STALL_SECONDS", 0.1)
    async with staged([call(1, 1)], [Shift(ANA, at(0), at(2))], {}) as stage:
        with pytest.raises(StalledReplayError, match=r"1 calls wait .* contact-1 .sales."):
            await stage.play()


async def test_a_refused_call_is_over() -> None:
    async with staged([call(1, 1)], [Shift(ANA, at(0), at(2))], {}) as stage:
        stage.wire.refuse = {"contact-1"}
        await stage.play()


async def test_the_quickest_answer_tells_the_hubs_time_best() -> None:
    loop_time = asyncio.get_running_loop().time
    zero, delays = loop_time(), iter((0.05, 0.0, 0.05, 0.03, 0.05, 0.05, 0.05))

    async def probe() -> datetime:
        delay = next(delays)
        moment = NINE + timedelta(seconds=(loop_time() - zero) * 60)
        await asyncio.sleep(delay)
        return moment

    hub_time = await read_clock(probe, 60)
    truth = NINE + timedelta(seconds=(loop_time() - zero) * 60)
    assert abs((hub_time.now() - truth).total_seconds()) < 0.6
    assert hub_time.loop_time_of(hub_time.now() + timedelta(minutes=1)) - loop_time() == pytest.approx(1, abs=0.01)
