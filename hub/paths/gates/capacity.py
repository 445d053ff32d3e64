"""G7: can the path take what comes of it: are there agents, is there a dealer, for those who answer?"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Inputs, Reason, Verdict

_NOT_LIMITED = Verdict(Gate.CAPACITY, True, Reason.NOT_LIMITED)


class Free(NamedTuple):
    """How many more a path can take now, and when there will be more if it can't; None: nobody can say."""

    places: int
    more_at: datetime | None = None


Capacity = Mapping[tuple[Channel, str], Free]
"""By channel and sender; a path that is not named is not limited."""


def capacity_gate(capacity: Capacity, channel: Channel, sender: str, at: datetime) -> Verdict:
    """Of the path of this channel and sender at `at`: there is a place, or there will be one by then."""
    free = capacity.get((channel, sender))
    if free is None:
        return _NOT_LIMITED
    inputs: Inputs = {
        "channel": str(channel),
        "sender": sender,
        "places": free.places,
        "more_at": free.more_at.isoformat() if free.more_at else None,
    }
    if free.places > 0 or (free.more_at is not None and free.more_at <= at):
        return Verdict(Gate.CAPACITY, True, Reason.FREE, inputs)
    return Verdict(Gate.CAPACITY, False, Reason.NOT_FREE, inputs, free.more_at)
