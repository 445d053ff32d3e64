"""Given any work, when a supervisor or the passing of time asks, then these facts follow, or none, or a refusal."""

import pytest

from hub.domain.errors import InvalidError, RefusedError
from hub.domain.interaction import decide
from hub.domain.interaction.events import (
    CallbackScheduled,
    DeclinesForgotten,
    InteractionExpired,
    InteractionFlagged,
    InteractionMoved,
    InteractionParked,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionReopened,
    InteractionUnflagged,
    InteractionUnparked,
    ParticipantJoined,
    ParticipantLeft,
    RequirementRelaxed,
)
from hub.domain.interaction.state import Phase
from tests.domain.interactions import (
    ABANDONED,
    ACCEPTED,
    ACTIVE,
    ELSEWHERE,
    ENDED,
    LATER,
    META,
    NOON,
    OFFERED,
    OFFERED_TO_BOTH,
    OPEN_OFFER,
    OVER,
    REFUSED_ENTRY,
    RESCINDED,
    TO_BEN,
    WAITING,
    WRAP_UP,
    given,
    rescinded,
    when,
)

PULLED = InteractionPulledBack(**META, agent_id="anna", reason="gone")
MOVED = InteractionMoved(**META, **ELSEWHERE, from_queue="q", reason="overflow")
PRIORITISED = InteractionPrioritised(**META, priority=7, credit_seconds=60.0)
RELAXED = RequirementRelaxed(**META, step=0, reason="time")
EXPIRED = InteractionExpired(**META, reason="waited too long")
COACH = ParticipantJoined(**META, agent_id="zoe", mode="coach")
BARGE = COACH.model_copy(update={"mode": "barge"})
LEFT = ParticipantLeft(**META, agent_id="zoe")
UNFLAGGED = InteractionUnflagged(**META, reason="agent is missing")
FLAGGED = InteractionFlagged(**META, reason="agent is missing")
REOPENED = InteractionReopened(**META, **ELSEWHERE, contact_id="c2")
FORGOTTEN = DeclinesForgotten(**META, after=LATER)
PARKED = (*ACTIVE, InteractionParked(**META, agent_id="anna"))
GIVEN_UP = (*WAITING, EXPIRED)

PULL = when(decide.pull_back, "gone")
TAKEN_BACK = {"reason": "taken back by a supervisor", "said": "gone"}
MOVE = when(decide.move, from_queue="q", reason="overflow", placement=ELSEWHERE)
PRIORITISE = when(decide.prioritise, 7, 60.0)
RELAX = when(decide.relax, 0, "time")
EXPIRE = when(decide.expire, "waited too long")
JOIN = when(decide.join, "zoe", "coach")
LEAVE = when(decide.leave, "zoe")
FLAG = when(decide.flag, "agent is missing")
UNFLAG = when(decide.unflag, "agent is missing")
REOPEN = when(decide.reopen, "c2", ELSEWHERE)
FORGET = when(decide.forget_declines, LATER)


