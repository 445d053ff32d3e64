"""Given the facts of an interaction, when somebody acts, then these facts follow, or none, or a refusal."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.interaction import decide
from hub.domain.interaction.events import (
    ContactAttached,
    Interaction,
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    Phase,
    WrapUpCompleted,
    evolve,
)

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "correlation": "i", "actor": "test"}

QUEUED = InteractionQueued(
    **META, pool="main", queue="q", contact_id="c", customer_id="customer-1", channel="phone", thread="t", service="",
    priority=0, skills={}, units=100, policy="p", reasons=("r",),
)  # fmt: skip
OFFERED = InteractionOffered(
    **META, offer_id="offer-1", agent_id="anna", expires_at=NOON, units=100, policy="p", reasons=("r",)
)
TO_ANNA = {"offer_id": "offer-1", "agent_id": "anna"}
ACCEPTED = OfferAccepted(**META, **TO_ANNA)
DECLINED = OfferDeclined(**META, **TO_ANNA, reason="busy")
TIMED_OUT = OfferTimedOut(**META, **TO_ANNA)
RESCINDED = OfferRescinded(**META, **TO_ANNA, reason="gone")
ENDED = InteractionEnded(**META, agent_id="anna", ended_by="agent")
COMPLETED = WrapUpCompleted(**META, agent_id="anna", code="done")

WAITING = (QUEUED,)
OPEN_OFFER = (*WAITING, OFFERED)
ACTIVE = (*OPEN_OFFER, ACCEPTED)
WRAP_UP = (*ACTIVE, ENDED)
OVER = (*WRAP_UP, COMPLETED)
ABANDONED = (*WAITING, InteractionAbandoned(**META))
OFFERED_AGAIN = (*OPEN_OFFER, DECLINED, OFFERED.model_copy(update={"offer_id": "offer-2", "agent_id": "ben"}))

When = Callable[[Interaction], list[Event]]


def accept(offer: str = "offer-1", agent: str = "anna") -> When:
    return lambda state: decide.accept(state, offer, agent, **META)


def decline(offer: str = "offer-1", agent: str = "anna") -> When:
    return lambda state: decide.decline(state, offer, agent, "busy", **META)


def time_out(offer: str = "offer-1") -> When:
    return lambda state: decide.time_out(state, offer, **META)


def rescind() -> When:
    return lambda state: decide.rescind(state, "gone", **META)


def customer_left() -> When:
    return lambda state: decide.customer_left(state, **META)


def end(agent: str = "anna") -> When:
    return lambda state: decide.end(state, agent, **META)


def complete(agent: str = "anna") -> When:
    return lambda state: decide.complete_wrap_up(state, agent, "done", **META)


def given(facts: tuple[Event, ...]) -> Interaction:
    state = Interaction()
    for fact in facts:
        state = evolve(state, fact)
    return state


@pytest.mark.parametrize(
    ("facts", "when", "then"),
    [
        (OPEN_OFFER, accept(), [ACCEPTED]),
        (OPEN_OFFER, decline(), [DECLINED]),
        (OPEN_OFFER, time_out(), [TIMED_OUT]),
        (OPEN_OFFER, rescind(), [RESCINDED]),
        (OFFERED_AGAIN, time_out("offer-2"), [TIMED_OUT.model_copy(update={"offer_id": "offer-2", "agent_id": "ben"})]),
        (WAITING, customer_left(), [InteractionAbandoned(**META)]),
        (
            OPEN_OFFER,
            customer_left(),
            [RESCINDED.model_copy(update={"reason": "customer left"}), InteractionAbandoned(**META)],
        ),
        (ACTIVE, customer_left(), [ENDED.model_copy(update={"ended_by": "customer"})]),
        (ACTIVE, end(), [ENDED]),
        (WRAP_UP, complete(), [COMPLETED]),
    ],
)
def test_what_happens(facts, when, then):
    assert when(given(facts)) == then


@pytest.mark.parametrize(
    ("facts", "when"),
    [
        (ACTIVE, accept()),
        (ACTIVE, time_out()),
        (WAITING, time_out()),
        (OFFERED_AGAIN, time_out()),
        (WAITING, rescind()),
        (ACTIVE, rescind()),
        (WRAP_UP, end()),
        (OVER, end()),
        (OVER, complete()),
        (WRAP_UP, customer_left()),
        (OVER, customer_left()),
        (ABANDONED, customer_left()),
    ],
)
def test_nothing_to_do(facts, when):
    assert when(given(facts)) == []


@pytest.mark.parametrize(
    ("facts", "when", "reason"),
    [
        (OPEN_OFFER, accept(agent="ben"), "another agent"),
        (OPEN_OFFER, accept(offer="offer-9"), "no longer open"),
        (WAITING, accept(), "no longer open"),
        (ABANDONED, accept(), "no longer open"),
        (OVER, accept(), "no longer open"),
        (OFFERED_AGAIN, accept(), "no longer open"),
        (ACTIVE, accept(agent="ben"), "no longer open"),
        (OPEN_OFFER, decline(agent="ben"), "another agent"),
        (ACTIVE, decline(), "no longer open"),
        (WAITING, decline(), "no longer open"),
        (OPEN_OFFER, end(), "it is offered"),
        (WAITING, end(), "it is waiting"),
        (ACTIVE, end("ben"), "with another agent"),
        (WRAP_UP, end("ben"), "with another agent"),
        (ABANDONED, end(), "it is abandoned"),
        (ACTIVE, complete(), "it is active"),
        (WRAP_UP, complete("ben"), "with another agent"),
        (OVER, complete("ben"), "with another agent"),
    ],
)
def test_refused(facts, when, reason):
    with pytest.raises(RefusedError, match=reason):
        when(given(facts))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), Interaction(Phase.NEW)),
        (WAITING, Interaction(Phase.WAITING)),
        (OPEN_OFFER, Interaction(Phase.OFFERED, "offer-1", "anna", 1)),
        ((*OPEN_OFFER, DECLINED), Interaction(Phase.WAITING, "", "", 1)),
        ((*OPEN_OFFER, TIMED_OUT), Interaction(Phase.WAITING, "", "", 1)),
        ((*OPEN_OFFER, RESCINDED), Interaction(Phase.WAITING, "", "", 1)),
        (OFFERED_AGAIN, Interaction(Phase.OFFERED, "offer-2", "ben", 2)),
        (ACTIVE, Interaction(Phase.ACTIVE, "offer-1", "anna", 1)),
        ((*ACTIVE, ContactAttached(**META, contact_id="c2")), Interaction(Phase.ACTIVE, "offer-1", "anna", 1)),
        (WRAP_UP, Interaction(Phase.WRAP_UP, "offer-1", "anna", 1)),
        (OVER, Interaction(Phase.COMPLETED, "offer-1", "anna", 1)),
        (ABANDONED, Interaction(Phase.ABANDONED, "", "", 0)),
    ],
)
def test_where_the_facts_lead(facts, expected):
    assert given(facts) == expected
