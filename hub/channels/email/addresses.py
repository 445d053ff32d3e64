"""Addresses, Message-IDs and dates out of headers that may hold anything."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from functools import partial

from hub.channels.email.mail import Address
from hub.channels.email.words import header_text, quietly, unescaped

LONGEST_HEADER = 20_000
"""Characters of a header that are looked at."""
MOST_IDS = 100
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\\\[\]]{1,64}@[^\s@<>,;:\"()\\]{1,253}")
_QUOTED = re.compile(r'"[^"\r\n]{1,62}"@[^\s@<>,;:"()\\]{1,253}')
_MESSAGE_ID = re.compile(r"<([^<>\r\n]{1,995})>")


def addresses(values: Iterable[str], most: int = 100) -> tuple[Address, ...]:
    """Those that are written as an address must be, each once."""
    found: dict[str, Address] = {}
    for value in values:
        text = unescaped(value)[:LONGEST_HEADER].replace("\r", "").replace("\n", " ").replace("\0", "")
        if text.count("(") > 20:  # the parser calls itself for each comment within a comment
            text = text.replace("(", " ").replace(")", " ")
        nobody: list[tuple[str, str]] = []
        for name, address in quietly(partial(getaddresses, [text]), nobody):
            written = address.strip().lower()
            if is_address(written) and len(found) < most:
                found.setdefault(written, Address(header_text(name)[:200], written))
    return tuple(found.values())


def is_address(text: str) -> bool:
    """Whether mail can be sent there."""
    return len(text) <= 320 and bool(_ADDRESS.fullmatch(text) or _QUOTED.fullmatch(text))


def message_ids(value: str) -> tuple[str, ...]:
    """All of a header, without brackets and blanks, each once; a header that has no brackets is one, if it looks so."""
    text = unescaped(value)[:LONGEST_HEADER].replace("\0", "")
    found = ["".join(one.split()) for one in _MESSAGE_ID.findall(text)]
    if not found and "<" not in text and 0 < len(text.split()) <= MOST_IDS:
        found = [one for one in text.split() if "@" in one]
    ids = [one for one in dict.fromkeys(found) if one and one.isprintable()]
    return tuple(ids if len(ids) <= MOST_IDS else [ids[0], *ids[-MOST_IDS + 1 :]])


def moment(value: str) -> datetime | None:
    """A date header's moment in UTC; without a zone it is UTC."""
    told = quietly(lambda: parsedate_to_datetime(value[:200]), None)
    if told is None:
        return None
    return quietly(lambda: (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC), None)
