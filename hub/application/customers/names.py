"""What customers are called, of many at once: for lists of work, which name whose it is."""

from collections.abc import Collection

from hub.application.linking.by_contacts import links_of, whole_customers
from hub.domain.customer.links.component import whole
from hub.domain.customer.links.events import Side
from hub.domain.customer.whole import by_age
from hub.ports import Streams
from hub.projections.projection import EPOCH


async def names_of(journal: Streams, customers: Collection[str]) -> dict[str, str]:
    """By id, as it stands in the oldest of their linked streams that knows; who is not known has no name."""
    known = await whole_customers(journal, {one for one in customers if one})
    links = links_of(known)
    found: dict[str, str] = {}
    for customer in filter(None, customers):
        members = whole(links, Side(id=customer, since=EPOCH))
        streams = by_age({stream: known[stream].customer for stream in members})
        found[customer] = next((one.name for one in streams if one.name), "")
    return found
