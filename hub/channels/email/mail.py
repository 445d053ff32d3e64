"""A mail as the adapter understands it, and what a mail server reports of one that we sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """`address` is in lower case; `name` is what stands beside it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class File:
    """A part that is kept as a file. `content_id`: what the HTML calls it, where it is shown there."""

    data: bytes
    media_type: str
    name: str
    content_id: str = ""


class ReportAction(StrEnum):
    """What became of a mail that we sent, as RFC 3464 says it."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: `about` are the Message-IDs that it may be about, the likeliest first."""

    action: ReportAction
    reason: str
    about: tuple[str, ...]
    is_of_copy: bool = False
    """It tells of those alone who had the mail as a copy."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What one mail says. Texts hold neither NUL nor halves of characters. `recipients` are the addresses it was
    written to, `text` the words that are new, `html` safe to show; whatever is in neither stands in the original."""

    id: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sent_at: datetime | None
    """None: it has no time of its own, or one that can't be."""
    sender: Address | None
    recipients: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: str
    """The address that answers are asked for at; empty: no other than the sender's."""
    subject: str
    text: str
    html: str
    files: tuple[File, ...]
    is_auto: bool
    report: Report | None
    is_damaged: bool
    """It could not be read to the end: only the original is whole."""
