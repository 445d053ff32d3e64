"""What registering an organisation and giving its people roles makes happen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.account.events import AccountChanged, AccountOwnerChanged, AccountRegistered, RoleAssigned, RoleEnded
from hub.domain.account.state import Account, Holding
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event

ACCOUNT_SEGMENTS = ("B2B", "B2G")
ROLES = ("owner", "buyer", "consumer", "user")
NAME_LENGTH = 200
AGENT_LENGTH = 64
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class RoleRules:
    """Which roles there are, and which don't go together."""

    own: frozenset[str] = frozenset()
    """The operator's, beside ROLES."""
    exclusive: frozenset[str] = frozenset(("owner",))
    """Held by one person of an account at a time."""
    contradictory: frozenset[frozenset[str]] = frozenset()
    """Pairs of roles that one person can't have in one account at the same time."""

    def __post_init__(self) -> None:
        for name in sorted(self.own):
            if not _ROLE.fullmatch(name):
                raise InvalidError(f"{name!r} can't be a role: it is a lower-case word of 1 to 32 characters", "own")
        for names, field in ((self.exclusive, "exclusive"), *((pair, "contradictory") for pair in self.contradictory)):
            unknown = sorted(names - self.known)
            if unknown:
                raise InvalidError(f"there is no role {unknown[0]!r}: add it to the operator's own", field)
        if any(len(pair) != 2 for pair in self.contradictory):
            raise InvalidError("contradictory roles come in pairs", "contradictory")

    @property
    def known(self) -> frozenset[str]:
        """Every role there is."""
        return self.own | set(ROLES)


PLAIN_ROLES = RoleRules()


def register(account: Account, *, kind: str, value: str, segment: str, name: str, **meta: Any) -> list[Event]:
    """An organisation becomes known. Known already: its name and segment are put right, where they differ."""
    if segment not in ACCOUNT_SEGMENTS:
        raise InvalidError(f"an account is {' or '.join(ACCOUNT_SEGMENTS)}, not {segment!r}", "segment")
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidError(f"the name of an account has 1 to {NAME_LENGTH} characters", "name")
    if not account.registered:
        return [AccountRegistered(**meta, kind=kind, value=value, segment=segment, name=name)]
    if (account.segment, account.name) == (segment, name):
        return []
    return [AccountChanged(**meta, segment=segment, name=name)]


def change_owner(account: Account, agent_id: str, **meta: Any) -> list[Event]:
    """An agent looks after it from now on; empty: nobody. Nothing to do when it is so already."""
    if len(agent_id) > AGENT_LENGTH:
        raise InvalidError(f"the id of an agent has at most {AGENT_LENGTH} characters", "agent_id")
    return [] if account.owner == agent_id else [AccountOwnerChanged(**meta, agent_id=agent_id)]


def assign(
    account: Account,
    account_id: str,
    *,
    customer_id: str,
    role: str,
    since: datetime,
    until: datetime | None = None,
    rules: RoleRules = PLAIN_ROLES,
    **meta: Any,
) -> list[Event]:
    """A person acts for the account. Nothing to do when they do just that already; what overlaps or contradicts a role
    that somebody has then is refused, whether it is past, present or to come."""
    if role not in rules.known:
        raise InvalidError(f"there is no role {role!r}: there are {', '.join(sorted(rules.known))}", "role")
    if until is not None and until <= since:
        raise InvalidError("a role ends after it begins", "until")
    wanted = (customer_id, role, since, until)
    if any((one.customer_id, one.role, one.since, one.until) == wanted for one in account.holdings):
        return []
    _refuse(_in_the_way(account.holdings, customer_id, role, since, until, rules), customer_id, role)
    assigned = RoleAssigned(
        **meta, account_id=account_id, number=len(account.holdings) + 1,
        customer_id=customer_id, role=role, since=since, until=until,
    )  # fmt: skip
    return [assigned]


def end(account: Account, number: int, *, until: datetime, reason: str = "", **meta: Any) -> list[Event]:
    """A role ends at `until`, or ended then. Nothing to do when it does already; one that ended can't go on."""
    holding = next((one for one in account.holdings if one.number == number), None)
    if holding is None:
        raise NotFoundError(f"this account has no role number {number}: see its list of roles")
    if until == holding.until:
        return []
    if until <= holding.since:
        raise InvalidError(f"this role began at {holding.since:%Y-%m-%d %H:%M:%S}: it ends after that", "until")
    if holding.until is not None and until > holding.until:
        raise RefusedError(
            f"{holding.role} number {number} ended at {holding.until:%Y-%m-%d %H:%M:%S}: for the time after it, "
            "assign the role anew"
        )
    facts = {"account_id": holding.account_id, "number": number, "customer_id": holding.customer_id}
    return [RoleEnded(**meta, **facts, role=holding.role, until=until, reason=reason)]


def _in_the_way(
    holdings: Iterable[Holding], customer_id: str, role: str, since: datetime, until: datetime | None, rules: RoleRules
) -> Holding | None:
    for one in holdings:
        if not one.overlaps(since, until):
            continue
        same_person, same_role = one.customer_id == customer_id, one.role == role
        if (
            (same_person and same_role)
            or (same_role and role in rules.exclusive)
            or (same_person and frozenset((one.role, role)) in rules.contradictory)
        ):
            return one
    return None


def _refuse(found: Holding | None, customer_id: str, role: str) -> None:
    if found is None:
        return
    when = f"from {found.since:%Y-%m-%d}" + ("" if found.until is None else f" until {found.until:%Y-%m-%d}")
    number = f"number {found.number}"
    if found.role != role:
        raise RefusedError(f"{customer_id} is {found.role} {when}, which nobody is who is {role}: end {number} first")
    if found.customer_id == customer_id:
        raise RefusedError(f"{customer_id} is {role} already {when}: end {number} first, or choose another time")
    raise RefusedError(f"{found.customer_id} is {role} {when}, and there is one at a time: end {number} first")
