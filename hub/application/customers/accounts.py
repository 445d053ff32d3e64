"""Organisations and the people who act for them: a role stands in both streams, or in neither."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.application.customer_cache import NOBODY, Known, recall
from hub.application.deciding import append_decided, meta_of
from hub.application.linking.by_contacts import whole_customers
from hub.domain.account import decide
from hub.domain.account.decide import PLAIN_ROLES, RoleRules
from hub.domain.account.identity import ACCOUNT, ACCOUNT_KINDS, account_id
from hub.domain.account.state import Account, Holding, evolve, roles
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.normalise import normalise
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.ports import Append, Clock, Recorded, Streams


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as it was known at the moment that was asked for."""

    account_id: str
    account: Account


class Accounts:
    """Commands on accounts; each answers with the events it led to, none when it was so already."""

    def __init__(self, journal: Streams, clock: Clock, key: bytes, rules: RoleRules = PLAIN_ROLES) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._rules = rules

    def id_of(self, kind: str, value: str) -> str:
        """The account of an identifier, in any spelling, whether it is registered or not."""
        return account_id(self._key, kind, self._spelled(kind, value))

    async def register(
        self, kind: str, value: str, segment: str, name: str, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """An organisation becomes known, or what is known of it is put right."""
        spelled = self._spelled(kind, value)
        stream = account_id(self._key, kind, spelled)

        async def attempt() -> list[Append]:
            version, account = await self._load(stream)
            told = {"kind": kind, "value": spelled, "segment": segment, "name": name}
            return [
                Append(stream, version, decide.register(account, **told, **meta_of(self._clock, actor, command_id)))
            ]

        return await append_decided(self._journal, attempt)

    async def change_owner(self, account: str, agent_id: str, *, actor: str, command_id: str) -> list[Recorded]:
        """An agent looks after an account from now on; empty: nobody."""

        async def attempt() -> list[Append]:
            version, known = await self._registered(account)
            events = decide.change_owner(known, agent_id.strip(), **meta_of(self._clock, actor, command_id))
            return [Append(account, version, events)]

        return await append_decided(self._journal, attempt)

    async def assign(
        self,
        account: str,
        customer: str,
        role: str,
        *,
        since: datetime | None,
        until: datetime | None,
        actor: str,
        command_id: str,
    ) -> list[Recorded]:
        """A person acts for an account, from now on unless another time is named."""

        async def attempt() -> list[Append]:
            version, known = await self._registered(account)
            person = await self._person(customer)
            if person.customer.forgotten:
                raise RefusedError(f"customer {customer} was forgotten: they can't be given a role")
            meta = meta_of(self._clock, actor, command_id)
            told: dict[str, Any] = {"customer_id": customer, "role": role, "until": until, "rules": self._rules}
            events = decide.assign(known, account, **told, since=since or meta["at"], **meta)
            return [Append(account, version, events), Append(customer, person.version, events)]

        return await append_decided(self._journal, attempt)

    async def end(
        self, account: str, number: int, *, until: datetime | None, reason: str, actor: str, command_id: str
    ) -> list[Recorded]:
        """A role ends, now unless another time is named."""

        async def attempt() -> list[Append]:
            version, known = await self._registered(account)
            meta = meta_of(self._clock, actor, command_id)
            events = decide.end(known, number, until=until or meta["at"], reason=reason, **meta)
            holder = next(one.customer_id for one in known.holdings if one.number == number)
            return [Append(account, version, events), Append(holder, (await self._person(holder)).version, events)]

        return await append_decided(self._journal, attempt)

    async def show(self, account: str, known_at: datetime | None = None) -> KnownAccount:
        """An account as it is known, or was known then. NotFoundError where there was none."""
        facts = [one.event for one in await self._history(account)]
        if known_at is not None:
            facts = [event for event in facts if event.recorded_at <= known_at]
        known = _account(facts)
        if not known.registered:
            raise NotFoundError(f"there is no account {account}")
        return KnownAccount(account, known)

    async def of_customer(self, customer: str, known_at: datetime | None = None) -> tuple[Holding, ...]:
        """The roles of a person, over all streams that are linked: which accounts their contacts belong to."""
        streams = await whole_customers(self._journal, [customer])
        if not any(one.customer.registered for one in streams.values()):
            raise NotFoundError(f"there is no customer {customer}")
        histories = await self._journal.load(sorted(streams))
        return roles((one.event for history in histories.values() for one in history), known_at)

    async def _registered(self, account: str) -> tuple[int, Account]:
        version, known = await self._load(account)
        if not known.registered:
            raise NotFoundError(f"there is no account {account}")
        return version, known

    async def _load(self, account: str) -> tuple[int, Account]:
        history = await self._history(account)
        return (history[-1].version if history else 0), _account([one.event for one in history])

    async def _history(self, account: str) -> list[Recorded]:
        """Only of an account: another stream's name must never get an account's events."""
        if not account.startswith(ACCOUNT):
            raise NotFoundError(f"there is no account {account}")
        return (await self._journal.load([account]))[account]

    async def _person(self, customer: str) -> Known:
        """A registered customer, as they stand in the log."""
        if customer.startswith(CUSTOMER):
            known = (await recall(self._journal, [customer])).get(customer, NOBODY)
            if known.customer.registered:
                return known
        raise NotFoundError(f"there is no customer {customer}")

    def _spelled(self, kind: str, value: str) -> str:
        if kind not in ACCOUNT_KINDS:
            account_id(self._key, kind, value)
        spelled = normalise(kind, value)
        if kind == "legal_id" and not spelled.is_valid:
            raise InvalidError(f"this is no legal id: {spelled.problem.replace('_', ' ')}", "value")
        return spelled.value


def _account(facts: Sequence[Event]) -> Account:
    account = Account()
    for event in facts:
        account = evolve(account, event)
    return account
