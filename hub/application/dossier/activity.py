"""How much a customer was in touch, what is open with them, and their newest contacts: as the read models have it."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.projections.customers import ContactCount, CustomerView, customer, newest_contacts
from hub.projections.interactions import InteractionRow

NEWEST = 20
"""Contacts that are read for what they say of identifiers."""


@dataclass(frozen=True, slots=True)
class Activity:
    """`newest`: positions of the newest contacts."""

    counts: tuple[ContactCount, ...]
    first_contact_at: datetime | None
    last_contact_at: datetime | None
    open_interactions: tuple[InteractionRow, ...]
    newest: tuple[int, ...]

    @property
    def contacts(self) -> int:
        """How many there were."""
        return sum(one.contacts for one in self.counts)


def activity(views: sqlite3.Connection, streams: Sequence[str]) -> Activity:
    """Of all streams of a customer, together."""
    found = [one for stream in streams if (one := customer(views, stream)) is not None]
    return Activity(
        counts=_counts(found),
        first_contact_at=min((at for one in found if (at := one.first_contact_at)), default=None),
        last_contact_at=max((at for one in found if (at := one.last_contact_at)), default=None),
        open_interactions=tuple(row for one in found for row in one.open_interactions),
        newest=tuple(newest_contacts(views, streams, NEWEST)),
    )


def _counts(found: Sequence[CustomerView]) -> tuple[ContactCount, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for view in found:
        for one in view.counts:
            counted[one.channel, one.direction] += one.contacts
    return tuple(ContactCount(*path, contacts) for path, contacts in sorted(counted.items()))
