"""What each campaign did: those whom it might reach against those who were kept out of it, counted from the log."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hub.application.linking.book import LinkBook
from hub.application.policies.paths import PathPolicies
from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.customer.links.events import LINK_EVENTS
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.decision.events import PathDecided
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.grant.events import PropositionAnswered, Response
from hub.log_windows import windows
from hub.paths.holdout.uplift import Group, uplift
from hub.paths.policy.parsing import parse_path_policy
from hub.ports import Journal, Recorded, Stored

DAYS = 30
CONFIDENCE = 0.95
_LOOKED_AT = (
    PathDecided,
    PropositionAnswered,
    PurchaseRecorded,
    PurchaseReversed,
    RoleAssigned,
    RoleEnded,
    *LINK_EVENTS,
)
ACCEPTED, BOUGHT = "accepted", "bought"


class _First(NamedTuple):
    """The first decision about a customer in which something of the campaign was asked for."""

    at: datetime
    holder: str
    held_out: bool


class _Yes(NamedTuple):
    """Something they did: `what` is the proposition that was accepted; empty: they bought something."""

    at: datetime
    stream: str
    what: str = ""


class _Groups(NamedTuple):
    """So many of those it might reach, and of those kept out, did it."""

    treated: Group
    held_out: Group


class _Role(NamedTuple):
    """Somebody who acts for an account for a time."""

    account_id: str
    customer_id: str
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class _Log:
    """What the log tells of campaigns."""

    asked: dict[str, dict[str, _First]] = field(default_factory=dict)
    """By campaign and customer."""
    versions: dict[str, set[str]] = field(default_factory=dict)
    """Of the path policy that a campaign was decided by."""
    accepted: list[_Yes] = field(default_factory=list)
    bought: dict[tuple[str, str], _Yes] = field(default_factory=dict)
    roles: dict[tuple[str, int], _Role] = field(default_factory=dict)
    canonical: dict[str, str] = field(default_factory=dict)
    """Of streams that links join."""

    def note(self, one: Recorded) -> None:
        """The next fact."""
        event = one.event
        match event:
            case PathDecided():
                for drawn in event.drawn:
                    first = _First(event.at, drawn.holder, drawn.held_out)
                    self.asked.setdefault(drawn.campaign, {}).setdefault(event.customer_id, first)
                    self.versions.setdefault(drawn.campaign, set()).add(event.policy)
            case PropositionAnswered(response=Response.ACCEPTED):
                self.accepted.append(_Yes(event.at, one.stream, event.proposition))
            case PurchaseRecorded():
                self.bought[one.stream, event.purchase_id] = _Yes(event.at, one.stream)
            case PurchaseReversed():
                self.bought.pop((one.stream, event.purchase_id), None)
            case RoleAssigned():
                acts = _Role(event.account_id, event.customer_id, event.since, event.until)
                self.roles[event.account_id, event.number] = acts
            case RoleEnded() if (event.account_id, event.number) in self.roles:
                acts = self.roles[event.account_id, event.number]
                self.roles[event.account_id, event.number] = acts._replace(until=event.until)

    def whole(self, stream: str) -> str:
        """The customer of a stream, as of the end of the log."""
        return self.canonical.get(stream, stream)


async def campaign_uplift(
    journal: Journal,
    policies: PathPolicies,
    *,
    campaign: str = "",
    days: int = DAYS,
    confidence: float = CONFIDENCE,
) -> list[dict[str, Any]]:
    """Of one campaign, or of all of which something was asked. Counted are holders, the customer or the account that
    was drawn, of whom anything of the campaign was asked for, in either group by the same rule, whether it fitted them
    or not; and whether they accepted, or bought anything, in the `days` from then on. Raises NotFoundError and
    InvalidError."""
    if days < 1:
        raise InvalidError("name at least 1 day in which they may have accepted", "days")
    log = await _read(journal)
    if campaign and campaign not in log.asked:
        known = ", ".join(sorted(log.asked)) or "none"
        raise NotFoundError(f"nothing was decided on a campaign {campaign!r} yet; those with decisions: {known}")
    names = [campaign] if campaign else sorted(log.asked)
    return [
        _told(name, log, await _propositions(name, log, policies), timedelta(days=days), confidence) for name in names
    ]


async def _read(journal: Journal) -> _Log:
    log, book = _Log(), LinkBook()
    try:
        async for batch in windows(journal, 0, await journal.head(), _LOOKED_AT):
            linked = [one for one in batch if isinstance(one.event, LINK_EVENTS)]
            book.enter([(Stored(one.position, one.stream, one.version, "", b""), one.event) for one in linked])
            for one in batch:
                log.note(one)
        log.canonical = {one.customer_id: whole.customer_id for whole in book.wholes() for one in whole.members}
    finally:
        book.close()
    return log


async def _propositions(campaign: str, log: _Log, policies: PathPolicies) -> frozenset[str]:
    """All that ever belonged to it while it was decided on."""
    found: set[str] = set()
    for version in sorted(log.versions[campaign]):
        policy = parse_path_policy((await policies.version(version)).text)
        found |= {name for one in policy.holdouts if one.campaign == campaign for name in one.propositions}
    return frozenset(found)


def _told(
    campaign: str, log: _Log, propositions: frozenset[str], window: timedelta, confidence: float
) -> dict[str, Any]:
    holders, of_customer, mixed = _holders(log, log.asked[campaign])
    people = _people(log, holders)
    sizes = Counter(first.held_out for first in holders.values())

    def groups(done: Iterable[_Yes]) -> _Groups:
        who = {
            holder
            for one in done
            for holder in _whose(log.whole(one.stream), one.at, of_customer, people)
            if holder in holders and holders[holder].at <= one.at < holders[holder].at + window
        }
        counts = Counter(holders[one].held_out for one in who)
        return _Groups(Group(counts[False], sizes[False]), Group(counts[True], sizes[True]))

    accepted = [one for one in log.accepted if one.what in propositions]
    found = {ACCEPTED: groups(accepted), BOUGHT: groups(log.bought.values())}
    by_name = {name: groups(one for one in accepted if one.what == name) for name in sorted(propositions)}
    return {
        "campaign": campaign,
        "days": window.days,
        "treated": {"holders": sizes[False], **{name: one.treated.accepted for name, one in found.items()}},
        "held_out": {"holders": sizes[True], **{name: one.held_out.accepted for name, one in found.items()}},
        "mixed": mixed,
        "uplift": {name: _uplift(*one, confidence) for name, one in found.items()},
        "propositions": {name: _uplift(*one, confidence) for name, one in by_name.items()},
    }


def _holders(log: _Log, asked: Mapping[str, _First]) -> tuple[dict[str, _First], dict[str, str], int]:
    """Who was drawn, with the first decision; whose customer is whose; and how many were drawn now one way, now the
    other (links joined two, or the policy drew anew): they say nothing, and are left out."""
    holders: dict[str, _First] = {}
    of_customer: dict[str, str] = {}
    mixed: set[str] = set()
    for customer, first in asked.items():
        holder = log.whole(first.holder)
        of_customer[log.whole(customer)] = holder
        known = holders.get(holder)
        if known is not None and known.held_out is not first.held_out:
            mixed.add(holder)
        if known is None or first.at < known.at:
            holders[holder] = first
    return {name: first for name, first in holders.items() if name not in mixed}, of_customer, len(mixed)


def _people(log: _Log, holders: Mapping[str, _First]) -> dict[str, list[_Role]]:
    """By customer, for which of the accounts that were drawn they act."""
    found: dict[str, list[_Role]] = {}
    for role in log.roles.values():
        if role.account_id in holders:
            found.setdefault(log.whole(role.customer_id), []).append(role)
    return found


def _whose(whole: str, at: datetime, of_customer: Mapping[str, str], people: Mapping[str, Sequence[_Role]]) -> set[str]:
    """The holders whose doing it is: the customer, or an account itself, or one they acted for then."""
    acting = {
        role.account_id
        for role in people.get(whole, ())
        if role.since <= at and (role.until is None or at < role.until)
    }
    return {of_customer.get(whole, whole), *acting}


def _uplift(treated: Group, held_out: Group, confidence: float) -> dict[str, Any] | None:
    """None: nobody is in one of the groups, so that nothing can be compared."""
    if not treated.customers or not held_out.customers:
        return None
    found = uplift(treated, held_out, confidence)
    return {
        "treated": found.campaign,
        "held_out": found.held_out,
        "difference": found.difference,
        "low": found.interval.low,
        "high": found.interval.high,
        "confidence": found.confidence,
        "is_sure": found.is_sure,
    }
