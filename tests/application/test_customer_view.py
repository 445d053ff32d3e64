"""What a screen shows of a customer is what their own facts say; of who was forgotten, nothing."""

from datetime import UTC, datetime
from typing import Any

from hub.application.customer_view import shown_contact, shown_customer, thread_of, wanted
from hub.domain.contact import Attachment, Channel, Standing
from hub.domain.customer.events import ContactReceived, IdentifierObserved, ProfileChanged
from hub.domain.event import Event
from hub.projections.customers import CustomerView, KnownIdentifier, TimelineContact

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
COMMON: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
VIEW = CustomerView(
    "customer-1", 12, "B2C", "standard", "retention", NOON,
    (KnownIdentifier("phone", "alias-1", False, 3), KnownIdentifier("email", "alias-2", True, 7)),
    1, (), NOON, NOON, (),
)  # fmt: skip
LINE = TimelineContact(
    5, NOON, NOON, "inbound", "c-1", "sms", "us", "alias-3", "service", "", "", "", "", "", "", None, None, ""
)
FACTS: dict[int, Event] = {
    3: IdentifierObserved(**COMMON, kind="phone", value="+98912", verified=False),
    5: ContactReceived(
        **COMMON, contact_id="c-1", channel=Channel.SMS, address="+98912", sender="us", thread="+98912",
        purpose="service", service="", language="", subject="card", text="where " * 100, standing=Standing(),
        pool="main", attachments=(Attachment(uri="file:///1"),),
    ),
    7: IdentifierObserved(**COMMON, kind="email", value="a@b.example", verified=False),
    12: ProfileChanged(**COMMON, name="Negar"),
}  # fmt: skip


def test_only_the_facts_that_say_who_it_is_are_read() -> None:
    assert wanted([VIEW], [LINE], ()) == {3, 5, 7, 12}


def test_a_customer_has_the_name_and_identifiers_that_were_seen() -> None:
    shown = shown_customer(VIEW, FACTS)
    assert shown.name == "Negar"
    assert [(one.kind, one.value, one.verified) for one in shown.identifiers] == [
        ("phone", "+98912", False),
        ("email", "a@b.example", True),
    ]
    assert (shown.id, shown.segment, shown.contacts, shown.registered_at) == ("customer-1", "B2C", 1, NOON)


def test_a_contact_has_what_was_said() -> None:
    shown = shown_contact(LINE, FACTS)
    assert (shown.address, shown.thread, shown.subject, shown.attachments) == ("+98912", "+98912", "card", 1)
    assert shown.excerpt == ("where " * 100)[:200]


def test_where_nothing_is_known_nothing_is_shown() -> None:
    customer, contact = shown_customer(VIEW, {}), shown_contact(LINE, {})
    assert (customer.name, customer.identifiers) == ("", ())
    assert (contact.address, contact.thread, contact.excerpt, contact.attachments) == ("", "alias-3", "", 0)
    assert contact.contact_id == "c-1"


def test_who_was_forgotten_has_empty_facts() -> None:
    veiled: dict[int, Event] = {
        12: ProfileChanged(**COMMON, name=""),
        5: FACTS[5].model_copy(update={"address": "", "thread": "alias-3", "text": "", "attachments": ()}),
    }
    assert shown_customer(VIEW, veiled).name == ""
    assert shown_contact(LINE, veiled).thread == "alias-3"


def test_a_thread_is_that_of_the_fact_that_opened_the_interaction() -> None:
    class Row:
        no, thread = 9, "alias-3"

    assert thread_of(Row(), {}) == "alias-3"  # type: ignore[arg-type]
