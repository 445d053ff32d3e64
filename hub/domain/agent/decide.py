"""What an agent, a planner or the hub makes happen to an agent."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.domain.agent.events import (
    FULL_CAPACITY,
    Agent,
    AgentCapacityChanged,
    AgentChannelsClosed,
    AgentSignedOff,
    AgentSignedOn,
    AgentSkillsChanged,
    AgentState,
    AgentStateChanged,
    Shift,
    ShiftsPlanned,
)
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event

BY_HUB = (AgentState.NOT_ANSWERING, AgentState.GONE)
"""States the hub finds an agent in: nobody can ask for them."""
LOCKED = "locked"
"""Why somebody is away whose screens are locked."""
MOST_AT_ONCE = 1000
MOST_UNITS = 10_000

_AGENT_ID = re.compile(r"[^\W_][\w.@-]{0,63}")
_CHANNELS = frozenset(channel.value for channel in Channel)


def sign_on(
    state: Agent,
    agent_id: str,
    *,
    pool: str,
    name: str,
    skills: dict[str, int],
    languages: tuple[str, ...] = (),
    capacity: int = FULL_CAPACITY,
    attributes: dict[str, str] | None = None,
    ceilings: dict[str, int] | None = None,
    units: dict[str, int] | None = None,
    **meta: Any,
) -> list[Event]:
    """The agent arrives. Signing on again with the same while ready for every channel changes nothing."""
    _require_agent_id(agent_id)
    _require_levels(skills)
    attributes, ceilings, units = attributes or {}, ceilings or {}, units or {}
    _require_capacity(capacity, ceilings, units)
    wanted = Agent(
        AgentState.READY, name, skills, languages, capacity, attributes, ceilings, units, plan=state.plan
    )  # fmt: skip
    if state == wanted:
        return []
    return [
        AgentSignedOn(
            pool=pool, agent_id=agent_id, name=name, skills=skills, languages=languages, capacity=capacity,
            attributes=attributes, ceilings=ceilings, units=units, **meta,
        )
    ]  # fmt: skip


def change_skills(
    state: Agent,
    agent_id: str,
    skills: dict[str, int],
    languages: tuple[str, ...] = (),
    attributes: dict[str, str] | None = None,
    **meta: Any,
) -> list[Event]:
    """The agent can do other things from now on: all of these, nothing else. The same again changes nothing."""
    _require_signed_on(state, agent_id)
    _require_levels(skills)
    attributes = attributes or {}
    if (state.skills, state.languages, state.attributes) == (skills, languages, attributes):
        return []
    return [
        AgentSkillsChanged(agent_id=agent_id, skills=skills, languages=languages, attributes=attributes, **meta)
    ]  # fmt: skip


def change_capacity(
    state: Agent,
    agent_id: str,
    capacity: int,
    ceilings: dict[str, int] | None = None,
    units: dict[str, int] | None = None,
    **meta: Any,
) -> list[Event]:
    """The agent can do more or less at once from now on. The same again changes nothing."""
    _require_signed_on(state, agent_id)
    ceilings, units = ceilings or {}, units or {}
    _require_capacity(capacity, ceilings, units)
    if (state.capacity, state.ceilings, state.units) == (capacity, ceilings, units):
        return []
    return [AgentCapacityChanged(agent_id=agent_id, capacity=capacity, ceilings=ceilings, units=units, **meta)]


def change_state(state: Agent, agent_id: str, new: AgentState, reason: str, **meta: Any) -> list[Event]:
    """Ready or away, as the agent says; `not_answering` or `gone`, as the hub finds. Being ready opens the channels
    that were closed to them. Becoming what they are changes nothing."""
    _require_signed_on(state, agent_id)
    if new is AgentState.SIGNED_OFF:
        raise InvalidError("use sign-off to leave", "state")
    if new is state.state and not (new is AgentState.READY and state.closed):
        return []
    return [AgentStateChanged(agent_id=agent_id, state=new, reason=reason, **meta)]


def require_own_choice(new: AgentState) -> None:
    """Refuses what an agent can't say of themselves: only ready and away are asked for."""
    if new in BY_HUB:
        raise InvalidError(f"the hub alone says that an agent is {new.value}: use ready or away", "state")


def come_back(state: Agent, agent_id: str, reason: str, **meta: Any) -> list[Event]:
    """The desktop of an agent who was gone is heard of again: they are what they were before, with the channels
    closed that were. Nothing to do for whoever is not gone."""
    if state.state is not AgentState.GONE:
        return []
    if state.before is AgentState.READY:
        return _ready_again(state, agent_id, reason, meta)
    why = state.reason if state.before is AgentState.AWAY else reason
    return [AgentStateChanged(agent_id=agent_id, state=state.before, reason=why, **meta)]


def lock(state: Agent, agent_id: str, **meta: Any) -> list[Event]:
    """Their screens are locked: who was ready is away until they are back. Nothing to do for anybody else."""
    if state.state is not AgentState.READY:
        return []
    return [AgentStateChanged(agent_id=agent_id, state=AgentState.AWAY, reason=LOCKED, **meta)]


