"""How the personal fields of an event are taken out of its state, sealed under the customer's key, and put back."""

import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, Protocol

import orjson
from cryptography.exceptions import InvalidTag
from pydantic import TypeAdapter, ValidationError

from hub.domain.event import Event
from hub.domain.personal import Personal
from hub.journal.errors import StoredEventError
from hub.ports import Append

MARK = b'{"personal":"'
"""What the state of an event with sealed fields begins with, and no other."""
_ALIASES = b'","aliases":{'
Dumps = Callable[[dict[str, Any]], bytes]
_SEALED = b"\x01"
"""What something begins with that is sealed as a whole: no JSON does."""
_NONCE = 12
_NONCES = 256
"""Drawn from the system at once: it takes longer to ask than to draw."""


class Cipher(Protocol):
    """AES-256-GCM under one customer's key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class Keys(Protocol):
    """Where the customers' keys are."""

    def make(self, streams: Iterable[str]) -> None:
        """Have a durable key for each of these that has none yet and was never forgotten."""
        ...

    def look_up(self, streams: Sequence[str]) -> None:
        """Have what keys there are of these at hand: many at once cost less."""
        ...

    def sealing(self, stream: str) -> Cipher | None:
        """To seal with, its key durable, made where there was none; None: the customer was forgotten."""
        ...

    def opening(self, stream: str) -> Cipher | None:
        """To open with; None: the customer was forgotten, or there never was a key."""
        ...

    def alias(self, field: str, text: str) -> str:
        """What stands for a text where it is not known; nothing for no text."""
        ...

    def close(self) -> None:
        """Nothing is sealed or opened any more."""
        ...


class WrongKeyError(StoredEventError):
    """What is stored was sealed with another key than the one kept for its customer."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is personal in a class of events."""

    fields: tuple[str, ...]
    aliased: tuple[tuple[bytes, str], ...]
    """Those of the fields that have an alias, with what leads up to it in a state."""
    close: bytes
    """What comes between the last alias and what is not personal."""
    empty: Mapping[str, Any]
    """The others, with what they hold where they are not known."""
    key_of: str
    """The field that names whose key it is; empty: that of the event's own stream."""
    empties: bytes
    """`empty` as JSON, without its braces."""
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    """What the fields hold."""

    def owner(self, stream: str, event: Event) -> str:
        """Whose key the fields of this event are sealed under."""
        return getattr(event, self.key_of) if self.key_of else stream


@cache
def shape_of(cls: type[Event]) -> Shape | None:
    """What is personal in a class; None: nothing. Raises ValueError where a field could not be emptied."""
    marked = {
        name: mark
        for name, field in cls.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Personal)
    }  # fmt: skip
    if not marked:
        return None
    empty = {name: _empty(cls, name) for name, mark in marked.items() if not mark.aliased}
    aliased = tuple(name for name, mark in marked.items() if mark.aliased)
    leads = (f'","{name}":"' if place else f',"aliases":{{"{name}":"' for place, name in enumerate(aliased))
    return Shape(
        tuple(marked),
        tuple(zip((one.encode() for one in leads), aliased, strict=True)),
        b'"},' if aliased else b",",
        empty,
        cls.KEY_OF,
        orjson.dumps(empty)[1:-1],
        _getter(tuple(marked)),
    )


def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) == 1:
        [name] = names
        return lambda fields: (fields[name],)
    return itemgetter(*names)


def _empty(cls: type[Event], name: str) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(cls.model_fields[name].annotation or str)
    empties: tuple[Any, ...] = ("", [], {}, None)
    for value in empties:
        try:
            adapter.validate_json(orjson.dumps(value))
        except ValidationError:
            continue
        return value
    raise ValueError(f"{cls.__name__}.{name} is personal, but its type allows no empty value")


