"""The section `[[frequency]]` of a path policy: how many contacts there may be in any time so long."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import Gate, PurposeTable
from hub.policies.findings import Remark, Severity
from hub.policies.sections import Section

_PLACE = "frequency"


class Whose(StrEnum):
    """Whose contacts are counted together."""

    CUSTOMER = "customer"
    ACCOUNT = "account"
    """All people who act for it."""


Channels = Annotated[tuple[Annotated[Channel, Field(strict=False)], ...], Field(strict=False, min_length=1)]
Purposes = Annotated[tuple[Annotated[Purpose, Field(strict=False)], ...], Field(strict=False, min_length=1)]


class Cap(Section):
    """At most so many contacts in any `days` or `hours`, wherever they begin: not in a day of the calendar. What is not
    named does not matter; of purposes only those that are counted."""

    most: int = Field(ge=1, le=10_000)
    days: int | None = Field(default=None, ge=1, le=366)
    hours: int | None = Field(default=None, ge=1, le=24 * 366)
    of: Annotated[Whose, Field(strict=False)] = Whose.CUSTOMER
    purposes: Purposes | None = None
    channels: Channels | None = None

    @model_validator(mode="after")
    def _has_one_window(self) -> "Cap":
        if (self.days is None) == (self.hours is None):
            raise ValueError("say how long the window is: days, or hours, not both")
        return self

    @property
    def window(self) -> timedelta:
        """How long."""
        return timedelta(days=self.days or 0, hours=self.hours or 0)

    def counts(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether such a contact is one of these."""
        return (self.channels is None or channel in self.channels) and (
            self.purposes is None or purpose in self.purposes
        )


DEFAULT_CAPS = (
    Cap(most=1, days=1, purposes=(Purpose.SURVEY, Purpose.PROMOTIONAL)),
    Cap(most=3, days=7, purposes=(Purpose.SURVEY, Purpose.PROMOTIONAL)),
)
"""Of a policy that says nothing of it."""


def frequency_remarks(caps: Sequence[Cap], table: PurposeTable) -> Iterator[Remark]:
    """Caps that nothing ever meets."""
    for number, cap in enumerate(caps):
        wanted = cap.purposes or tuple(Purpose)
        if not any(Gate.FREQUENCY in table[purpose].gates for purpose in wanted):
            message = "does nothing: none of these purposes has the gate frequency"
            yield Severity.WARNING, (_PLACE, number, "purposes"), message
        for purpose in cap.purposes or ():
            if not table[purpose].is_counted:
                message = f"{purpose} contacts are not counted: say is_counted = true under [purposes.{purpose}]"
                yield Severity.WARNING, (_PLACE, number, "purposes"), message
        others = ((other, one) for other, one in enumerate(caps) if other != number)
        stricter = next((other for other, one in others if _covers(one, cap, other < number)), -1)
        if stricter >= 0:
            message = f"does nothing: frequency rule {stricter + 1} allows no more, and in a longer time"
            yield Severity.WARNING, (_PLACE, number), message


def _covers(one: Cap, other: Cap, comes_first: bool) -> bool:
    """Whether who keeps the one keeps the other; of two equal ones the first is kept."""
    wider = (
        one.of is other.of
        and (one.purposes is None or (other.purposes is not None and set(one.purposes) >= set(other.purposes)))
        and (one.channels is None or (other.channels is not None and set(one.channels) >= set(other.channels)))
    )
    said, asked = (one.most, -one.window), (other.most, -other.window)
    return wider and said[0] <= asked[0] and said[1] <= asked[1] and (comes_first or one != other)
