"""Visits to branches, put on record with their own times: the hub may hear of them long after."""

from hub.application.deciding import append_decided, meta_of
from hub.domain.contact import ConversationEvent, utc
from hub.domain.customer.visits import VisitOutcome, VisitRecorded
from hub.domain.errors import InvalidError
from hub.ports import Append, Clock, Journal


class Visits:
    """The same signal is one fact."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def take(self, signal: ConversationEvent) -> None:
        """On record when this returns. Raises InvalidError where it says too little, or of a contact there is not."""
        told = signal.visit
        if told is None:
            raise InvalidError("visited takes the visit that was", "visit")
        receipt = (await self._journal.contacts([signal.thread])).get(signal.thread)
        if receipt is None:
            raise InvalidError(f"there is no contact {signal.thread!r}: report the ticket first", "thread")
        customer = receipt.stream

        async def attempt() -> list[Append]:
            history = (await self._journal.load_only([customer], (VisitRecorded,)))[customer]
            if any(one.event.correlation == signal.thread for one in history):
                return []
            last = await self._journal.last(customer)
            words = told.model_dump(exclude={"arrived_at", "called_at", "ended_at", "outcome"})
            recorded = VisitRecorded(
                **meta_of(self._clock, f"adapter:{signal.channel.value}", signal.id), correlation=signal.thread,
                arrived_at=utc(told.arrived_at), called_at=utc(told.called_at) if told.called_at else None,
                ended_at=utc(told.ended_at), outcome=VisitOutcome(told.outcome), **words,
            )  # fmt: skip
            return [Append(customer, last.version if last else 0, [recorded])]

        await append_decided(self._journal, attempt)
