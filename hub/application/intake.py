"""Taking contacts in: each becomes a durable fact of its customer before anybody is told it arrived."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hub.application.customer_cache import CustomerCache, Known
from hub.application.envelope import body_hash
from hub.application.linking import LinkRound
from hub.domain.contact import Contact
from hub.domain.customer.decide import MAIN_POOL, RecordContact, record_contact
from hub.domain.customer.events import evolve
from hub.domain.customer.identity import Home, Renewed, home_of
from hub.domain.customer.spelling.known import KnownSpellings
from hub.domain.errors import ConflictError, ContactConflictError, HubError
from hub.ports import Append, Clock, Committed, ContactRow, Journal, KnownContactError, Outcome, Unit

log = logging.getLogger(__name__)

ATTEMPTS = 5
"""How often a contact decides again after another writer was first on its customer."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A contact is durable in this customer's stream. `position`: of its last event, 0 for a repeat."""

    contact_id: str
    customer_id: str
    duplicate: bool
    position: int


class ContendedError(HubError):
    """Other writers were first on a customer's stream again and again."""

    def __init__(self, contact_id: str) -> None:
        super().__init__(f"contact {contact_id!r} could not be recorded: its customer is being written to by others; "
                         "send it again")  # fmt: skip


class ContactRecorder:
    """Records batches of contacts, in order, each exactly once however often it is sent."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        key: bytes,
        pool: str = MAIN_POOL,
        renewed: Renewed = lambda homes: homes,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._pool = pool
        self._renewed = renewed
        self._cache = CustomerCache(journal)
        self._spell = KnownSpellings()
        self._turn = asyncio.Lock()

    def forget(self, stream: str) -> None:
        """This customer was forgotten."""
        self._cache.forget(stream)
        self._spell.clear()

    async def record(self, contacts: Sequence[tuple[Contact, str]]) -> list[Receipt | HubError]:
        """For each (contact, actor) a receipt after its commit, or why it was refused. Calls may overlap: they are
        decided in the order they were made, the next while the last is being written.

        Raises what the journal raises when the store fails: then nothing is known to be recorded; send again.
        """
        answers: dict[int, Receipt | HubError] = {}
        waiting = list(range(len(contacts)))
        for _ in range(ATTEMPTS):
            outcomes = await self._attempt([contacts[index] for index in waiting])
            again = []
            for index, outcome in zip(waiting, outcomes, strict=True):
                if outcome is None:
                    again.append(index)
                else:
                    answers[index] = outcome
            waiting = again
            if not waiting:
                break
        for index in waiting:
            answers[index] = ContendedError(contacts[index][0].id)
        return [answers[index] for index in range(len(contacts))]

    async def _attempt(self, contacts: Sequence[tuple[Contact, str]]) -> list[Receipt | HubError | None]:
        """One round of decide and commit; None: another writer was first, decide again."""
        homes = self._renewed([home_of(self._key, contact, self._spell) for contact, _ in contacts])
        streams = [home.stream for home in homes]
        anonymous = frozenset(home.stream for home in homes if home.anonymous)
        decided, committing = await self._hand_over(contacts, homes, anonymous)
        try:
            outcomes = await committing
        except BaseException:
            for unit, _ in decided:
                self._forget(unit)
            raise
        answers: list[Receipt | HubError | None] = []
        for stream, (unit, known), outcome in zip(streams, decided, outcomes, strict=True):
            row = unit.contacts[0]
            if isinstance(outcome, Committed):
                await self._cache.committed(stream, unit.appends[0].after, known)
                answers.append(Receipt(row.contact_id, stream, duplicate=False, position=outcome.last))
                continue
            self._forget(unit)
            if isinstance(outcome, KnownContactError):
                answers.append(_repeat(row, outcome.row))
            elif isinstance(outcome, ConflictError):
                answers.append(await self._conflicting(row, anonymous=stream in anonymous))
            else:
                raise outcome
        return answers

    async def _hand_over(
        self, contacts: Sequence[tuple[Contact, str]], homes: Sequence[Home], anonymous: frozenset[str]
    ) -> tuple[list[tuple[Unit, Known]], asyncio.Future[list[Outcome]]]:
        """Decide, and have it written: in the order of the calls."""
        streams = [home.stream for home in homes]
        async with self._turn:
            links = LinkRound(
                self._journal, self._cache, self._key, [one for one, _ in contacts], homes, self._spell, self._renewed
            )
            while any(self._cache.get(stream) is None for stream in streams) or await links.read():
                await self._cache.fill(streams, certainly_new=anonymous)
            # From here on nothing awaits, and tasks begin in the order they are made: cache and journal agree.
            now = self._clock.now()
            decided = [
                self._decide(home, RecordContact(contact, now, actor, self._pool, home.identifiers), links)
                for home, (contact, actor) in zip(homes, contacts, strict=True)
            ]
            return decided, asyncio.ensure_future(self._journal.commit([unit for unit, _ in decided]))

    def _decide(self, home: Home, command: RecordContact, links: LinkRound) -> tuple[Unit, Known]:
        stream = home.stream
        known = self._cache.get(stream)
        assert known is not None
        events = record_contact(known.customer, command)
        customer = known.customer
        for event in events:
            customer = evolve(customer, event)
        decided = Known(known.version + len(events), customer)
        linked, others = links.decide(command.contact, decided, command.now, command.actor)
        for event in linked:
            events.append(event)
            decided = Known(decided.version + 1, evolve(decided.customer, event))
        self._cache.put(stream, decided)
        unit = Unit(
            appends=(Append(stream, known.version, events), *others),
            contacts=(ContactRow(command.contact.id, stream, body_hash(command.contact)),),
        )
        return unit, decided

    def _forget(self, unit: Unit) -> None:
        for append in unit.appends:
            self._cache.forget(append.stream)

    async def _conflicting(self, row: ContactRow, *, anonymous: bool) -> Receipt | HubError | None:
        """An anonymous contact is alone in its stream: if that exists, the contact is recorded already."""
        if not anonymous:
            return None
        recorded = (await self._journal.contacts([row.contact_id])).get(row.contact_id)
        return _repeat(row, recorded) if recorded else None


def _repeat(row: ContactRow, recorded: ContactRow) -> Receipt | HubError:
    if row.body_hash != recorded.body_hash:
        return ContactConflictError(row.contact_id)
    return Receipt(row.contact_id, recorded.stream, duplicate=True, position=0)
