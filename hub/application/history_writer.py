"""Writes recorded calls as history: a batch of rows in one transaction, what is recorded already left alone."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.calls.interaction import interaction_events
from hub.calls.recorded_call import RecordedCall, Rejected, Row, Skipped
from hub.domain.customer.decide import HISTORY_POOL, RecordContact, leading_identifier, record_contact
from hub.domain.customer.events import Customer, evolve
from hub.domain.errors import ConflictError, HubError
from hub.domain.event import Event
from hub.domain.ids import anonymous_customer_id, customer_id, interaction_id, pool_stream
from hub.domain.pool.events import PoolCommitted, PoolTaken
from hub.journal.store import Store
from hub.ports import Append, Clock, Committed, ContactRow, KnownContactError, Unit

CUSTOMERS_KEPT = 50_000
ATTEMPTS = 5


class ImportFailedError(HubError):
    """The import could not go on; what it had written stays, and running it again goes on from there."""


class Taken(NamedTuple):
    """What became of a batch of rows; those that are neither counted here nor refused were stored."""

    rows: int
    skipped: int
    duplicates: int
    rejected: Sequence[Rejected]


class HistoryWriter:
    """Writes batches of rows, each in one transaction: contacts, their interactions, and the pool's fence."""

    def __init__(self, store: Store, key: bytes, clock: Clock, actor: str, source: str) -> None:
        self._store = store
        self._key = key
        self._clock = clock
        self._actor = actor
        self._source = source
        self._customers = _Customers(store)
        last = store.last(pool_stream(HISTORY_POOL))
        fence = last.event if last else None
        self._epoch = fence.epoch if isinstance(fence, PoolTaken | PoolCommitted) else 0
        self._fence_version = last.version if last else 0

    def take(self, rows: Sequence[Row]) -> Taken:
        """Store what is new of these rows. Raises ImportFailedError when others write the same history meanwhile."""
        calls = [row for row in rows if isinstance(row, RecordedCall)]
        refused = [row for row in rows if isinstance(row, Rejected)]
        skipped = sum(isinstance(row, Skipped) for row in rows)
        for _ in range(ATTEMPTS):
            fresh, duplicates, conflicting = self._unknown(calls)
            if not fresh or self._write(fresh):
                return Taken(len(rows), skipped, duplicates, sorted([*refused, *conflicting], key=lambda one: one.row))
            self._customers.forget()
        raise ImportFailedError("another process writes to the same customers again and again: stop it, then import")

    def _unknown(
        self, calls: Sequence[RecordedCall]
    ) -> tuple[list[tuple[RecordedCall, ContactRow]], int, list[Rejected]]:
        """The calls that are not recorded yet, how many are, and those whose id is taken by something else."""
        known = self._store.contacts([call.contact_id for call in calls])
        fresh: list[tuple[RecordedCall, ContactRow]] = []
        conflicting: list[Rejected] = []
        for call in calls:
            receipt = ContactRow(call.contact_id, self._stream_of(call), _body_hash(call))
            recorded = known.get(call.contact_id)
            if recorded is None:
                known[call.contact_id] = receipt
                fresh.append((call, receipt))
            elif recorded.body_hash != receipt.body_hash:
                reason = f"contact {call.contact_id} is recorded already, with other contents"
                conflicting.append(Rejected(call.row, "contact_id", reason, call.raw))
        return fresh, len(calls) - len(fresh) - len(conflicting), conflicting

    def _write(self, fresh: Sequence[tuple[RecordedCall, ContactRow]]) -> bool:
        """Whether they could be written; not when another writer was first on one of their streams."""
        now = self._clock.now()
        known = [receipt.stream for call, receipt in fresh if call.contact.identifiers or call.contact.path.address]
        self._customers.fill(known)
        fence = PoolCommitted(
            at=now,
            recorded_at=now,
            causation=self._source,
            actor=self._actor,
            pool=HISTORY_POOL,
            epoch=self._epoch,
            consumed=0,
            commands=(("import", self._source, fresh[0][0].row, fresh[-1][0].row),),
            policy=HISTORY_POOL,
        )
        appends = [Append(pool_stream(HISTORY_POOL), self._fence_version, [fence])]
        for call, receipt in fresh:
            command = RecordContact(call.contact, now, self._actor, HISTORY_POOL)
            version, events = self._customers.decide(receipt.stream, command)
            interaction = interaction_id(self._key, call.contact_id)
            appends.append(Append(receipt.stream, version, events))
            life = interaction_events(call, interaction, receipt.stream, now, self._actor)
            appends.append(Append(interaction, 0, life))
        [outcome] = self._store.append([Unit(appends, [receipt for _, receipt in fresh])])
        match outcome:
            case Committed():
                self._fence_version += 1
                return True
            case ConflictError(stream=stream) if stream == pool_stream(HISTORY_POOL):
                raise ImportFailedError("another import into this store is running: let it finish first")
            case ConflictError() | KnownContactError():
                return False
            case error:
                raise error

    def _stream_of(self, call: RecordedCall) -> str:
        leading = leading_identifier(call.contact)
        if leading is None:
            return anonymous_customer_id(self._key, call.contact_id)
        return customer_id(self._key, leading.kind, leading.value)


class _Customers:
    """The customers touched last, as of the newest version decided on; bounded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, tuple[int, Customer]] = OrderedDict()

    def fill(self, streams: Iterable[str]) -> None:
        """Have these at hand, all in one query; who is not filled is taken to be new."""
        wanted = list(dict.fromkeys(streams))
        missing = [stream for stream in wanted if stream not in self._known]
        for stream, history in self._store.load(missing).items() if missing else ():
            customer = Customer()
            for recorded in history:
                customer = evolve(customer, recorded.event)
            self._known[stream] = (history[-1].version if history else 0), customer
        for stream in wanted:
            self._known.move_to_end(stream)
        while len(self._known) > max(CUSTOMERS_KEPT, len(wanted)):
            self._known.popitem(last=False)

    def decide(self, stream: str, command: RecordContact) -> tuple[int, list[Event]]:
        """What a contact adds to its customer, and on which version."""
        version, customer = self._known.get(stream, (0, Customer()))
        events = record_contact(customer, command)
        if stream in self._known:
            for event in events:
                customer = evolve(customer, event)
            self._known[stream] = version + len(events), customer
        return version, events

    def forget(self) -> None:
        """What was decided has not been written: read anew."""
        self._known.clear()


def _body_hash(call: RecordedCall) -> bytes:
    """What a repeat is compared by: the contact and what became of it."""
    outcome = f"{call.queued_at.timestamp()} {call.wait} {call.outcome} {call.talk} {call.agent}"
    return hashlib.sha256(f"{call.contact.model_dump_json()}\n{outcome}".encode()).digest()
