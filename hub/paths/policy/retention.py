"""How long personal texts are kept, by kind: the `[retention]` table of a path policy."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from hub.domain.retention.kinds import (
    CASE_TEXTS,
    CONTACT_TEXTS,
    CUSTOMERS,
    RECORDINGS,
    REJECTED_CONTACTS,
    SURVEY_COMMENTS,
)
from hub.policies.findings import Remark, Severity
from hub.policies.sections import Section

LONGEST_DAYS = 36_500
REJECTED_DAYS = 90
"""After which the bus lets go of rejected contacts by itself."""


def _days(days: int) -> int:
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"{days} days can't be: 1 to {LONGEST_DAYS}, or leave it out to keep it for ever")
    return days


Days = Annotated[int, AfterValidator(_days)]


class Retention(Section):
    """Days that each kind is kept after it was recorded; None: for ever."""

    contact_texts: Days | None = None
    case_texts: Days | None = None
    survey_comments: Days | None = None
    recordings: Days | None = None
    rejects: Days | None = None
    rejected_contacts: Days | None = None
    customers_without_contact: Days | None = None

    def days(self) -> dict[str, int]:
        """By kind, those that are not kept for ever."""
        return {kind: days for kind in type(self).model_fields if (days := getattr(self, kind)) is not None}


def remarks_on_retention(retention: Retention, reopening_days: float) -> Iterator[Remark]:
    """What does nothing, or takes away what is still needed. `reopening_days`: how long a customer who writes again
    gets back to work that was over, at the longest."""
    days = retention.days()
    texts = days.get(CONTACT_TEXTS)
    if texts is not None and texts < reopening_days:
        message = (
            f"is shorter than the {reopening_days:g} days for which the routing policy reopens work that was over: its "
            "agent would find it without its texts; keep them at least as long"
        )
        yield Severity.WARNING, ("retention", CONTACT_TEXTS), message
    customers = days.get(CUSTOMERS)
    for kind in (CONTACT_TEXTS, CASE_TEXTS, SURVEY_COMMENTS, RECORDINGS):
        if customers is not None and days.get(kind, 0) > customers:
            message = f"does nothing for most: who was not heard of for {customers} days is wholly forgotten before"
            yield Severity.NOTE, ("retention", kind), message
    if days.get(REJECTED_CONTACTS, 0) > REJECTED_DAYS:
        message = f"does nothing: rejected contacts are gone after {REJECTED_DAYS} days anyway"
        yield Severity.WARNING, ("retention", REJECTED_CONTACTS), message
