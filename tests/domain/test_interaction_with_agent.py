"""Given work that an agent has, when they hold, park, hand it over or call back, then these facts, or none, or no."""

from datetime import timedelta

import pytest

from hub.domain.errors import InvalidError, RefusedError
from hub.domain.interaction import decide
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    ContactAttached,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionHeld,
    InteractionInterrupted,
    InteractionParked,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnparked,
    ParticipantJoined,
)
from hub.domain.interaction.state import Phase
from tests.domain.interactions import (
    ABANDONED,
    ACCEPTED,
    ACTIVE,
    ELSEWHERE,
    LATER,
    META,
    OFFERED,
    OFFERED_TO_BOTH,
    OPEN_OFFER,
    OVER,
    TO_BEN,
    WAITING,
    WRAP_UP,
    given,
    rescinded,
    when,
)

HELD = InteractionHeld(**META, agent_id="anna")
RESUMED = InteractionResumed(**META, agent_id="anna")
INTERRUPTED = InteractionInterrupted(**META, agent_id="anna", by="interaction-2")
CONTINUED = InteractionContinued(**META, agent_id="anna")
PARKED = InteractionParked(**META, agent_id="anna", until=LATER, reason="waits for the customer")
UNPARKED = InteractionUnparked(**META, reason="time")
COLD = InteractionTransferred(**META, **ELSEWHERE, agent_id="anna", reason="loans")
WARM = COLD.model_copy(update={"warm": True, "to_agent": "ben"})
CALLBACK = CallbackScheduled(**META)
CALLBACK_LATER = CallbackScheduled(**META, due=LATER)
MISSED = CallbackMissed(**META, agent_id="anna", attempt=1, outcome="busy", retry_at=LATER)

BY_ANNA_PARKED = (*ACTIVE, PARKED)
CALLING = (*WAITING, CALLBACK, OFFERED, ACCEPTED)
CALLED_IN_VAIN = (*CALLING, MISSED)
WAITS_TO_BE_CALLED = (*WAITING, CALLBACK_LATER)

HOLD = when(decide.hold, "anna")
RESUME = when(decide.resume, "anna")
INTERRUPT = when(decide.interrupt, "anna", "interaction-2")
CONTINUE = when(decide.continue_, "anna")
PARK = when(decide.park, "anna", LATER, "waits for the customer")
UNPARK = when(decide.unpark, "time")
GIVE = when(decide.transfer, "anna", reason="loans", placement=ELSEWHERE)
HAND_OVER = when(decide.transfer, "anna", warm=True, to_agent="ben", reason="loans", placement=ELSEWHERE)
ASK_CALLBACK = when(decide.schedule_callback, None, "")
ASK_CALLBACK_LATER = when(decide.schedule_callback, LATER, "")
REACH = when(decide.reach_callback, "anna")
MISS = when(decide.miss_callback, "anna", "busy", LATER)
LEFT = when(decide.customer_left)


