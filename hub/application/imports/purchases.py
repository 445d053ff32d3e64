"""What customers bought, as another system has it on record."""

from collections.abc import Sequence

from hub.application.imports.ahead import Ahead
from hub.application.imports.writer import Decided, RefusedRecordError
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Declared
from hub.domain.customer.attested import AttestCustomer, attest_customer
from hub.domain.customer.events import Customer, evolve
from hub.domain.customer.identity import Home, Renewed
from hub.domain.customer.purchases.decide import RecordPurchase, record, reverse
from hub.domain.customer.purchases.state import fold
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.ports import Append, Clock, Journal, Unit
from hub.records.purchases import RECORDED, REVERSED, PurchaseRecord

_FIELDS = {"at": "bought_at"}
"""What the rules call a field of the record otherwise."""


class ImportedPurchases:
    """Decides on records of purchases. `actor` is who says it."""

    own_field = "purchase_id"

    def __init__(self, journal: Journal, clock: Clock, key: bytes, actor: str, renewed: Renewed) -> None:
        self._ahead = Ahead(journal)
        self._clock = clock
        self._key = key
        self._actor = actor
        self._renewed = renewed
        self._policies = PathPolicies(journal, clock)
        self._currency = ""

    def own_id(self, told: PurchaseRecord) -> str:
        """The purchase's own; that it was reversed is a record of its own."""
        return f"{REVERSED if told.is_reversed else RECORDED} {told.purchase_id}"

    async def prepare(self, batch: Sequence[tuple[PurchaseRecord, str]]) -> None:
        """Have the customers of these at hand, and the currency that money is counted in."""
        self._currency = self._currency or (await self._policies.policy()).money.currency
        await self._ahead.fill([self._stream(told) for told, _ in batch])

    async def decide(self, told: PurchaseRecord, causation: str) -> Decided:
        """A customer of whom nothing was known is registered by what they bought."""
        stream = self._stream(told)
        history = (await self._ahead.load([stream]))[stream]
        facts = [one.event for one in history]
        try:
            events = self._events(facts, told, causation)
        except InvalidError as error:
            raise InvalidError(str(error), _FIELDS.get(error.field, error.field)) from None
        except RefusedError as error:
            raise RefusedRecordError("purchase_id", str(error)) from None
        if events:
            await self._ahead.commit([Unit([Append(stream, history[-1].version if history else 0, events)])])
        return Decided(stream, self._ahead.take())

    def forget(self) -> None:
        """Read all anew."""
        self._ahead.forget()

    def _stream(self, told: PurchaseRecord) -> str:
        first = told.identifiers[0]
        [home] = self._renewed([Home(customer_id(self._key, first.kind, first.value), False, told.identifiers)])
        return home.stream

    def _events(self, facts: Sequence[Event], told: PurchaseRecord, causation: str) -> list[Event]:
        now = self._clock.now()
        by = {"actor": self._actor, "causation": causation}
        purchases = fold(facts)
        if told.is_reversed:
            return [*reverse(purchases, told.purchase_id, told.reason or "reversed there", now=now, **by)]
        customer = Customer()
        for event in facts:
            customer = evolve(customer, event)
        command = AttestCustomer(told.identifiers, Declared(), min(told.bought_at, now), now, self._actor, causation)
        bought = RecordPurchase(
            told.purchase_id, told.bought_at, told.amount, told.currency, told.product, told.channel
        )
        return [*attest_customer(customer, command), *record(purchases, bought, self._currency, now=now, **by)]
