"""What a contact, or a person, makes happen to a customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.contact import Contact, Direction, Identifier, utc
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    Customer,
    CustomerRegistered,
    IdentifierObserved,
    LifecycleStageChanged,
    ProfileChanged,
    SegmentChanged,
    evolve,
)
from hub.domain.errors import InvalidError
from hub.domain.event import Event

SEGMENTS = ("B2C", "B2B", "B2G")
LIFECYCLE_STAGES = ("acquisition", "enhancement", "retention", "lapsed")
MAIN_POOL = "main"
HISTORY_POOL = "history"


@dataclass(frozen=True, slots=True)
class RecordContact:
    """A contact was taken in at `now` from `actor`, to be handled by `pool`."""

    contact: Contact
    now: datetime
    actor: str
    pool: str = MAIN_POOL


def record_contact(customer: Customer, command: RecordContact) -> list[Event]:
    """Every contact is a fact of its customer; the first one registers the customer."""
    contact, at = command.contact, utc(command.contact.occurred_at)
    common = {
        "at": at,
        "recorded_at": command.now,
        "causation": contact.id,
        "actor": command.actor,
    }
    events: list[Event] = []
    if not customer.registered:
        events.append(CustomerRegistered(**common))
    known = customer.identifiers
    for seen in observed_identifiers(contact):
        if seen not in known and not (not seen.verified and _as_verified(seen) in known):
            events.append(IdentifierObserved(**common, kind=seen.kind, value=seen.value, verified=seen.verified))
            known = known | {seen}
    events += _declared(customer, contact, common)
    for event in events:
        customer = evolve(customer, event)
    fact = {
        **common,
        "contact_id": contact.id,
        "channel": contact.path.channel,
        "address": contact.path.address,
        "sender": contact.path.sender,
        "identifiers": contact.identifiers,
        "thread": contact.thread or contact.id,
        "purpose": contact.purpose,
        "service": contact.service,
        "language": contact.language,
        "subject": contact.subject,
        "text": contact.text,
        "attachments": contact.attachments,
        "standing": customer.standing,
    }
    if contact.direction is Direction.INBOUND:
        events.append(ContactReceived(**fact, pool=command.pool))
    else:
        events.append(ContactSent(**fact))
    return events


def change_segment(
    customer: Customer, segment: str, value_tier: str, *, now: datetime, actor: str, causation: str
) -> list[Event]:
    """A person says which class a customer belongs to. Nothing to do when it is so already."""
    if segment not in SEGMENTS:
        raise InvalidError(f"segment {segment!r} is not one of {', '.join(SEGMENTS)}", "segment")
    if (segment, value_tier) == (customer.standing.segment, customer.standing.value_tier):
        return []
    return [
        SegmentChanged(
            at=now, recorded_at=now, causation=causation, actor=actor,
            segment=segment, value_tier=value_tier, reason="set by hand",
        )
    ]  # fmt: skip


def change_lifecycle_stage(
    customer: Customer, lifecycle_stage: str, *, now: datetime, actor: str, causation: str
) -> list[Event]:
    """A person says at which stage a customer is. Nothing to do when it is so already."""
    if lifecycle_stage not in LIFECYCLE_STAGES:
        raise InvalidError(
            f"lifecycle stage {lifecycle_stage!r} is not one of {', '.join(LIFECYCLE_STAGES)}", "lifecycle_stage"
        )
    if lifecycle_stage == customer.standing.lifecycle_stage:
        return []
    return [
        LifecycleStageChanged(
            at=now, recorded_at=now, causation=causation, actor=actor,
            lifecycle_stage=lifecycle_stage, reason="set by hand",
        )
    ]  # fmt: skip


def observed_identifiers(contact: Contact) -> list[Identifier]:
    """The identifiers of a contact, normalised: those it names, then its path's address as a claim."""
    found = [
        Identifier(kind=named.kind, value=normalise(named.kind, named.value), verified=named.verified)
        for named in contact.identifiers
    ]
    if contact.path.address:
        kind = ADDRESS_KIND[contact.path.channel]
        claim = Identifier(kind=kind, value=normalise(kind, contact.path.address))
        if claim not in found and _as_verified(claim) not in found:
            found.append(claim)
    return found


def leading_identifier(contact: Contact) -> Identifier | None:
    """The identifier whose stream a contact belongs to: the strongest verified one, else its path's address,
    else whatever it brought first; None for a contact that brought nothing."""
    found = observed_identifiers(contact)
    verified = [one for one in found if one.verified]
    if verified:
        return min(verified, key=lambda one: STRENGTH.get(one.kind, len(STRENGTH)))
    if contact.path.address:
        kind = ADDRESS_KIND[contact.path.channel]
        return Identifier(kind=kind, value=normalise(kind, contact.path.address))
    return found[0] if found else None


ADDRESS_KIND = {"phone": "phone", "sms": "phone", "email": "email", "web": "cookie", "in_person": "ticket"}
"""What an address is on each channel."""

STRENGTH = {kind: rank for rank, kind in enumerate(("national_id", "customer_number", "phone", "email"))}
"""Kinds of identifier from the strongest on."""


def normalise(kind: str, value: str) -> str:
    """One spelling for one identifier, so that equal ones meet: phones keep digits and a leading plus,
    mail addresses are lower case."""
    value = value.strip()
    if kind == "email":
        return value.lower()
    if kind == "phone":
        digits = "".join(letter for letter in value if letter.isdigit())
        return ("+" + digits if value.startswith("+") else digits) or value
    return value


def _as_verified(identifier: Identifier) -> Identifier:
    return Identifier(kind=identifier.kind, value=identifier.value, verified=True)


def _declared(customer: Customer, contact: Contact, common: dict[str, Any]) -> list[Event]:
    declared, standing = contact.declared, customer.standing
    segment = declared.segment or standing.segment
    tier = declared.value_tier or standing.value_tier
    stage = declared.lifecycle_stage or standing.lifecycle_stage
    events: list[Event] = []
    if declared.name and declared.name != customer.name:
        events.append(ProfileChanged(**common, name=declared.name))
    if (segment, tier) != (standing.segment, standing.value_tier):
        events.append(SegmentChanged(**common, segment=segment, value_tier=tier, reason="declared by the adapter"))
    if stage != standing.lifecycle_stage:
        events.append(LifecycleStageChanged(**common, lifecycle_stage=stage, reason="declared by the adapter"))
    return events
