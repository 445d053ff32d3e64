"""Reads a mail, whatever its bytes are: nothing is raised, and what it can't tell stands in the original."""

import hashlib
import re
from collections.abc import Set
from datetime import datetime, timedelta
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32
from typing import Any, NamedTuple

from hub.channels.email.addresses import addresses, message_ids, moment
from hub.channels.email.machines import is_auto
from hub.channels.email.mail import File, Mail
from hub.channels.email.markup import plain, sanitised
from hub.channels.email.parts import Part, content, parts_of, text_of
from hub.channels.email.quotes import MOST_TEXT, new_words
from hub.channels.email.refused_files import given, more
from hub.channels.email.reports import delivery_report
from hub.channels.email.words import clean, header, header_text, headers, quietly

MOST_FILES = 40
LONGEST_SUBJECT = 998
_TO = ("Delivered-To", "X-Original-To", "To", "Resent-To")
_TELLING = ("Message-ID", "Date", "From", "To", "Cc", "Subject", "In-Reply-To", "References", "Content-Type")
_MOST_AHEAD = timedelta(days=1)


def parse(
    raw: bytes,
    received: datetime,
    envelope_from: str | None = None,
    lists: Set[str] = frozenset(),
    refused: Set[str] = frozenset(),
) -> Mail:
    """`received`: when it came, aware. `envelope_from`: whom the mail server named as its sender, empty for nobody,
    None where that is not known. `lists`: those by which people write to us. `refused`: files that
    nobody is given, by ending or media type."""
    message, is_damaged = _message(raw)
    parts = _parts(message)
    said = _said(parts)
    files = _files(parts, said, refused)
    words, html = _words(said, files)
    senders = addresses(headers(message, "From")) or addresses(headers(message, "Sender"))
    sender = senders[0] if senders else None
    auto = is_auto(message, envelope_from, sender.address if sender else "", lists)
    is_empty = envelope_from == "" or header(message, "Return-Path").strip() == "<>"
    return Mail(
        id=_fingerprint(message, raw),
        message_id=next(iter(message_ids(header(message, "Message-ID"))), ""),
        in_reply_to=message_ids(header(message, "In-Reply-To")),
        references=message_ids(header(message, "References")),
        sent_at=_sent_at(message, received),
        sender=sender,
        recipients=addresses([value for name in _TO for value in headers(message, name)]),
        cc=addresses(headers(message, "Cc")),
        reply_to=next((one.address for one in addresses(headers(message, "Reply-To"), most=1)), ""),
        subject=header_text(header(message, "Subject"))[:LONGEST_SUBJECT],
        text=words,
        html=html,
        files=files,
        is_auto=auto,
        report=quietly(lambda: delivery_report(message, parts, raw, is_empty), None),
        is_damaged=is_damaged,
    )


def _message(raw: bytes) -> tuple["Message[Any, Any]", bool]:
    """And whether it is damaged: then these are its headers alone."""
    try:
        return BytesParser(policy=compat32).parsebytes(raw), False
    except Exception:  # the parser calls itself for parts within parts, and trips over some broken ones
        head = raw[:100_000]
        return quietly(lambda: BytesHeaderParser(policy=compat32).parsebytes(head), Message()), True


def _parts(message: "Message[Any, Any]") -> tuple[Part, ...]:
    nothing: tuple[Part, ...] = ()
    return quietly(lambda: parts_of(message), nothing)


class _Said(NamedTuple):
    plains: list[Part]
    richs: list[Part]

    def holds(self, part: Part) -> bool:
        """Whether it is to be read, and so is no file."""
        return part in self.plains or part in self.richs


def _said(parts: tuple[Part, ...]) -> _Said:
    """What is to be read; of each choice the last one."""
    plains = [part for part in parts if part.media_type == "text/plain" and not part.is_file]
    richs = [part for part in parts if part.media_type == "text/html" and not part.is_file]
    return _Said(_chosen(plains), _chosen(richs))


def _words(said: _Said, files: tuple[File, ...]) -> tuple[str, str]:
    """Plain parts where there are any, else what the HTML says."""
    numbers = {one.content_id: number for number, one in enumerate(files, 1) if one.content_id}
    html = "\n".join(text_of(part) for part in said.richs)
    shown = quietly(lambda: sanitised(html, numbers), "") if html.strip() else ""
    text = "\n".join(text_of(part) for part in said.plains).strip()
    if not text and shown:
        text = quietly(lambda: plain(shown), "")
    return clean(new_words(text[: 4 * MOST_TEXT])), shown


def _chosen(parts: list[Part]) -> list[Part]:
    last = {part.alternative: part for part in parts}
    return [part for part in parts if not part.alternative or last[part.alternative] is part]


def _files(parts: tuple[Part, ...], said: _Said, refused: Set[str]) -> tuple[File, ...]:
    """All that is not words already; notes say what is found in the original alone."""
    files: list[File] = []
    left_out = 0
    for part in parts:
        if said.holds(part) or (part.media_type.startswith("text/") and _is_second_choice(part)):
            continue
        data = content(part)
        if not data:
            continue
        if len(files) == MOST_FILES:
            left_out += 1
            continue
        file = File(data, _media_type(part), clean(part.name) or _given_name(part), part.content_id)
        files.append(given(file, refused))
    return (*files[:-1], more(left_out + 1)) if left_out else tuple(files)


def _is_second_choice(part: Part) -> bool:
    return bool(part.alternative) and not part.is_file and part.media_type in ("text/plain", "text/html")


def _media_type(part: Part) -> str:
    method = quietly(lambda: str(part.message.get_param("method", "") or ""), "")
    if part.media_type == "text/calendar" and re.fullmatch(r"[A-Za-z]{1,20}", method):
        return f"text/calendar; method={method.upper()}"
    return part.media_type[:200]


def _given_name(part: Part) -> str:
    endings = {"text/calendar": "invite.ics", "message/rfc822": "message.eml", "text/plain": "text.txt"}
    kind, _, form = part.media_type.partition("/")
    ending = form if re.fullmatch(r"[a-z0-9]{2,5}", form) else "bin"
    return endings.get(part.media_type, f"{'image' if kind == 'image' else 'file'}.{ending}")


def _sent_at(message: "Message[Any, Any]", received: datetime) -> datetime | None:
    """By the mail server that took it, else by whoever wrote it: a repeat has the same."""
    stamped = headers(message, "Received")
    told = [stamped[0].rpartition(";")[2]] if stamped else []
    for value in (*told, header(message, "Date")):
        found = moment(value)
        if found is not None and found <= received + _MOST_AHEAD:
            return found
    return None


def _fingerprint(message: "Message[Any, Any]", raw: bytes) -> str:
    """Equal for the same mail, by whatever way and however often it comes; another one under the same Message-ID is
    another."""
    blank = re.search(rb"\r?\n\r?\n", raw)
    body = raw[blank.end() :] if blank else b""
    digest = hashlib.sha256(body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    for name in _TELLING:
        digest.update(b"\x1f" + " ".join(header(message, name).split()).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
