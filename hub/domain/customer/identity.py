"""Who a contact is from: the identifiers it brought, in one spelling, and the one stream they lead to."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.domain.contact import Contact, Identifier
from hub.domain.customer.normalise import normalise
from hub.domain.customer.spelling.spelling import Spelling
from hub.domain.ids import anonymous_customer_id, customer_id

ADDRESS_KIND = {"phone": "phone", "sms": "phone", "email": "email", "web": "cookie", "in_person": "ticket"}
"""What an address is on each channel."""

_STRONGEST_FIRST = ("national_id", "legal_id", "customer_number", "phone", "email", "messenger")
STRENGTH = {kind: rank for rank, kind in enumerate(_STRONGEST_FIRST)}
"""Kinds of identifier from the strongest on."""

CUSTOMER = "customer-"
"""What the name of every customer's stream begins with, and of no other."""

Spell = Callable[[str, str], Spelling]
"""Kind and value to the one spelling: `normalise`, or a memory of it."""


class Identified(NamedTuple):
    """What a contact tells of who it is from."""

    seen: tuple[Identifier, ...]
    """The identifiers it names, in one spelling, then its path's address as a claim. What is blank or withheld names
    nobody and is left out; what has no proper spelling is in here as it was brought."""
    leading: Identifier | None
    """The one whose stream it belongs to: the strongest verified one that is sound, else its path's address, else
    whatever it brought first; None if it brought nothing."""


class Home(NamedTuple):
    """The stream a contact belongs to. Anonymous: it brought no identifier, so that nothing else is ever in there."""

    stream: str
    anonymous: bool
    identifiers: tuple[Identifier, ...]


Renewed = Callable[[Sequence[Home]], Sequence[Home]]
"""The same homes, with the streams that have taken the place of those of forgotten customers."""


def home_of(key: bytes, contact: Contact, spell: Spell = normalise) -> Home:
    """The customer stream of a contact: that of its leading identifier, else one of its own. `key` is the
    installation's."""
    seen, leading = identify(contact, spell)
    if leading is None:
        return Home(anonymous_customer_id(key, contact.id), True, seen)
    return Home(customer_id(key, leading.kind, leading.value), False, seen)


def identify(contact: Contact, spell: Spell = normalise) -> Identified:
    """The identifiers of a contact, each put into its spelling once."""
    seen: list[Identifier] = []
    strongest: Identifier | None = None
    for one in contact.identifiers:
        spelling = spell(one.kind, one.value)
        if not spelling.names_somebody:
            continue
        spelled = one if spelling.value == one.value else _spelled(one, spelling.value)
        seen.append(spelled)
        if one.verified and spelling.is_valid and (strongest is None or _rank(one) < _rank(strongest)):
            strongest = spelled
    claim = _address(contact, spell)
    leading = strongest or claim or (seen[0] if seen else None)
    if claim and not any(one.kind == claim.kind and one.value == claim.value for one in seen):
        seen.append(claim)
    return Identified(tuple(seen), leading)


def _address(contact: Contact, spell: Spell) -> Identifier | None:
    kind = ADDRESS_KIND[contact.path.channel]
    spelling = spell(kind, contact.path.address)
    return Identifier(kind=kind, value=spelling.value) if spelling.names_somebody else None


def _spelled(one: Identifier, value: str) -> Identifier:
    return Identifier(kind=one.kind, value=value, verified=one.verified)


def _rank(one: Identifier) -> int:
    return STRENGTH.get(one.kind, len(STRENGTH))
