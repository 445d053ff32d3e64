"""What a limited path can take now: a fold over its own facts."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.domain.capacity.events import PathCapacityTold, PathPlaceGivenBack, PathPlaceTaken
from hub.domain.event import Event


class Places(NamedTuple):
    """What was told last, and who took a place since."""

    places: int = 0
    more_at: datetime | None = None
    taken: frozenset[str] = frozenset()

    def left(self, besides: str = "") -> int:
        """How many more there are for others, or for the contact `besides`, which may have its place already."""
        return max(0, self.places - len(self.taken - {besides}))


NO_PLACES = Places()


def fold(events: Iterable[Event], before: Places = NO_PLACES) -> Places:
    """The places after these facts; told again it begins anew."""
    places, more_at, taken = before.places, before.more_at, set(before.taken)
    for event in events:
        match event:
            case PathCapacityTold():
                places, more_at, taken = event.places, event.more_at, set()
            case PathPlaceTaken():
                taken.add(event.contact_id)
            case PathPlaceGivenBack():
                taken.discard(event.contact_id)
    return Places(places, more_at, frozenset(taken))