@pytest.mark.parametrize(
    ("facts", "what", "then"),
    [
        (ACTIVE, HOLD, [HELD]),
        ((*ACTIVE, HELD), RESUME, [RESUMED]),
        (ACTIVE, INTERRUPT, [INTERRUPTED]),
        ((*ACTIVE, INTERRUPTED), CONTINUE, [CONTINUED]),
        (ACTIVE, PARK, [PARKED]),
        (ACTIVE, when(decide.park, "anna", None, ""), [InteractionParked(**META, agent_id="anna")]),
        (BY_ANNA_PARKED, UNPARK, [UNPARKED]),
        (
            BY_ANNA_PARKED,
            when(decide.unpark, "customer", "anna", LATER),
            [InteractionUnparked(**META, reason="customer", known_agent="anna", known_until=LATER)],
        ),
        (ACTIVE, GIVE, [COLD]),
        (ACTIVE, HAND_OVER, [WARM]),
        (
            (*ACTIVE, COLD, OFFERED, ACCEPTED),
            GIVE,
            [COLD],
        ),
        (WAITING, ASK_CALLBACK, [CALLBACK]),
        (WAITING, when(decide.schedule_callback, None, "c9"), [CallbackScheduled(**META, address_of="c9")]),
        (OPEN_OFFER, ASK_CALLBACK, [CALLBACK]),
        (WAITING, ASK_CALLBACK_LATER, [CALLBACK_LATER]),
        (
            OFFERED_TO_BOTH,
            ASK_CALLBACK_LATER,
            [
                rescinded("customer will be called later"),
                rescinded("customer will be called later", **TO_BEN),
                CALLBACK_LATER,
            ],
        ),
        ((*WAITING, CALLBACK), ASK_CALLBACK_LATER, [CALLBACK_LATER]),
        (
            WAITS_TO_BE_CALLED,
            when(decide.schedule_callback, LATER + timedelta(hours=1), ""),
            [CallbackScheduled(**META, due=LATER + timedelta(hours=1))],
        ),
        (WAITS_TO_BE_CALLED, ASK_CALLBACK, [CALLBACK, InteractionUnparked(**META, reason="customer")]),
        (CALLING, REACH, [CallbackReached(**META, agent_id="anna")]),
        (
            (*CALLING, CallbackReached(**META, agent_id="anna")),
            LEFT,
            [InteractionEnded(**META, agent_id="anna", ended_by="customer")],
        ),
        (CALLING, MISS, [MISSED]),
        (
            (*CALLED_IN_VAIN, UNPARKED, OFFERED, ACCEPTED),
            when(decide.miss_callback, "anna", "no_answer", None),
            [
                CallbackMissed(**META, agent_id="anna", attempt=2, outcome="no_answer"),
                InteractionExpired(**META, reason="callback failed"),
            ],
        ),
    ],
)
def test_what_happens(facts, what, then):
    state = given(facts)
    assert what(state) == then


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ((*ACTIVE, HELD), HOLD),
        (ACTIVE, RESUME),
        ((*ACTIVE, HELD, RESUMED), RESUME),
        ((*ACTIVE, INTERRUPTED), INTERRUPT),
        (ACTIVE, CONTINUE),
        (BY_ANNA_PARKED, PARK),
        ((*BY_ANNA_PARKED, UNPARKED), PARK),
        ((*BY_ANNA_PARKED, UNPARKED), UNPARK),
        ((*BY_ANNA_PARKED, UNPARKED, OFFERED), UNPARK),
        (ACTIVE, UNPARK),
        ((*ACTIVE, COLD), GIVE),
        ((*ACTIVE, COLD, OFFERED), GIVE),
        ((*ACTIVE, WARM), HAND_OVER),
        ((*WAITING, CALLBACK), ASK_CALLBACK),
        (CALLING, ASK_CALLBACK),
        (WAITS_TO_BE_CALLED, ASK_CALLBACK_LATER),
        ((*WAITS_TO_BE_CALLED, UNPARKED, OFFERED), ASK_CALLBACK_LATER),
        (CALLED_IN_VAIN, MISS),
        ((*CALLING, CallbackReached(**META, agent_id="anna")), REACH),
        ((*CALLED_IN_VAIN, UNPARKED), MISS),
        (BY_ANNA_PARKED, LEFT),
        ((*WAITING, CALLBACK), LEFT),
        ((*WAITING, CALLBACK, OFFERED), LEFT),
        (WAITS_TO_BE_CALLED, LEFT),
        (CALLING, LEFT),
        (CALLED_IN_VAIN, LEFT),
    ],
)
def test_nothing_to_do(facts, what):
    assert what(given(facts)) == []


@pytest.mark.parametrize("rule", [HOLD, RESUME, INTERRUPT, CONTINUE, PARK, GIVE, HAND_OVER, REACH, MISS])
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (WAITING, "agent anna can't .* this interaction: it is waiting"),
        (OPEN_OFFER, "it is offered"),
        (WRAP_UP, "it is in wrap-up"),
        (OVER, "it is completed"),
        (ABANDONED, "it is abandoned"),
        ((*OPEN_OFFER, ACCEPTED.model_copy(update={"agent_id": "cleo"})), "agent cleo has it, and it is active"),
    ],
)
def test_only_who_has_it_may(facts, rule, words):
    with pytest.raises(RefusedError, match=words):
        rule(given(facts))


