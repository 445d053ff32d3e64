"""What the log asks of a routing pool: contacts to take up, a policy to go by."""

from datetime import datetime

from hub.domain.customer.events import ContactReceived
from hub.domain.ids import interaction_id
from hub.domain.policy.events import PolicyPublished
from hub.ports import Recorded
from hub.router.pool.commands import AdoptPolicy, TakeUp


def take_up(recorded: Recorded, contact: ContactReceived, key: bytes, now: datetime, actor: str) -> TakeUp:
    """The contact joins open work, or opens some, whose name follows from its own."""
    return TakeUp(
        at=now,
        id=contact.contact_id,
        actor=actor,
        contact=contact,
        customer_id=recorded.stream,
        interaction_id=interaction_id(key, contact.contact_id),
    )


def adopt(published: PolicyPublished, now: datetime) -> AdoptPolicy:
    """What comes is decided by this policy; `waiting` says what of that which waits."""
    return AdoptPolicy(
        at=now,
        id=published.causation,
        actor=published.actor,
        version=published.version,
        text=published.text,
        waiting=published.waiting,
    )
