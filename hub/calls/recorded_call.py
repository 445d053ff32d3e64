"""One call as another system recorded it, in the hub's words."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.contact import Contact, Identifier
from hub.tables.rows import Rejected, Skipped


class CallOutcome(StrEnum):
    """How a recorded call ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call that can be taken as it is. Times are UTC, lengths are seconds; `wait` runs from `queued_at` to the
    answer or to hanging up, so `answered_at` is `queued_at + wait` by definition."""

    row: int
    """Line in the file, the first line being 1."""
    contact: Contact
    queued_at: datetime
    wait: float
    outcome: CallOutcome
    talk: float
    """0 for a call nobody answered."""
    agent: str
    """Empty for a call nobody answered; the mapping's word for unknown (`unknown`) where the record does not say."""
    raw: str = field(repr=False, compare=False)
    """The row as it stood, of 10,000 characters at most."""

    @property
    def contact_id(self) -> str:
        """The id it has for ever."""
        return self.contact.id

    @property
    def customer(self) -> Identifier | None:
        """What names the customer, None for a caller nobody knows."""
        return self.contact.identifiers[0] if self.contact.identifiers else None

    @property
    def value_tier(self) -> str:
        """What the record says of the customer's value; empty: nothing."""
        return self.contact.declared.value_tier

    @property
    def service(self) -> str:
        """What the call was about."""
        return self.contact.service

    @property
    def entered_at(self) -> datetime:
        """When the call came in, before any menu."""
        return self.contact.occurred_at

    @property
    def answered(self) -> bool:
        """Whether an agent took it."""
        return self.outcome is CallOutcome.ANSWERED

    @property
    def answered_at(self) -> datetime | None:
        """When an agent took it."""
        return self.queued_at + timedelta(seconds=self.wait) if self.answered else None

    @property
    def ended_at(self) -> datetime:
        """When the customer was gone: after the talk, or hanging up."""
        return self.queued_at + timedelta(seconds=self.wait + self.talk)


Row = RecordedCall | Rejected | Skipped
