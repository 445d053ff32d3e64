"""Says what a mapping makes of a request, for people who write one."""

from collections.abc import Iterator
from datetime import datetime

from hub.channels.messaging_webhooks.mapping import Mapping
from hub.channels.messaging_webhooks.message import Message, Status, Unreadable
from hub.channels.messaging_webhooks.parse import parse


def tried(mapping: Mapping, body: bytes, now: datetime) -> Iterator[str]:
    """A line for each thing in it. Raises InvalidError where it is no JSON."""
    found = parse(body, mapping, "provider", now)
    if not found:
        yield "nothing in it that the mapping speaks of: it would be answered 200 and passed over"
    for one in found:
        match one:
            case Message():
                yield f"message {one.id} of {one.sender}, answered at {one.to}: {one.text!r}"
                yield f"  at {one.at or 'no time: when it came'}, name {one.name!r}, language {one.language!r}"
                yield from (f"  {i.kind} {i.value}{' (verified)' if i.verified else ''}" for i in one.identifiers)
                yield from (f"  file {f.file}: {f.media_type or 'type as served'} {f.name}".rstrip() for f in one.files)
            case Status():
                yield f"status of {one.id}: {one.fate.value} {one.reason}".rstrip()
            case Unreadable():
                yield f"can't be taken, {one.field}: {one.reason}"
