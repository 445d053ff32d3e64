"""Given the facts of an interaction, when somebody acts, then these facts follow, or none, or a refusal."""

import pytest

from hub.domain.errors import RefusedError
from hub.domain.interaction.decide import (
    accept,
    complete_wrap_up,
    customer_left,
    decline,
    end,
    rescind,
    time_out,
)
from hub.domain.interaction.events import ContactAttached, InteractionAbandoned, InteractionEnded
from hub.domain.interaction.state import Interaction, Phase
from tests.domain.interactions import (
    ABANDONED,
    ACCEPTED,
    ACTIVE,
    COMPLETED,
    DECLINED,
    ENDED,
    META,
    OFFERED_AGAIN,
    OFFERED_TO_BOTH,
    OPEN_OFFER,
    OVER,
    REFUSED_ENTRY,
    RESCINDED,
    TIMED_OUT,
    TO_BEN,
    WAITING,
    WRAP_UP,
    given,
    rescinded,
    when,
)

ANNA_TAKES_IT = when(accept, "offer-1", "anna")
BEN_TAKES_IT = when(accept, "offer-2", "ben")
TAKEN_OF_TWO = (*OFFERED_TO_BOTH, ACCEPTED, rescinded("taken by another agent", **TO_BEN))
BUSY = when(decline, "offer-1", "anna", "busy")
TIME_OUT = when(time_out, "offer-1")
GONE = when(rescind, "gone")
LEFT = when(customer_left)
END = when(end, "anna")
COMPLETE = when(complete_wrap_up, "anna", "done")


@pytest.mark.parametrize(
    ("facts", "what", "then"),
    [
        (OPEN_OFFER, ANNA_TAKES_IT, [ACCEPTED]),
        (
            OPEN_OFFER,
            when(accept, "offer-1", "anna", {"queue": "q", "today": 3, "pace_seconds": 8.5}),
            [ACCEPTED.model_copy(update={"queue": "q", "today": 3, "pace_seconds": 8.5})],
        ),
        (OPEN_OFFER, BUSY, [DECLINED]),
        (
            OPEN_OFFER,
            when(decline, "offer-1", "anna", "busy", busy=True),
            [DECLINED.model_copy(update={"busy": True})],
        ),
        (OPEN_OFFER, TIME_OUT, [TIMED_OUT]),
        (OPEN_OFFER, GONE, [RESCINDED]),
        (OFFERED_AGAIN, when(time_out, "offer-2"), [TIMED_OUT.model_copy(update=TO_BEN)]),
        (WAITING, LEFT, [InteractionAbandoned(**META)]),
        (OPEN_OFFER, LEFT, [rescinded("customer left"), InteractionAbandoned(**META)]),
        (ACTIVE, LEFT, [ENDED.model_copy(update={"ended_by": "customer"})]),
        (ACTIVE, END, [ENDED]),
        (ACTIVE, when(end, "anna", "policy"), [InteractionEnded(**META, agent_id="anna", ended_by="policy")]),
        (WRAP_UP, COMPLETE, [COMPLETED]),
    ],
)
def test_what_happens(facts, what, then):
    assert what(given(facts)) == then


@pytest.mark.parametrize(
    ("facts", "what", "then"),
    [
        (OFFERED_TO_BOTH, ANNA_TAKES_IT, [ACCEPTED, rescinded("taken by another agent", **TO_BEN)]),
        (OFFERED_TO_BOTH, BUSY, [DECLINED]),
        (OFFERED_TO_BOTH, TIME_OUT, [TIMED_OUT]),
        (OFFERED_TO_BOTH, GONE, [RESCINDED, rescinded("gone", **TO_BEN)]),
        (OFFERED_TO_BOTH, when(rescind, "gone", "anna"), [RESCINDED]),
        (OFFERED_TO_BOTH, when(rescind, "gone", "cleo"), []),
        (
            OFFERED_TO_BOTH,
            LEFT,
            [rescinded("customer left"), rescinded("customer left", **TO_BEN), InteractionAbandoned(**META)],
        ),
    ],
)
def test_what_happens_when_several_were_asked(facts, what, then):
    assert what(given(facts)) == then


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        (ACTIVE, ANNA_TAKES_IT),
        (TAKEN_OF_TWO, ANNA_TAKES_IT),
        (ACTIVE, TIME_OUT),
        (TAKEN_OF_TWO, when(time_out, "offer-2")),
        (WAITING, TIME_OUT),
        (OFFERED_AGAIN, TIME_OUT),
        (WAITING, GONE),
        (ACTIVE, GONE),
        (WRAP_UP, END),
        (OVER, END),
        (OVER, COMPLETE),
        (WRAP_UP, LEFT),
        (OVER, LEFT),
        (ABANDONED, LEFT),
    ],
)
def test_nothing_to_do(facts, what):
    assert what(given(facts)) == []


