"""Contacts that were set aside, as facts of who looked at them and what became of them. They hold nothing of them."""

from hub.domain.event import Event

STREAM = "rejected-contacts"


class RejectedContactShown(Event):
    """Somebody was shown what it says, which may be anybody's."""

    sequence: int
    """The number it was set aside under."""
    channel: str


class RejectedContactPutBack(Event):
    """It went where it came in, as it was or mended."""

    sequence: int
    channel: str
    mended: bool


class RejectedContactDismissed(Event):
    """It is gone for good: nothing is to be made of it."""

    sequence: int
    channel: str
    reason: str
