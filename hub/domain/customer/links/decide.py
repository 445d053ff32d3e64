"""What a rule, a trusted system or a person makes happen to the links between streams.

Every decision answers with (stream, event) pairs that belong into one transaction. `known` holds the links of all
streams of both customers: `component.unknown` says which are still to be read."""

import hashlib
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from hub.domain.customer.links.component import Known, canonical, whole
from hub.domain.customer.links.events import (
    CannotLinkLifted,
    CannotLinkStated,
    CustomersLinked,
    CustomersUnlinked,
    IdentifierShared,
    IdentifierUnshared,
    LinkBlocked,
    LinksChanged,
    Side,
)
from hub.domain.customer.links.rules import LARGEST, REACHES, SHARED_FROM, STRONG, conflicts, decisive, people
from hub.domain.customer.links.state import Block, Link, Pair, pair_of
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event

Told = list[tuple[str, Event]]
"""Facts, each with the stream it is added to."""

DECLARED = "declared"
BY_HAND = "by_hand"
CONFLICT, KEPT_APART, NAMES, TOO_MANY = "conflict", "kept_apart", "names", "too_many"
"""Why a link is blocked."""

Whole = Mapping[str, Side]
"""A customer's streams, by id."""
Bearing = Callable[[Whole, Whole], Collection[str]]
"""Which streams of two customers, to be joined by a phone or mail address, bear the name of somebody else."""


def nobody_else(_: Whole, __: Whole) -> Collection[str]:
    """Where no names are known."""
    return ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants it, when, by which contact or command, why, and in which interaction they learnt it."""

    now: datetime
    actor: str
    causation: str
    reason: str = ""
    interaction_id: str = ""

    def common(self) -> dict[str, Any]:
        """What every event of this decision says."""
        told = {"at": self.now, "recorded_at": self.now, "causation": self.causation, "actor": self.actor}
        return {**told, "correlation": self.interaction_id}


def link_id(causation: str, pair: Pair) -> str:
    """The id of the link that a contact or command makes between two streams: deciding again gives the same."""
    digest = hashlib.sha256("\x1f".join((causation, *pair)).encode()).hexdigest()
    return f"link-{digest[:32]}"


def link_verified(known: Known, one: Side, other: Side, asked: Asked, bearing: Bearing = nobody_else) -> Told:
    """Two identifiers, both verified, came in one contact: link their streams, or say what stands against it. Nothing
    where the kinds don't suffice, or where it is so already, was told already or was ruled out by a person."""
    rule = decisive(one.kind, other.kind)
    return _by_rule(known, one, other, rule, asked, (one.kind, other.kind), bearing) if rule else []


def link_declared(known: Known, one: Side, other: Side, asked: Asked) -> Told:
    """A trusted system says that two streams are one customer. It can't overrule a person or a conflict."""
    return _by_rule(known, one, other, DECLARED, asked, ("", ""), nobody_else)


def link_by_hand(
    known: Known, one: Side, other: Side, asked: Asked, *, despite_conflict: bool = False, rule: str = BY_HAND
) -> Told:
    """A person links two customers; nothing where this link stands already. `despite_conflict`: the person has seen
    that strong identifiers contradict each other."""
    if one.id == other.id:
        raise InvalidError(f"{one.id} can't be linked with itself: name another customer", "customer_id")
    pair = pair_of(one.id, other.id)
    if known[one.id].joins(pair):
        return []
    for side in (one, other):
        if known[side.id].shared:
            raise RefusedError(
                f"{side.id} is shared by many people and links nobody: say first that it is not shared", code="shared"
            )
    ours, theirs = whole(known, one), whole(known, other)
    if forbidden := _forbidden(known, ours, theirs, pair):
        raise RefusedError(
            f"{forbidden[0].left} and {forbidden[0].right} were said not to be the same customer: lift that first",
            code="said-apart",
        )
    clash = [] if other.id in ours else conflicts(ours.values(), theirs.values())
    if clash and not despite_conflict:
        named = ", ".join(f"{side.kind} {side.id}" for side in clash)
        raise RefusedError(
            f"strong identifiers contradict each other ({named}): link them with despite_conflict if they are one"
            " customer all the same",
            code="identifiers-contradict",
        )
    return _link(known, one, other, rule, asked)


def unlink(known: Known, side: Side, link: str, asked: Asked) -> Told:
    """Take a link of this customer away, for good: no rule joins the two streams again. Nothing where it was taken
    away before."""
    members = whole(known, side)
    for stream in members:
        for one in known[stream].live:
            if one.link_id == link:
                return _unlink(known, one, asked, again=False)
    if any(link in known[stream].ended for stream in members):
        return []
    raise NotFoundError(f"customer {side.id} has no link {link}")


def state_cannot_link(known: Known, one: Side, other: Side, asked: Asked) -> Told:
    """A person says that two streams are not one customer; nothing where that was said already."""
    if one.id == other.id:
        raise InvalidError(f"{one.id} can't be kept apart from itself: name another customer", "customer_id")
    pair = pair_of(one.id, other.id)
    if pair in known[one.id].apart:
        return []
    if known[one.id].joins(pair):
        raise RefusedError(
            f"{one.id} and {other.id} are linked: take the link away, that keeps them apart", code="linked"
        )
    left, right = _sorted(one, other)
    event = CannotLinkStated(**asked.common(), left=left, right=right, reason=asked.reason)
    return _told(event, pair, _fences(known, one, other), asked)


def lift_cannot_link(known: Known, one: Side, other: Side, asked: Asked) -> Told:
    """A person takes back that two streams are not one customer; nothing where nobody says so."""
    pair = pair_of(one.id, other.id)
    if pair not in known[one.id].apart:
        return []
    left, right = _sorted(one, other)
    event = CannotLinkLifted(**asked.common(), left=left, right=right, reason=asked.reason)
    return _told(event, pair, [], asked)


