"""What one stream knows of its links: a fold over its own events, small whatever the length of its history."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from hub.domain.customer.links.events import (
    CannotLinkLifted,
    CannotLinkStated,
    CustomersLinked,
    CustomersUnlinked,
    IdentifierShared,
    IdentifierUnshared,
    LinkBlocked,
    Side,
)
from hub.domain.event import Event


class Pair(NamedTuple):
    """Two streams, the lower id first."""

    left: str
    right: str


class Link(NamedTuple):
    """A link that stands."""

    link_id: str
    left: Side
    right: Side
    rule: str

    @property
    def pair(self) -> Pair:
        """The streams it joins."""
        return Pair(self.left.id, self.right.id)


class Block(NamedTuple):
    """A link that a rule wanted and did not get."""

    left: Side
    right: Side
    because: str
    between: frozenset[str]


@dataclass(frozen=True, slots=True)
class Links:
    """Of one stream: the links that stand and those that were taken away (by id), whom it must not be linked with,
    what was blocked and is not settled, and whether many people share its identifier."""

    live: frozenset[Link] = frozenset()
    ended: frozenset[str] = frozenset()
    apart: frozenset[Pair] = frozenset()
    blocked: frozenset[Block] = frozenset()
    shared: bool = False

    def joins(self, pair: Pair) -> bool:
        """Whether a link between just these two stands."""
        return any(link.pair == pair for link in self.live)


NO_LINKS = Links()


def pair_of(one: str, other: str) -> Pair:
    """Two streams in the order in which every fact names them."""
    return Pair(one, other) if one < other else Pair(other, one)


def evolve(links: Links, event: Event) -> Links:
    """The links of a stream after one more of its events."""
    match event:
        case CustomersLinked():
            link = Link(event.link_id, event.left, event.right, event.rule)
            return replace(links, live=links.live | {link}, blocked=_without(links.blocked, link.pair))
        case CustomersUnlinked():
            pair = Pair(event.left.id, event.right.id)
            return replace(
                links,
                live=frozenset(link for link in links.live if link.link_id != event.link_id),
                ended=links.ended | {event.link_id},
                apart=links.apart if event.again else links.apart | {pair},
            )
        case CannotLinkStated():
            pair = Pair(event.left.id, event.right.id)
            return replace(links, apart=links.apart | {pair}, blocked=_without(links.blocked, pair))
        case CannotLinkLifted():
            return replace(links, apart=links.apart - {Pair(event.left.id, event.right.id)})
        case LinkBlocked():
            between = frozenset(side.id for side in event.between)
            block = Block(event.left, event.right, event.because, between)
            others = _without(links.blocked, Pair(event.left.id, event.right.id))
            return replace(links, blocked=others | {block})
        case IdentifierShared():
            return replace(links, shared=True, blocked=frozenset())
        case IdentifierUnshared():
            return replace(links, shared=False)
        case _:
            return links


def _without(blocked: frozenset[Block], pair: Pair) -> frozenset[Block]:
    return frozenset(block for block in blocked if (block.left.id, block.right.id) != pair)
