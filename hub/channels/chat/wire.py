"""What the widget and the adapter say to each other: JSON, one object a message."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hub.channels.chat.settings import Kind
from hub.domain.errors import InvalidError

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""A message's, given by the widget: random, and the same when it is sent again."""
LARGEST = 64 * 1024
"""Bytes of a message."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Hello(_Said):
    """Always first. `after`: the last line this tab has."""

    do: Literal["hello"]
    visitor: str = Field(default="", max_length=200)
    identity: str = Field(default="", max_length=4_000)
    after: int = Field(default=0, ge=0, lt=2**53)
    language: str = Field(default="", pattern=r"^[A-Za-z-]{0,16}$")


class Form(_Said):
    """What the form before the chat asked; `consents` by their number, from 0."""

    do: Literal["form"]
    name: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=320)
    phone: str = Field(default="", max_length=32)
    consents: tuple[Annotated[int, Field(ge=0, le=100)], ...] = Field(default=(), max_length=20)


class Say(_Said):
    """A message."""

    do: Literal["say"]
    id: Name
    text: str = Field(default="", max_length=20_000)
    files: tuple[Name, ...] = Field(default=(), max_length=10)


class Typing(_Said):
    """They began, or left off."""

    do: Literal["typing"]
    on: bool


class Seen(_Said):
    """Everything up to this line has arrived; `read`: and was looked at."""

    do: Literal["seen"]
    seq: int = Field(ge=0, lt=2**53)
    read: bool = False


class Leave(_Said):
    """They end the chat."""

    do: Literal["leave"]


class Ping(_Said):
    """Is anybody there?"""

    do: Literal["ping"]


class AskCode(_Said):
    """A code is to be sent to this address, which they say is theirs."""

    do: Literal["ask_code"]
    kind: Kind
    value: str = Field(min_length=3, max_length=320)


class TellCode(_Said):
    """The code that came."""

    do: Literal["tell_code"]
    code: str = Field(min_length=1, max_length=32)


class Transcript(_Said):
    """They want what was said by mail."""

    do: Literal["transcript"]


Said = Hello | Form | Say | Typing | Seen | Leave | Ping | AskCode | TellCode | Transcript


class _Named(_Said):
    do: Literal["say"]
    id: Name


_NAMED = TypeAdapter(_Named)
_SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="do")])


def parse(text: str | bytes) -> Said:
    """Raises InvalidError."""
    try:
        return _SAID.validate_json(text)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(one) for one in problem["loc"][1:]) or "do"
        raise InvalidError(f"this is nothing a chat says: {problem['msg']}"[:300], field[:64]) from None


def message_id(text: str | bytes) -> str:
    """Of a message that could not be read otherwise, half a letter in its words, say: so that its sender hears which
    it was. Empty: it has none."""
    try:
        return _NAMED.validate_python(json.loads(text)).id
    except (ValueError, RecursionError):
        return ""


def render(told: str, **more: Any) -> str:
    """What the adapter says; what is empty is left out."""
    body = {"is": told} | {name: one for name, one in more.items() if one not in ("", None, (), [], {})}
    return orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()


def line(seq: int, who: str, at: datetime, name: str, text: str, files: Any = (), agent: str = "") -> dict[str, Any]:
    """One line of a conversation, as it is kept and told. `who`: `visitor`, `agent`. `name`: what the widget called
    it, or the hub."""
    when = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told = {"seq": seq, "who": who, "at": when, "id": name, "text": text, "files": list(files), "agent": agent}
    return {field: one for field, one in told.items() if one not in ("", [])}
