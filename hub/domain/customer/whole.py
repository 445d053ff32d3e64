"""What linked streams come to as one customer, at once: where the customer stands, and which agents they know."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from hub.domain.account.state import Holding, roles_at
from hub.domain.cases.open_cases import OpenCase, case_agent
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import UNDECLARED, UNKNOWN_STANDING, Customer, DeclaredStanding, Written

DECLARABLE = frozenset(DeclaredStanding._fields)
"""What people and adapters can declare of where a customer stands."""

OwnerOf = Callable[[str], str]
"""The agent who looks after an account, by its id; empty: nobody."""


def by_age(members: Mapping[str, Customer]) -> list[Customer]:
    """Those of these streams that are registered, the oldest first."""
    alive = [(one.registered_at, stream, one) for stream, one in members.items() if one.registered_at is not None]
    return [one for _, _, one in sorted(alive, key=itemgetter(0, 1))]


def declared_of(members: Sequence[Customer]) -> DeclaredStanding:
    """What was declared last, in whichever stream; of two that were declared at one moment the older stream's."""
    if len(members) == 1:
        return members[0].declared
    said = UNDECLARED
    for name in DeclaredStanding._fields:
        known = [(at, one) for one in members if (at := getattr(one.declared_at, name)) is not None]
        if known:
            _, last = max(known, key=lambda found: found[0])
            said = said._replace(**{name: getattr(last.declared, name)})
    return said


def standing_of(members: Sequence[Customer], stands: Collection[str] = DECLARABLE) -> Standing:
    """Where the customer of these streams stands, the oldest first: where the oldest does of which anything was ever
    said, but for what was declared since, in whichever stream. `stands`: what is so as soon as somebody declares it; of
    the rest the path policy makes what it will."""
    if len(members) == 1:
        return members[0].standing
    oldest = next((one.standing for one in members if one.standing != UNKNOWN_STANDING), UNKNOWN_STANDING)
    said = declared_of(members)
    return oldest.model_copy(update={name: value for name in stands if (value := getattr(said, name))})


def answered(members: Iterable[Customer], channel: Channel, thread: str) -> Written | None:
    """What we sent on this thread to the customer of these streams, for whom an answer is waited; None: nothing."""
    for one in members:
        for written in one.written:
            if written[:2] == (channel, thread):
                return written
    return None


def agents_of(members: Sequence[Customer], at: datetime, owner_of: OwnerOf) -> dict[str, str]:
    """The agents that the customer of these streams knows, the oldest first, by how: `case_agent` sees to the worst of
    their open cases, `account_owner` looks after the account they act for, of several the one they have longest."""
    known: dict[str, str] = {}
    cases: list[OpenCase] = []
    held: list[Holding] = []
    for one in members:
        if one.open_cases:
            cases += one.open_cases
        if one.roles:
            held += roles_at(one.roles, at)
    if cases and (agent := case_agent(tuple(cases))):
        known["case_agent"] = agent
    for role in sorted(held, key=lambda one: (one.since, one.account_id)):
        if owner := owner_of(role.account_id):
            known["account_owner"] = owner
            break
    return known
