"""The fact that what is kept no longer was taken out of the store."""

from datetime import datetime

from hub.domain.event import Event

STREAM = "retention"


class RetentionApplied(Event):
    """All of a kind that was recorded until `until` is gone, but for what was still needed."""

    kind: str
    days: int
    """How long it was to be kept."""
    until: datetime
    position: int
    """Log position up to which nothing of this kind is left to take out; 0: it is not looked for in the log."""
    count: int
    """How many events, files, messages or customers it was."""
