"""Adherence is time in the planned state by planned time, whatever was planned anew, and whoever came late."""

import random
import sqlite3
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent.events import (
    AgentSignedOff,
    AgentSignedOn,
    AgentState,
    AgentStateChanged,
    Shift,
    ShiftsPlanned,
)
from hub.projections.adherence import PROJECTION, Adherence, adherence
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, START, Log, World

READY, AWAY = AgentState.READY, AgentState.AWAY


def project(log: Log, batch: int = 31) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, [PROJECTION], log.read, log.decode, batch).run()
    return connection


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def plan(world: World, start: float, end: float, *shifts: tuple[float, float, AgentState]) -> None:
    world.add(
        "agent-ann", ShiftsPlanned, agent_id="ann", start=START + minutes(start), end=START + minutes(end),
        shifts=tuple(Shift(start=START + minutes(a), end=START + minutes(b), state=state) for a, b, state in shifts),
    )  # fmt: skip


def at(world: World, minute: float, state: AgentState) -> None:
    world.now = START + minutes(minute)
    if state is AgentState.SIGNED_OFF:
        world.add("agent-ann", AgentSignedOff, agent_id="ann")
    else:
        world.add("agent-ann", AgentStateChanged, agent_id="ann", state=state)


def sign_on(world: World, minute: float) -> None:
    world.now = START + minutes(minute)
    world.add(
        "agent-ann", AgentSignedOn, pool="main", agent_id="ann", name="Ann", skills={}, languages=(), capacity=100
    )  # fmt: skip


def test_minutes_in_the_planned_state_by_planned_minutes() -> None:
    world = World(random.Random(1))
    plan(world, 0, 60, (0, 40, READY), (40, 60, AWAY))
    sign_on(world, 10)
    at(world, 30, AgentState.NOT_ANSWERING)
    at(world, 35, READY)
    at(world, 45, AWAY)
    at(world, 50, AgentState.SIGNED_OFF)
    connection = project(world.log)
    # ready 10-30 and 35-40; away 45-50, and signed off 50-60
    assert adherence(connection, as_of=START + minutes(90)) == [Adherence("ann", 3600.0, 2400.0, pytest.approx(2 / 3))]
    assert adherence(connection) == [Adherence("ann", 3000.0, 1800.0, pytest.approx(0.6))]
    later = adherence(connection, START + minutes(30), START + minutes(40), "ann", as_of=START + minutes(90))
    assert later == [Adherence("ann", 600.0, 300.0, 0.5)]
    assert adherence(connection, agent="ben") == []
    assert adherence(connection, START + minutes(60), as_of=START + minutes(90)) == []
    connection.close()


def test_planning_anew_replaces_what_was_planned_there_and_nothing_else() -> None:
    world = World(random.Random(1))
    plan(world, 0, 60, (0, 60, READY))
    plan(world, 20, 30, (22, 28, AWAY))
    connection = project(world.log)
    rows = connection.execute("SELECT start_ms, end_ms, state FROM adherence_plan ORDER BY start_ms").fetchall()
    zero = round(START.timestamp() * 1000)
    assert [((start - zero) / 60_000, (end - zero) / 60_000, state) for start, end, state in rows] == [
        (0, 20, "ready"), (22, 28, "away"), (30, 60, "ready"),
    ]  # fmt: skip
    connection.close()


@given(chance=CHANCE, steps=st.integers(1, 300), batch=st.integers(1, 40))
@LIVES
def test_it_agrees_with_a_look_at_every_second(chance: random.Random, steps: int, batch: int) -> None:
    log = World(chance).run(steps)
    connection = project(log, batch)
    found = {one.agent_id: one for one in adherence(connection)}
    plans: dict[str, list[tuple[float, float, str]]] = {}
    states: dict[str, list[tuple[float, str]]] = {}
    end = max((event.at for _, event in log.events), default=START).timestamp()
    for _, event in log.events:
        if isinstance(event, ShiftsPlanned):
            a, b = event.start.timestamp(), event.end.timestamp()
            kept = [cut for one in plans.get(event.agent_id, []) for cut in _without(one, a, b)]
            new = [(one.start.timestamp(), one.end.timestamp(), one.state.value) for one in event.shifts]
            plans[event.agent_id] = kept + new
        elif isinstance(event, AgentSignedOn):
            states.setdefault(event.agent_id, []).append((event.at.timestamp(), "ready"))
        elif isinstance(event, AgentStateChanged):
            states[event.agent_id].append((event.at.timestamp(), event.state.value))
        elif isinstance(event, AgentSignedOff):
            states[event.agent_id].append((event.at.timestamp(), "signed_off"))
    for agent, spans in plans.items():
        cut = [(a, min(b, end), what) for a, b, what in spans if a < end]
        edges = sorted({edge for a, b, _ in cut for edge in (a, b)} | {when for when, _ in states.get(agent, [])})
        planned = as_planned = 0.0
        for a, b in pairwise(edges):
            wanted = next((what for start, over, what in cut if start <= a and b <= over), None)
            was = next((what for when, what in reversed(states.get(agent, [])) if when <= a), "signed_off")
            planned += b - a if wanted else 0
            as_planned += b - a if wanted and (wanted == was or (wanted, was) == ("away", "signed_off")) else 0
        if planned:
            assert found[agent].planned_s == pytest.approx(planned, abs=0.01)
            assert found[agent].as_planned_s == pytest.approx(as_planned, abs=0.01)
    connection.close()


def _without(span: tuple[float, float, str], start: float, end: float) -> list[tuple[float, float, str]]:
    a, b, what = span
    return [one for one in ((a, min(b, start), what), (max(a, end), b, what)) if one[0] < one[1]]


def test_it_is_one_of_the_read_models() -> None:
    assert "adherence" in [one.name for one in all_projections()]
