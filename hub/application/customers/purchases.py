"""What customers bought: recorded in the stream they were known by, told of all that are the customer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hub.application.customers.standing import events_of, whole_histories
from hub.application.deciding import append_decided, history_of, refuse_forgotten
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.purchases import decide
from hub.domain.customer.purchases.decide import RecordPurchase
from hub.domain.customer.purchases.state import Purchases, fold
from hub.domain.errors import NotFoundError
from hub.ports import Append, Clock, Journal, Recorded


class CustomerPurchases:
    """Commands on purchases; each answers with the events it led to, none when it was so already."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def record(
        self, customer: str, told: RecordPurchase, currency: str, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """A customer bought something. `currency`: that of the path policy in force."""

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"customer {customer}")
            refuse_forgotten(history, customer)
            meta: dict[str, Any] = {"now": self._clock.now(), "actor": actor, "causation": command_id}
            return [Append(customer, version, decide.record(_purchases(history), told, currency, **meta))]

        return await append_decided(self._journal, attempt)

    async def reverse(
        self, customer: str, purchase_id: str, reason: str, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """It counts no longer. Any stream of the customer will do: it is written where the purchase is."""

        async def attempt() -> list[Append]:
            whole = await whole_histories(self._journal, [customer])
            made = [one for one, member in whole.items() if purchase_id in _purchases(member.history).made]
            home = made[0] if made else customer
            version, history = await history_of(self._journal, home, f"customer {customer}")
            refuse_forgotten(history, customer)
            meta: dict[str, Any] = {"now": self._clock.now(), "actor": actor, "causation": command_id}
            return [Append(home, version, decide.reverse(_purchases(history), purchase_id, reason, **meta))]

        return await append_decided(self._journal, attempt)

    async def of_customer(self, customer: str, known_at: datetime | None = None) -> Purchases:
        """Of all a customer's streams, by what was recorded until then. NotFoundError. A purchase that two of the
        streams have under one id is one purchase."""
        whole = await whole_histories(self._journal, [customer], known_at) if customer.startswith(CUSTOMER) else {}
        if not any(member.known.customer.registered for member in whole.values()):
            raise NotFoundError(f"there is no customer {customer}")
        return fold(events_of(whole))


def _purchases(history: Iterable[Recorded]) -> Purchases:
    return fold(one.event for one in history)
