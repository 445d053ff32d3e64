"""The wire form of what adapters report: CloudEvents 1.0 as structured JSON, and the hub's answer to it."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from hub.domain.contact import Contact, ConversationEvent, utc
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput

CONTACT_TYPE = "hub.contact.v1"
CONVERSATION_TYPE = "hub.conversation.v1"
REFUSED_TYPE = "hub.refused.v1"
Report = Contact | ConversationEvent | RefusedInput
"""What an adapter reports."""
_ENVELOPE = {"specversion": "1.0", "datacontenttype": "application/json"}


class Confirmation(BaseModel):
    """What the hub tells a sender. `accepted`: durable in the store; `rejected`: set aside with `reason`, and `field`
    where one is to blame. Either way the sender need not send it again. `set_aside`: its number in `hub rejected`, 0
    where it is not kept there. `said_before`: of `unsubscribed` and `consent_given`, it was so already, and not by this
    very report: nothing changed."""

    model_config = ConfigDict(frozen=True)

    id: str
    status: Literal["accepted", "rejected"]
    customer_id: str = ""
    duplicate: bool = False
    reason: str = ""
    field: str = ""
    set_aside: int = 0
    said_before: bool = False

    def to_bytes(self) -> bytes:
        """As JSON."""
        return orjson.dumps(self.__dict__)

    @classmethod
    def from_bytes(cls, body: bytes) -> "Confirmation":
        """From JSON; raises InvalidError if it is none."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise InvalidError(f"this is no confirmation of a hub: {_message(error.errors()[0])}") from None


class _Envelope(BaseModel):
    """Unknown attributes are CloudEvents extensions, which a receiver ignores."""

    model_config = ConfigDict(frozen=True, strict=True)

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=500)
    time: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] = "application/json"


class _ContactEnvelope(_Envelope):
    type: Literal["hub.contact.v1"]
    data: Contact


class _ConversationEnvelope(_Envelope):
    type: Literal["hub.conversation.v1"]
    data: ConversationEvent


class _RefusedEnvelope(_Envelope):
    type: Literal["hub.refused.v1"]
    data: RefusedInput


_ANY: TypeAdapter[_ContactEnvelope | _ConversationEnvelope | _RefusedEnvelope] = TypeAdapter(
    Annotated[_ContactEnvelope | _ConversationEnvelope | _RefusedEnvelope, Field(discriminator="type")]
)


def parse(body: bytes) -> Report:
    """What an adapter reported. Raises InvalidError, its `field` dotted from the envelope (`data.path.channel`), and
    nothing else, whatever the bytes are."""
    try:
        envelope = _ANY.validate_json(body, strict=True)
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False, include_context=True)) from None
    data = envelope.data
    if data.id != envelope.id:
        raise InvalidError(f"the envelope's id {envelope.id!r} is not the id of its data, {data.id!r}", "id")
    _check_time(data, "data.")
    if b"\\u0000" in body:
        _check_texts(data, "data.")
    return data


def check(data: Report, place: str = "") -> None:
    """What a schema can't say but every store needs: no NUL characters, and a time that exists in UTC. Raises
    InvalidError; `place` is put before the field's name. `parse` has checked already."""
    _check_time(data, place)
    _check_texts(data, place)


def contact_envelope(contact: Contact, source: str) -> bytes:
    """The contact as an adapter sends it; `source` names the adapter: `/adapters/NAME`."""
    return _envelope(CONTACT_TYPE, contact, source)


def conversation_envelope(event: ConversationEvent, source: str) -> bytes:
    """The conversation event as an adapter sends it; `source` names the adapter: `/adapters/NAME`."""
    return _envelope(CONVERSATION_TYPE, event, source)


def body_hash(contact: Contact) -> bytes:
    """32 bytes that are equal for equal contacts, however they were written down: order of keys, offset of the time,
    defaults given or left out, envelope. A field that is added to Contact with a default changes no hash."""
    content = contact.model_dump(exclude_defaults=True)
    content["occurred_at"] = utc(contact.occurred_at)
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def refused_envelope(refused: RefusedInput, source: str) -> bytes:
    """What could not be taken in, as an adapter sends it; `source` names the adapter: `/adapters/NAME`."""
    return _envelope(REFUSED_TYPE, refused, source)


def _envelope(kind: str, data: Report, source: str) -> bytes:
    return orjson.dumps(
        {
            **_ENVELOPE,
            "id": data.id,
            "source": source,
            "type": kind,
            "time": _moment(data),
            "data": orjson.Fragment(data.__pydantic_serializer__.to_json(data)),
        }
    )


def _moment(data: Report) -> datetime:
    return data.received_at if isinstance(data, RefusedInput) else data.occurred_at


def _check_time(data: Report, place: str) -> None:
    try:
        utc(_moment(data))
    except OverflowError:
        name = "received_at" if isinstance(data, RefusedInput) else "occurred_at"
        raise InvalidError("this time is out of range", f"{place}{name}") from None


def _check_texts(data: Report, place: str) -> None:
    for name, text in _texts(data.model_dump(), ""):
        if "\0" in text:
            raise InvalidError("a NUL character can't be kept: leave it out", place + name)


def _invalid(problems: list[ErrorDetails]) -> InvalidError:
    """All problems in one message, the first one's place as the field."""
    first = problems[0]
    message = _message(first)
    others = [f"{_field(problem)}: {_message(problem)}" for problem in problems[1:4]]
    return InvalidError("; ".join([message, *others]), _field(first))


def _field(problem: ErrorDetails) -> str:
    location = problem["loc"]
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return "type"
    return ".".join(str(part) for part in location if part not in (CONTACT_TYPE, CONVERSATION_TYPE))


def _message(problem: ErrorDetails) -> str:
    match problem["type"]:
        case "union_tag_not_found":
            return f"the type is missing: it must be {CONTACT_TYPE} or {CONVERSATION_TYPE}"
        case "union_tag_invalid":
            return f"the type must be {CONTACT_TYPE} or {CONVERSATION_TYPE}"
        case "model_attributes_type" | "model_type":
            return "this must be a JSON object"
        case _:
            text = problem["msg"]
            return text[:1].lower() + text[1:]


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a dumped model, with its dotted place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{place}.{index}")
