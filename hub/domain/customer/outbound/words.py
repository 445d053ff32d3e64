"""What a contact that we make says, and to whom beside the customer: the same from the wish until it was made."""

from collections.abc import Mapping
from typing import Any, Protocol

from hub.domain.contact import Attachment

WORDS = ("subject", "text", "html", "cc", "attachments")


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
    return bool(one.subject or one.text or one.html or one.attachments)