class Sealer:
    """Seals and opens states. A state is JSON either way; sealed it has, in this order, `personal` (base64 of nonce and
    ciphertext; empty where the customer was forgotten already), `aliases` where the class has any, and what is not
    personal, the owner of the key first where it is not the stream."""

    def __init__(self, keys: Keys, dumps: Dumps) -> None:
        """`dumps` makes the JSON of an event's fields."""
        self.keys = keys
        self._dumps = dumps
        self._nonces: list[bytes] = []

    def seal(self, stream: str, topic: str, event: Event, shape: Shape) -> bytes:
        """The state of an event of this shape."""
        fields = event.__dict__
        values = shape.values(fields)
        owner = fields[shape.key_of] if shape.key_of else stream
        if not owner or not any(values):
            return self._dumps(fields)
        rest = {shape.key_of: owner, **fields} if shape.key_of else fields.copy()
        personal = {name: rest.pop(name) for name in shape.fields}
        cipher = self.keys.sealing(owner)
        sealed = b""
        if cipher is not None:
            sealed = self._sealed(cipher, stream, topic, personal)
        parts = [MARK, sealed, b'"']
        for lead, name in shape.aliased:
            parts += lead, self.keys.alias(name, personal[name]).encode()
        parts += shape.close, self._dumps(rest)[1:]
        return b"".join(parts)

    def open(self, stream: str, topic: str, state: bytes, shape: Shape) -> bytes:
        """The state as it was before it was sealed; veiled where the key is gone."""
        sealed, aliases, rest = _parts(state)
        cipher = self.keys.opening(_owner(rest) if shape.key_of else stream) if sealed else None
        if cipher is None:
            return _veiled(aliases, rest, shape)
        return b"%b,%b" % (self._opened(cipher, stream, topic, sealed)[:-1], rest)

    def without(self, stream: str, topic: str, state: bytes, shape: Shape, fields: Collection[str]) -> bytes | None:
        """A sealed state in which these fields hold nothing, sealed anew, everything else as it was; None: they hold
        nothing already, or the key is gone. What has an alias can't be taken out."""
        sealed, _, rest = _parts(state)
        owner = _owner(rest) if shape.key_of else stream
        cipher = self.keys.opening(owner) if sealed else None
        if cipher is None:
            return None
        personal = orjson.loads(self._opened(cipher, stream, topic, sealed))
        if not any(personal.get(name) for name in fields):
            return None
        personal |= {name: shape.empty[name] for name in fields}
        kept = self._sealed(cipher, stream, topic, personal) if any(personal.values()) else b""
        return MARK + kept + state[len(MARK) + len(sealed) :]

    def veil_plain(self, state: bytes, shape: Shape) -> bytes:
        """A state that was never sealed, as if its key were gone."""
        fields = orjson.loads(state)
        for _, name in shape.aliased:
            fields[name] = self.keys.alias(name, fields.get(name, ""))
        return orjson.dumps({**fields, **shape.empty})

    def seal_bytes(self, stream: str, topic: str, data: bytes) -> bytes | None:
        """Something that is personal as a whole; None: its customer was forgotten."""
        cipher = self.keys.sealing(stream)
        if cipher is None:
            return None
        nonce = self._nonce()
        return _SEALED + nonce + cipher.encrypt(nonce, data, f"{stream}\x1f{topic}".encode())

    def open_bytes(self, stream: str, topic: str, sealed: bytes) -> bytes | None:
        """The same, back, also what was never sealed; None: its customer was forgotten."""
        if not sealed.startswith(_SEALED):
            return sealed
        cipher = self.keys.opening(stream)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(sealed[1 : _NONCE + 1], sealed[_NONCE + 1 :], f"{stream}\x1f{topic}".encode())
        except InvalidTag as error:
            raise _wrong_key(stream, topic) from error

    def _sealed(self, cipher: Cipher, stream: str, topic: str, personal: dict[str, Any]) -> bytes:
        nonce = self._nonce()
        data = nonce + cipher.encrypt(nonce, self._dumps(personal), f"{stream}\x1f{topic}".encode())
        return b2a_base64(data, newline=False)

    @staticmethod
    def _opened(cipher: Cipher, stream: str, topic: str, sealed: bytes) -> bytes:
        data = a2b_base64(sealed)
        try:
            return cipher.decrypt(data[:_NONCE], data[_NONCE:], f"{stream}\x1f{topic}".encode())
        except InvalidTag as error:
            raise _wrong_key(stream, topic) from error

    def _nonce(self) -> bytes:
        """96 random bits, never given twice, whichever thread asks."""
        try:
            return self._nonces.pop()
        except IndexError:
            drawn = os.urandom(_NONCE * _NONCES)
            self._nonces += [drawn[start : start + _NONCE] for start in range(_NONCE, len(drawn), _NONCE)]
            return drawn[:_NONCE]


def veiled(state: bytes, shape: Shape) -> bytes:
    """A sealed state as it looks to whoever has no key: aliases and empty values."""
    _, aliases, rest = _parts(state)
    return _veiled(aliases, rest, shape)


def without_plain(state: bytes, shape: Shape, fields: Collection[str]) -> bytes | None:
    """The same as `Sealer.without` of a state that was never sealed."""
    known = orjson.loads(state)
    if not any(known.get(name) for name in fields):
        return None
    return orjson.dumps(known | {name: shape.empty[name] for name in fields if name in known})


def owners(shapes: Mapping[type[Event], Shape], appends: Iterable[Append]) -> set[str]:
    """Whose keys it takes to seal these events."""
    found = set[str]()
    for stream, _, events in appends:
        for event in events:
            shape = shapes.get(type(event))
            if shape is not None:
                found.add(shape.owner(stream, event))
    found.discard("")
    return found


def _parts(state: bytes) -> tuple[bytes, bytes, bytes]:
    """What is sealed, the aliases without their braces, and the rest behind its opening brace. Neither base64 nor an
    alias holds a quote or a brace."""
    end = state.index(b'"', len(MARK))
    sealed = state[len(MARK) : end]
    if not state.startswith(_ALIASES, end):
        return sealed, b"", state[end + 2 :]
    close = state.index(b"}", end)
    return sealed, state[end + len(_ALIASES) : close], state[close + 2 :]


def _owner(rest: bytes) -> str:
    """The first value of what is not personal."""
    start = rest.index(b'":"') + 3
    return rest[start : rest.index(b'"', start)].decode()


def _veiled(aliases: bytes, rest: bytes, shape: Shape) -> bytes:
    return b"{" + b",".join(part for part in (aliases, shape.empties, rest) if part)


def _wrong_key(stream: str, topic: str) -> WrongKeyError:
    return WrongKeyError(
        f"{topic} in {stream} can't be opened with the key that is kept for it: the event store and "
        "keys/personal.sqlite are not of the same installation, or one of them is damaged; restore both from backups"
    )
