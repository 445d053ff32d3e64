"""What a screen shows of a contact is what their own facts say; of who was forgotten, nothing."""

from datetime import UTC, datetime
from typing import Any

from hub.application.views.customer_view import shown_contact, thread_of
from hub.domain.contact import Attachment, Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.projections.customers import TimelineContact

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
COMMON: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
LINE = TimelineContact(
    5, NOON, NOON, "inbound", "c-1", "sms", "us", "alias-3", "service", "", "", "", "", "", "", None, None, ""
)
FACTS: dict[int, Event] = {
    5: ContactReceived(
        **COMMON, contact_id="c-1", channel=Channel.SMS, address="+98912", sender="us", thread="+98912",
        purpose="service", service="", language="", subject="card", text="where " * 100, standing=Standing(),
        pool="main", attachments=(Attachment(uri="file:///1"),),
    ),
}  # fmt: skip


def test_a_contact_has_what_was_said() -> None:
    shown = shown_contact(LINE, FACTS, "customer-1")
    assert (shown.address, shown.thread, shown.subject) == ("+98912", "+98912", "card")
    assert [one.uri for one in shown.attachments] == ["file:///1"]
    assert shown.excerpt == ("where " * 100)[:200]


def test_where_nothing_is_known_nothing_is_shown() -> None:
    contact = shown_contact(LINE, {}, "customer-1")
    assert (contact.address, contact.thread, contact.excerpt, contact.attachments) == ("", "alias-3", "", ())
    assert contact.contact_id == "c-1"


def test_who_was_forgotten_has_empty_facts() -> None:
    gone = {"address": "", "thread": "alias-3", "text": "", "attachments": ()}
    veiled: dict[int, Event] = {5: FACTS[5].model_copy(update=gone)}
    assert shown_contact(LINE, veiled, "customer-1").thread == "alias-3"


def test_a_thread_is_that_of_the_fact_that_opened_the_interaction() -> None:
    class Row:
        no, thread = 9, "alias-3"

    assert thread_of(Row(), {}) == "alias-3"  # type: ignore[arg-type]
