"""Answers as JSON, made once and by orjson."""

from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from hub.application.views.read_models import Page, Row
from hub.domain.errors import NotFoundError
from hub.domain.event import Event


class EventAnswer(BaseModel):
    """An event that a command led to. `event` holds its fields."""

    type: str
    stream: str
    version: int
    event: dict[str, Any]


class EventsAnswer(BaseModel):
    """What a command led to, committed; empty where it was so already."""

    events: list[EventAnswer]


def event_json(event: Event) -> bytes:
    """The fields of an event, without the keys to its files: these are got from the contact."""
    return event.model_dump_json(exclude=_keys_of(type(event))).encode()


def json_bytes(value: Any) -> bytes:
    """A value of plain types and times as JSON."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def answer(value: Any, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer."""
    return Response(json_bytes(value), status, media_type="application/json")


def found(row: Row | None, what: str) -> Response:
    """A row, or NotFoundError naming what was looked for."""
    if row is None:
        raise NotFoundError(f"there is no {what}")
    return answer(row)


def page(noun: str, got: Page, cursor: str) -> Response:
    """A part of a list; `cursor` names the query parameter that gets the next one."""
    return answer({noun: got.rows, cursor: got.next})


def events(decided: Sequence[tuple[str, int, Event]], **beside: Any) -> Response:
    """What a command led to, after its commit: (stream, version, event) each; `beside`: what else is told."""
    parts = [
        b'{"type":"%b","stream":%b,"version":%d,"event":%b}'
        % (type(event).__name__.encode(), orjson.dumps(stream), version, event_json(event))
        for stream, version, event in decided
    ]
    others = [b",%b:%b" % (orjson.dumps(name), json_bytes(value)) for name, value in beside.items()]
    body = b'{"events":[' + b",".join(parts) + b"]" + b"".join(others) + b"}"
    return Response(body, media_type="application/json")


_KEYS: Mapping[str, Any] = {"attachments": {"__all__": {"uri"}}, "attachment": {"uri"}}


@cache
def _keys_of(kind: type[Event]) -> dict[str, Any] | None:
    """Where an event of this kind holds such keys; None: nowhere."""
    return {name: part for name, part in _KEYS.items() if name in kind.model_fields} or None
