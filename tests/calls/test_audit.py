from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.application.audit import Audit, audit
from hub.domain.agent.events import AgentSignedOn
from hub.domain.contact import Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered
from hub.domain.event import Event
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "x", "actor": "test"}
Life = list[tuple[str, Event]]


def contact(number: int = 1) -> Life:
    fact = ContactReceived(
        **META, contact_id=f"c{number}", channel="phone", address="", sender="us", thread=f"c{number}",
        purpose="service", service="", language="", subject="", text="", standing=Standing(), pool="main",
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
        ((contact(), queued(), offered(), offered(agent="b", offer=2)), "double_assigned"),
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
