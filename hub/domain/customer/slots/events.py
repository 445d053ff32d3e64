"""The facts of reserved contacts. Each stands in the stream of the contact point that is contacted, in the customer's
canonical one and in the account's, written in one transaction: two who reserve at once collide there."""

from datetime import datetime
from typing import ClassVar

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.event import Event


class _SlotFact(Event):
    slot_id: str
    """What the contact will be called that is sent for it, so that it counts once."""
    customer_id: str
    """The stream of the contact point: whose it stays when a link is taken away."""
    account_id: str = ""
    """The account they are contacted for; empty: none."""
    policy: str
    """Version of the path policy."""


class ContactSlotReserved(_SlotFact):
    """One of the contacts that frequency allows is taken by a contact that is to be made at `due_at`."""

    SCHEMA: ClassVar[int] = 2

    due_at: datetime
    channel: Channel
    purpose: Purpose
    sender: str
    """Who of the company will speak: `hub`, `agent`, `dealer`, a campaign."""
    decision_id: str = ""
    """What led to it; empty: somebody reserved it by hand."""
    path: str = ""
    """The stream of the limited path that it is made on, which gets a place back when it is not made; empty: nobody
    limits that path."""


class ContactSlotReleased(_SlotFact):
    """The contact was not made, so that another one may be."""

    reason: str
    """A word: `failed`, `held`, `moved`, `cancelled`."""
