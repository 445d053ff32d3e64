"""Whose stream a contact belongs to, and what it tells of its customer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.contact import Channel, Contact, Identifier, Path
from hub.domain.customer.decide import RecordContact, record_contact
from hub.domain.customer.events import ContactReceived, Customer, IdentifierObserved
from hub.domain.customer.identity import home_of, identify
from hub.domain.customer.normalise import normalise
from hub.domain.customer.spelling.known import KnownSpellings
from hub.domain.customer.spelling.spelling import Spelling

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
PHONE = Identifier(kind="phone", value="+989123456789")
CUSTOMER_NUMBER = Identifier(kind="customer_number", value="77", verified=True)


def contact(contact_id: str = "c1", address: str = "+989123456789", **more: Any) -> Contact:
    channel = more.pop("channel", Channel.PHONE)
    return Contact(id=contact_id, path=Path(channel=channel, address=address), occurred_at=NOON, **more)


def verified(kind: str, value: str) -> Identifier:
    return Identifier(kind=kind, value=value, verified=True)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (contact(), PHONE),
        (contact(identifiers=(CUSTOMER_NUMBER,)), CUSTOMER_NUMBER),
        (contact(identifiers=(verified("email", "A@b.c"), CUSTOMER_NUMBER)), CUSTOMER_NUMBER),
        (contact(identifiers=(CUSTOMER_NUMBER, verified("national_id", "499370899"))),
         verified("national_id", "0499370899")),
        (contact(identifiers=(Identifier(kind="customer_number", value="77"),)), PHONE),
        (contact(identifiers=(verified("national_id", "1111111111"),)), PHONE),
        (contact(address="", identifiers=(verified("national_id", "1111111111"),)),
         verified("national_id", "1111111111")),
        (contact(address="", identifiers=(Identifier(kind="loyalty", value="9"),)),
         Identifier(kind="loyalty", value="9")),
        (contact(address=""), None),
        (contact(address="  "), None),
        (contact(address="Anonymous"), None),
        (contact(address="", identifiers=(Identifier(kind="loyalty", value=" "),)), None),
        (contact(address="a@B.c", channel=Channel.EMAIL), Identifier(kind="email", value="a@b.c")),
        (contact(address="0912 345 6789", channel=Channel.SMS), PHONE),
        (contact(address="1500"), Identifier(kind="phone", value="1500")),
    ],
)  # fmt: skip
def test_whose_stream_a_contact_belongs_to(one, expected):
    assert identify(one).leading == expected


@for_all(written=st.sampled_from(["0912 345 6789", "00989123456789", "989123456789", "۹۱۲۳۴۵۶۷۸۹", "+98 912-345-6789"]))
def test_a_number_leads_to_one_stream_however_it_is_written(written):
    assert home_of(b"k", contact(address=written)) == home_of(b"k", contact("c2"))


def test_who_brings_no_identifier_has_a_stream_for_each_contact():
    first, again, second = (home_of(b"k", contact(name, address="withheld")) for name in ("c1", "c1", "c2"))

    assert first == again != second
    assert first.anonymous
    assert first.identifiers == ()
    assert not home_of(b"k", contact()).anonymous


def test_the_address_is_a_claim_that_is_not_made_twice():
    assert identify(contact()).seen == (PHONE,)
    assert identify(contact(identifiers=(Identifier(kind="phone", value="09123456789"),))).seen == (PHONE,)
    attested = verified("phone", "0912 345 6789")
    assert identify(contact(identifiers=(attested,))).seen == (verified("phone", PHONE.value),)
    assert identify(contact(identifiers=(CUSTOMER_NUMBER,))).seen == (CUSTOMER_NUMBER, PHONE)


def test_each_identifier_is_put_into_its_spelling_once_between_finding_the_stream_and_deciding():
    asked: list[tuple[str, str]] = []

    def counting(kind: str, value: str) -> Spelling:
        asked.append((kind, value))
        return normalise(kind, value)

    one = contact(address="0912 345 6789", identifiers=(CUSTOMER_NUMBER,))
    home = home_of(b"k", one, counting)
    events = record_contact(Customer(), RecordContact(one, NOON + timedelta(seconds=1), "a", "main", home.identifiers))

    assert asked == [("customer_number", "77"), ("phone", "0912 345 6789")]
    assert events == record_contact(Customer(), RecordContact(one, NOON + timedelta(seconds=1), "a"))


def test_what_the_wire_brought_is_kept_raw_beside_the_spelling():
    *_, observed, received = record_contact(Customer(), RecordContact(contact(address="0912 345 6789"), NOON, "a"))

    assert isinstance(observed, IdentifierObserved)
    assert isinstance(received, ContactReceived)
    assert (observed.value, received.address) == (PHONE.value, "0912 345 6789")


@pytest.mark.parametrize("address", ["1500", "MYBANK", "+98912", "sip:anna@host"])
def test_an_address_without_a_spelling_is_kept_with_its_raw_value(address):
    *_, observed, received = record_contact(Customer(), RecordContact(contact(address=address), NOON, "a"))

    assert (observed.value, received.address) == (address, address)


def test_a_withheld_address_names_nobody_but_stays_on_record():
    events = record_contact(Customer(), RecordContact(contact(address="Anonymous"), NOON, "a"))

    assert not any(isinstance(event, IdentifierObserved) for event in events)
    assert events[-1].address == "Anonymous"


def test_a_memory_of_spellings_changes_no_stream():
    known = KnownSpellings()
    for written in ("09123456789", "1500", "Anonymous", "09123456789"):
        assert home_of(b"k", contact(address=written), known) == home_of(b"k", contact(address=written))
