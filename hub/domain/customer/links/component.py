"""The whole customer: the streams that links join, and the one whose id stands for all of them."""

from collections.abc import Iterable, Mapping

from hub.domain.customer.links.events import Side
from hub.domain.customer.links.state import Links

Known = Mapping[str, Links]
"""Links by stream. A stream that is not there is not known yet, which is not to say that it has none."""


def unknown(known: Known, streams: Iterable[str]) -> set[str]:
    """Streams that these are joined with, or are themselves, and that are not known: read them, and ask again."""
    missing: set[str] = set()
    seen: set[str] = set()
    waiting = set(streams)
    while waiting:
        stream = waiting.pop()
        seen.add(stream)
        if stream in known:
            waiting |= _neighbours(known, stream).keys() - seen
        else:
            missing.add(stream)
    return missing


def whole(known: Known, side: Side) -> dict[str, Side]:
    """All streams of the customer that this one is part of, itself included, by id. Raises KeyError where one of them
    is not known."""
    found = {side.id: side}
    waiting = [side.id]
    while waiting:
        for stream, other in _neighbours(known, waiting.pop()).items():
            if stream not in found:
                found[stream] = other
                waiting.append(stream)
    return found


def canonical(sides: Iterable[Side]) -> str:
    """The id that stands for a customer: that of the stream which was registered first, of those registered at the
    same moment the lowest. Who else joins later can't change it, only somebody older can."""
    return min(sides, key=lambda side: (side.since, side.id)).id


def _neighbours(known: Known, stream: str) -> dict[str, Side]:
    return {
        other.id: other
        for link in known[stream].live
        for other in (link.left, link.right)
        if other.id != stream
    }  # fmt: skip
