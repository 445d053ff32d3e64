"""How an event becomes bytes and back, also when its shape has changed since it was written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from hub.domain.customer.identity import CUSTOMER
from hub.domain.event import Event
from hub.journal.errors import NewerStoreError, StoredEventError
from hub.journal.event_classes import EVENT_CLASSES, UPCASTERS, Upcaster
from hub.journal.sealing import MARK, Keys, Sealer, Shape, owners, shape_of, veiled, without_plain
from hub.ports import Append, Recorded

EncodedEvent = tuple[str, int, str, bytes]
"""Stream, version, topic, state."""

_AT = b'"at":"'
"""What leads up to the time of an event. Within a text its quotes would be escaped, and no key of that name comes
earlier."""
_OPTIONS = orjson.OPT_UTC_Z
_dumps = orjson.dumps


class Codec:
    """Encodes and decodes the events of these classes. The topic is `<class name>/<schema version>`, the state JSON:
    with `keys` its personal fields are sealed under those of the customers. Without, they are stored as they are, and
    what was sealed comes back veiled: personal fields empty, or their alias in their place."""

    def __init__(
        self,
        classes: Sequence[type[Event]] = EVENT_CLASSES,
        upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
        keys: Keys | None = None,
    ) -> None:
        self._upcasters = upcasters
        self._sealer = Sealer(keys, _json) if keys else None
        self._shapes = {cls: shape for cls in classes if (shape := shape_of(cls)) is not None}
        self._sealed: Mapping[type[Event], Shape] = self._shapes if keys else {}
        self._topics: dict[type[Event], str] = {cls: f"{cls.__name__}/{cls.SCHEMA}" for cls in classes}
        self._current: dict[str, type[Event]] = {topic: cls for cls, topic in self._topics.items()}
        self._by_name = {cls.__name__: cls for cls in classes}
        if len(self._by_name) != len(classes):
            raise ValueError("two event classes have the same name: a topic must lead to one class")
        self._shape_of: dict[str, Shape | None] = {}
        """By topic, as far as asked for."""

    def make_keys(self, appends: Iterable[Append]) -> None:
        """Have every key durable that these events are sealed under: many at once cost as much as one."""
        if self._sealer is not None:
            self._sealer.keys.make(owners(self._sealed, appends))

    def look_up_keys(self, streams: Iterable[str]) -> None:
        """The events of these streams are about to be decoded."""
        if self._sealer is not None:
            self._sealer.keys.look_up([stream for stream in streams if stream.startswith(CUSTOMER)])

    def close(self) -> None:
        """Give the keys back."""
        if self._sealer is not None:
            self._sealer.keys.close()

    def encode(self, stream: str, event: Event) -> tuple[str, bytes]:
        """Topic and state of an event of this stream."""
        try:
            topic = self._topics[type(event)]
            return topic, self._state(stream, topic, event)
        except KeyError:
            name = type(event).__name__
            raise StoredEventError(f"{name} for {stream} is not in the list of stored event classes: add it") from None
        except orjson.JSONEncodeError as error:
            raise StoredEventError(f"{type(event).__name__} for {stream} can't be written as JSON: {error}") from None

    def rows(self, stream: str, after: int, events: Iterable[Event]) -> list[EncodedEvent]:
        """Stream, version, topic and state of each of these events, which follow version `after` of their stream."""
        if self._sealer is not None:
            return self._sealed_rows(self._sealer, stream, after, events)
        topics = self._topics
        try:
            return [
                (stream, version, topics[type(event)], _dumps(event.__dict__, _plain, _OPTIONS))
                for version, event in enumerate(events, after + 1)
            ]
        except (KeyError, orjson.JSONEncodeError):
            return [(stream, version, *self.encode(stream, event)) for version, event in enumerate(events, after + 1)]

    def _sealed_rows(self, sealer: Sealer, stream: str, after: int, events: Iterable[Event]) -> list[EncodedEvent]:
        topics, shapes, seal = self._topics, self._sealed, sealer.seal
        rows: list[EncodedEvent] = []
        try:
            for version, event in enumerate(events, after + 1):
                topic, shape = topics[type(event)], shapes.get(type(event))
                state = _json(event.__dict__) if shape is None else seal(stream, topic, event, shape)
                rows.append((stream, version, topic, state))
        except (KeyError, orjson.JSONEncodeError):
            return [(stream, version, *self.encode(stream, event)) for version, event in enumerate(events, after + 1)]
        return rows

    def _state(self, stream: str, topic: str, event: Event) -> bytes:
        shape = self._sealed.get(type(event))
        if shape is None or self._sealer is None:
            return _dumps(event.__dict__, _plain, _OPTIONS)
        return self._sealer.seal(stream, topic, event, shape)

    def decode(self, stream: str, topic: str, state: bytes) -> Event:
        """The event that was stored, in its present shape. What is personal of somebody who was forgotten is empty."""
        if state.startswith(MARK):
            state = self._opened(stream, topic, state)
        return self._read(stream, topic, state)

    def decode_veiled(self, stream: str, topic: str, state: bytes) -> Event:
        """The same for those who need not know who somebody is: as if everybody were forgotten. It takes no key."""
        shape = self._shape(topic)
        if shape is not None:
            if state.startswith(MARK):
                state = veiled(state, shape)
            elif self._sealer is not None:
                state = self._sealer.veil_plain(state, shape)
        return self._read(stream, topic, state)

    def glance(self, topic: str, state: bytes) -> tuple[type[Event], str] | None:
        """The class of a stored event and when it happened, as it is written; nothing else of it is read. None: it is
        not of this version, or damaged: decoding tells."""
        cls = self._current.get(topic)
        start = state.find(_AT) + len(_AT)
        end = state.find(b'"', start)
        return None if cls is None or start < len(_AT) or end < 0 else (cls, state[start:end].decode())

    def without(self, stream: str, topic: str, state: bytes, fields: Collection[str]) -> bytes | None:
        """A stored state in which these personal fields hold nothing any more; None: so it is already. All that is not
        personal stays byte for byte."""
        shape = self._shape(topic)
        if shape is None:
            return None
        if not state.startswith(MARK):
            return without_plain(state, shape, fields)
        return None if self._sealer is None else self._sealer.without(stream, topic, state, shape, fields)

    def is_unsealed(self, topic: str, state: bytes) -> bool:
        """Whether something personal stands in this state for everybody to read: an older version wrote it."""
        shape = self._shape(topic)
        if shape is None or state.startswith(MARK):
            return False
        fields = orjson.loads(state)
        return any(fields.get(name) for name in shape.fields)

    def seal(self, stream: str, topic: str, data: bytes) -> bytes | None:
        """What is kept of a customer beside the events, as it is stored; None: the customer was forgotten."""
        return data if self._sealer is None else self._sealer.seal_bytes(stream, topic, data)

    def unseal(self, stream: str, topic: str, data: bytes) -> bytes | None:
        """The same, back."""
        return data if self._sealer is None else self._sealer.open_bytes(stream, topic, data)

    def _opened(self, stream: str, topic: str, state: bytes) -> bytes:
        shape = self._shape(topic)
        if shape is None:  # what this class is will be told when it is read
            return state
        if self._sealer is None:
            return veiled(state, shape)
        return self._sealer.open(stream, topic, state, shape)

    def _shape(self, topic: str) -> Shape | None:
        """What is personal in the class of a topic, whatever version of it."""
        try:
            return self._shape_of[topic]
        except KeyError:
            shape = self._shapes.get(self._by_name.get(topic.partition("/")[0], Event))
            return self._shape_of.setdefault(topic, shape)

    def _read(self, stream: str, topic: str, state: bytes) -> Event:
        cls = self._current.get(topic)
        if cls is None:
            cls, state = self._upcast(stream, topic, state)
        try:
            return cls.__pydantic_validator__.validate_json(state)  # type: ignore[no-any-return]
        except ValidationError as error:
            raise StoredEventError(f"{topic} in {stream} can't be read: {_explain(error)}") from None

    def recorded(self, row: tuple[int, str, int, str, bytes]) -> Recorded:
        """A row of the log (position, stream, version, topic, state) with its event decoded."""
        return Recorded(row[0], row[1], row[2], self.decode(row[1], row[3], row[4]))

    def _upcast(self, stream: str, topic: str, state: bytes) -> tuple[type[Event], bytes]:
        name, _, digits = topic.partition("/")
        cls = self._by_name.get(name)
        if cls is None or not digits.isdigit():
            raise NewerStoreError(
                f"{stream} holds an event {topic!r} that this version of the hub does not know: "
                "the store was written by a newer version, run that one"
            )
        version = int(digits)
        if version > cls.SCHEMA:
            raise NewerStoreError(
                f"{stream} holds {name} of schema version {version}, this version of the hub knows {cls.SCHEMA}: "
                "the store was written by a newer version, run that one"
            )
        data = orjson.loads(state)
        for step in range(version, cls.SCHEMA):
            upcaster = self._upcasters.get((name, step))
            if upcaster is None:
                raise StoredEventError(f"{topic} in {stream}: there is no upcaster from schema version {step}")
            data = upcaster(data)
        return cls, orjson.dumps(data)


def _explain(error: ValidationError) -> str:
    """Which fields are wrong and why, without their values: they may be personal."""
    problems = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'the whole'}: {problem['msg']}" for problem in problems)


def _json(fields: dict[str, Any]) -> bytes:
    return _dumps(fields, _plain, _OPTIONS)


def _plain(value: Any) -> Any:
    """What orjson does not know: values made of pydantic models."""
    if isinstance(value, BaseModel):
        return value.__dict__
    raise TypeError(f"a {type(value).__name__} has no place in an event")
