"""What the path policy looks at of a customer: the facts of all streams that are this customer, as of any moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.customer.events import (
    UNDECLARED,
    ContactReceived,
    CustomerRegistered,
    DeclaredStanding,
    LifecycleStageChanged,
    SegmentChanged,
    declared_after,
)
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.customer.purchases.state import Purchase, fold
from hub.domain.event import Event

DECLARATIONS = (SegmentChanged, LifecycleStageChanged)
PURCHASES = (PurchaseRecorded, PurchaseReversed)
ROLES = (RoleAssigned, RoleEnded)
CONTACTS = (ContactReceived,)
_SORTED: tuple[tuple[type[Event], ...], ...] = ((CustomerRegistered,), CONTACTS, DECLARATIONS, PURCHASES, ROLES)
_KINDS = len(_SORTED)
_KIND = {one: number for number, several in enumerate(_SORTED) for one in several}


class RoleTime(NamedTuple):
    """They act for an account from `since` until just before `until`; None: until further notice."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known. Purchases that were reversed are not among them; the oldest comes first."""

    registered_at: datetime | None = None
    declared: DeclaredStanding = UNDECLARED
    purchases: tuple[Purchase, ...] = ()
    roles: tuple[RoleTime, ...] = ()
    contacts: int = 0
    last_contact_at: datetime | None = None


def facts_of(events: Iterable[Event], at: datetime | None = None) -> Facts:
    """The facts of a customer in the order they were recorded, those of all their streams; with `at` as they were known
    then."""
    known = [event for event in events if at is None or event.recorded_at <= at]
    registered, contacts, declarations, purchases, roles = _sorted(known)
    declared = UNDECLARED
    for event in sorted(declarations, key=lambda one: one.recorded_at):
        declared = declared_after(declared, event)
    return Facts(
        registered_at=min((event.recorded_at for event in registered), default=None),
        declared=declared,
        purchases=tuple(fold(purchases).standing()) if purchases else (),
        roles=_roles(roles),
        contacts=len(contacts),
        last_contact_at=max((event.at for event in contacts), default=None),
    )


def _sorted(events: Iterable[Event]) -> tuple[list[Any], ...]:
    """Those of each kind in their order; what is of none is passed over."""
    kinds: tuple[list[Any], ...] = tuple([] for _ in range(_KINDS))
    for event in events:
        kind = _KIND.get(type(event))
        if kind is not None:
            kinds[kind].append(event)
    return kinds


def _roles(events: Iterable[Event]) -> tuple[RoleTime, ...]:
    roles: dict[tuple[str, int], RoleTime] = {}
    for event in events:
        if isinstance(event, RoleAssigned):
            roles[event.account_id, event.number] = RoleTime(event.since, event.until)
        elif isinstance(event, RoleEnded) and (event.account_id, event.number) in roles:
            key = event.account_id, event.number
            roles[key] = roles[key]._replace(until=event.until)
    return tuple(roles.values())
