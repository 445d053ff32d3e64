"""Given what is known of a customer, when a contact comes or a person decides, then these facts follow."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from hub.domain.contact import Channel, Contact, Declared, Direction, Identifier, Path, Standing
from hub.domain.customer import decide
from hub.domain.customer.decide import RecordContact, record_contact
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    Customer,
    CustomerRegistered,
    IdentifierObserved,
    LifecycleStageChanged,
    ProfileChanged,
    SegmentChanged,
    evolve,
)
from hub.domain.errors import InvalidError
from hub.domain.event import Event

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
META: dict[str, Any] = {"now": NOON, "actor": "operator:x", "causation": "c"}


def contact(contact_id: str = "c1", address: str = "+98912", **more: Any) -> Contact:
    channel = more.pop("channel", Channel.PHONE)
    return Contact(id=contact_id, path=Path(channel=channel, address=address), occurred_at=NOON, **more)


def record(customer: Customer, one: Contact, **more: Any) -> list[Event]:
    return record_contact(customer, RecordContact(one, NOON + timedelta(seconds=1), "adapter:phone", **more))


def after(*contacts: Contact) -> Customer:
    customer = Customer()
    for one in contacts:
        for event in record(customer, one):
            customer = evolve(customer, event)
    return customer


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


def test_the_first_contact_registers_the_customer_and_what_names_them():
    events = record(Customer(), contact())

    assert kinds(events) == [CustomerRegistered, IdentifierObserved, ContactReceived]
    assert (events[1].kind, events[1].value, events[1].verified) == ("phone", "+98912", False)
    assert events[2].standing == Standing()
    assert {(event.at, event.recorded_at) for event in events} == {(NOON, NOON + timedelta(seconds=1))}
    assert {(event.causation, event.actor) for event in events} == {("c1", "adapter:phone")}


def test_layout_copies_and_that_a_machine_wrote_it_are_kept():
    sent = {"html": "<p>hi</p>", "cc": ("reza@example.com",)}
    received = record(Customer(), contact(**sent, auto=True))[-1]
    assert (received.html, received.cc, received.auto) == (*sent.values(), True)
    made = record(Customer(), contact(**sent, direction=Direction.OUTBOUND))[-1]
    assert (made.html, made.cc) == tuple(sent.values())


def test_a_further_contact_is_one_more_fact():
    assert kinds(record(after(contact()), contact("c2"))) == [ContactReceived]
    assert after(contact(), contact("c2")).contacts == 2


def test_somebody_unknown_who_brings_nothing_is_a_customer_too():
    assert kinds(record(Customer(), contact(address=""))) == [CustomerRegistered, ContactReceived]


def test_times_are_kept_in_utc():
    tehran = timezone(timedelta(hours=3, minutes=30))
    there = Contact(id="c", path=Path(channel="web"), occurred_at=NOON.astimezone(tehran))
    [*_, received] = record(Customer(), there)

    assert received.at == NOON
    assert received.at.utcoffset() == timedelta(0)


def test_a_contact_without_a_thread_is_its_own():
    assert record(Customer(), contact())[-1].thread == "c1"
    assert record(Customer(), contact(thread="t"))[-1].thread == "t"


def test_what_we_send_is_a_fact_too():
    assert kinds(record(after(contact()), contact("c2", direction=Direction.OUTBOUND))) == [ContactSent]


def test_a_claim_that_is_verified_later_is_news_but_not_the_other_way_round():
    verified = Identifier(kind="phone", value="+98912", verified=True)

    assert kinds(record(after(contact()), contact("c2", identifiers=(verified,)))) == [
        IdentifierObserved, ContactReceived,
    ]  # fmt: skip
    assert kinds(record(after(contact(identifiers=(verified,))), contact("c2"))) == [ContactReceived]


def test_what_an_adapter_declares_becomes_the_customers_standing_at_once():
    declared = Declared(segment="B2B", value_tier="high", lifecycle_stage="retention", name="Anna")
    events = record(Customer(), contact(declared=declared))

    assert kinds(events) == [
        CustomerRegistered, IdentifierObserved, ProfileChanged, SegmentChanged, LifecycleStageChanged, ContactReceived,
    ]  # fmt: skip
    assert events[-1].standing == Standing(segment="B2B", value_tier="high", lifecycle_stage="retention")
    assert kinds(record(after(contact(declared=declared)), contact("c2", declared=declared))) == [ContactReceived]
    assert record(after(contact(declared=declared)), contact("c2"))[-1].standing == events[-1].standing


def test_history_is_recorded_for_its_own_pool():
    assert record(Customer(), contact(), pool="history")[-1].pool == "history"


def test_a_person_changes_segment_and_stage():
    customer = after(contact())
    [changed] = decide.change_segment(customer, "B2G", "high", **META)
    [moved] = decide.change_lifecycle_stage(customer, "lapsed", **META)
    customer = evolve(evolve(customer, changed), moved)

    assert customer.standing == Standing(segment="B2G", value_tier="high", lifecycle_stage="lapsed")
    assert decide.change_segment(customer, "B2G", "high", **META) == []
    assert decide.change_lifecycle_stage(customer, "lapsed", **META) == []


def test_segments_and_stages_that_do_not_exist_are_refused():
    with pytest.raises(InvalidError) as segment:
        decide.change_segment(Customer(), "B2X", "high", **META)
    with pytest.raises(InvalidError) as stage:
        decide.change_lifecycle_stage(Customer(), "gone", **META)
    assert (segment.value.field, stage.value.field) == ("segment", "lifecycle_stage")
