"""Names on the bus: what belongs together shares a subject, and streams can be made again and again."""

from datetime import UTC, datetime

import pytest

from hub.bus.connection import BusError, Connection
from hub.bus.subjects import (
    INBOUND,
    REJECTED,
    contact_subject,
    conversation_subject,
    ensure_streams,
    inbound_stream,
    is_inbound,
)
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal, Path

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def contact(address: str = "", thread: str = "") -> Contact:
    return Contact(id="c1", path=Path(channel=Channel.IN_PERSON, address=address), occurred_at=NOON, thread=thread)


def test_the_hash_is_of_the_address_else_the_thread_else_the_id() -> None:
    # First 8 hex digits of SHA-256: printf %s TEXT | sha256sum
    assert contact_subject(contact("+98211234567", "t1")) == "contacts.in.in_person.6c3c3cea"
    assert contact_subject(contact("", "t1")) == "contacts.in.in_person.628b49d9"
    assert contact_subject(contact()) == "contacts.in.in_person.d0f631ca"


def test_a_conversation_goes_by_its_thread() -> None:
    event = ConversationEvent(
        id="e1", channel=Channel.PHONE, thread="t1", signal=ConversationSignal.CUSTOMER_LEFT, occurred_at=NOON
    )
    assert conversation_subject(event) == "conversations.in.phone.628b49d9"


@pytest.mark.parametrize(
    ("subject", "inbound"),
    [("contacts.in.web.1", True), ("conversations.in.web.1", True), ("contacts.rejected", False), ("$JS.API.X", False)],
)
def test_what_is_inbound(subject: str, inbound: bool) -> None:
    assert is_inbound(subject) is inbound


async def test_streams_are_made_once_and_brought_to_shape(nats_connection: Connection) -> None:
    js = nats_connection.jetstream()
    await ensure_streams(js)
    await js.publish("contacts.in.web.1", b"kept")
    await js.update_stream(inbound_stream().evolve(max_age=60))
    await ensure_streams(js)
    info = await js.stream_info(INBOUND)
    assert info.config.max_age == 7 * 86_400
    assert info.state.messages == 1
    assert (await js.stream_info(REJECTED)).config.subjects == ["contacts.rejected"]


async def test_a_server_that_can_not_have_them_is_told_of(nats_connection: Connection) -> None:
    with pytest.raises(BusError, match=r"JetStream stream INBOUND can't be made: .*replicas"):
        await ensure_streams(nats_connection.jetstream(), replicas=3)
