"""Tells mails that machines wrote from those of people (RFC 3834): nothing is ever sent in answer to them."""

from email.message import Message
from typing import Any

from hub.channels.email.addresses import addresses
from hub.channels.email.words import header, headers, quietly

_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_SUPPRESS = frozenset({"all", "oof", "autoreply"})
_MACHINES = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@", "donotreply@", "do-not-reply@")
_MARKS = frozenset({"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from"})


def is_auto(message: "Message[Any, Any]", envelope_from: str | None, sender: str) -> bool:
    """`envelope_from` as the mail server said it; None: it is not known. `sender`: the address it says it is from."""
    submitted = header(message, "Auto-Submitted").split(";")[0].strip().lower()
    suppressed = {one.strip().lower() for one in header(message, "X-Auto-Response-Suppress").split(",")}
    return (
        envelope_from == ""
        or header(message, "Return-Path").strip() == "<>"
        or submitted not in ("", "no")
        or any(one.strip().lower() in _BULK for one in headers(message, "Precedence"))
        or bool(suppressed & _SUPPRESS)
        or any(name.lower().startswith("list-") or name.lower() in _MARKS for name, _ in message.raw_items())
        or (sender.startswith(_MACHINES) and not _asks_for_answers(message))
        or quietly(message.get_content_type, "") == "multipart/report"
    )


def _asks_for_answers(message: "Message[Any, Any]") -> bool:
    """At an address of a person's: what somebody wrote in the form of a web page comes so."""
    asked = addresses(headers(message, "Reply-To"), most=1)
    return bool(asked) and not asked[0].address.startswith(_MACHINES)
