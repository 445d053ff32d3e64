"""What we write to a customer is remembered by its thread, so that the answer finds who waits for it."""

from datetime import UTC, datetime
from typing import Any

from hub.application.customer_cache import Known, fold
from hub.domain.contact import Channel, Contact, Declared, Path, Standing
from hub.domain.customer.decide import RecordContact, receive
from hub.domain.customer.events import MOST_WRITTEN, ContactReceived, ContactSent, Customer, CustomerForgotten, evolve
from hub.ports import Recorded

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}


def sent(thread: str, agent: str = "ann", interaction: str = "interaction-1") -> ContactSent:
    return ContactSent(
        **META, correlation=interaction, contact_id=f"c-{thread}", channel=Channel.SMS, address="", sender="hub",
        thread=thread, purpose="service", service="", language="", subject="", text="", standing=Standing(),
        agent_id=agent,
    )  # fmt: skip


def answer(customer: Customer, thread: str, **declared: str) -> ContactReceived:
    contact = Contact(
        id="answer", path=Path(channel=Channel.SMS), occurred_at=NOON, thread=thread, declared=Declared(**declared)
    )
    received = receive([Customer(), customer], RecordContact(contact, NOON, "adapter:sms"))
    assert isinstance(received, ContactReceived)
    return received


def test_an_answer_belongs_to_the_work_it_was_written_for_and_asks_for_who_wrote() -> None:
    customer = evolve(Customer(), sent("sms-7"))
    received = answer(customer, "sms-7")
    assert (received.correlation, received.known_agents) == ("interaction-1", {"direct": "ann"})
    assert answer(customer, "sms-7", agent="bob").known_agents == {"direct": "bob"}
    other = answer(customer, "sms-8")
    assert (other.correlation, other.known_agents) == ("", {})


def test_the_last_who_wrote_on_a_thread_is_asked_for() -> None:
    customer = evolve(evolve(Customer(), sent("sms-7")), sent("sms-7", "bob", "interaction-2"))
    received = answer(customer, "sms-7")
    assert (received.correlation, received.known_agents) == ("interaction-2", {"direct": "bob"})


def test_only_the_newest_are_remembered_and_nothing_of_who_was_forgotten_or_for_nobody() -> None:
    customer = evolve(Customer(), sent("first"))
    for number in range(MOST_WRITTEN):
        customer = evolve(customer, sent(f"t-{number}"))
    assert len(customer.written) == MOST_WRITTEN
    assert answer(customer, "first").correlation == ""
    assert evolve(customer, CustomerForgotten(**META, reason="asked")).written == ()
    assert evolve(Customer(), sent("t", "", "")).written == ()


def test_it_is_remembered_whichever_way_a_history_is_added_up() -> None:
    came = answer(Customer(), "call-1")
    history = [came, sent("sms-7"), came, sent("sms-8", "bob")]
    for upto in range(len(history) + 1):
        customer = Customer()
        for event in history[:upto]:
            customer = evolve(customer, event)
        recorded = [Recorded(number, "customer-1", number, event) for number, event in enumerate(history[:upto], 1)]
        assert fold(None, recorded) == Known(upto, customer)
