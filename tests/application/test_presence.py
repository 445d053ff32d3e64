"""Who is at their desk: noticed once when they go, once when they come back, never because the hub was down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.agents.presence import Limits, Presence, PresenceWatch, Step, keep_watched, watched_before
from hub.clock import WallClock
from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.errors import NotFoundError
from hub.ports import Recorded
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.commands import AgentBack, AgentMissing, AgentSilent, Command
from tests.support.nats import eventually

LIMITS = Limits(30.0, 120.0)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "agent:ann"}


def test_given_heartbeats_when_they_stop_then_silent_then_missing_once_each() -> None:
    presence = Presence()
    assert presence.heard("ann", 0)
    for moment in range(10, 100, 10):
        assert not presence.heard("ann", moment)
        assert presence.due(moment, LIMITS) == []
    assert presence.due(119.9, LIMITS) == []
    assert presence.due(120, LIMITS) == [("ann", Step.SILENT)]
    assert presence.due(239, LIMITS) == []
    assert presence.due(240, LIMITS) == [("ann", Step.MISSING)]
    assert presence.due(10_000, LIMITS) == []


def test_given_a_long_pause_of_the_hub_when_it_looks_then_both_steps_come_in_order() -> None:
    presence = Presence()
    presence.heard("ann", 0)
    assert presence.due(1_000, LIMITS) == [("ann", Step.SILENT), ("ann", Step.MISSING)]


def test_given_somebody_away_when_they_are_heard_then_it_is_news_once_and_the_watch_begins_anew() -> None:
    presence = Presence()
    presence.heard("ann", 0)
    presence.due(30, LIMITS)
    assert presence.heard("ann", 40)
    assert not presence.heard("ann", 41)
    assert presence.due(70, LIMITS) == []
    assert presence.due(71, LIMITS) == [("ann", Step.SILENT)]


def test_given_an_open_stream_when_nothing_else_is_heard_then_they_are_there() -> None:
    presence = Presence()
    assert presence.opened("ann", 0)
    presence.opened("ann", 1)
    presence.closed("ann", 2)
    assert presence.due(10_000, LIMITS) == []
    presence.closed("ann", 10_010)
    assert presence.due(10_039, LIMITS) == []
    assert presence.due(10_041, LIMITS) == [("ann", Step.SILENT)]


def test_given_many_when_it_looks_then_no_more_than_so_many_at_once_and_all_in_the_end() -> None:
    presence = Presence()
    for number in range(25):
        presence.heard(f"a{number}", 0)
    slices = [presence.due(30, LIMITS, 10) for _ in range(4)]
    assert [len(one) for one in slices] == [10, 10, 5, 0]
    assert len({agent for one in slices for agent, _ in one}) == 25


def test_given_open_streams_when_time_passes_then_nobody_is_looked_at() -> None:
    presence = Presence()
    presence.opened("ann", 0)
    assert presence.due(0, LIMITS) == []
    assert presence.next_due() is None
    presence.closed("ann", 50)
    assert presence.due(50, LIMITS) == []
    assert presence.next_due() == 80


def test_given_nobody_watched_when_time_passes_then_nothing() -> None:
    presence = Presence()
    presence.signed_on("ann", 0)
    presence.signed_off("bob")
    presence.closed("bob", 1)
    assert presence.next_due() is None
    assert presence.due(10_000, LIMITS) == []


def test_given_who_signed_off_when_time_passes_then_nobody_waits_for_them() -> None:
    presence = Presence()
    presence.opened("ann", 0)
    presence.heard("bob", 0)
    presence.signed_off("ann")
    presence.signed_off("bob")
    assert presence.due(1_000, LIMITS) == []
    presence.signed_on("ann", 1_000)
    presence.signed_on("bob", 1_000)
    presence.closed("ann", 1_001)
    assert presence.due(2_000, LIMITS) == [("ann", Step.SILENT), ("ann", Step.MISSING)]


def test_given_a_restart_when_the_watched_show_up_or_not_then_they_had_a_full_grace() -> None:
    presence = Presence()
    presence.expect(["ann", "bob"], 0, LIMITS.grace)
    assert presence.due(149, LIMITS) == []
    presence.heard("ann", 149)
    assert presence.due(150, LIMITS) == [("bob", Step.SILENT)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["heard", "opened", "closed", "off", "on", "look"]), st.sampled_from("ab"), st.integers(0, 50)
    ),
    max_size=60,
)


@given(STEPS)
def test_whatever_happens_each_absence_is_told_once_and_only_to_who_is_away(steps: list[tuple[str, str, int]]) -> None:
    presence, now = Presence(), 0.0
    limits = Limits(30.0, 40.0)
    state: dict[str, tuple[float, int]] = {}  # last heard, streams
    told: dict[str, Step] = {}
    streams = dict.fromkeys("ab", 0)
    for what, agent, seconds in steps:
        now += seconds
        for one, step in presence.due(now, limits):
            assert one in state
            assert not streams[one]
            allowed = limits.heartbeat + (limits.grace if step is Step.MISSING else 0)
            assert now - state[one][0] >= allowed
            assert told.get(one, Step.THERE).value == step.value - 1
            told[one] = step
        for one, (heard, _) in state.items():
            if not streams[one] and now - heard >= limits.heartbeat:
                assert told.get(one, Step.THERE) is not Step.THERE
            if streams[one]:
                state[one] = (now, 0)
        if what == "closed" and not streams[agent]:
            continue
        streams[agent] += {"opened": 1, "closed": -1}.get(what, 0)
        match what:
            case "heard":
                assert presence.heard(agent, now) == (
                    agent not in state or told.get(agent, Step.THERE) is not Step.THERE
                )
            case "opened":
                presence.opened(agent, now)
            case "closed":
                presence.closed(agent, now)
            case "off":
                presence.signed_off(agent)
                state.pop(agent, None)
                told.pop(agent, None)
            case "on":
                presence.signed_on(agent, now)
        back = what in ("heard", "opened") or (what == "closed" and agent in state) or (what == "on" and streams[agent])
        if back:
            state[agent] = (now, 0)
            told.pop(agent, None)
        assert len(presence._due) <= len(steps) + 2


class FakePool:
    """Knows some agents; can be made to fail."""

    def __init__(self, *agents: str) -> None:
        self.agents = set(agents)
        self.failures = 0
        self.told: list[tuple[type[Command], str]] = []

    async def execute(self, command: Command) -> list[object]:
        assert isinstance(command, AgentSilent | AgentMissing | AgentBack)
        if self.failures:
            self.failures -= 1
            raise PoolUnavailableError("recovering")
        if command.agent_id not in self.agents:
            raise NotFoundError("not signed on")
        self.told.append((type(command), command.agent_id))
        return []


@asynccontextmanager
async def watching(pool: FakePool, file: Path | None = None) -> AsyncIterator[PresenceWatch]:
    """With a clock that runs 300 times as fast: half a minute is 100 ms."""
    numbers = iter(range(10_000))
    watch = PresenceWatch(pool, WallClock(speed=300), lambda: LIMITS, lambda: f"c{next(numbers)}", file)
    running = asyncio.create_task(watch.run())
    yield watch
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_the_pool_is_told_who_went_and_who_came_back() -> None:
    pool = FakePool("ann")
    async with watching(pool) as watch:
        watch.heard("ann")
        watch.opened("nobody")
        await eventually(lambda: len(pool.told) == 3, 5)
        watch.heard("ann")
        await eventually(lambda: len(pool.told) == 4, 5)
    assert pool.told == [(AgentBack, "ann"), (AgentSilent, "ann"), (AgentMissing, "ann"), (AgentBack, "ann")]


async def test_a_pool_that_can_not_now_is_told_again_in_order() -> None:
    pool = FakePool("ann")
    pool.failures = 1
    async with watching(pool) as watch:
        watch.opened("ann")
        await asyncio.sleep(0.05)
        watch.closed("ann")
        await eventually(lambda: len(pool.told) >= 3, 5)
    assert pool.told[:3] == [(AgentBack, "ann"), (AgentSilent, "ann"), (AgentMissing, "ann")]


async def test_who_signs_off_in_the_log_is_watched_no_longer() -> None:
    pool = FakePool("ann")
    on = AgentSignedOn(**META, agent_id="ann", pool="main", name="Ann", skills={}, languages=(), capacity=100)
    async with watching(pool) as watch:
        watch.heard("ann")
        watch.follow(
            [Recorded(1, "agent-ann", 1, on), Recorded(2, "agent-ann", 2, AgentSignedOff(**META, agent_id="ann"))]
        )
        await asyncio.sleep(0.2)
    assert pool.told == [(AgentBack, "ann")]


async def test_who_is_watched_outlives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "presence.json"
    async with watching(FakePool("ann"), file) as watch:
        watch.opened("ann")
        await eventually(lambda: watched_before(file) == ["ann"], 5)
    pool = FakePool("ann")
    async with watching(pool, file):
        await eventually(lambda: pool.told, 5)
    assert pool.told[0] == (AgentSilent, "ann")


async def test_a_list_that_can_not_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pool = FakePool("ann")
    async with watching(pool, tmp_path / "no such directory" / "presence.json") as watch:
        watch.heard("ann")
        await eventually(lambda: (AgentMissing, "ann") in pool.told, 5)
    assert "can't be written down" in caplog.text


def test_a_list_that_can_not_be_read_stops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "presence.json"
    assert watched_before(file) == []
    for text in ("{", "{}", "7", "[1]"):
        file.write_text(text)
        assert watched_before(file) == []
    keep_watched(file, {"b", "a"})
    assert watched_before(file) == ["a", "b"]
