"""The wire form: what is valid comes through unchanged, everything else is refused with its place."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.intake.envelope import (
    Confirmation,
    body_hash,
    check,
    contact_envelope,
    conversation_envelope,
    parse,
)
from hub.domain.contact import (
    SEGMENTS,
    Attachment,
    Channel,
    Contact,
    ConversationEvent,
    ConversationSignal,
    Declared,
    Direction,
    Identifier,
    Path,
)
from hub.domain.errors import InvalidError

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
CONTACT = Contact(
    id="mail-1",
    path=Path(channel=Channel.EMAIL, address="sara@example.com"),
    occurred_at=NOON,
    identifiers=(Identifier(kind="mail", value="sara@example.com", verified=True),),
    subject="Two cards",
    text="سلام",
)
VALID = orjson.loads(contact_envelope(CONTACT, "/adapters/mail"))

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
names = st.text("abcz", min_size=1, max_size=9)
moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=3.5))]),
)
contacts = st.builds(
    Contact,
    id=names,
    path=st.builds(Path, channel=st.sampled_from(Channel), address=texts, sender=texts),
    direction=st.sampled_from(Direction),
    occurred_at=moments,
    identifiers=st.lists(st.builds(Identifier, kind=names, value=names, verified=st.booleans()), max_size=3).map(tuple),
    thread=texts,
    text=texts,
    attachments=st.lists(st.builds(Attachment, uri=names, size=st.none() | st.integers(0, 10)), max_size=2).map(tuple),
    declared=st.builds(Declared, segment=st.sampled_from(("", *SEGMENTS)), name=texts),
)
signals = st.builds(
    ConversationEvent,
    id=names,
    channel=st.sampled_from(Channel),
    thread=names,
    signal=st.sampled_from(ConversationSignal),
    occurred_at=moments,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(VALID.values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*VALID, *VALID["data"]]), inner),
    max_leaves=12,
)


def refusal(body: bytes) -> InvalidError | None:
    """Why it was refused, None if it was taken; anything else that is raised fails the test."""
    try:
        parse(body)
    except InvalidError as error:
        return error
    return None


@given(contacts)
def test_a_contact_comes_through_unchanged(contact: Contact) -> None:
    assert parse(contact_envelope(contact, "/adapters/x")) == contact


@given(signals)
def test_a_conversation_event_comes_through_unchanged(event: ConversationEvent) -> None:
    assert parse(conversation_envelope(event, "/adapters/x")) == event


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_nothing_but_a_refusal_comes_of_rubbish(body: bytes) -> None:
    assert refusal(body) is None or str(refusal(body))


@given(st.sampled_from([*VALID, *(f"data.{name}" for name in VALID["data"])]), json_values)
def test_a_spoiled_field_is_refused_or_taken_but_never_breaks(place: str, value: object) -> None:
    envelope = orjson.loads(orjson.dumps(VALID))
    *outer, name = place.split(".")
    (envelope["data"] if outer else envelope)[name] = value
    refused = refusal(json.dumps(envelope).encode())
    assert refused is None or refused.field.startswith((place, "type", "id"))


@given(st.integers(0, 400), st.binary(max_size=5))
def test_flipped_bytes_never_break_it(position: int, noise: bytes) -> None:
    body = bytearray(orjson.dumps(VALID))
    body[position : position + len(noise)] = noise
    assert refusal(bytes(body)) is None or str(refusal(bytes(body)))


def changed(path: str, value: object) -> bytes:
    envelope = orjson.loads(orjson.dumps(VALID))
    *outer, name = path.split(".")
    place = envelope
    for step in outer:
        place = place[int(step)] if step.isdigit() else place[step]
    place[name] = value
    return orjson.dumps(envelope)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        (b"", "", "invalid JSON: EOF"),
        (b"\xff\xfe", "", "invalid JSON"),
        (b"[]", "", "object"),
        (b"[" * 100_000, "", "recursion limit"),
        (b"{}", "type", "the type is missing: it must be hub.contact.v1 or hub.conversation.v1"),
        (changed("type", "hub.contact.v9"), "type", "must be hub.contact.v1 or hub.conversation.v1"),
        (changed("specversion", "0.3"), "specversion", "1.0"),
        (changed("source", ""), "source", "at least 1 character"),
        (changed("time", "yesterday"), "time", "datetime"),
        (changed("id", "other"), "id", "the envelope's id 'other' is not the id of its data, 'mail-1'"),
        (changed("data", []), "data", "this must be a JSON object"),
        (changed("data.path.channel", "fax"), "data.path.channel", "'phone', 'web', 'email', 'sms' or 'in_person'"),
        (changed("data.path.fax", 1), "data.path.fax", "extra inputs are not permitted"),
        (changed("data.identifiers.0.kind", "E Mail"), "data.identifiers.0.kind", "match pattern"),
        (changed("data.identifiers.0.verified", "yes"), "data.identifiers.0.verified", "boolean"),
        (changed("data.occurred_at", 1709294400), "data.occurred_at", "datetime"),
        (changed("data.occurred_at", "2024-03-01T12:00:00"), "data.occurred_at", "timezone"),
        (changed("data.occurred_at", "0001-01-01T00:00:00+14:00"), "data.occurred_at", "out of range"),
        (changed("data.identifiers.0.value", "a\0b"), "data.identifiers.0.value", "NUL"),
        (changed("data.text", "x" * 100_001), "data.text", "at most 100000"),
        (orjson.dumps(VALID).replace(b"Two", b"\\ud800"), "", "invalid JSON"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(body: bytes, field: str, message: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse(body)
    assert caught.value.field == field
    assert message in str(caught.value)
    assert "sara@" not in str(caught.value)


def test_several_problems_are_named_together() -> None:
    spoiled = orjson.loads(changed("data.path.channel", "fax"))
    spoiled["data"]["direction"] = "sideways"
    with pytest.raises(InvalidError, match=r"'phone'.*; data\.direction: input should be 'inbound' or 'outbound'"):
        parse(orjson.dumps(spoiled))


def test_extensions_and_a_missing_time_are_fine() -> None:
    envelope = {name: value for name, value in VALID.items() if name not in ("time", "datacontenttype")}
    assert parse(orjson.dumps({**envelope, "traceparent": "00-x"})) == CONTACT


def test_a_backslash_before_u0000_is_no_nul() -> None:
    contact = CONTACT.model_copy(update={"text": "\\u0000"})
    assert parse(contact_envelope(contact, "/adapters/x")) == contact


def test_check_finds_what_came_by_another_way() -> None:
    check(CONTACT)
    with pytest.raises(InvalidError) as caught:
        check(CONTACT.model_copy(update={"text": "a\0"}))
    assert caught.value.field == "text"


def test_the_hash_is_of_the_canonical_content() -> None:
    contact = Contact(id="c1", path=Path(channel=Channel.SMS, address="+98"), occurred_at=NOON)
    canonical = '{"id":"c1","occurred_at":"2024-03-01T12:00:00+00:00","path":{"address":"+98","channel":"sms"}}'
    assert body_hash(contact) == hashlib.sha256(canonical.encode()).digest()


@given(contacts)
def test_equal_contacts_have_equal_hashes_however_written(contact: Contact) -> None:
    data = orjson.loads(orjson.dumps(contact.model_dump(mode="json", exclude_defaults=True)))
    written_otherwise = dict(reversed(data.items()))
    written_otherwise["occurred_at"] = contact.occurred_at.astimezone(timezone(timedelta(hours=-7))).isoformat()
    assert body_hash(Contact.model_validate(written_otherwise)) == body_hash(contact)


@given(contacts, contacts)
def test_different_contacts_have_different_hashes(one: Contact, other: Contact) -> None:
    assert (body_hash(one) == body_hash(other)) == (one == other)


@pytest.mark.parametrize(
    "answer",
    [
        Confirmation(id="c1", status="accepted", customer_id="customer-1", duplicate=True),
        Confirmation(id="", status="rejected", reason="bad", field="data.id"),
    ],
)
def test_a_confirmation_comes_through_unchanged(answer: Confirmation) -> None:
    assert Confirmation.from_bytes(answer.to_bytes()) == answer
    fields = ["id", "status", "customer_id", "duplicate", "reason", "field", "set_aside", "said_before"]
    assert list(orjson.loads(answer.to_bytes())) == fields


def test_what_is_no_confirmation_is_refused() -> None:
    with pytest.raises(InvalidError, match="no confirmation of a hub"):
        Confirmation.from_bytes(b'{"id": 1}')
