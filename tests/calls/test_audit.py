import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.explaining.audit import Audit, audit
from hub.domain.agent.events import AgentCapacityChanged, AgentSignedOn
from hub.domain.contact import Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    ContactAttached,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionHeld,
    InteractionInterrupted,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Interaction, Phase, evolve
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded
from tests.projections.histories import CHANCE, LIVES, World

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "x", "actor": "test"}
Life = list[tuple[str, Event]]


def contact(number: int = 1, *, auto: bool = False) -> Life:
    fact = ContactReceived(
        **META, contact_id=f"c{number}", channel="phone", address="", sender="us", thread=f"c{number}",
        purpose="service", service="", language="", subject="", text="", standing=Standing(), pool="main",
        auto=auto,
    )  # fmt: skip
    return [(f"customer-{number}", CustomerRegistered(**META)), (f"customer-{number}", fact)]


def queued(number: int = 1, units: int = 100) -> Life:
    fact = InteractionQueued(
        **META, pool="main", queue="q", contact_id=f"c{number}", customer_id=f"customer-{number}", channel="phone",
        thread=f"c{number}", service="", priority=0, skills={}, units=units, policy="p", reasons=(),
    )  # fmt: skip
    return [(f"interaction-{number}", fact)]


def offered(number: int = 1, agent: str = "a", offer: int = 1, units: int = 100) -> Life:
    fact = InteractionOffered(
        **META, offer_id=f"o{number}-{offer}", agent_id=agent, expires_at=NOON, units=units, policy="p", reasons=()
    )
    return [(f"interaction-{number}", fact)]


def accepted(number: int = 1, agent: str = "a", offer: int = 1) -> Life:
    return [(f"interaction-{number}", OfferAccepted(**META, offer_id=f"o{number}-{offer}", agent_id=agent))]


def ended(number: int = 1, agent: str = "a") -> Life:
    return [(f"interaction-{number}", InteractionEnded(**META, agent_id=agent, ended_by="agent"))]


def wrapped_up(number: int = 1, agent: str = "a") -> Life:
    return [(f"interaction-{number}", WrapUpCompleted(**META, agent_id=agent, code="done"))]


def abandoned(number: int = 1) -> Life:
    return [(f"interaction-{number}", InteractionAbandoned(**META))]


def served(number: int = 1, agent: str = "a") -> Life:
    return [
        *contact(number), *queued(number), *offered(number, agent), *accepted(number, agent),
        *ended(number, agent), *wrapped_up(number, agent),
    ]  # fmt: skip


def left(number: int = 1) -> Life:
    return [*contact(number), *queued(number), *abandoned(number)]


def audited(*lives: Life) -> Audit:
    log = [event for life in lives for event in life]
    return audit(Recorded(position, stream, 1, event) for position, (stream, event) in enumerate(log, start=1))


GOOD = Audit(
    contacts=2, customers=2, interactions=2, answered=1, abandoned=1, open=0, lost=0, duplicates=0, double_assigned=0,
    over_capacity=0, contradictions=0, events=11, findings=(),
)  # fmt: skip


def test_a_served_and_an_abandoned_contact():
    found = audited(served(1), left(2))
    assert found == GOOD
    assert found.clean


def test_the_owners_checkpoints_are_no_events():
    checkpoint = PoolCommitted(**META, pool="main", epoch=1, consumed=0, commands=(), policy="p")
    assert audited(served(1), left(2), [("pool-main", checkpoint)]) == GOOD


def test_an_empty_log_is_clean():
    assert audited() == replace(GOOD, contacts=0, customers=0, interactions=0, answered=0, abandoned=0, events=0)


def test_a_second_attempt_after_a_decline_and_a_time_out():
    declined = [("interaction-1", OfferDeclined(**META, offer_id="o1-1", agent_id="a"))]
    timed_out = [("interaction-1", OfferTimedOut(**META, offer_id="o1-2", agent_id="b"))]
    found = audited(
        contact(), queued(), offered(), declined, offered(agent="b", offer=2), timed_out,
        offered(agent="a", offer=3), accepted(offer=3), ended(), wrapped_up(),
    )  # fmt: skip
    assert found.clean
    assert (found.answered, found.interactions, found.open) == (1, 1, 0)


def test_a_contact_nobody_took_up_is_lost():
    found = audited(contact())
    assert (found.contacts, found.interactions, found.lost, found.open) == (1, 0, 1, 0)
    assert not found.clean


def test_what_a_machine_wrote_is_nobodys_work_and_not_lost():
    found = audited(contact(auto=True))
    assert (found.contacts, found.lost, found.clean) == (1, 0, True)


def test_waiting_work_is_open_and_lost_when_the_log_ends_spoken_work_only_open():
    assert (audited(contact(), queued()).open, audited(contact(), queued()).lost) == (1, 1)
    talking = audited(contact(), queued(), offered(), accepted())
    assert (talking.open, talking.lost, talking.answered) == (1, 0, 1)


