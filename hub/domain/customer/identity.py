"""Who a contact is from: the identifiers it brought, in one spelling, and the one stream they lead to."""

import unicodedata
from typing import NamedTuple

from hub.domain.contact import Contact, Identifier
from hub.domain.ids import anonymous_customer_id, customer_id

ADDRESS_KIND = {"phone": "phone", "sms": "phone", "email": "email", "web": "cookie", "in_person": "ticket"}
"""What an address is on each channel."""

STRENGTH = {kind: rank for rank, kind in enumerate(("national_id", "customer_number", "phone", "email"))}
"""Kinds of identifier from the strongest on."""

CUSTOMER = "customer-"
"""What the name of every customer's stream begins with, and of no other."""


class Home(NamedTuple):
    """The stream a contact belongs to. Anonymous: it brought no identifier, so that nothing else is ever in there."""

    stream: str
    anonymous: bool


def home_of(key: bytes, contact: Contact) -> Home:
    """The customer stream of a contact: that of its leading identifier, else one of its own. `key` is the
    installation's."""
    leading = leading_identifier(contact)
    if leading is None:
        return Home(anonymous_customer_id(key, contact.id), anonymous=True)
    return Home(customer_id(key, leading.kind, leading.value), anonymous=False)


def observed_identifiers(contact: Contact) -> list[Identifier]:
    """The identifiers of a contact, normalised: those it names, then its path's address as a claim. What is blank
    names nobody."""
    named = [
        Identifier(kind=one.kind, value=value, verified=one.verified)
        for one in contact.identifiers
        if (value := normalise(one.kind, one.value))
    ]
    claim = _address(contact)
    return [*named, claim] if claim and claim not in named and as_verified(claim) not in named else named


def leading_identifier(contact: Contact) -> Identifier | None:
    """The identifier whose stream a contact belongs to: the strongest verified one, else its path's address,
    else whatever it brought first; None for a contact that brought nothing."""
    found = observed_identifiers(contact)
    verified = [one for one in found if one.verified]
    if verified:
        return min(verified, key=lambda one: STRENGTH.get(one.kind, len(STRENGTH)))
    return _address(contact) or (found[0] if found else None)


def normalise(kind: str, value: str) -> str:
    """One spelling for one identifier, so that equal ones meet: phones keep digits, in whatever script they were
    written, as 0 to 9, and a leading plus; mail addresses are lower case."""
    value = value.strip()
    if kind == "email":
        return value.lower()
    if kind == "phone":
        digits = "".join(str(unicodedata.digit(letter)) for letter in value if letter.isdigit())
        return ("+" + digits if value.startswith("+") else digits) or value
    return value


def as_verified(identifier: Identifier) -> Identifier:
    """The same, attested."""
    return Identifier(kind=identifier.kind, value=identifier.value, verified=True)


def _address(contact: Contact) -> Identifier | None:
    kind = ADDRESS_KIND[contact.path.channel]
    value = normalise(kind, contact.path.address)
    return Identifier(kind=kind, value=value) if value else None
