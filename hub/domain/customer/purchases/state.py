"""What the facts of purchases add up to, now or as of any past time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.event import Event


class Purchase(NamedTuple):
    """One of them."""

    at: datetime
    amount: int
    currency: str
    product: str = ""
    channel: str = ""
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Purchases:
    """All of them by id, those that were reversed among them."""

    made: Mapping[str, Purchase] = field(default_factory=dict)

    def standing(self) -> list[Purchase]:
        """Those that were not reversed, the oldest first."""
        return sorted(one for one in self.made.values() if not one.is_reversed)


def evolve(purchases: Purchases, event: Event) -> Purchases:
    """The purchases after one more fact; facts of other kinds change nothing here."""
    return fold([event], purchases) if isinstance(event, PurchaseRecorded | PurchaseReversed) else purchases


def fold(events: Iterable[Event], purchases: Purchases | None = None) -> Purchases:
    """The purchases after these facts, whatever the order in which a purchase and its reversal come."""
    made = dict(purchases.made) if purchases else {}
    reversed_first: set[str] = set()
    for event in events:
        if isinstance(event, PurchaseRecorded) and event.purchase_id not in made:
            what = (event.at, event.amount, event.currency, event.product, event.channel)
            made[event.purchase_id] = Purchase(*what, event.purchase_id in reversed_first)
        elif isinstance(event, PurchaseReversed):
            reversed_first.add(event.purchase_id)
            if event.purchase_id in made:
                made[event.purchase_id] = made[event.purchase_id]._replace(is_reversed=True)
    return Purchases(made)
