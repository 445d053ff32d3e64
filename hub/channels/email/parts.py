"""Takes a mail apart: which parts are words, which are files, within limits."""

from collections.abc import Iterator
from email.generator import BytesGenerator
from email.message import Message
from email.policy import compat32
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

from hub.channels.email.words import decoded, header, header_text, quietly

MOST_PARTS = 1_000
"""Looked at in one mail."""
DEEPEST = 50
"""Parts within one another."""
_WHOLE = frozenset({"message/rfc822", "message/global", "message/delivery-status"})
"""Not taken apart any further."""


class Part(NamedTuple):
    """A part that holds no others of interest."""

    message: "Message[Any, Any]"
    media_type: str
    name: str
    content_id: str
    is_file: bool
    """It says of itself that it is one."""
    alternative: int
    """Which `multipart/alternative` it is a choice of; 0: of none."""


def parts_of(message: "Message[Any, Any]") -> tuple[Part, ...]:
    """Those of the first MOST_PARTS."""
    return tuple(part for part, _ in zip(_leaves(message, 0, 0), range(MOST_PARTS), strict=False))


def content(part: Part) -> bytes:
    """Its bytes, the transfer encoding undone; of a mail within the mail all of it."""
    message = part.message
    if not message.is_multipart():
        data = quietly(lambda: message.get_payload(decode=True), None)
        return data if isinstance(data, bytes) else quietly(lambda: _raw_payload(message), b"")
    inner = _children(message)
    return b"\r\n".join(quietly(partial(_written, one), b"") for one in inner)


def text_of(part: Part) -> str:
    """Its words, in whatever charset they are."""
    charset = quietly(lambda: str(part.message.get_param("charset", "") or ""), "")
    return decoded(content(part), charset).replace("\r\n", "\n").replace("\r", "\n")


def _leaves(message: "Message[Any, Any]", depth: int, alternative: int) -> Iterator[Part]:
    kind = quietly(message.get_content_type, "application/octet-stream")
    if message.is_multipart() and kind not in _WHOLE and depth < DEEPEST:
        below = id(message) if kind == "multipart/alternative" else alternative
        for one in _children(message):
            yield from _leaves(one, depth + 1, below)
        return
    name = _name(message)
    disposition = header(message, "Content-Disposition").split(";")[0].strip().lower()
    content_id = header(message, "Content-ID").strip().strip("<>")[:200]
    yield Part(message, kind, name, content_id, disposition == "attachment" or bool(name), alternative)


def _children(message: "Message[Any, Any]") -> list["Message[Any, Any]"]:
    nobody: list[Message[Any, Any]] = []
    return quietly(lambda: list(message.get_payload()), nobody)


def _name(message: "Message[Any, Any]") -> str:
    return header_text(quietly(lambda: message.get_filename() or "", ""))


def _raw_payload(message: "Message[Any, Any]") -> bytes:
    return str(message.get_payload()).encode("utf-8", "surrogateescape")


def _written(message: "Message[Any, Any]") -> bytes:
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=compat32).flatten(message)
    return out.getvalue()
