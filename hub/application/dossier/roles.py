"""The organisations a customer acts for, and as what."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.account.events import AccountChanged, AccountRegistered
from hub.domain.account.state import Account, Holding, evolve, roles
from hub.domain.event import Event
from hub.ports import Journal

_SAID = (AccountChanged, AccountRegistered)


@dataclass(frozen=True, slots=True)
class ShownRole:
    """A role in an account, half-open; `now`: held at the moment that was asked for."""

    account_id: str
    kind: str
    value: str
    segment: str
    name: str
    number: int
    customer_id: str
    role: str
    since: datetime
    until: datetime | None
    now: bool


async def roles_of(journal: Journal, events: list[Event], at: datetime, known_at: datetime | None) -> list[ShownRole]:
    """All roles that these facts tell of, those held now first; what the accounts are called as it is known, or was."""
    held = roles(events)
    names = sorted({one.account_id for one in held})
    accounts: dict[str, Account] = {}
    for stream, history in (await journal.load_only(names, _SAID)).items() if names else ():
        account = Account()
        for one in history:
            if known_at is None or one.event.recorded_at <= known_at:
                account = evolve(account, one.event)
        accounts[stream] = account
    shown = [_shown(one, accounts[one.account_id], at) for one in held]
    return sorted(shown, key=lambda one: (not one.now, one.since, one.account_id, one.number))


def _shown(held: Holding, account: Account, at: datetime) -> ShownRole:
    return ShownRole(
        account_id=held.account_id,
        kind=account.kind,
        value=account.value,
        segment=account.segment,
        name=account.name,
        number=held.number,
        customer_id=held.customer_id,
        role=held.role,
        since=held.since,
        until=held.until,
        now=held.holds(at),
    )
