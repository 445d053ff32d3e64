"""Bytes and headers of any mail made into words, whatever charset they claim to be in."""

import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any, TypeVar

T = TypeVar("T")
_ENCODED = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "utf_7"})
_REALLY = {
    "gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "x-sjis": "cp932",
    "shift_jis": "cp932", "iso-8859-1": "cp1252", "us-ascii": "utf-8", "iso-8859-8-i": "iso-8859-8",
}  # fmt: skip
"""Charsets that mail programs name when they mean a wider one."""


def decoded(data: bytes, charset: str = "") -> str:
    """In the charset it claims, else in UTF-8, else in the one that takes any byte."""
    for name in (charset, "utf-8"):
        codec = _codec(name)
        if codec is not None:
            try:
                return clean(codec.decode(data)[0])
            except (UnicodeError, ValueError):
                continue
    return clean(data.decode("cp1252", "replace"))


def clean(text: str) -> str:
    """Without what a store can't keep: NUL characters and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def header_text(raw: str) -> str:
    """A header's words on one line, encoded ones decoded."""
    joined = _BETWEEN.sub(r"\1", unescaped(raw))
    parts: list[str] = []
    end = 0
    for charset, data, start, stop in _encoded_words(joined):
        parts += [joined[end:start], decoded(data, charset)]
        end = stop
    text = "".join([*parts, joined[end:]])
    return " ".join(clean(text).split())


def unescaped(raw: str) -> str:
    """A header as it stood on the wire: bytes that the parser carried through as half characters are text again."""
    if raw.isascii():
        return raw
    return decoded(raw.encode("utf-8", "surrogateescape"))


def headers(message: "Message[Any, Any]", name: str) -> list[str]:
    """All values of a header as they stood there."""
    wanted = name.lower()
    return [str(value) for one, value in message.raw_items() if one.lower() == wanted]


def header(message: "Message[Any, Any]", name: str) -> str:
    """The first of them; empty: there is none."""
    return next(iter(headers(message, name)), "")


def quietly(read: Callable[[], T], otherwise: T) -> T:
    """What `read` makes of a part, or else that. On broken mail the standard parser's accessors raise whatever they
    stumble over: LookupError, TypeError, AssertionError, RecursionError and others."""
    try:
        return read()
    except Exception:
        return otherwise


def _codec(name: str) -> codecs.CodecInfo | None:
    plain = name.strip().strip("\"'").lower()
    plain = _REALLY.get(plain, plain)
    if not plain or plain in _NOT_FOR_MAIL:
        return None
    try:
        codec = codecs.lookup(plain)
    except (LookupError, ValueError, UnicodeError):
        return None
    is_text = getattr(codec, "_is_text_encoding", True)
    return codec if is_text and codec.name not in _NOT_FOR_MAIL else None


def _encoded_words(text: str) -> Iterator[tuple[str, bytes, int, int]]:
    """Charset, bytes and place of each run; a character may be cut between two words of one charset."""
    run: tuple[str, bytes, int, int] | None = None
    for found in _ENCODED.finditer(text):
        charset, data = found[1].lower(), _unwrapped(found[2], found[3])
        if run is not None and run[0] == charset and run[3] == found.start():
            run = (charset, run[1] + data, run[2], found.end())
            continue
        if run is not None:
            yield run
        run = (charset, data, found.start(), found.end())
    if run is not None:
        yield run


def _unwrapped(how: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if how in "qQ":
        return binascii.a2b_qp(raw, header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    try:
        return binascii.a2b_base64(kept[: len(kept) - (len(kept) % 4 == 1)] + b"==")
    except binascii.Error:
        return raw
