"""The facts of what a customer bought."""

from hub.domain.event import Event


class PurchaseRecorded(Event):
    """The customer bought something, at `at`. The amount is whole units of the currency as stored: rials, cents."""

    purchase_id: str
    """Of the system it was made in; unique within the customer's stream."""
    amount: int
    currency: str
    """ISO 4217: IRR, EUR."""
    product: str = ""
    channel: str = ""
    """Where it was bought; empty: not known."""


class PurchaseReversed(Event):
    """It was returned, cancelled or recorded by mistake: as if never made, from now on."""

    purchase_id: str
    reason: str
    """In words that name nobody: it stays."""
