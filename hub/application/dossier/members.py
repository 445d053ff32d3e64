"""Which streams are the customer, and by whose word."""

from dataclasses import dataclass

from hub.application.dossier.facts import CustomerFacts
from hub.domain.customer.links.events import CannotLinkStated, CustomersLinked, CustomersUnlinked
from hub.domain.customer.links.state import Pair
from hub.projections.links import KeptApart, Member, StandingLink


@dataclass(frozen=True, slots=True)
class Membership:
    """The streams, the oldest first, the links between them, from whom they are kept apart, and which of them are of
    identifiers that many people share."""

    members: tuple[Member, ...]
    links: tuple[StandingLink, ...]
    kept_apart: tuple[KeptApart, ...]
    shared: tuple[str, ...]


def membership(facts: CustomerFacts) -> Membership:
    """By the links that stand."""
    known = facts.links
    live = {link.link_id: link for links in known.values() for link in links.live}
    apart = {pair for links in known.values() for pair in links.apart}
    kinds = dict.fromkeys(known, "")
    for link in live.values():
        for side in (link.left, link.right):
            kinds[side.id] = side.kind or kinds.get(side.id, "")
    return Membership(
        members=tuple(Member(stream, kinds[stream]) for stream in known),
        links=tuple(_links(facts, set(live))),
        kept_apart=tuple(_kept_apart(facts, apart)),
        shared=tuple(sorted(stream for stream, links in known.items() if links.shared)),
    )


def _links(facts: CustomerFacts, live: set[str]) -> list[StandingLink]:
    """A link's fact stands in both streams: told once."""
    told: dict[str, StandingLink] = {}
    for one in facts.history:
        event = one.event
        if isinstance(event, CustomersLinked) and event.link_id in live and event.link_id not in told:
            sides = event.left.id, event.right.id
            told[event.link_id] = StandingLink(
                event.link_id, *sides, event.rule, event.at, event.actor, event.causation
            )
    return list(told.values())


def _kept_apart(facts: CustomerFacts, apart: set[Pair]) -> list[KeptApart]:
    told: dict[Pair, KeptApart] = {}
    for one in facts.history:
        event = one.event
        if not isinstance(event, CannotLinkStated | CustomersUnlinked):
            continue
        pair = Pair(event.left.id, event.right.id)
        if pair in apart and not (isinstance(event, CustomersUnlinked) and event.again):
            told.pop(pair, None)
            told[pair] = KeptApart(*pair, event.at, event.actor)
    return list(told.values())