def mark_shared(known: Known, side: Side, asked: Asked, how: str = BY_HAND, brought: Sequence[Side] = ()) -> Told:
    """Many people share this identifier: it loses its links, and gets none any more. What the two sides of such a link
    are to each other is not said by that. Nothing where it is marked already."""
    links = known[side.id]
    if links.shared:
        return []
    told: Told = []
    for link in sorted(links.live, key=lambda one: one.link_id):
        told += _unlink(known, link, asked, again=True)
    event = IdentifierShared(**asked.common(), side=side, how=how, brought_with=tuple(brought), reason=asked.reason)
    return [*told, (side.id, event)]


def unmark_shared(known: Known, side: Side, asked: Asked) -> Told:
    """A person says that an identifier is one customer's after all: rules may link it again. Nothing where it is so."""
    if not known[side.id].shared:
        return []
    return [(side.id, IdentifierUnshared(**asked.common(), side=side, reason=asked.reason))]


def _by_rule(
    known: Known, one: Side, other: Side, rule: str, asked: Asked, by: tuple[str, str], bearing: Bearing
) -> Told:
    pair = pair_of(one.id, other.id)
    ours, theirs = known[one.id], known[other.id]
    if one.id == other.id or ours.joins(pair) or pair in ours.apart or ours.shared or theirs.shared:
        return []
    we, they = whole(known, one), whole(known, other)
    if other.id in we:
        return _link(known, one, other, rule, asked)
    if clash := conflicts(we.values(), they.values(), by):
        for side, with_ in ((one, other), (other, one)):
            brought = _brought_with(known, side, with_)
            if side.kind in REACHES and people(_grouped(brought, we, they)) >= SHARED_FROM:
                return mark_shared(known, side, asked, "detected", brought)
        return _block(known, one, other, rule, asked, CONFLICT, clash)
    if forbidden := _forbidden(known, we, they, pair):
        both = we | they
        named = sorted({stream for kept in forbidden for stream in kept})
        return _block(known, one, other, rule, asked, KEPT_APART, [both[stream] for stream in named])
    if any(kind in REACHES for kind in by) and (others := bearing(we, they)):
        both = we | they
        return _block(known, one, other, rule, asked, NAMES, [both[stream] for stream in sorted(others)])
    if len(we) + len(they) > LARGEST:
        return _block(known, one, other, rule, asked, TOO_MANY, [])
    return _link(known, one, other, rule, asked)


def _brought_with(known: Known, side: Side, with_: Side) -> list[Side]:
    """The strong identifiers that this one was verified together with, linked or blocked, and now."""
    links = known[side.id]
    sides = {with_, *(found for link in links.live for found in (link.left, link.right))}
    sides |= {found for block in links.blocked for found in (block.left, block.right)}
    return sorted((found for found in sides if found.kind in STRONG and found.id != side.id), key=lambda one: one.id)


def _grouped(sides: Iterable[Side], *wholes: Container[str]) -> list[list[Side]]:
    """Those of the same whole together, others alone."""
    groups: list[list[Side]] = [[] for _ in wholes]
    for side in sides:
        place = next((number for number, whole_ in enumerate(wholes) if side.id in whole_), None)
        if place is None:
            groups.append([side])
        else:
            groups[place].append(side)
    return groups


def _forbidden(known: Known, ours: Iterable[str], theirs: Iterable[str], pair: Pair) -> list[Pair]:
    """Which of the pairs across two customers a person keeps apart. Within one customer only the two themselves."""
    mine, others = set(ours), set(theirs)
    if mine & others:
        return [pair] if pair in known[pair.left].apart else []
    across = {pair_of(one, other) for one, other in product(mine, others)}
    return sorted({kept for stream in mine for kept in known[stream].apart if kept in across})


def _link(known: Known, one: Side, other: Side, rule: str, asked: Asked) -> Told:
    left, right = _sorted(one, other)
    pair = Pair(left.id, right.id)
    event = CustomersLinked(
        **asked.common(),
        left=left,
        right=right,
        reason=asked.reason,
        link_id=link_id(asked.causation, pair),
        rule=rule,
    )
    return _told(event, pair, _fences(known, one, other), asked)


def _unlink(known: Known, link: Link, asked: Asked, *, again: bool) -> Told:
    event = CustomersUnlinked(
        **asked.common(),
        left=link.left,
        right=link.right,
        reason=asked.reason,
        link_id=link.link_id,
        again=again,
    )
    return _told(event, link.pair, _fences(known, link.left, link.right), asked)


def _block(
    known: Known, one: Side, other: Side, rule: str, asked: Asked, because: str, between: Sequence[Side]
) -> Told:
    left, right = _sorted(one, other)
    block = Block(left, right, because, frozenset(side.id for side in between))
    if block in known[left.id].blocked and block in known[right.id].blocked:
        return []
    event = LinkBlocked(
        **asked.common(),
        left=left,
        right=right,
        reason=asked.reason,
        rule=rule,
        because=because,
        between=tuple(between),
    )
    return [(left.id, event), (right.id, event)]


def _fences(known: Known, one: Side, other: Side) -> list[str]:
    """The canonical streams of two customers as they are before the change."""
    return sorted({canonical(whole(known, side).values()) for side in (one, other)})


def _told(event: Event, pair: Pair, fences: Sequence[str], asked: Asked) -> Told:
    changed = LinksChanged(**asked.common(), left=pair.left, right=pair.right)
    return [(pair.left, event), (pair.right, event), *((one, changed) for one in fences if one not in pair)]


def _sorted(one: Side, other: Side) -> tuple[Side, Side]:
    return (one, other) if one.id < other.id else (other, one)
