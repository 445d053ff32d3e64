"""What the facts of accounts add up to: who acts for whom, at any time, as known at any time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from hub.domain.account.events import AccountChanged, AccountOwnerChanged, AccountRegistered, RoleAssigned, RoleEnded
from hub.domain.event import Event


class Holding(NamedTuple):
    """A role that a person has in an account, half-open: from `since` until just before `until`."""

    account_id: str
    number: int
    customer_id: str
    role: str
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether they have it at that moment."""
        return self.since <= at and (self.until is None or at < self.until)

    def overlaps(self, since: datetime, until: datetime | None) -> bool:
        """Whether they have it at any moment of that time."""
        return (until is None or self.since < until) and (self.until is None or since < self.until)


@dataclass(frozen=True, slots=True)
class Account:
    """What deciding needs to know of an account."""

    registered: bool = False
    kind: str = ""
    value: str = ""
    segment: str = ""
    name: str = ""
    owner: str = ""
    """The agent who looks after it; empty: nobody."""
    holdings: tuple[Holding, ...] = ()
    """All that ever were, in the order in which they were assigned."""


def evolve(account: Account, event: Event) -> Account:
    """The account after one more fact; facts of other kinds change nothing here."""
    match event:
        case AccountRegistered():
            known = replace(account, registered=True, kind=event.kind, value=event.value)
            return replace(known, segment=event.segment, name=event.name)
        case AccountChanged():
            return replace(account, segment=event.segment, name=event.name)
        case AccountOwnerChanged():
            return replace(account, owner=event.agent_id)
        case RoleAssigned() | RoleEnded():
            return replace(account, holdings=hold(account.holdings, event))
        case _:
            return account


def hold(holdings: tuple[Holding, ...], event: Event) -> tuple[Holding, ...]:
    """Roles after one more fact, of an account's stream or of a person's."""
    match event:
        case RoleAssigned():
            new = Holding(event.account_id, event.number, event.customer_id, event.role, event.since, event.until)
            return (*holdings, new)
        case RoleEnded():
            ended = (event.account_id, event.number)
            return tuple(
                one._replace(until=event.until) if (one.account_id, one.number) == ended else one for one in holdings
            )
        case _:
            return holdings


def roles(events: Iterable[Event], known_at: datetime | None = None) -> tuple[Holding, ...]:
    """The roles that these facts tell of, of accounts or of persons; with `known_at` those that were recorded by then.
    A fact that stands in two streams counts once."""
    found: tuple[Holding, ...] = ()
    seen = set[tuple[type, str, int, datetime | None]]()
    for event in events:
        if isinstance(event, RoleAssigned | RoleEnded) and (known_at is None or event.recorded_at <= known_at):
            fact = (type(event), event.account_id, event.number, event.until)
            if fact not in seen:
                seen.add(fact)
                found = hold(found, event)
    return found


def roles_at(holdings: Iterable[Holding], at: datetime) -> tuple[Holding, ...]:
    """Those that are held at that moment."""
    return tuple(one for one in holdings if one.holds(at))
