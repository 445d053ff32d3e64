"""Taking contacts in: each becomes a durable fact of its customer before anybody is told it arrived."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hub.application.customer_cache import CustomerCache, Known
from hub.application.customers.standing import changes
from hub.application.intake.account_owners import AccountOwners
from hub.application.intake.envelope import body_hash
from hub.application.intake.members import Members
from hub.application.intake.repeats import is_repeat, keyed
from hub.application.linking.by_contacts import LinkRound
from hub.application.policies.paths import PathPolicyInForce
from hub.domain.contact import Contact
from hub.domain.customer.decide import MAIN_POOL, RecordContact, receive, recognise
from hub.domain.customer.events import UNDECLARED, Customer, evolve
from hub.domain.customer.identity import Home, Renewed, home_of
from hub.domain.customer.normalise import DEFAULT_REGION
from hub.domain.customer.spelling.known import KnownSpellings
from hub.domain.errors import ConflictError, ContactConflictError, HubError
from hub.domain.event import Event
from hub.ports import Append, Clock, Committed, ContactRow, Journal, KnownContactError, Outcome, Recorded, Unit

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
    """Records batches of contacts, in order, each exactly once however often it is sent. Let it `follow` the log: what
    others say of customers and accounts is then known to the next contact. `policy`: by which somebody new stands;
    `region`: where phone numbers without a country code belong."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        key: bytes,
        pool: str = MAIN_POOL,
        renewed: Renewed = lambda homes: homes,
        policy: PathPolicyInForce | None = None,
        region: str = DEFAULT_REGION,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._policy = PathPolicyInForce() if policy is None else policy
        self._owners = AccountOwners(journal)
        self._pool = pool
        self._renewed = renewed
        self._cache = CustomerCache(journal)
        self._spell = KnownSpellings(region)
        self._turn = asyncio.Lock()

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        self._cache.follow(batch)
        self._owners.follow(batch)

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
                answers.append(self._repeat(row, outcome.row))
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
            links = LinkRound(self._cache, self._key, [one for one, _ in contacts], homes, self._spell, self._renewed)
            members = Members(self._cache, self._owners, streams, self._clock.now())
            while (
                any(self._cache.get(stream) is None for stream in streams) or await links.read() or await members.read()
            ):
                await self._cache.fill(streams, certainly_new=anonymous)
            # From here on nothing awaits, and tasks begin in the order they are made: cache and journal agree.
            now = self._clock.now()
            at_first = self._policy.at_first(UNDECLARED, now).of_routing()
            decided = [
                self._decide(
                    home, RecordContact(contact, now, actor, self._pool, home.identifiers, at_first), links, members
                )
                for home, (contact, actor) in zip(homes, contacts, strict=True)
            ]
            return decided, asyncio.ensure_future(self._journal.commit([unit for unit, _ in decided]))

    def _decide(self, home: Home, command: RecordContact, links: LinkRound, members: Members) -> tuple[Unit, Known]:
        """Who it is from, what links that makes, and then the contact itself: routed as the whole customer's."""
        stream = home.stream
        known = self._cache.get(stream)
        assert known is not None
        events = recognise(members.of(stream, known.customer), known.customer, command)
        decided = _after(known, events)
        if not known.customer.registered and (stands := self._at_first(decided.customer, command)):
            events += stands
            decided = _after(decided, stands)
        linked, others = links.decide(
            command.contact, decided, command.now, command.actor, command.contact.declared.name
        )
        if linked:
            events += linked
            decided = _after(decided, linked)
        whole = members.of(stream, decided.customer)
        also = members.others(stream, decided.customer)
        came = receive(whole, command, self._owners.owner_of, self._policy.declared_stands, also)
        events.append(came)
        decided = Known(decided.version + 1, evolve(decided.customer, came))
        self._cache.put(stream, decided)
        unit = Unit(
            appends=(Append(stream, known.version, events), *others),
            contacts=(ContactRow(command.contact.id, stream, keyed(self._key, body_hash(command.contact))),),
        )
        return unit, decided

    def _at_first(self, customer: Customer, command: RecordContact) -> list[Event]:
        """Where the path policy puts somebody new."""
        stands, known = self._policy.at_first(customer.declared, command.now), customer.standing
        if stands.where == (known.segment, known.value_tier, customer.named, known.lifecycle_stage):
            return []
        version = self._policy.policy.version
        told = {"at": command.now, "recorded_at": command.now, "causation": command.contact.id}
        return changes(customer, stands, version, {**told, "actor": f"policy:{version}"})

    def _forget(self, unit: Unit) -> None:
        for append in unit.appends:
            self._cache.forget(append.stream)

    async def _conflicting(self, row: ContactRow, *, anonymous: bool) -> Receipt | HubError | None:
        """An anonymous contact is alone in its stream: if that exists, the contact is recorded already."""
        if not anonymous:
            return None
        recorded = (await self._journal.contacts([row.contact_id])).get(row.contact_id)
        return self._repeat(row, recorded) if recorded else None

    def _repeat(self, row: ContactRow, recorded: ContactRow) -> Receipt | HubError:
        if is_repeat(self._key, row, recorded):
            return Receipt(row.contact_id, recorded.stream, duplicate=True, position=0)
        return ContactConflictError(row.contact_id)


def _after(known: Known, events: Sequence[Event]) -> Known:
    customer = known.customer
    for event in events:
        customer = evolve(customer, event)
    return Known(known.version + len(events), customer)
