"""Cases: recorded in the customer's stream, and in the account's where it is an account's."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.application.deciding import append_once, history_of, meta_of, refuse_forgotten
from hub.application.linking.by_contacts import whole_customers
from hub.domain.account.identity import ACCOUNT
from hub.domain.account.state import Account
from hub.domain.account.state import evolve as evolve_account
from hub.domain.cases import decide
from hub.domain.cases.identity import customer_of_case
from hub.domain.cases.state import CASE_EVENTS, Case, Cases, cases_at, evolve
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.ports import Append, Clock, Journal, Recorded

Rule = Callable[[Cases, dict[str, Any]], list[Event]]
"""What follows, given the cases of a stream and what every event says of its cause."""


@dataclass(frozen=True, slots=True)
class CaseStory:
    """A case and everything that happened to it, oldest first."""

    case: Case
    history: list[Recorded]


class CustomerCases:
    """Commands on cases; each answers with the events it led to, none when it was so already."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def open(
        self,
        customer: str,
        *,
        account_id: str = "",
        interaction_id: str = "",
        actor: str,
        command_id: str,
        **told: Any,
    ) -> list[Recorded]:
        """Something has to be settled; `told`: what else `open_case` of the domain takes. Account and interaction must
        exist, where one is named."""
        await self._check_interaction(interaction_id)
        about: dict[str, Any] = {"account_id": account_id, "interaction_id": interaction_id}

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"customer {customer}")
            refuse_forgotten(history, customer)
            cases, meta = _cases(one.event for one in history), meta_of(self._clock, actor, command_id)
            events = decide.open_case(cases, customer, len(cases) + 1, **told, **about, **meta)
            return [Append(customer, version, events), *await self._told(account_id, events)]

        return await append_once(self._journal, command_id, customer, attempt)

    async def change(self, case: str, rule: Rule, *, actor: str, command_id: str) -> list[Recorded]:
        """Whatever else is done with a case: `rule` is one of `hub.domain.cases.decide`, given this case. A case of
        somebody who was forgotten can still be settled; what is personal of it is not kept."""
        customer = customer_of_case(case)

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"case {case}")
            cases = _cases(one.event for one in history)
            if case not in cases:
                raise NotFoundError(f"there is no case {case}")
            events = rule(cases, meta_of(self._clock, actor, command_id))
            return [Append(customer, version, events), *await self._told(cases[case].account_id, events)]

        return await append_once(self._journal, command_id, customer, attempt)

    async def attach(self, case: str, interaction_id: str, *, actor: str, command_id: str) -> list[Recorded]:
        """An interaction, which must exist, is about it."""
        await self._check_interaction(interaction_id)

        def rule(cases: Cases, meta: dict[str, Any]) -> list[Event]:
            return decide.attach(cases, case, interaction_id, **meta)

        return await self.change(case, rule, actor=actor, command_id=command_id)

    async def show(self, case: str, at: datetime | None = None) -> CaseStory:
        """A case as it stands, or stood then, with its history. NotFoundError where there was none."""
        _, history = await history_of(self._journal, customer_of_case(case), f"case {case}")
        told = [one for one in history if isinstance(one.event, CASE_EVENTS) and (at is None or one.event.at <= at)]
        found = _cases(one.event for one in told).get(case)
        if found is None:
            raise NotFoundError(f"there is no case {case}")
        return CaseStory(found, [one for one in told if getattr(one.event, "case_id", "") == case])

    async def of_customer(self, customer: str, at: datetime | None = None) -> list[Case]:
        """The cases of a customer as they stand, or stood then, over all streams that are linked; oldest first."""
        members = await whole_customers(self._journal, [customer])
        if not any(one.customer.registered for one in members.values()):
            raise NotFoundError(f"there is no customer {customer}")
        histories = await self._journal.load(sorted(members))
        facts = [one.event for history in histories.values() for one in history]
        found = cases_at(facts, self._clock.now() if at is None else at).values()
        return sorted(found, key=lambda case: (case.opened_at, case.case_id))

    async def _told(self, account: str, events: Sequence[Event]) -> list[Append]:
        """What the account is told in the same transaction, if the case is an account's."""
        shared = decide.for_account(events) if account else []
        return [Append(account, await self._account(account), shared)] if shared else []

    async def _account(self, account: str) -> int:
        """The version of a registered account's stream."""
        if account.startswith(ACCOUNT):
            history = (await self._journal.load([account]))[account]
            known = Account()
            for one in history:
                known = evolve_account(known, one.event)
            if known.registered:
                return history[-1].version
        raise NotFoundError(f"there is no account {account}")

    async def _check_interaction(self, interaction_id: str) -> None:
        if not interaction_id:
            return
        if not interaction_id.startswith("interaction-") or await self._journal.last(interaction_id) is None:
            raise NotFoundError(f"there is no interaction {interaction_id}")


def _cases(facts: Iterable[Event]) -> Cases:
    cases: Cases = {}
    for event in facts:
        cases = evolve(cases, event)
    return cases
