"""What a hub and the process that decides beside it say to each other about what agents may say: a line each."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from hub.domain.event import Event
from hub.ports import Append

Encode = Callable[[str, Event], tuple[str, bytes]]
"""Topic and state of an event of a stream."""
Decode = Callable[[str, str, bytes], Event]
"""The event of a stream, from its topic and state."""


class Asked(NamedTuple):
    """A conversation in which something is due, under the number that the answer names."""

    number: int
    interaction: str
    is_over: bool
    """The work on it is completed: what was left unsaid is put down. Else it was offered, and what may be said is
    decided."""


class Drafted(NamedTuple):
    """What is to be written for it, nothing where nothing is. `failed`: why it could not be decided just now; it is to
    be asked again."""

    number: int
    appends: Sequence[Append] = ()
    failed: str = ""


def asking(now: datetime, asked: Iterable[Asked]) -> bytes:
    """The line that asks, and tells what time it is."""
    return orjson.dumps([now, list(map(tuple, asked))]) + b"\n"


def asked_in(line: bytes) -> tuple[datetime, list[Asked]]:
    """The same, back."""
    now, asked = orjson.loads(line)
    return datetime.fromisoformat(now), [Asked(*one) for one in asked]


def telling(drafted: Iterable[Drafted], encode: Encode) -> bytes:
    """The line that answers."""
    return orjson.dumps([[one.number, _told(one.appends, encode), one.failed] for one in drafted]) + b"\n"


def told_in(line: bytes, decode: Decode) -> list[Drafted]:
    """The same, back."""
    return [Drafted(number, _appends(told, decode), failed) for number, told, failed in orjson.loads(line)]


def _told(appends: Sequence[Append], encode: Encode) -> list[Any]:
    return [
        [stream, after, [[topic, state.decode()] for topic, state in (encode(stream, event) for event in events)]]
        for stream, after, events in appends
    ]


def _appends(told: Iterable[Any], decode: Decode) -> list[Append]:
    return [
        Append(stream, after, [decode(stream, topic, state.encode()) for topic, state in events])
        for stream, after, events in told
    ]
