"""Given the facts of an agent, when they come, go or change state, then these facts follow, or none, or a refusal."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.agent import decide
from hub.domain.agent.events import Agent, AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged, evolve
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "agent:anna"}

SIGNED_ON = AgentSignedOn(
    **META, pool="main", agent_id="anna", name="Anna", skills={"sales": 3}, languages=("fa",), capacity=100
)
AWAY = AgentStateChanged(**META, agent_id="anna", state=AgentState.AWAY, reason="lunch")
SIGNED_OFF = AgentSignedOff(**META, agent_id="anna", reason="evening")


def given(*facts: Event) -> Agent:
    state = Agent()
    for fact in facts:
        state = evolve(state, fact)
    return state


def sign_on(state: Agent, **changed: Any) -> list[Event]:
    values = {"pool": "main", "name": "Anna", "skills": {"sales": 3}, "languages": ("fa",), "capacity": 100}
    return decide.sign_on(state, "anna", **{**values, **changed}, **META)


@pytest.mark.parametrize("facts", [(), (SIGNED_ON, AWAY), (SIGNED_ON, SIGNED_OFF)])
def test_signing_on_makes_the_agent_ready(facts):
    assert sign_on(given(*facts)) == [SIGNED_ON]
    assert given(*facts, SIGNED_ON) == Agent(AgentState.READY, "Anna", {"sales": 3}, ("fa",), 100)


def test_signing_on_again_with_the_same_changes_nothing():
    assert sign_on(given(SIGNED_ON)) == []


def test_signing_on_again_with_other_skills_replaces_them():
    assert sign_on(given(SIGNED_ON), skills={"support": 5})[0].skills == {"support": 5}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"skills": {"sales": 0}}, "skills.sales"),
        ({"skills": {"sales": 6}}, "skills.sales"),
        ({"capacity": 0}, "capacity"),
    ],
)
def test_signing_on_with_what_can_not_be(changed, field):
    with pytest.raises(InvalidError) as refused:
        sign_on(Agent(), **changed)
    assert refused.value.field == field


def test_going_away_and_coming_back():
    assert decide.change_state(given(SIGNED_ON), "anna", AgentState.AWAY, "lunch", **META) == [AWAY]
    assert decide.change_state(given(SIGNED_ON, AWAY), "anna", AgentState.AWAY, "lunch", **META) == []
    [back] = decide.change_state(given(SIGNED_ON, AWAY), "anna", AgentState.READY, "", **META)
    assert given(SIGNED_ON, AWAY, back) == given(SIGNED_ON)


@pytest.mark.parametrize("facts", [(), (SIGNED_ON, SIGNED_OFF)])
def test_who_is_not_signed_on_has_no_state_to_change(facts):
    with pytest.raises(RefusedError, match="sign on first"):
        decide.change_state(given(*facts), "anna", AgentState.READY, "", **META)


def test_signing_off_is_not_a_state_to_change_to():
    with pytest.raises(InvalidError) as refused:
        decide.change_state(given(SIGNED_ON), "anna", AgentState.SIGNED_OFF, "", **META)
    assert refused.value.field == "state"


def test_signing_off():
    assert decide.sign_off(given(SIGNED_ON), "anna", "evening", **META) == [SIGNED_OFF]
    assert decide.sign_off(given(SIGNED_ON, SIGNED_OFF), "anna", "evening", **META) == []
    assert decide.sign_off(Agent(), "anna", "evening", **META) == []
    assert given(SIGNED_ON, SIGNED_OFF).state is AgentState.SIGNED_OFF


@pytest.mark.parametrize("agent_id", ["", " ", "a b", "a/b", "-a", "a\0", "x" * 65, "a\n"])
def test_an_agent_id_is_fit_for_a_name_of_a_stream_and_a_path(agent_id):
    with pytest.raises(InvalidError) as refused:
        decide.sign_on(Agent(), agent_id, pool="main", name="", skills={}, **META)
    assert refused.value.field == "agent_id"


@pytest.mark.parametrize("agent_id", ["anna", "7", "anna.b_c-d@example.org", "آنا", "x" * 64])
def test_agent_ids_that_are_fit(agent_id):
    assert decide.sign_on(Agent(), agent_id, pool="main", name="", skills={}, **META)
