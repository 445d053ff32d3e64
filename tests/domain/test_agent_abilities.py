"""Given an agent, when skills, capacity, channels, shifts or desktop change, then these facts follow, or none."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from hub.domain.agent import decide
from hub.domain.agent.events import (
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
    evolve,
)
from hub.domain.errors import HubError, InvalidError, RefusedError
from hub.domain.event import Event
from tests.domain.interactions import META, NOON

ANNA: dict[str, Any] = {**META, "agent_id": "anna"}
HERE: dict[str, Any] = {
    "name": "Anna", "skills": {"sales": 3}, "languages": ("fa",), "capacity": 100, "attributes": {"site": "Tehran"},
    "ceilings": {"web": 2}, "units": {"email": 5},
}  # fmt: skip
SIGNED_ON = AgentSignedOn(**ANNA, pool="main", **HERE)
SIGNED_OFF = AgentSignedOff(**ANNA, reason="evening")
SKILLED = AgentSkillsChanged(**ANNA, skills={"loans": 5}, languages=("en",), attributes={"site": "Shiraz"})
CAPABLE = AgentCapacityChanged(**ANNA, capacity=50, ceilings={"web": 1}, units={"web": 50})
CLOSED = AgentChannelsClosed(**ANNA, channels=("phone",), reason="no answer")
READY = AgentStateChanged(**ANNA, state=AgentState.READY, reason="back")
AWAY = AgentStateChanged(**ANNA, state=AgentState.AWAY, reason="lunch")
GONE = AgentStateChanged(**ANNA, state=AgentState.GONE, reason="silent")
NIGHT = NOON + timedelta(hours=9)


def at(hour: float) -> Any:
    return NOON + timedelta(hours=hour)


DAY = (
    Shift(start=at(0), end=at(4)),
    Shift(start=at(4), end=at(5), state=AgentState.AWAY, reason="lunch"),
    Shift(start=at(6), end=at(9)),
)
PLANNED = ShiftsPlanned(**ANNA, start=NOON, end=NIGHT, shifts=DAY)


def given(*facts: Event) -> Agent:
    state = Agent()
    for fact in facts:
        state = evolve(state, fact)
    return state


def sign_on(state: Agent, **changed: Any) -> list[Event]:
    return decide.sign_on(state, "anna", pool="main", **{**HERE, **changed}, **META)


def learn(state: Agent, skills: dict[str, int] | None = None) -> list[Event]:
    attributes = {"site": "Shiraz"}
    return decide.change_skills(state, "anna", skills or {"loans": 5}, ("en",), attributes, **META)


def resize(state: Agent, capacity: int = 50, **changed: Any) -> list[Event]:
    return decide.change_capacity(
        state, "anna", capacity, **{"ceilings": {"web": 1}, "units": {"web": 50}, **changed}, **META
    )


def close(state: Agent, *channels: str) -> list[Event]:
    return decide.close_channels(state, "anna", channels or ("phone",), "no answer", **META)


def be(state: Agent, new: AgentState, reason: str) -> list[Event]:
    return decide.change_state(state, "anna", new, reason, **META)


def come_back(state: Agent) -> list[Event]:
    return decide.come_back(state, "anna", "heard of", **META)


def plan(state: Agent, *shifts: Shift, start: Any = NOON, end: Any = NIGHT) -> list[Event]:
    return decide.plan_shifts(state, "anna", start, end, shifts or DAY, **META)


def test_signing_on_brings_all_an_agent_is_made_of():
    assert sign_on(Agent()) == [SIGNED_ON]
    assert sign_on(given(SIGNED_ON)) == []
    assert given(SIGNED_ON) == Agent(AgentState.READY, **HERE)


@pytest.mark.parametrize("changed", [{"attributes": {}}, {"ceilings": {}}, {"units": {}}, {"capacity": 10}])
def test_signing_on_with_anything_else_counts_anew(changed):
    [again] = sign_on(given(SIGNED_ON), **changed)
    assert again == SIGNED_ON.model_copy(update=changed)


def test_signing_on_anew_opens_closed_channels():
    assert sign_on(given(SIGNED_ON, CLOSED)) == [SIGNED_ON]
    assert given(SIGNED_ON, CLOSED, SIGNED_ON) == given(SIGNED_ON)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ceilings": {"pigeon": 1}}, "ceilings.pigeon"),
        ({"ceilings": {"web": -1}}, "ceilings.web"),
        ({"ceilings": {"web": 1001}}, "ceilings.web"),
        ({"units": {"pigeon": 1}}, "units.pigeon"),
        ({"units": {"web": 0}}, "units.web"),
        ({"units": {"web": 10_001}}, "units.web"),
        ({"capacity": 10_001}, "capacity"),
        ({"capacity": 50, "units": {"web": 51}}, "units.web"),
    ],
)
def test_capacity_that_can_not_be(changed, field):
    for ask in (lambda: sign_on(Agent(), **changed), lambda: resize(given(SIGNED_ON), **changed)):
        with pytest.raises(InvalidError) as refused:
            ask()
        assert refused.value.field == field


@pytest.mark.parametrize(
    "changed",
    [{"ceilings": {"web": 0, "phone": 1000}}, {"capacity": 10_000, "units": {"web": 1, "sms": 10_000}}],
)
def test_capacity_at_its_bounds(changed):
    assert sign_on(Agent(), **changed)


def test_other_skills():
    assert learn(given(SIGNED_ON)) == [SKILLED]
    assert learn(given(SIGNED_ON, SKILLED)) == []
    changed = {"skills": {"loans": 5}, "languages": ("en",), "attributes": {"site": "Shiraz"}}
    assert given(SIGNED_ON, AWAY, SKILLED) == Agent(AgentState.AWAY, reason="lunch", **{**HERE, **changed})
    with pytest.raises(InvalidError, match="levels go from 1 to 5"):
        learn(given(SIGNED_ON), {"loans": 6})


def test_other_capacity():
    assert resize(given(SIGNED_ON)) == [CAPABLE]
    assert resize(given(SIGNED_ON, CAPABLE)) == []
    changed = {"capacity": 50, "ceilings": {"web": 1}, "units": {"web": 50}}
    assert given(SIGNED_ON, AWAY, CAPABLE) == Agent(AgentState.AWAY, reason="lunch", **{**HERE, **changed})


def test_closing_channels():
    assert close(given(SIGNED_ON)) == [CLOSED]
    assert close(given(SIGNED_ON, CLOSED)) == []
    assert close(given(SIGNED_ON, CLOSED), "web", "phone") == [CLOSED.model_copy(update={"channels": ("phone", "web")})]
    with pytest.raises(InvalidError, match="'pigeon' is no channel: use phone, web"):
        close(given(SIGNED_ON), "pigeon")


@pytest.mark.parametrize("facts", [(), (SIGNED_ON, SIGNED_OFF)])
@pytest.mark.parametrize("ask", [learn, resize, close])
def test_who_is_not_signed_on_has_nothing_to_change(facts, ask):
    with pytest.raises(RefusedError, match="agent anna is not signed on: sign on first"):
        ask(given(*facts))


def test_saying_that_one_is_ready_opens_closed_channels():
    assert be(given(SIGNED_ON, CLOSED), AgentState.READY, "back") == [READY]
    assert be(given(SIGNED_ON, CLOSED, READY), AgentState.READY, "back") == []
    assert given(SIGNED_ON, CLOSED, READY) == given(SIGNED_ON)
    assert given(SIGNED_ON, CLOSED, AWAY).closed == ("phone",)
    assert given(SIGNED_ON, CLOSED, SIGNED_OFF).closed == ()


@pytest.mark.parametrize("state", [AgentState.NOT_ANSWERING, AgentState.GONE])
def test_what_the_hub_alone_says_of_an_agent(state):
    assert be(given(SIGNED_ON), state, "r") == [AgentStateChanged(**ANNA, state=state, reason="r")]
    with pytest.raises(InvalidError, match="the hub alone says") as refused:
        decide.require_own_choice(state)
    assert refused.value.field == "state"


@pytest.mark.parametrize("state", [AgentState.READY, AgentState.AWAY])
def test_what_agents_say_of_themselves(state):
    decide.require_own_choice(state)
    assert given(SIGNED_ON, GONE, AgentStateChanged(**ANNA, state=state)).state is state


@pytest.mark.parametrize("before", [(), (AWAY,), (CLOSED,), (AgentStateChanged(**ANNA, state="not_answering"),)])
def test_who_was_gone_is_as_before_when_heard_of_again(before):
    left = given(SIGNED_ON, *before)
    gone = given(SIGNED_ON, *before, GONE)
    assert (gone.state, gone.before, gone.closed) == (AgentState.GONE, left.state, left.closed)
    back = gone
    for fact in come_back(gone):
        back = evolve(back, fact)
    assert back == left
    assert come_back(back) == []


@pytest.mark.parametrize("facts", [(), (SIGNED_ON,), (SIGNED_ON, AWAY), (SIGNED_ON, GONE, SIGNED_OFF)])
def test_who_is_not_gone_does_not_come_back(facts):
    assert come_back(given(*facts)) == []


@pytest.mark.parametrize("facts", [(), (SIGNED_ON,), (SIGNED_ON, SIGNED_OFF)])
def test_shifts_are_planned_of_whoever_is_here_or_not(facts):
    assert plan(given(*facts)) == [PLANNED]
    assert plan(given(*facts, PLANNED)) == []
    assert plan(given(*facts, PLANNED, SIGNED_OFF, SIGNED_ON)) == []
    assert plan(given(*facts, PLANNED), DAY[0]) == [PLANNED.model_copy(update={"shifts": DAY[:1]})]


def test_a_plan_does_not_change_who_is_here():
    assert sign_on(given(SIGNED_ON, PLANNED)) == []


def test_a_stretch_can_be_cleared():
    assert decide.plan_shifts(Agent(), "anna", NOON, NIGHT, (), **META)[0].shifts == ()


@pytest.mark.parametrize(
    ("shifts", "field"),
    [
        ((Shift(start=at(-1), end=at(1)),), "shifts.0.start"),
        ((Shift(start=at(8), end=at(10)),), "shifts.0.end"),
        ((Shift(start=at(2), end=at(2)),), "shifts.0.start"),
        ((Shift(start=at(3), end=at(2)),), "shifts.0.start"),
        ((DAY[0], Shift(start=at(3), end=at(5))), "shifts.1.start"),
        ((DAY[1], DAY[0]), "shifts.1.start"),
        ((DAY[0], Shift(start=at(4), end=at(5), state=AgentState.GONE)), "shifts.1.state"),
        ((Shift(start=at(1).replace(tzinfo=None), end=at(2).replace(tzinfo=None)),), "shifts.0.start"),
    ],
)
def test_shifts_that_can_not_be(shifts, field):
    with pytest.raises(InvalidError) as refused:
        plan(Agent(), *shifts)
    assert refused.value.field == field


@pytest.mark.parametrize(("start", "end"), [(NIGHT, NOON), (NOON, NOON), (NOON.replace(tzinfo=None), NIGHT)])
def test_a_plan_has_a_beginning_and_an_end(start, end):
    with pytest.raises(InvalidError) as refused:
        plan(Agent(), start=start, end=end)
    assert refused.value.field == "start"


hours = st.integers(-2, 12)
shifts_of_any_kind = st.lists(
    st.builds(
        Shift, start=hours.map(at), end=hours.map(at), state=st.sampled_from([AgentState.READY, AgentState.AWAY])
    ),
    max_size=4,
)


@hypothesis_given(shifts_of_any_kind)
def test_at_any_moment_of_a_plan_at_most_one_thing_is_planned(shifts):
    in_place = all(NOON <= shift.start < shift.end <= NIGHT for shift in shifts)
    apart = all(one.end <= other.start for one, other in pairwise(shifts))
    try:
        planned = bool(decide.plan_shifts(Agent(), "anna", NOON, NIGHT, tuple(shifts), **META))
    except HubError:
        planned = False
    assert planned == (in_place and apart)