def is_locked(state: Agent) -> bool:
    """Whether it is a lock that keeps them from work, and nothing else."""
    left = state.before if state.state is AgentState.GONE else state.state
    return left is AgentState.AWAY and state.reason == LOCKED


def unlock(state: Agent, agent_id: str, reason: str, **meta: Any) -> list[Event]:
    """They are back: ready again, with the channels closed that were. Nothing to do for who is away of their own."""
    if not is_locked(state):
        return []
    return _ready_again(state, agent_id, reason, meta)


def close_channels(
    state: Agent, agent_id: str, channels: tuple[str, ...], reason: str, **meta: Any
) -> list[Event]:  # fmt: skip
    """The agent gets nothing of these channels, nor of those closed before, until they say that they are ready."""
    _require_signed_on(state, agent_id)
    for channel in channels:
        _require_channel(channel, "channels")
    closed = tuple(sorted({*state.closed, *channels}))
    if set(closed) == set(state.closed):
        return []
    return [AgentChannelsClosed(agent_id=agent_id, channels=closed, reason=reason, **meta)]


def plan_shifts(
    state: Agent, agent_id: str, start: datetime, end: datetime, shifts: tuple[Shift, ...], **meta: Any
) -> list[Event]:
    """What they are to do from `start` to `end`: shifts inside, in order, none over another; signed on or not.
    Planning the same again changes nothing."""
    _require_agent_id(agent_id)
    _require_span(start, end, "start")
    after = start
    for number, shift in enumerate(shifts):
        field = f"shifts.{number}"
        if shift.state not in (AgentState.READY, AgentState.AWAY):
            raise InvalidError(f"nobody is planned to be {shift.state.value}: use ready or away", f"{field}.state")
        _require_span(shift.start, shift.end, f"{field}.start")
        if shift.start < after:
            before = "the plan" if number == 0 else "the end of the shift before it"
            raise InvalidError(f"the shift at {shift.start} begins before {before} at {after}", f"{field}.start")
        if shift.end > end:
            raise InvalidError(f"the shift at {shift.start} ends behind the plan at {end}", f"{field}.end")
        after = shift.end
    if state.plan == (start, end, shifts):
        return []
    return [ShiftsPlanned(agent_id=agent_id, start=start, end=end, shifts=shifts, **meta)]


def sign_off(state: Agent, agent_id: str, reason: str, **meta: Any) -> list[Event]:
    """The agent leaves. Nothing to do when they are gone already."""
    if state.state is AgentState.SIGNED_OFF:
        return []
    return [AgentSignedOff(agent_id=agent_id, reason=reason, **meta)]


def _ready_again(state: Agent, agent_id: str, reason: str, meta: dict[str, Any]) -> list[Event]:
    ready = AgentStateChanged(agent_id=agent_id, state=AgentState.READY, reason=reason, **meta)
    if not state.closed:
        return [ready]
    return [ready, AgentChannelsClosed(agent_id=agent_id, channels=state.closed, reason=reason, **meta)]


def _require_agent_id(agent_id: str) -> None:
    if not _AGENT_ID.fullmatch(agent_id):
        raise InvalidError(
            f"agent id {agent_id!r} must be 1 to 64 letters, digits or . _ @ - and begin with a letter or digit",
            "agent_id",
        )


def _require_signed_on(state: Agent, agent_id: str) -> None:
    if state.state is AgentState.SIGNED_OFF:
        raise RefusedError(f"agent {agent_id} is not signed on: sign on first")


def _require_levels(skills: Mapping[str, int]) -> None:
    for skill, level in skills.items():
        if not 1 <= level <= 5:
            raise InvalidError(f"level of skill {skill!r} is {level}: levels go from 1 to 5", f"skills.{skill}")


def _require_capacity(capacity: int, ceilings: Mapping[str, int], units: Mapping[str, int]) -> None:
    if not 0 < capacity <= MOST_UNITS:
        raise InvalidError(f"capacity {capacity} is not between 1 and {MOST_UNITS} units", "capacity")
    for channel, most in ceilings.items():
        _require_channel(channel, f"ceilings.{channel}")
        if not 0 <= most <= MOST_AT_ONCE:
            raise InvalidError(
                f"{most} pieces of work of {channel} at once are not between 0 and {MOST_AT_ONCE}",
                f"ceilings.{channel}",
            )
    for channel, taken in units.items():
        _require_channel(channel, f"units.{channel}")
        if not 0 < taken <= MOST_UNITS:
            raise InvalidError(
                f"work of {channel} can't take {taken} units: 1 to {MOST_UNITS} are possible", f"units.{channel}"
            )
        if taken > capacity:
            raise InvalidError(
                f"work of {channel} would take {taken} units of a capacity of {capacity}, so the agent would never get"
                " any: give more capacity, or fewer units",
                f"units.{channel}",
            )


def _require_channel(channel: str, field: str) -> None:
    if channel not in _CHANNELS:
        raise InvalidError(f"{channel!r} is no channel: use {', '.join(Channel)}", field)


def _require_span(start: datetime, end: datetime, field: str) -> None:
    if start.tzinfo is None or end.tzinfo is None:
        raise InvalidError(f"the time from {start} to {end} needs a time zone", field)
    if start >= end:
        raise InvalidError(f"what begins at {start} can't end at {end}: the end must come later", field)