@pytest.mark.parametrize(
    ("facts", "what", "words"),
    [
        (BY_ANNA_PARKED, when(decide.park, "anna", None, ""), "agent anna can't park this interaction: it is parked"),
        (OPEN_OFFER, when(decide.hold, "ben"), "agent ben can't hold this interaction: it is offered to agent anna"),
        (BY_ANNA_PARKED, when(decide.park, "ben", LATER, ""), "agent anna has it, and it is parked"),
        (OVER, UNPARK, "can't be taken up again: agent anna had it, and it is completed"),
        ((*ACTIVE, WARM), GIVE, "agent ben has it"),
        ((*ACTIVE, COLD), when(decide.transfer, "anna", placement={**ELSEWHERE, "queue": "third"}), "it is waiting"),
        (ACTIVE, ASK_CALLBACK, "can't be called back: agent anna has it, and it is active"),
        (BY_ANNA_PARKED, ASK_CALLBACK, "it is parked"),
        (OVER, ASK_CALLBACK, "it is completed"),
        ((*CALLING, *WRAP_UP[-1:]), ASK_CALLBACK, "it is in wrap-up"),
        (ACTIVE, MISS, "the customer of this interaction is on the line"),
        ((*CALLING, HELD), MISS, "on the line"),
        ((*CALLED_IN_VAIN, UNPARKED, OFFERED), when(decide.miss_callback, "ben", "busy", LATER), "can't miss"),
    ],
)
def test_refused(facts, what, words):
    with pytest.raises(RefusedError, match=words):
        what(given(facts))


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (when(decide.transfer, "anna", to_agent="anna", placement=ELSEWHERE), "to_agent"),
        (when(decide.transfer, "anna", warm=True, placement=ELSEWHERE), "to_agent"),
        (when(decide.miss_callback, "anna", "asleep", None), "outcome"),
    ],
)
def test_what_can_not_be(what, field):
    with pytest.raises(InvalidError) as refused:
        what(given(CALLING))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "reached",
    [
        (HELD,),
        (HELD, RESUMED),
        (ContactAttached(**META, contact_id="c2"),),
        (COLD, OFFERED, ACCEPTED),
    ],
)
def test_who_was_reached_by_a_callback_ends_it_by_hanging_up(reached):
    state = given((*CALLING, *reached))
    assert (state.phase, state.callback) == (Phase.ACTIVE, False)
    assert [type(event).__name__ for event in LEFT(state)] == ["InteractionEnded"]


def test_a_contact_that_joins_while_nobody_called_yet_leaves_the_callback_standing():
    assert given((*WAITING, CALLBACK, ContactAttached(**META, contact_id="c2"))).callback


def test_parked_work_knows_who_parked_it_and_waiting_work_is_with_nobody():
    state = given(BY_ANNA_PARKED)
    assert (state.phase, state.agent_id, state.offers) == (Phase.PARKED, "anna", 1)
    state = given((UNPARKED,), state)
    assert (state.phase, state.agent_id, state.offer_id) == (Phase.WAITING, "", "")


def test_whoever_is_given_it_warm_has_it_and_is_no_longer_a_participant():
    conference = ParticipantJoined(**META, agent_id="ben", mode="conference")
    coach = ParticipantJoined(**META, agent_id="cleo", mode="coach")
    state = given((*ACTIVE, HELD, conference, coach, WARM))
    assert (state.phase, state.agent_id, state.on_hold) == (Phase.ACTIVE, "ben", False)
    assert state.participants == (("cleo", "coach"),)


@pytest.mark.parametrize("over", [COLD, PARKED, MISSED, *WRAP_UP[-1:]])
def test_nothing_of_a_conversation_outlives_it(over):
    joined = ParticipantJoined(**META, agent_id="cleo", mode="monitor")
    state = given((*ACTIVE, HELD, INTERRUPTED, joined, over))
    assert (state.on_hold, state.interrupted, state.participants) == (False, False, ())


def test_the_last_attempt_of_a_callback_is_the_end():
    state = given(CALLING)
    state = given(tuple(decide.miss_callback(state, "anna", "failed", None, **META)), state)
    assert (state.phase, state.attempts) == (Phase.EXPIRED, 1)
