"""The fact of what a path can take, in a stream of its own: who speaks there says it, nothing in the log would."""

from datetime import datetime

from hub.domain.contact import Channel
from hub.domain.event import Event

PATH_CAPACITY = "path-capacity"
"""The stream."""


class PathCapacityTold(Event):
    """From now on this path can take so many more contacts, until it says otherwise."""

    channel: Channel
    speaker: str
    """Who speaks there: a dealer, a campaign, or `hub`, `agent`, `dealer`, `campaign` for all of that kind."""
    places: int
    more_at: datetime | None = None
    """When there will be more; None: nobody can say."""
