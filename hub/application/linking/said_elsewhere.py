"""What the streams of others say of a customer: why they were linked, or kept apart, in a person's words."""

from collections.abc import Collection

from hub.domain.customer.links.events import (
    CannotLinkLifted,
    CannotLinkStated,
    CustomersLinked,
    CustomersUnlinked,
    LinkBlocked,
)
from hub.ports import Erasure, Journal

PAIRS = (CannotLinkLifted, CannotLinkStated, CustomersLinked, CustomersUnlinked, LinkBlocked)
"""Facts of two streams that stand in both, with the same words under the key of each."""


async def said_elsewhere(journal: Journal, members: Collection[str]) -> list[Erasure]:
    """Where in the streams of others such words are, of a customer who is these streams."""
    others = {
        stream
        for history in (await journal.load_only(sorted(members), PAIRS)).values()
        for one in history
        if isinstance(one.event, PAIRS)
        for stream in (one.event.left.id, one.event.right.id)
    } - set(members)
    if not others:
        return []
    return [
        Erasure(one.position, ("reason",))
        for history in (await journal.load_only(sorted(others), PAIRS)).values()
        for one in history
        if isinstance(one.event, PAIRS)
        and one.event.reason
        and not {one.event.left.id, one.event.right.id}.isdisjoint(members)
    ]
