"""A long log looked through part by part: nothing of it is held longer than a part takes."""

from collections.abc import AsyncIterator, Collection, Sequence

from hub.domain.event import Event
from hub.ports import Journal, Recorded

PLACES = 50_000
"""Places of the log that are looked through at once."""


async def windows(
    journal: Journal, after: int, upto: int, classes: Collection[type[Event]], places: int = PLACES
) -> AsyncIterator[Sequence[Recorded]]:
    """The events of these classes at positions after the first up to the second, in the order of the log; among them
    the last one of each part, of whatever class. Personal fields are empty."""
    while after < upto:
        end = min(after + places, upto)
        yield await journal.scan(after, end, classes)
        after = end
