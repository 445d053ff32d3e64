"""What people say of a customer: recorded on the customer's stream, decided again when somebody was first."""

from collections.abc import Callable
from dataclasses import replace

from hub.application.linking.by_contacts import whole_customers
from hub.domain.customer.decide import change_lifecycle_stage, change_segment, correct_name
from hub.domain.customer.events import Customer
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.whole import by_age, standing_of
from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit

ATTEMPTS = 5


class Customers:
    """Commands on customers; each answers with the events it led to, none when it was so already."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def change_segment(
        self, customer_id: str, segment: str, value_tier: str, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Put the customer in a class and value tier."""
        return await self._change(
            customer_id,
            lambda customer: change_segment(
                customer, segment, value_tier, now=self._clock.now(), actor=actor, causation=command_id
            ),
        )

    async def change_lifecycle_stage(
        self, customer_id: str, lifecycle_stage: str, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Put the customer at a stage."""
        return await self._change(
            customer_id,
            lambda customer: change_lifecycle_stage(
                customer, lifecycle_stage, now=self._clock.now(), actor=actor, causation=command_id
            ),
        )

    async def correct_name(
        self, customer_id: str, name: str, path: str, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Say what the customer is called, where it is known by which of their names they are shown."""
        return await self._change(
            customer_id,
            lambda customer: correct_name(
                customer, name, path, now=self._clock.now(), actor=actor, causation=command_id
            ),
            named=True,
        )

    async def _change(
        self, customer_id: str, decide: Callable[[Customer], list[Event]], *, named: bool = False
    ) -> list[Recorded]:
        for _ in range(ATTEMPTS):
            stream, version, customer = await self._registered(customer_id, named=named)
            events = decide(customer)
            if not events:
                return []
            [outcome] = await self._journal.commit([Unit([Append(stream, version, events)])])
            if isinstance(outcome, Committed):
                numbered = enumerate(events)
                return [Recorded(outcome.first + n, stream, version + 1 + n, event) for n, event in numbered]
        raise ConflictError(customer_id)

    async def _registered(self, customer_id: str, *, named: bool) -> tuple[str, int, Customer]:
        """The customer, who stands where all that is linked puts them, their stream and its version; `named`: of their
        streams the oldest with a name, if there is one, by which they are called. Only a registered one is changed: a
        name that some other stream has (a pool's, an agent's) must never get a customer's events."""
        if customer_id.startswith(CUSTOMER):
            whole = await whole_customers(self._journal, [customer_id])
            known = whole[customer_id]
            if known.customer.forgotten:
                raise RefusedError(f"customer {customer_id} was forgotten: nothing can be changed there any more")
            if known.customer.registered:
                aged = by_age({stream: one.customer for stream, one in whole.items()})
                calls = next((one for one in aged if one.name), None) if named else None
                stream = next((one for one in whole if whole[one].customer is calls), customer_id)
                found = whole[stream]
                return stream, found.version, replace(found.customer, standing=standing_of(aged))
        raise NotFoundError(f"there is no customer {customer_id}")
