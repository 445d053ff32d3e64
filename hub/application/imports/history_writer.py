"""Writes recorded calls as history: a batch of rows in one transaction, what is recorded already left alone."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.application.customer_cache import NOBODY, TOPIC, Known, fold
from hub.application.intake.envelope import body_hash
from hub.application.intake.repeats import is_repeat, keyed
from hub.calls.interaction import interaction_events
from hub.calls.recorded_call import RecordedCall, Row
from hub.domain.customer.decide import HISTORY_POOL, RecordContact, record_contact
from hub.domain.customer.events import evolve
from hub.domain.customer.identity import Home, Renewed, home_of
from hub.domain.customer.normalise import DEFAULT_REGION
from hub.domain.customer.spelling.known import KnownSpellings
from hub.domain.errors import ConflictError, HubError
from hub.domain.event import Event
from hub.domain.ids import interaction_id, pool_stream
from hub.domain.pool.events import PoolCommitted, PoolTaken
from hub.journal.store import Store
from hub.ports import Append, Clock, Committed, ContactRow, KnownContactError, Unit
from hub.tables.rows import Rejected, Skipped

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


class _Fresh(NamedTuple):
    """A call that is not recorded yet. Of an anonymous one the customer can't be there yet either."""

    call: RecordedCall
    receipt: ContactRow
    home: Home


class HistoryWriter:
    """Writes batches of rows, each in one transaction: contacts, their interactions, and the pool's fence."""

    def __init__(
        self,
        store: Store,
        key: bytes,
        clock: Clock,
        actor: str,
        source: str,
        renewed: Renewed = lambda homes: homes,
        region: str = DEFAULT_REGION,
    ) -> None:
        self._store = store
        self._renewed = renewed
        self._key = key
        self._clock = clock
        self._actor = actor
        self._source = source
        self._customers = _Customers(store)
        self._spell = KnownSpellings(region)
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

    def _unknown(self, calls: Sequence[RecordedCall]) -> tuple[list["_Fresh"], int, list[Rejected]]:
        """The calls that are not recorded yet, how many are, and those whose id is taken by something else."""
        known = self._store.contacts([call.contact_id for call in calls])
        fresh: list[_Fresh] = []
        conflicting: list[Rejected] = []
        homes = self._renewed([home_of(self._key, call.contact, self._spell) for call in calls])
        for call, home in zip(calls, homes, strict=True):
            receipt = ContactRow(call.contact_id, home.stream, keyed(self._key, _body_hash(call)))
            recorded = known.get(call.contact_id)
            if recorded is None:
                known[call.contact_id] = receipt
                fresh.append(_Fresh(call, receipt, home))
            elif not is_repeat(self._key, receipt, recorded):
                reason = f"contact {call.contact_id} is recorded already, with other contents"
                conflicting.append(Rejected(call.row, "contact_id", reason, call.raw))
        return fresh, len(calls) - len(fresh) - len(conflicting), conflicting

    def _write(self, fresh: Sequence["_Fresh"]) -> bool:
        """Whether they could be written; not when another writer was first on one of their streams."""
        now = self._clock.now()
        self._customers.fill([one.receipt.stream for one in fresh if not one.home.anonymous])
        fence = PoolCommitted(
            at=now,
            recorded_at=now,
            causation=self._source,
            actor=self._actor,
            pool=HISTORY_POOL,
            epoch=self._epoch,
            consumed=0,
            commands=(("import", self._source, fresh[0].call.row, fresh[-1].call.row),),
            policy=HISTORY_POOL,
        )
        appends = [Append(pool_stream(HISTORY_POOL), self._fence_version, [fence])]
        for call, receipt, home in fresh:
            command = RecordContact(call.contact, now, self._actor, HISTORY_POOL, home.identifiers)
            version, events = self._customers.decide(receipt.stream, command)
            interaction = interaction_id(self._key, call.contact_id)
            appends.append(Append(receipt.stream, version, events))
            life = interaction_events(call, interaction, receipt.stream, now, self._actor)
            appends.append(Append(interaction, 0, life))
        [outcome] = self._store.append([Unit(appends, [one.receipt for one in fresh])])
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


class _Customers:
    """The customers touched last, as of the newest version decided on; bounded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, Known] = OrderedDict()

    def fill(self, streams: Iterable[str]) -> None:
        """Have these at hand, all in one query; who is not filled is taken to be new."""
        wanted = list(dict.fromkeys(streams))
        missing = [stream for stream in wanted if stream not in self._known]
        if missing:
            self._known |= self._load(missing)
        for stream in wanted:
            self._known.move_to_end(stream)
        while len(self._known) > max(CUSTOMERS_KEPT, len(wanted)):
            self._known.popitem(last=False)

    def _load(self, streams: Sequence[str]) -> dict[str, Known]:
        found = self._store.load_snapshots(streams)
        kept = {stream: snapshot for stream, snapshot in found.items() if snapshot.topic == TOPIC}
        since = self._store.load(streams, {stream: snapshot.version for stream, snapshot in kept.items()})
        return {stream: fold(kept.get(stream), since[stream]) for stream in streams}

    def decide(self, stream: str, command: RecordContact) -> tuple[int, list[Event]]:
        """What a contact adds to its customer, and on which version."""
        known = self._known.get(stream, NOBODY)
        customer = known.customer
        events = record_contact(customer, command)
        if stream in self._known:
            for event in events:
                customer = evolve(customer, event)
            self._known[stream] = Known(known.version + len(events), customer)
        return known.version, events

    def forget(self) -> None:
        """What was decided has not been written: read anew."""
        self._known.clear()


def _body_hash(call: RecordedCall) -> bytes:
    """What a repeat is compared by: the contact and what became of it."""
    outcome = f"{call.queued_at.timestamp()} {call.wait} {call.outcome} {call.talk} {call.agent}"
    return hashlib.sha256(body_hash(call.contact) + outcome.encode()).digest()
