from datetime import UTC, datetime, timedelta

from hub.domain.contact import Channel, Contact, Declared, Path, Standing
from hub.domain.customer.decide import RecordContact, change_segment, record_contact
from hub.domain.customer.events import ContactReceived, Customer, LifecycleStageChanged, SegmentChanged, evolve
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


def decided_by_policy(customer: Customer, value_tier: str, lifecycle_stage: str) -> Customer:
    meta = {"at": NOON, "recorded_at": NOON, "causation": "x", "actor": "policy:1", "reason": "r", "policy": "1"}
    segment = SegmentChanged(**meta, segment=customer.standing.segment, value_tier=value_tier, said=(), named="vip")
    return evolve(evolve(customer, segment), LifecycleStageChanged(**meta, lifecycle_stage=lifecycle_stage))


def test_what_the_policy_decided_is_the_standing_of_later_contacts_and_declares_nothing() -> None:
    customer, _ = received(Customer(), "c-1")
    customer = decided_by_policy(customer, "high", "retention")
    _, fact = received(customer, "c-2")
    assert fact.standing == Standing(value_tier="high", lifecycle_stage="retention")
    assert (customer.named, customer.declared) == ("vip", ("", "", ""))


def test_who_declares_the_same_again_does_not_undo_what_the_policy_made_of_it() -> None:
    said = Declared(value_tier="low", lifecycle_stage="lapsed")
    customer, first = received(Customer(), "c-1", said)
    customer = decided_by_policy(customer, "high", "retention")
    customer, again = received(customer, "c-2", said)
    assert (first.standing.value_tier, again.standing.value_tier) == ("low", "high")
    assert again.standing.lifecycle_stage == "retention"
    _, other = received(customer, "c-3", Declared(value_tier="middle"))
    assert other.standing == Standing(value_tier="middle", lifecycle_stage="retention")


def test_what_was_not_said_is_not_taken_for_declared() -> None:
    customer, _ = received(Customer(), "c-1", Declared(segment="B2B"))
    assert customer.declared == ("B2B", "", "")
