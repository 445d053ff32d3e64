"""Whom a listener hears of who follows a customer: every stream that is the customer, as links come and go."""

from collections.abc import Iterable

from hub.api.open_interaction import Topic
from hub.domain.customer.links.component import unknown
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked
from hub.domain.customer.links.state import NO_LINKS, Links, evolve
from hub.domain.event import Event
from hub.ports import Journal

PARTING: tuple[type[Event], ...] = (CustomersLinked, CustomersUnlinked)
"""What changes which streams are one customer. It stands in both streams, so that whoever follows one hears of it."""


async def followed(journal: Journal, topics: Iterable[Topic], position: int) -> frozenset[Topic]:
    """These topics, with all streams that were one with the named customers at this position of the log."""
    asked = frozenset(topics)
    customers = {topic.name for topic in asked if topic.kind == "customer"}
    known: dict[str, Links] = {}
    while missing := unknown(known, customers):
        for stream, history in (await journal.load_only(sorted(missing), PARTING)).items():
            links = NO_LINKS
            for one in history:
                links = evolve(links, one.event) if one.position <= position else links
            known[stream] = links
    return asked | {Topic("customer", stream) for stream in known}
