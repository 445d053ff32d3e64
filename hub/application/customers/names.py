"""What customers are called, of many at once: for lists of work, which name whose it is."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from hub.application.linking.by_contacts import links_of, whole_customers
from hub.domain.customer.events import Customer
from hub.domain.customer.links.component import whole
from hub.domain.customer.links.events import Side
from hub.domain.customer.whole import by_age
from hub.ports import Streams
from hub.projections.projection import EPOCH

_TOLD = ("phone", "email")
"""Kinds of identifiers by which people know each other."""


class Called(NamedTuple):
    """What is said of somebody where there is room for a line; empty: not known."""

    name: str
    address: str
    """A phone number, else a mail address; proven ones first."""


async def called(journal: Streams, customers: Collection[str]) -> dict[str, Called]:
    """By id, as it stands in the oldest of their linked streams that knows."""
    known = await whole_customers(journal, {one for one in customers if one})
    links = links_of(known)
    found: dict[str, Called] = {}
    for customer in filter(None, customers):
        members = whole(links, Side(id=customer, since=EPOCH))
        streams = by_age({stream: known[stream].customer for stream in members})
        found[customer] = Called(next((one.name for one in streams if one.name), ""), _address(streams))
    return found


async def names_of(journal: Streams, customers: Collection[str]) -> dict[str, str]:
    """By id; who is not known has no name."""
    return {customer: one.name for customer, one in (await called(journal, customers)).items()}


def _address(streams: Iterable[Customer]) -> str:
    known = [one for customer in streams for one in customer.identifiers if one.kind in _TOLD]
    known.sort(key=lambda one: (_TOLD.index(one.kind), not one.verified, one.value))
    return known[0].value if known else ""
