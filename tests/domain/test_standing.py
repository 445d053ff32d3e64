from datetime import UTC, datetime, timedelta

from hub.domain.contact import Channel, Contact, Declared, Path, Standing
from hub.domain.customer.decide import RecordContact, change_segment, record_contact
from hub.domain.customer.events import ContactReceived, Customer, evolve
from hub.domain.event import Event

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def received(customer: Customer, contact_id: str, declared: Declared | None = None) -> tuple[Customer, ContactReceived]:
    path = Path(channel=Channel.PHONE, address="+982112345678")
    contact = Contact(id=contact_id, path=path, occurred_at=NOON, declared=declared or Declared())
    return after(customer, record_contact(customer, RecordContact(contact, NOON, "adapter:test")))


def after(customer: Customer, events: list[Event]) -> tuple[Customer, ContactReceived]:
    for event in events:
        customer = evolve(customer, event)
    fact = events[-1]
    assert isinstance(fact, ContactReceived)
    return customer, fact


def test_a_contact_keeps_the_standing_of_its_moment_whatever_comes_later() -> None:
    customer, before = received(Customer(), "c-1")
    changed = change_segment(
        customer, "B2B", "high", now=NOON + timedelta(minutes=1), causation="cmd", actor="operator:x"
    )  # fmt: skip
    for event in changed:
        customer = evolve(customer, event)
    _, later = received(customer, "c-2")
    assert before.standing == Standing()
    assert later.standing == Standing(segment="B2B", value_tier="high")


def test_what_an_adapter_declares_with_a_contact_counts_for_that_contact() -> None:
    _, fact = received(Customer(), "c-1", Declared(lifecycle_stage="lapsed"))
    assert fact.standing == Standing(lifecycle_stage="lapsed")
