"""The decisions on what is said to a customer, over all streams that are this customer now."""

from typing import NamedTuple

from hub.application.linking.by_contacts import whole_customers
from hub.domain.customer.identity import CUSTOMER
from hub.domain.decision.events import PathDecided
from hub.domain.errors import NotFoundError
from hub.ports import Journal, Recorded


class DecisionPage(NamedTuple):
    """The newest first. `before` gets the next page; None: there is none."""

    decisions: list[Recorded]
    before: int | None


async def decisions_of(journal: Journal, customer: str, limit: int, before: int | None = None) -> DecisionPage:
    """At most so many of those before a position in the log. Raises NotFoundError."""
    known = await whole_customers(journal, [customer]) if customer.startswith(CUSTOMER) else {}
    if not any(one.customer.registered for one in known.values()):
        raise NotFoundError(f"there is no customer {customer}")
    histories = await journal.load_only(list(known), (PathDecided,))
    found = [one for history in histories.values() for one in history if before is None or one.position < before]
    found.sort(key=lambda one: -one.position)
    page = found[:limit]
    return DecisionPage(page, page[-1].position if len(found) > limit else None)
