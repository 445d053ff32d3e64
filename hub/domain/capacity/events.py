"""The facts of what a path can take, in streams of their own: who speaks there says it, nothing in the log would."""

import hashlib
from datetime import datetime

from hub.domain.contact import Channel
from hub.domain.event import Event

PATH_CAPACITY = "path-capacity"
"""The stream in which all that was told stands, of whatever path: it says which are limited."""
_DIGITS = 32


def path_stream(channel: Channel, speaker: str) -> str:
    """The stream of a limited path: what was told of it, and the places that were taken."""
    digest = hashlib.sha256(f"{channel.value}\x1f{speaker}".encode()).hexdigest()
    return f"{PATH_CAPACITY}-{digest[:_DIGITS]}"


class PathCapacityTold(Event):
    """From now on this path can take so many more contacts, until it says otherwise."""

    channel: Channel
    speaker: str
    """Who speaks there: a dealer, a campaign, or `hub`, `agent`, `dealer`, `campaign` for all of that kind."""
    places: int
    more_at: datetime | None = None
    """When there will be more; None: nobody can say."""


class PathPlaceTaken(Event):
    """A contact that is made now takes a place of the path; written with the decision to make it, so that two who take
    the last one collide."""

    contact_id: str
    """Its slot, or where it has none the decision."""
    decision_id: str


class PathPlaceGivenBack(Event):
    """The slot of a contact was released: if it had taken a place, that is free again."""

    contact_id: str