def test_an_attached_contact_is_taken_up():
    found = audited(contact(1), queued(1), contact(2), [("interaction-1", ContactAttached(**META, contact_id="c2"))])
    assert (found.contacts, found.interactions, found.lost) == (2, 1, 1)


@pytest.mark.parametrize(
    ("lives", "field"),
    [
        ((served(1), contact(1)), "duplicates"),
        ((served(1), queued(1), abandoned(1)), "duplicates"),
        ((contact(), queued(), offered(), offered(offer=2)), "double_assigned"),
        ((contact(), queued(), offered(), accepted(), offered(agent="b", offer=2)), "double_assigned"),
        ((contact(), queued(), offered(), accepted(), accepted(agent="b")), "double_assigned"),
        ((contact(1), queued(1), offered(1), contact(2), queued(2), offered(2, units=1)), "over_capacity"),
        ((left(), abandoned()), "contradictions"),
        ((contact(), queued(), accepted()), "contradictions"),
        ((contact(), queued(), ended()), "contradictions"),
        ((contact(), queued(), offered(), accepted(), wrapped_up()), "contradictions"),
        ((contact(), queued(), offered(), accepted(), ended(agent="b")), "contradictions"),
        ((contact(), queued(), offered(), abandoned()), "contradictions"),
        ((contact(), queued(), queued()), "contradictions"),
        ((served(), ended()), "contradictions"),
    ],
)
def test_what_must_not_be_is_counted_and_said(lives, field):
    found = audited(*lives)
    assert getattr(found, field) == 1
    assert not found.clean
    assert found.findings


def test_capacity_is_what_the_agent_signed_on_with_and_is_free_again_after_wrap_up():
    half = [
        ("agent-a", AgentSignedOn(**META, pool="main", agent_id="a", name="", skills={}, languages=(), capacity=50))
    ]
    assert audited(half, contact(), queued(), offered(units=51)).over_capacity == 1
    assert audited(half, contact(), queued(), offered(units=50)).over_capacity == 0
    assert audited(served(1), served(2), served(3)).over_capacity == 0


def fact(kind: type[Event], number: int = 1, **fields: Any) -> Life:
    return [(f"interaction-{number}", kind(**META, **fields))]


def moved_to(agent: str = "", **fields: Any) -> Life:
    placed = {"queue": "q2", "priority": 0, "skills": {}, "units": 100, "policy": "p", "reasons": ()}
    return fact(InteractionTransferred, agent_id="a", warm=agent != "", to_agent=agent, **placed, **fields)


def reopened(number: int = 1, contact_id: str = "c2") -> Life:
    placed = {"queue": "q", "priority": 0, "skills": {}, "units": 100, "policy": "p", "reasons": ()}
    return fact(InteractionReopened, number, contact_id=contact_id, **placed)


def refused(number: int = 1) -> Life:
    return fact(
        InteractionRefused, number, pool="main", queue="q", contact_id=f"c{number}", customer_id=f"customer-{number}",
        channel="phone", thread="t", service="", reason="full", policy="p", reasons=(),
    )  # fmt: skip


def consult(number: int = 9) -> Life:
    [(stream, asked)] = queued(number)
    return [(stream, asked.model_copy(update={"contact_id": "", "consult_of": "interaction-1"}))]


RESCINDED = fact(OfferRescinded, offer_id="o1-2", agent_id="b", reason="taken by another agent")
TALKING = [*contact(), *queued(), *offered(), *accepted()]


def test_several_may_be_asked_and_one_may_accept():
    asked = [*contact(), *queued(), *offered(), *offered(agent="b", offer=2)]
    assert audited(asked, accepted(), RESCINDED, ended(), wrapped_up()).clean
    assert audited(asked, accepted(), accepted(agent="b", offer=2)).double_assigned == 1
    assert audited(asked, accepted(), ended(), wrapped_up()).contradictions == 1


def test_what_is_interrupted_parked_or_handed_on_takes_nothing_of_its_agent():
    other = [*contact(2), *queued(2), *offered(2), *accepted(2)]
    interrupted = fact(InteractionInterrupted, agent_id="a", by="interaction-2")
    continued = fact(InteractionContinued, agent_id="a")
    assert audited(TALKING, interrupted, other).clean
    assert audited(TALKING, other).over_capacity == 1
    assert audited(TALKING, interrupted, other, continued).over_capacity == 1
    assert audited(TALKING, interrupted, other, ended(2), wrapped_up(2), continued, ended(), wrapped_up()).clean
    assert audited(TALKING, fact(InteractionParked, agent_id="a"), other).clean
    assert audited(TALKING, moved_to(), other).clean
    assert audited(TALKING, moved_to("b"), other).clean
    assert audited(TALKING, fact(InteractionPulledBack, agent_id="a"), other).clean
    assert audited(contact(2), queued(2), offered(2, "b"), accepted(2, "b"), TALKING, moved_to("b")).over_capacity == 1