@pytest.mark.parametrize(
    ("facts", "what", "then"),
    [
        (ACTIVE, PULL, [PULLED]),
        (OFFERED_TO_BOTH, PULL, [one.model_copy(update=TAKEN_BACK) for one in (RESCINDED, rescinded("", **TO_BEN))]),
        (WAITING, MOVE, [MOVED]),
        (OPEN_OFFER, MOVE, [rescinded("moved to queue other"), MOVED]),
        (
            WAITING,
            when(decide.move, from_queue="other", reason="policy", placement=ELSEWHERE),
            [MOVED.model_copy(update={"from_queue": "other", "reason": "policy"})],
        ),
        (WAITING, PRIORITISE, [PRIORITISED]),
        (OPEN_OFFER, PRIORITISE, [PRIORITISED]),
        (PARKED, PRIORITISE, [PRIORITISED]),
        ((*WAITING, PRIORITISED, MOVED.model_copy(update={"reason": "policy"})), PRIORITISE, [PRIORITISED]),
        ((*ACTIVE, InteractionPulledBack(**META, agent_id="anna")), PRIORITISE, [PRIORITISED]),
        (
            (*WAITING, PRIORITISED),
            when(decide.prioritise, None, 0.0),
            [InteractionPrioritised(**META, priority=None, credit_seconds=0.0)],
        ),
        (WAITING, RELAX, [RELAXED]),
        (WAITING, when(decide.relax, -1, "time"), [RELAXED.model_copy(update={"step": -1})]),
        ((*WAITING, RELAXED), when(decide.relax, 2, "time"), [RELAXED.model_copy(update={"step": 2})]),
        ((*WAITING, RELAXED, MOVED), RELAX, [RELAXED]),
        (OPEN_OFFER, RELAX, [RELAXED]),
        (WAITING, EXPIRE, [EXPIRED]),
        (OPEN_OFFER, EXPIRE, [rescinded("waited too long"), EXPIRED]),
        (PARKED, EXPIRE, [EXPIRED]),
        (ACTIVE, JOIN, [COACH]),
        ((*ACTIVE, COACH), when(decide.join, "zoe", "barge"), [BARGE]),
        ((*ACTIVE, COACH), LEAVE, [LEFT]),
        (ACTIVE, FLAG, [FLAGGED]),
        (WAITING, FLAG, [FLAGGED]),
        ((*ACTIVE, FLAGGED), when(decide.flag, "silent"), [FLAGGED.model_copy(update={"reason": "silent"})]),
        ((*WAITING, FLAGGED, OFFERED, ACCEPTED), FLAG, [FLAGGED]),
        ((*ACTIVE, FLAGGED), UNFLAG, [UNFLAGGED]),
        ((*ACTIVE, FLAGGED, UNFLAGGED), FLAG, [FLAGGED]),
        (OVER, REOPEN, [REOPENED]),
        (ABANDONED, REOPEN, [REOPENED]),
        (GIVEN_UP, REOPEN, [REOPENED]),
        (
            (*OVER, REOPENED, *ABANDONED[-1:]),
            when(decide.reopen, "c3", ELSEWHERE),
            [REOPENED.model_copy(update={"contact_id": "c3"})],
        ),
        (WAITING, FORGET, [FORGOTTEN]),
        ((*WAITING, FORGOTTEN), when(decide.forget_declines, NOON), [FORGOTTEN.model_copy(update={"after": NOON})]),
    ],
)
def test_what_happens(facts, what, then):
    assert what(given(facts)) == then


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ((*WAITING, MOVED), when(decide.move, from_queue="other", reason="overflow", placement=ELSEWHERE)),
        ((*WAITING, PRIORITISED), PRIORITISE),
        ((*WAITING, PRIORITISED, MOVED), PRIORITISE),
        ((*WAITING, PRIORITISED, RELAXED), PRIORITISE),
        ((*PARKED, PRIORITISED, InteractionUnparked(**META, reason="time")), PRIORITISE),
        ((*WAITING, PRIORITISED), when(decide.prioritise, None, 60.0)),
        ((*WAITING, RELAXED), RELAX),
        ((*WAITING, RELAXED), when(decide.relax, -1, "time")),
        (ACTIVE, RELAX),
        (OVER, RELAX),
        (GIVEN_UP, EXPIRE),
        (OVER, EXPIRE),
        ((*ACTIVE, COACH), JOIN),
        (ACTIVE, LEAVE),
        ((*ACTIVE, COACH, LEFT), LEAVE),
        ((*ACTIVE, COACH, ENDED), LEAVE),
        ((*ACTIVE, FLAGGED), FLAG),
        (ACTIVE, UNFLAG),
        ((*ACTIVE, FLAGGED), when(decide.unflag, "silent")),
        ((*PARKED, FLAGGED, EXPIRED), UNFLAG),
        ((*OVER, REOPENED), REOPEN),
        ((*OVER, REOPENED, OFFERED, ACCEPTED), REOPEN),
        ((*OVER, REOPENED, *ABANDONED[-1:]), REOPEN),
        ((*WAITING, FORGOTTEN), FORGET),
        (ACTIVE, FORGET),
    ],
)
def test_nothing_to_do(facts, what):
    assert what(given(facts)) == []


