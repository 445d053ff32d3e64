"""Contact points: where somebody can be reached, and the name under which facts about it outlive a forgetting."""

from collections.abc import Mapping
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.errors import InvalidError
from hub.domain.ids import derive

CHANNELS_OF: Mapping[str, tuple[Channel, ...]] = {
    "phone": (Channel.PHONE, Channel.SMS),
    "email": (Channel.EMAIL,),
    "cookie": (Channel.WEB,),
}
"""The kinds of identifier somebody can be reached by, and on which channels."""


class ContactPoint(NamedTuple):
    """A place where somebody is reached. `value` is normalised, and empty once its customer is forgotten."""

    point: str
    """A keyed hash of kind and value: what facts about it are found by. Whoever forgets, it stays the same."""
    kind: str
    value: str


def contact_point(key: bytes, kind: str, value: str) -> ContactPoint:
    """The contact point of a normalised identifier; `key` is the installation's. InvalidError for an identifier that
    names somebody but reaches nobody."""
    if kind not in CHANNELS_OF:
        raise InvalidError(
            f"nobody can be reached by a {kind}: consent is about one of {', '.join(CHANNELS_OF)}", "kind"
        )
    if not value:
        raise InvalidError(f"this {kind} is blank: say which one it is about", "value")
    return ContactPoint("point-" + derive(key, "point", kind, value), kind, value)


def on_channel(point: ContactPoint, channel: str) -> Channel:
    """That channel, if this contact point is reached on it; else InvalidError."""
    known = CHANNELS_OF.get(point.kind, ())
    if channel not in known:
        raise InvalidError(
            f"a {point.kind} is not reached on channel {str(channel)!r}: on {' or '.join(known) or 'none'}", "channel"
        )
    return Channel(channel)
