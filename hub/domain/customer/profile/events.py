"""The facts of a customer's profile."""

from typing import Annotated

from hub.domain.event import Event
from hub.domain.personal import PERSONAL


class ProfileFieldChanged(Event):
    """Somebody (`actor`) said at `at` what a field holds; a correction is one more such fact. The value is text in the
    spelling of the field's type; which fields there are is for the path policy."""

    field: str
    value: Annotated[str, PERSONAL]
    path: str = ""
    """On which path it was said: a channel, a form, an import."""
    is_cleared: bool = False
    """Whether it holds nothing any more, which an empty value alone does not tell."""
