"""What a contact that we make says, and to whom beside the customer: the same from the wish until it was made."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from hub.domain.contact import Attachment

WORDS = ("subject", "text", "html", "cc", "attachments")
LONGEST_SUBJECT = 998
_ANSWERED = re.compile(r"^(?:\s*(?:re|aw|sv|antw|پاسخ)\s*(?:\[\d+\])?\s*:)+", re.IGNORECASE)
"""What mail programs put before the subject of an answer."""


class Worded(Protocol):
    """A contact that is wanted, planned, dispatched or sent."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def cc(self) -> tuple[str, ...]: ...
    @property
    def attachments(self) -> tuple[Attachment, ...]: ...


def words_of(one: Worded) -> Mapping[str, Any]:
    """By field."""
    return {name: getattr(one, name) for name in WORDS}


def says_something(one: Worded) -> bool:
    """Whether anything is left to say: whom else it goes to says nothing."""
    return bool(one.subject.strip() or one.text.strip() or one.html.strip() or one.attachments)


def subject_of_forward(subject: str) -> str:
    """`Fwd:` before it, also where there is none."""
    return f"Fwd: {subject.strip()}"[:LONGEST_SUBJECT].rstrip()


def subject_of_answer(subject: str) -> str:
    """`Re:` once, however often it was answered before and in whatever language; of none none."""
    about = _ANSWERED.sub("", subject).strip()
    return f"Re: {about}"[:LONGEST_SUBJECT].rstrip() if about else ""