@pytest.mark.parametrize(("to_units", "over"), [(50, 0), (51, 1)])
def test_a_warm_transfer_takes_what_it_takes_of_that_agent(to_units, over):
    half = [*contact(2), *queued(2, 50), *offered(2, "b", units=50), *accepted(2, "b")]
    assert audited(half, TALKING, moved_to("b", to_units=to_units)).over_capacity == over


def test_the_first_outcome_stays():
    found = audited(TALKING, moved_to(), abandoned())
    assert (found.answered, found.abandoned, found.open, found.clean) == (1, 0, 0, True)
    expired = fact(InteractionExpired, reason="waited too long")
    assert (audited(contact(), queued(), expired).expired, audited(contact(), queued(), expired).clean) == (1, True)
    again = audited(served(1), contact(2), reopened(), offered(offer=2), accepted(offer=2), ended(), wrapped_up())
    assert (again.interactions, again.answered, again.reopened, again.lost, again.clean) == (1, 1, 1, 0, True)


def test_who_was_refused_is_not_lost_and_what_agents_ask_each_other_is_no_contact():
    found = audited(contact(), refused())
    assert (found.refused, found.interactions, found.lost, found.clean) == (1, 0, 0, True)
    asked = audited(TALKING, consult(), offered(9, "b"), accepted(9, "b"))
    assert (asked.contacts, asked.interactions, asked.answered, asked.open, asked.consults) == (1, 1, 1, 1, 1)
    assert asked.clean
    assert audited(TALKING, consult()).lost == 0


def test_a_callback_is_answered_when_the_customer_is_reached():
    called = [contact(), queued(), fact(CallbackScheduled), offered(), accepted()]
    assert (audited(*called).answered, audited(*called).open, audited(*called).lost) == (0, 1, 1)
    for how in (fact(CallbackReached, agent_id="a"), fact(InteractionHeld, agent_id="a"), ended(), moved_to()):
        assert (audited(*called, how).answered, audited(*called, how).clean) == (1, True)
    missed = fact(CallbackMissed, agent_id="a", attempt=1, outcome="busy", retry_at=None)
    given_up = audited(*called, missed, fact(InteractionExpired, reason="callback failed"))
    assert (given_up.answered, given_up.expired, given_up.open, given_up.clean) == (0, 1, 0, True)


def test_capacity_may_change():
    more = [("agent-a", AgentCapacityChanged(**META, agent_id="a", capacity=200))]
    assert audited(more, TALKING, contact(2), queued(2), offered(2), accepted(2)).clean


@pytest.mark.parametrize(
    "lives",
    [
        [TALKING, fact(InteractionContinued, agent_id="a")],
        [TALKING, fact(InteractionHeld, agent_id="b")],
        [TALKING, fact(InteractionExpired, reason="silence")],
        [TALKING, fact(InteractionUnparked, reason="time")],
        [contact(), queued(), contact(2), reopened()],
        [contact(), queued(), fact(InteractionParked, agent_id="a")],
        [contact(), refused(), accepted()],
        [contact(2), reopened(contact_id="c2")],
    ],
)
def test_what_can_not_be_is_a_contradiction(lives):
    assert audited(*lives).contradictions == 1


@given(chance=CHANCE, steps=st.integers(1, 300))
@LIVES
def test_of_any_history_it_counts_what_a_slow_look_sees(chance: random.Random, steps: int) -> None:
    world = World(chance)
    log = world.run(steps)
    found = audit(
        Recorded(row.position, row.stream, row.version, event)
        for row, (_, event) in zip(log.rows, log.events, strict=True)
    )
    assert (found.duplicates, found.double_assigned, found.contradictions) == (0, 0, 0), found.findings
    first: dict[str, str] = {}
    states: dict[str, Interaction] = {}
    for stream, event in log.events:
        before = states.get(stream, Interaction())
        after = states[stream] = evolve(before, event)
        if "consult" in stream:
            continue
        if isinstance(event, InteractionAbandoned | InteractionExpired):
            first.setdefault(stream, type(event).__name__)
        if after.phase is Phase.WRAP_UP or (after.phase is Phase.ACTIVE and not after.callback):
            first.setdefault(stream, "answered")
        if isinstance(event, InteractionTransferred):
            first.setdefault(stream, "answered")
    outcomes = Counter(first.values())
    assert (found.answered, found.abandoned, found.expired) == (
        outcomes["answered"], outcomes["InteractionAbandoned"], outcomes["InteractionExpired"],
    )  # fmt: skip
    over = (Phase.COMPLETED, Phase.ABANDONED, Phase.EXPIRED, Phase.REFUSED)
    mine = {stream: state for stream, state in world.states.items() if "consult" not in stream}
    assert found.open == sum(state.phase not in over for state in mine.values())
    assert found.refused == sum(state.phase is Phase.REFUSED for state in mine.values())
    assert found.interactions + found.refused == len(mine)
