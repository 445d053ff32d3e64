"""What a contact, or a person, makes happen to a customer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS, Contact, Declared, Direction, Identifier, Standing, utc
from hub.domain.customer.events import (
    UNKNOWN_STANDING,
    ContactReceived,
    ContactSent,
    Customer,
    CustomerRegistered,
    DeclaredStanding,
    IdentifierObserved,
    LifecycleStageChanged,
    ProfileChanged,
    SegmentChanged,
    Written,
    evolve,
)
from hub.domain.customer.identity import identify
from hub.domain.customer.whole import DECLARABLE, OwnerOf, agents_of, answered, declared_of, standing_of
from hub.domain.errors import InvalidError
from hub.domain.event import Event

MAIN_POOL = "main"
HISTORY_POOL = "history"
LONGEST_NAME = 200
"""As adapters may declare."""
LONGEST_PATH = 64


@dataclass(frozen=True, slots=True)
class RecordContact:
    """A contact was taken in at `now` from `actor`, to be handled by `pool`."""

    contact: Contact
    now: datetime
    actor: str
    pool: str = MAIN_POOL
    identifiers: tuple[Identifier, ...] | None = None
    """What the contact tells of who it is from, where `home_of` has found that out already."""
    at_first: Standing = UNKNOWN_STANDING
    """Where somebody stands of whom nothing is known."""

    def common(self) -> dict[str, Any]:
        """What every event says that it leads to."""
        at, now = utc(self.contact.occurred_at), self.now
        return {"at": at, "recorded_at": now, "causation": self.contact.id, "actor": self.actor}


def record_contact(customer: Customer, command: RecordContact) -> list[Event]:
    """Every contact is a fact of its customer; the first one registers the customer. Of a customer of one stream."""
    events = recognise([customer], customer, command)
    for event in events:
        customer = evolve(customer, event)
    return [*events, receive([customer], command)]


def recognise(members: Sequence[Customer], home: Customer, command: RecordContact) -> list[Event]:
    """What a contact tells of its customer, beside that it came: what is new of that, in the stream it belongs to, one
    of the `members` of the customer."""
    contact, common = command.contact, command.common()
    events: list[Event] = []
    if not home.registered:
        events.append(CustomerRegistered(**common))
    events += observe(home, identify(contact).seen if command.identifiers is None else command.identifiers, common)
    stands = home.standing if home.registered else command.at_first
    return [*events, *declare(home, contact.declared, "the adapter", common, declared_of(members), stands)]


def receive(
    members: Sequence[Customer],
    command: RecordContact,
    owner_of: OwnerOf = lambda _: "",
    stands: Collection[str] = DECLARABLE,
    also: tuple[str, ...] = (),
) -> ContactReceived | ContactSent:
    """That the contact came, and what routing it is decided on: of the whole customer, whose streams `members` are, the
    oldest first, with all that is known of them by now; `also`: the others by name."""
    contact = command.contact
    fact = {
        **command.common(),
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
        "html": contact.html,
        "cc": contact.cc,
        "attachments": contact.attachments,
        "standing": standing_of(members, stands),
    }
    if contact.direction is not Direction.INBOUND:
        return ContactSent(**fact)
    answers = answered(members, contact.path.channel, fact["thread"])
    agents = agents_of(members, command.now, owner_of) | _waiting(answers) | _named_agents(contact)
    fact["correlation"] = answers.interaction_id if answers is not None else ""
    told = {"auto": contact.auto, "ticket": contact.ticket}
    return ContactReceived(**fact, pool=command.pool, known_agents=agents, also=also, **told)


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


def correct_name(customer: Customer, name: str, path: str, *, now: datetime, actor: str, causation: str) -> list[Event]:
    """A person says what a customer is really called: that stands whatever adapters go on to call them by mistake.
    Nothing to do when they are called so already."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidError(f"say what they are called, in 1 to {LONGEST_NAME} characters", "name")
    if len(path) > LONGEST_PATH:
        raise InvalidError(f"at most {LONGEST_PATH} characters", "path")
    if name == customer.name:
        return []
    return [
        ProfileChanged(
            at=now, recorded_at=now, causation=causation, actor=actor, name=name, path=path, is_correction=True
        )
    ]


def _waiting(answers: Written | None) -> dict[str, str]:
    """Who wrote on this thread is asked for by name, as whose mail is answered."""
    return {"direct": answers.agent_id} if answers is not None and answers.agent_id else {}


def _named_agents(contact: Contact) -> dict[str, str]:
    """Those the adapter names, who knows better."""
    declared = contact.declared
    named = {
        "direct": declared.agent,
        "account_owner": declared.account_owner,
        "case_agent": declared.case_agent,
    }
    return {how: agent for how, agent in named.items() if agent}


def observe(customer: Customer, identifiers: Iterable[Identifier], common: Mapping[str, Any]) -> list[Event]:
    """Those of the identifiers that are new for the customer, or newly verified."""
    known = {(one.kind, one.value, one.verified) for one in customer.identifiers}
    events: list[Event] = []
    for seen in identifiers:
        kind, value, verified = seen.kind, seen.value, seen.verified
        if (kind, value, verified) not in known and (kind, value, True) not in known:
            events.append(IdentifierObserved(**common, kind=kind, value=value, verified=verified))
            known.add((kind, value, verified))
    return events


def declare(
    customer: Customer,
    declared: Declared,
    by: str,
    common: Mapping[str, Any],
    said_before: DeclaredStanding | None = None,
    stands: Standing | None = None,
) -> list[Event]:
    """What is new of what somebody (`by`) says of the customer's name and standing. `said_before`: what was declared
    last of the whole customer, `stands`: where they stand; None: as this stream says."""
    known = customer.declared if said_before is None else said_before
    standing = customer.standing if stands is None else stands
    segment = declared.segment or standing.segment
    tier = declared.value_tier or standing.value_tier
    reason = f"declared by {by}"
    said = tuple(name for name in ("segment", "value_tier") if getattr(declared, name))
    events: list[Event] = []
    if declared.name and declared.name != customer.name and declared.name not in customer.misnamed:
        events.append(ProfileChanged(**common, name=declared.name))
    if any(_is_new(standing, known, name, getattr(declared, name)) for name in said):
        events.append(SegmentChanged(**common, segment=segment, value_tier=tier, reason=reason, said=said))
    if (stage := declared.lifecycle_stage) and _is_new(standing, known, "lifecycle_stage", stage):
        events.append(LifecycleStageChanged(**common, lifecycle_stage=stage, reason=reason))
    return events


def _is_new(standing: Standing, known: DeclaredStanding, name: str, said: str) -> bool:
    """Whether it is not what was declared before. What the path policy made of that since counts only where nobody ever
    declared anything: who says the same again has nothing new to say."""
    return bool(said != (getattr(known, name) or getattr(standing, name)))