@pytest.mark.parametrize(
    ("facts", "what", "reason"),
    [
        (OPEN_OFFER, when(accept, "offer-1", "ben"), "another agent"),
        (OPEN_OFFER, when(accept, "offer-9", "anna"), "no longer open"),
        (WAITING, ANNA_TAKES_IT, "no longer open"),
        (ABANDONED, ANNA_TAKES_IT, "no longer open"),
        (OVER, ANNA_TAKES_IT, "no longer open"),
        (OFFERED_AGAIN, ANNA_TAKES_IT, "no longer open"),
        (ACTIVE, when(accept, "offer-1", "ben"), "no longer open"),
        (TAKEN_OF_TWO, BEN_TAKES_IT, "another agent was faster"),
        ((*TAKEN_OF_TWO, ENDED), BEN_TAKES_IT, "another agent was faster"),
        (OPEN_OFFER, when(decline, "offer-1", "ben", ""), "another agent"),
        (ACTIVE, BUSY, "no longer open"),
        (WAITING, BUSY, "no longer open"),
        (OPEN_OFFER, END, "it is offered"),
        (WAITING, END, "it is waiting"),
        (ACTIVE, when(end, "ben"), "agent anna has it, and it is active"),
        (WRAP_UP, when(end, "ben"), "agent anna has it, and it is in wrap-up"),
        (ABANDONED, END, "it is abandoned"),
        (ACTIVE, COMPLETE, "it is active"),
        (WRAP_UP, when(complete_wrap_up, "ben", "done"), "agent anna has it"),
        (OVER, when(complete_wrap_up, "ben", "done"), "agent anna had it, and it is completed"),
    ],
)
def test_refused(facts, what, reason):
    with pytest.raises(RefusedError, match=reason):
        what(given(facts))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), Interaction(Phase.NEW)),
        (WAITING, Interaction(Phase.WAITING)),
        ((REFUSED_ENTRY,), Interaction(Phase.REFUSED)),
        (OPEN_OFFER, Interaction(Phase.OFFERED, "offer-1", "anna", 1, (("offer-1", "anna"),))),
        ((*OPEN_OFFER, DECLINED), Interaction(Phase.WAITING, "", "", 1, declined=(("offer-1", "anna"),))),
        ((*OPEN_OFFER, TIMED_OUT), Interaction(Phase.WAITING, "", "", 1)),
        ((*OPEN_OFFER, RESCINDED), Interaction(Phase.WAITING, "", "", 1)),
        (
            OFFERED_AGAIN,
            Interaction(Phase.OFFERED, "offer-2", "ben", 2, (("offer-2", "ben"),), declined=(("offer-1", "anna"),)),
        ),
        (
            (*OFFERED_TO_BOTH, DECLINED),
            Interaction(Phase.OFFERED, "offer-2", "ben", 2, (("offer-2", "ben"),), declined=(("offer-1", "anna"),)),
        ),
        (
            (*OFFERED_TO_BOTH, rescinded("gone", **TO_BEN)),
            Interaction(Phase.OFFERED, "offer-1", "anna", 2, (("offer-1", "anna"),)),
        ),
        (TAKEN_OF_TWO, Interaction(Phase.ACTIVE, "offer-1", "anna", 2, answered=True, outrun=("offer-2",))),
        (ACTIVE, Interaction(Phase.ACTIVE, "offer-1", "anna", 1, answered=True)),
        (
            (*ACTIVE, ContactAttached(**META, contact_id="c2")),
            Interaction(Phase.ACTIVE, "offer-1", "anna", 1, answered=True),
        ),
        (WRAP_UP, Interaction(Phase.WRAP_UP, "offer-1", "anna", 1, answered=True)),
        (OVER, Interaction(Phase.COMPLETED, "offer-1", "anna", 1, answered=True)),
        (ABANDONED, Interaction(Phase.ABANDONED, "", "", 0)),
    ],
)
def test_where_the_facts_lead(facts, expected):
    assert given(facts) == expected
