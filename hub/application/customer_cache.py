"""The customers who were touched last, kept at hand so that most contacts are decided without asking the store."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from hub.domain.customer.events import ContactReceived, ContactSent, Customer, evolve
from hub.ports import Journal, Recorded, Snapshot, Streams

SNAPSHOT_EVERY = 200
"""Events of a customer after which what they add up to is kept, so that no history is ever read for long."""
TOPIC = "Customer/6"
"""Shape of a customer's snapshot. One of another shape is passed over: the events are read instead."""

_STATE = TypeAdapter(Customer)


@dataclass(frozen=True, slots=True)
class Known:
    """A customer as of a version of their stream."""

    version: int
    customer: Customer


NOBODY = Known(0, Customer())
"""A stream without events."""


def fold(kept: Snapshot | None, history: Iterable[Recorded]) -> Known:
    """A customer from their newest snapshot of shape TOPIC, if there is one, and the events since. Contacts that
    came, of which there are the most, are added up at once: nothing else looks at them."""
    known = Known(kept.version, _STATE.validate_json(kept.state)) if kept else NOBODY
    version, customer = known.version, known.customer
    contacts, last_at = 0, customer.last_contact_at
    for recorded in history:
        version, event = recorded.version, recorded.event
        if isinstance(event, ContactReceived):
            contacts, last_at = contacts + 1, event.at
            continue
        customer = evolve(customer, event)
        if isinstance(event, ContactSent):
            last_at = event.at
    if contacts:
        customer = replace(customer, contacts=customer.contacts + contacts, last_contact_at=last_at)
    return Known(version, customer)


async def recall(journal: Streams, streams: Sequence[str]) -> dict[str, Known]:
    """These customers as they stand in the log."""
    return {stream: fold(*found) for stream, found in (await journal.recall(streams, TOPIC)).items()}


class CustomerCache:
    """Customers as of the newest version this process decided on, committed or about to be; bounded. Let it `follow`
    the log where others write to customers meanwhile that are looked at without being written to."""

    def __init__(self, journal: Journal, size: int = 20_000) -> None:
        self._journal = journal
        self._size = size
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._reading: set[str] = set()
        self._moved: dict[str, int] = {}
        """Of those that are being read, how far others have written meanwhile."""

    async def fill(self, streams: Sequence[str], *, certainly_new: frozenset[str] = frozenset()) -> None:
        """Have all of these at hand; those `certainly_new` are not looked for."""
        missing = list(dict.fromkeys(stream for stream in streams if stream not in self._known))
        cold = [stream for stream in missing if stream not in certainly_new]
        found = await self.read(cold) if cold else {}
        for stream in missing:
            if stream not in self._known:
                self._known[stream] = found.get(stream, NOBODY)
        while len(self._known) > max(self._size, len(streams)):
            self._known.popitem(last=False)

    async def read(self, streams: Sequence[str]) -> dict[str, Known]:
        """These as they stand in the log, with whatever was told of them meanwhile."""
        found: dict[str, Known] = {}
        waiting = streams
        while waiting:
            self._reading.update(waiting)
            try:
                found |= await recall(self._journal, waiting)
            finally:
                self._reading.difference_update(waiting)
            waiting = [stream for stream in waiting if self._moved.pop(stream, 0) > found[stream].version]
        return found

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on: what others wrote has to be read, unless it changes nothing of what is known here."""
        known, reading = self._known, self._reading
        for _, stream, version, event in batch:
            here = known.get(stream)
            if here is not None and here.version < version:
                if here.version + 1 == version and evolve(here.customer, event) is here.customer:
                    known[stream] = Known(version, here.customer)
                else:
                    del known[stream]
            if reading and stream in reading:
                self._moved[stream] = version

    def get(self, stream: str) -> Known | None:
        """The customer as far as known here; None: fill first."""
        if stream in self._known:
            self._known.move_to_end(stream)
        return self._known.get(stream)

    def put(self, stream: str, known: Known) -> None:
        """Remember what was decided, before it is committed: `forget` takes it back."""
        self._known[stream] = known
        self._known.move_to_end(stream)

    def forget(self, stream: str) -> None:
        """Somebody else wrote to it, or the commit failed."""
        self._known.pop(stream, None)

    async def committed(self, stream: str, before: int, known: Known) -> None:
        """These versions are durable: keep a snapshot now and then."""
        if before // SNAPSHOT_EVERY != known.version // SNAPSHOT_EVERY:
            await self._journal.save_snapshot(stream, known.version, _STATE.dump_json(known.customer), TOPIC)