@pytest.mark.parametrize(
    ("facts", "what", "words"),
    [
        (WAITING, PULL, "can't be pulled back: it is waiting"),
        (WRAP_UP, PULL, "agent anna has it, and it is in wrap-up"),
        (PARKED, PULL, "agent anna has it, and it is parked"),
        (ACTIVE, MOVE, "can't be moved: agent anna has it, and it is active"),
        (PARKED, MOVE, "it is parked"),
        (OVER, MOVE, "it is completed"),
        (ACTIVE, PRIORITISE, "can't be moved in the order of waiting work: agent anna has it, and it is active"),
        (GIVEN_UP, PRIORITISE, "it is expired"),
        (ACTIVE, EXPIRE, "can't expire: agent anna has it, and it is active"),
        (WRAP_UP, EXPIRE, "can't expire: agent anna has it, and it is in wrap-up"),
        (WAITING, JOIN, "can't be joined: it is waiting"),
        (WRAP_UP, JOIN, "can't be joined: agent anna has it, and it is in wrap-up"),
        (ACTIVE, when(decide.join, "anna", "barge"), "agent anna can't join this interaction: they have it"),
        (ACTIVE, when(decide.leave, "anna"), "they have it: end, park or transfer it"),
        (OVER, FLAG, "can't be flagged: agent anna had it, and it is completed"),
        (WAITING, REOPEN, "can't be reopened: it is waiting"),
        (WRAP_UP, REOPEN, "can't be reopened: agent anna has it, and it is in wrap-up"),
        ((REFUSED_ENTRY,), REOPEN, "can't be reopened: it is refused"),
    ],
)
def test_refused(facts, what, words):
    with pytest.raises(RefusedError, match=words):
        what(given(facts))


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (when(decide.prioritise, 1001, 0.0), "priority"),
        (when(decide.prioritise, -1001, 0.0), "priority"),
        (when(decide.prioritise, None, 366 * 86_400.0), "credit_seconds"),
        (when(decide.prioritise, None, float("nan")), "credit_seconds"),
        (when(decide.prioritise, None, float("-inf")), "credit_seconds"),
        (when(decide.join, "zoe", "sing"), "mode"),
    ],
)
def test_what_can_not_be(what, field):
    with pytest.raises(InvalidError) as refused:
        what(given(ACTIVE))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((*ACTIVE, PULLED), Phase.WAITING),
        ((*WAITING, MOVED), Phase.WAITING),
        ((*OVER, REOPENED), Phase.WAITING),
        (GIVEN_UP, Phase.EXPIRED),
        ((*WAITING, PRIORITISED, RELAXED, FLAGGED, FORGOTTEN), Phase.WAITING),
    ],
)
def test_where_the_facts_lead(facts, expected):
    state = given(facts)
    assert (state.phase, state.offer_id, state.agent_id, state.open_offers) == (expected, "", "", ())


def test_who_was_seen_to_join_in_another_way_is_in_it_once():
    assert given((*ACTIVE, COACH, BARGE)).participants == (("zoe", "barge"),)


def test_a_priority_stays_when_only_the_age_is_changed():
    older = InteractionPrioritised(**META, priority=None, credit_seconds=90.0)
    assert given((*WAITING, PRIORITISED, older)).prioritised == (7, 90.0)


def test_work_that_is_reopened_is_no_callback_any_more():
    state = given((*WAITING, CallbackScheduled(**META, due=LATER), EXPIRED, REOPENED))
    assert (state.phase, state.callback, state.callback_due) == (Phase.WAITING, False, None)
