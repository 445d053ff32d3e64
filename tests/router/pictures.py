"""What a pool knows, drawn so that two can be compared; and what the log, or a part of it, leads to."""

import sqlite3
from datetime import datetime
from typing import Any

from hub.domain.agent.events import AgentState
from hub.domain.interaction.state import Phase
from hub.journal.codec import Codec
from hub.ports import Stored
from hub.projections.open_work import Keep, projection
from hub.projections.open_work import open_work as projected
from hub.projections.runner import Runner
from hub.router.matching.agents import Need, Seat
from hub.router.matching.candidates import waiting_work
from hub.router.matching.waiting import Work
from hub.router.pool.deadlines import counts
from hub.router.pool.evolve import evolve
from hub.router.pool.state import Decided, OpenInteraction, PoolState
from tests.router.pools import PoolInHand

KEEP = Keep(reopen={"email": 86_400.0}, reentry={"sales": 600.0})
"""As long as any policy of these tests lets work come back."""


def rebuilt(pool: PoolInHand, log: list[Decided] | None = None) -> PoolState:
    """The state that the log alone leads to."""
    state = PoolState(pool.first_policy, pool.state.pool, pool.state.policies)
    for stream, version, event in pool.log if log is None else log:
        evolve(state, stream, version, event)
    return state


def open_work(pool: PoolInHand) -> list[Decided]:
    """What the projection of open work keeps of the log, in the words of the log."""
    codec, connection = Codec(), sqlite3.connect(":memory:", isolation_level=None)
    rows = [
        Stored(position, stream, version, *codec.encode(stream, event))
        for position, (stream, version, event) in enumerate(pool.log, 1)
    ]
    Runner(connection, [projection(KEEP)], lambda after, limit: rows[after : after + limit], codec.decode, 4000).run()
    kept = [pool.log[position - 1] for position in projected(connection).events]
    connection.close()
    return kept


def picture(state: PoolState, now: datetime) -> dict[str, Any]:
    """All of a state that can make a difference to what is decided from `now` on."""
    moment = now.timestamp()
    seats = state.matcher.roster.seats.values()
    return {
        "policy": (state.policy.version, state.version, state.day_ends),
        "interactions": {
            stream: _open_work(one) for stream, one in state.interactions.items()
        },
        "order": [work.id for work in sorted(waiting_work(state.matcher), key=lambda one: (one.place, one.number))],
        "agents": {
            name: (agent.version, agent.state, sorted(agent.holds), sorted(agent.interrupted), sorted(agent.bound),
                   agent.answered, *_seat(state, agent.seat, moment))
            for name, agent in state.agents.items()
            if agent.state.state is not AgentState.SIGNED_OFF
        },
        "signed off": {
            name: agent.version
            for name, agent in state.agents.items()
            if agent.state.state is AgentState.SIGNED_OFF and agent.version
        },
        "idle order": [idle[2].agent_id for idle in sorted(one.idle for one in seats if one.ready)],
        "rests": {one.agent_id: one.rest for one in seats if one.signed_on and one.rest > moment},
        "turns": [one.agent_id for one in sorted(seats, key=lambda one: one.turn) if one.ready and one.turn],
        "threads": {
            thread: stream for thread, stream in state.threads.items()
            if state.interactions[stream].state.phase is not Phase.WRAP_UP
        },
        "contacts": state.contacts,
        "closed": ({stream: _open_work(one) for stream, one in state.closed.items()}, state.closed_threads),
        "stepped": {need: sorted(works) for need, works in _stepped(state)},
        "refused": sorted(state.refused),
        "intakes": state.intakes,
        "paces": state.paces,
        "left": state.left,
        "waiting": {queue: count for queue, count in state.waiting_in.items() if count},
        "timers": sorted((one.at, one.due, one.stream, one.mark) for one in set(current_timers(state))),
    }  # fmt: skip


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Where two pictures are not the same, and how."""
    return {
        name: differences(one[name], other[name])
        if isinstance(one.get(name), dict) and isinstance(other.get(name), dict)
        else (one.get(name), other.get(name))
        for name in {**one, **other}
        if one.get(name) != other.get(name)
    }


def _open_work(one: OpenInteraction) -> tuple[Any, ...]:
    work = one.work
    return (
        one.version, one.state, one.thread, sorted(one.contacts), one.placement, one.placed, one.step, one.since,
        one.credit, sorted(one.barred), list(one.consults), one.quiet_since, one.callback_of, one.is_waiting,
        work.waiting, work.since, work.place, _line(work), work.bound and work.bound.agent_id,
    )  # fmt: skip


def _line(work: Work) -> tuple[Any, ...]:
    line, need = work.line, work.need
    return line.queue, line.priority, line.weight, line.target, _need(need)


def _need(need: Need) -> tuple[Any, ...]:
    return (need.skills, need.languages, need.attributes, need.channel, need.units, need.interrupts,
            need.interruptible, need.choice)  # fmt: skip


def _seat(state: PoolState, seat: Seat, moment: float) -> tuple[Any, ...]:
    barred = {work: until for work, until in seat.barred.items() if until > moment and work in state.interactions}
    return (
        seat.free, seat.capacity, seat.pausable, seat.ready, seat.signed_on,
        seat.idle[0], seat.today, barred, seat.closed, dict(seat.ceilings), seat.profile.key,
        {work.id: _need(need) for work, need in seat.held.items()}, sorted(work.id for work in seat.paused),
    )  # fmt: skip


def _stepped(state: PoolState) -> list[tuple[Any, Any]]:
    return [(_need(need), works) for need, works in state.stepped.items() if works]


def current_timers(state: PoolState) -> list[tuple[float, str, str, str | float]]:
    """What will come up, each once."""
    return [one._replace(number=0) for one in state.timers._heap if counts(state, one)]
