"""Tells mails that machines wrote from those of people (RFC 3834): nothing is ever sent in answer to them."""

import re
from collections.abc import Set
from email.message import Message
from typing import Any

from hub.channels.email.addresses import addresses
from hub.channels.email.words import header, headers, quietly

_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_SUPPRESS = frozenset({"all", "oof", "autoreply"})
_MACHINES = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@", "donotreply@", "do-not-reply@")
_LIST_ID = re.compile(r"<([^<>]+)>\s*$")
_MARKS = frozenset({"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from"})


def is_auto(
    message: "Message[Any, Any]", envelope_from: str | None, sender: str, lists: Set[str] = frozenset()
) -> bool:
    """`envelope_from` as the mail server said it; None: it is not known. `sender`: the address it says it is from.
    `lists`: by which people write to us; that a mail came by one of them says nothing."""
    is_ours = _came_by(message, lists)
    bulk = _BULK - {"list"} if is_ours else _BULK
    submitted = header(message, "Auto-Submitted").split(";")[0].strip().lower()
    suppressed = {one.strip().lower() for one in header(message, "X-Auto-Response-Suppress").split(",")}
    return (
        envelope_from == ""
        or header(message, "Return-Path").strip() == "<>"
        or submitted not in ("", "no")
        or any(one.strip().lower() in bulk for one in headers(message, "Precedence"))
        or bool(suppressed & _SUPPRESS)
        or any(
            (not is_ours and name.lower().startswith("list-")) or name.lower() in _MARKS
            for name, _ in message.raw_items()
        )
        or (sender.startswith(_MACHINES) and not _asks_for_answers(message))
        or quietly(message.get_content_type, "") == "multipart/report"
    )


def _came_by(message: "Message[Any, Any]", lists: Set[str]) -> bool:
    """A list's id (RFC 2919) is its address with a dot for the @, so that either may be named."""
    named = _LIST_ID.search(header(message, "List-Id")[:1000])
    return named is not None and named[1].strip().lower() in {one.lower().replace("@", ".") for one in lists}


def _asks_for_answers(message: "Message[Any, Any]") -> bool:
    """At an address of a person's: what somebody wrote in the form of a web page comes so."""
    asked = addresses(headers(message, "Reply-To"), most=1)
    return bool(asked) and not asked[0].address.startswith(_MACHINES)
