"""Reads delivery reports (RFC 3464 and the like): what became of a mail that we sent, and which one it was."""

import re
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any

from hub.channels.email.addresses import addresses, message_ids
from hub.channels.email.mail import Report, ReportAction
from hub.channels.email.parts import Part, content
from hub.channels.email.words import decoded, header, header_text, headers, quietly

MOST_SEARCHED = 200_000
_ID_LINE = re.compile(rb"(?im)^[> \t]*(?:X-)?(?:Original-)?Message-ID:[ \t\r\n]*(<[^<>\r\n]{3,995}>)")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ACTIONS = {one.value: one for one in ReportAction}
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})


def delivery_report(message: "Message[Any, Any]", parts: tuple[Part, ...], raw: bytes, is_empty: bool) -> Report | None:
    """`is_empty`: it came from nobody, as reports do. None: it is none, nor is what says that a mail was read."""
    kind = quietly(message.get_content_type, "")
    status = next((part for part in parts if part.media_type == "message/delivery-status"), None)
    if status is None and not (is_empty and kind != "multipart/report"):
        return None
    told = _told(status) if status is not None else []
    copies = _copies(parts)
    fields = next((one for one in told if _recipient(one) not in copies), told[0] if told else {})
    reason = header_text(fields.get("diagnostic-code", "") or fields.get("status", ""))
    about = _about(message, parts, raw)
    if status is None and not about:
        return None
    return Report(_action(fields, reason), _short(reason), about, _recipient(fields) in copies)


def _told(part: Part) -> list[dict[str, str]]:
    """What it says, one each recipient."""
    blocks: list[dict[str, str]] = []
    for block in re.split(r"\n[ \t]*\n", decoded(content(part)).replace("\r", "")):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        pairs = (line.partition(":") for line in unfolded.splitlines())
        blocks.append({name.strip().lower(): value.strip() for name, colon, value in pairs if colon})
    return [one for one in blocks if "action" in one] or [one for one in blocks if "status" in one]


def _recipient(fields: dict[str, str]) -> str:
    """As the mail was addressed, before anybody passed it on."""
    named = fields.get("original-recipient", "") or fields.get("final-recipient", "")
    return next((one.address for one in addresses([named.partition(";")[2]])), "")


def _copies(parts: tuple[Part, ...]) -> frozenset[str]:
    """Who had the returned mail as a copy alone."""
    returned = next((content(part)[:MOST_SEARCHED] for part in parts if part.media_type in _RETURNED), b"")
    mail = BytesHeaderParser(policy=compat32).parsebytes(returned.lstrip())
    to = {one.address for one in addresses(headers(mail, "To"))}
    return frozenset(one.address for one in addresses(headers(mail, "Cc"))) - to


def _action(fields: dict[str, str], reason: str) -> ReportAction:
    told = _ACTIONS.get(fields.get("action", "").split(" ")[0].strip().lower())
    if told is not None:
        return told
    found = _STATUS.search(fields.get("status", "") or reason)
    if found is not None and found[0][0] in "24":
        return ReportAction.DELAYED if found[0][0] == "4" else ReportAction.DELIVERED
    return ReportAction.FAILED


def _about(message: "Message[Any, Any]", parts: tuple[Part, ...], raw: bytes) -> tuple[str, ...]:
    """First those of the returned mail, then those it answers."""
    found: list[str] = []
    for part in parts:
        if part.media_type in _RETURNED:
            head = content(part)[:MOST_SEARCHED]
            found += [one for value in _ID_LINE.findall(head) for one in message_ids(decoded(value))]
    found += message_ids(header(message, "In-Reply-To"))
    found += reversed(message_ids(header(message, "References")))
    own = message_ids(header(message, "Message-ID"))
    found += [
        one for value in _ID_LINE.findall(raw[:MOST_SEARCHED]) for one in message_ids(decoded(value)) if one not in own
    ]
    return tuple(dict.fromkeys(found))


def _short(reason: str) -> str:
    return reason.removeprefix("smtp;").strip()[:180] or "the mail came back"
