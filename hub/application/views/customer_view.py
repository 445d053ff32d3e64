"""What screens show of contacts and work: read from the customers' own facts, since views hold nothing personal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.application.conversations.files import ShownFile, shown_files
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionQueued, InteractionRefused
from hub.ports import Recorded
from hub.projections.customers import TimelineContact
from hub.projections.interactions import InteractionRow

EXCERPT = 200
"""Characters of a contact's text that its line in the timeline shows."""

TRAITS = ("segment", "value_tier", "lifecycle_stage", "language")
"""What work was routed by, beside channel and service."""

Facts = Mapping[int, Event]
"""Events by their position in the log."""


class PersonalFacts(Protocol):
    """Where that is read."""

    async def at(self, positions: Sequence[int], /) -> Sequence[Recorded]:
        """The events at these positions of the log."""
        ...

    def alias(self, field: str, text: str, /) -> str:
        """What stands for a text in the views."""
        ...


@dataclass(frozen=True, slots=True)
class ShownContact:
    """One contact on a customer's timeline. `position`, its place in the log, pages the list; the path is channel,
    address and sender. Interaction, queue, phase, outcome and agent are empty where none took it up (yet). What we sent
    is part of the interaction that was open on its channel and thread, if there was one; `state` tells how far it is,
    `state_at` since when, `reason` why it did not arrive, and `actor` who wanted it sent, if the hub was asked for
    it."""

    position: int
    at: datetime
    recorded_at: datetime
    direction: str
    contact_id: str
    channel: str
    address: str
    sender: str
    thread: str
    purpose: str
    service: str
    subject: str
    excerpt: str
    attachments: tuple[ShownFile, ...]
    interaction_id: str
    queue: str
    phase: str
    outcome: str
    agent_id: str
    answered_at: datetime | None
    ended_at: datetime | None
    code: str
    kind: str = "contact"
    """Told beside other things that happened."""
    case_id: str = ""
    """The case that the interaction is about."""
    state: str = ""
    state_at: datetime | None = None
    reason: str = ""
    actor: str = ""


def wanted(interactions: Iterable[InteractionRow]) -> set[int]:
    """Positions of the facts that say what these interactions are about."""
    return {one.no for one in interactions}


def shown_contact(line: TimelineContact, facts: Facts, customer: str) -> ShownContact:
    """A line of the timeline of this customer with what was said."""
    fact = facts.get(line.position)
    said = fact if isinstance(fact, ContactReceived | ContactSent) else None
    return ShownContact(
        position=line.position,
        at=line.at,
        recorded_at=line.recorded_at,
        direction=line.direction,
        contact_id=line.contact_id,
        channel=line.channel,
        address=said.address if said else "",
        sender=line.sender,
        thread=said.thread if said else line.thread,
        purpose=line.purpose,
        service=line.service,
        subject=said.subject if said else "",
        excerpt=said.text[:EXCERPT] if said else "",
        attachments=shown_files(said.attachments, customer, line.contact_id) if said else (),
        interaction_id=line.interaction_id,
        queue=line.queue,
        phase=line.phase,
        outcome=line.outcome,
        agent_id=line.agent_id,
        answered_at=line.answered_at,
        ended_at=line.ended_at,
        code=line.code,
    )


def trait_fields(row: InteractionRow, facts: Facts) -> dict[str, str]:
    """Where its customer stood, and the language, as it was routed by them; empty where its fact was not read."""
    fact = facts.get(row.no)
    queued = fact if isinstance(fact, InteractionQueued) else None
    return {name: getattr(queued, name) if queued else "" for name in TRAITS}


def thread_of(row: InteractionRow, facts: Facts) -> str:
    """The adapter's own key of an interaction's conversation."""
    fact = facts.get(row.no)
    return fact.thread if isinstance(fact, InteractionQueued | InteractionRefused) else row.thread
