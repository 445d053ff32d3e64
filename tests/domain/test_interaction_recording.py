"""Given a conversation, when its agent wants nothing recorded, or the phone says what came of it, then these facts."""

import pytest

from hub.domain.contact import RecordingState
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.interaction import decide
from hub.domain.interaction.events import InteractionTransferred, RecordingAsked, RecordingSwitched
from tests.domain.interactions import (
    ACCEPTED,
    ACTIVE,
    ELSEWHERE,
    META,
    OFFERED,
    OPEN_OFFER,
    WAITING,
    WRAP_UP,
    Facts,
    When,
    given,
    when,
)

PAUSED, RUNNING, OFF = RecordingState.PAUSED, RecordingState.RUNNING, RecordingState.OFF
PAUSE = when(decide.ask_recording, "anna", PAUSED, "card number", "customer-1")
GO_ON = when(decide.ask_recording, "anna", RUNNING, "")
TO_PAUSE = RecordingAsked(**META, agent_id="anna", state=PAUSED, reason="card number", customer_id="customer-1")
TO_GO_ON = RecordingAsked(**META, agent_id="anna", state=RUNNING)
COLD = InteractionTransferred(**META, **ELSEWHERE, agent_id="anna")
WARM = COLD.model_copy(update={"warm": True, "to_agent": "anna"})


def switched(state: RecordingState) -> RecordingSwitched:
    return RecordingSwitched(**META, agent_id="anna", state=state)


def told(state: RecordingState, by: str = "anna") -> When:
    return when(decide.switch_recording, by, state)


@pytest.mark.parametrize(
    ("facts", "what", "then"),
    [
        (ACTIVE, PAUSE, [TO_PAUSE]),
        (ACTIVE, GO_ON, [TO_GO_ON]),
        ((*ACTIVE, TO_PAUSE), told(PAUSED), [switched(PAUSED)]),
        ((*ACTIVE, TO_PAUSE, switched(PAUSED)), GO_ON, [TO_GO_ON]),
        ((*ACTIVE, TO_PAUSE, switched(RUNNING)), PAUSE, [TO_PAUSE]),
        ((*ACTIVE, TO_PAUSE, TO_GO_ON, switched(PAUSED)), PAUSE, [TO_PAUSE]),
        (ACTIVE, told(PAUSED), [switched(PAUSED)]),
        ((*ACTIVE, switched(PAUSED)), told(RUNNING), [switched(RUNNING)]),
        ((*ACTIVE, TO_PAUSE, switched(PAUSED), COLD, OFFERED, ACCEPTED), PAUSE, [TO_PAUSE]),
        ((*ACTIVE, TO_PAUSE, switched(PAUSED), WARM), PAUSE, [TO_PAUSE]),
    ],
)
def test_what_is_asked_and_told_of_a_recording_is_on_record(facts: Facts, what: When, then: list[object]) -> None:
    assert what(given(facts)) == then


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ((*ACTIVE, TO_PAUSE), PAUSE),
        ((*ACTIVE, TO_PAUSE, switched(PAUSED)), PAUSE),
        ((*ACTIVE, TO_PAUSE, switched(OFF)), PAUSE),
        ((*ACTIVE, TO_PAUSE, switched(PAUSED)), told(PAUSED)),
        (ACTIVE, told(PAUSED, by="ben")),
        (WRAP_UP, told(PAUSED)),
        ((*ACTIVE, COLD), told(PAUSED)),
    ],
)
def test_what_is_so_already_and_what_comes_too_late_changes_nothing(facts: Facts, what: When) -> None:
    assert what(given(facts)) == []


@pytest.mark.parametrize("facts", [WAITING, OPEN_OFFER, WRAP_UP, (*ACTIVE, COLD)])
def test_only_who_has_the_call_may_ask(facts: Facts) -> None:
    with pytest.raises(RefusedError):
        PAUSE(given(facts))
    with pytest.raises(RefusedError):
        when(decide.ask_recording, "ben", PAUSED, "")(given(ACTIVE))


def test_nobody_switches_recording_off_for_good() -> None:
    with pytest.raises(InvalidError) as refused:
        when(decide.ask_recording, "anna", OFF, "")(given(ACTIVE))
    assert refused.value.field == "state"
