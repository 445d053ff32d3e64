"""Streams of identifiers with nothing in them but their links, decided and kept as the store would."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from hub.domain.customer.links.component import canonical, unknown, whole
from hub.domain.customer.links.decide import Asked, Told, link_verified
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.state import NO_LINKS, Links, evolve
from hub.domain.event import Event

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def side(name: str, minute: int = 0) -> Side:
    """The stream of an identifier: `N1` a national id's, `L1` a legal id's, `C1` a customer number's, `P1` a phone's,
    `E1` a mail address's, `K1` a cookie's."""
    kinds = {"N": "national_id", "L": "legal_id", "C": "customer_number", "P": "phone", "E": "email", "K": "cookie"}
    return Side(id=f"customer-{name}", kind=kinds[name[0]], since=NOON + timedelta(minutes=minute))


class Streams:
    """Every stream's events, and what decisions made of them."""

    def __init__(self, *names: str, sides: Iterable[Side] = ()) -> None:
        self.sides: dict[str, Side] = {}
        self.events: dict[str, list[Event]] = {}
        self.links: dict[str, Links] = {}
        self.told: Told = []
        self.commands = 0
        for one in (*sides, *map(side, names)):
            self.include(one)

    def include(self, one: Side) -> None:
        """One more stream, unless it is there."""
        self.sides.setdefault(one.id, one)
        self.events.setdefault(one.id, [])
        self.links.setdefault(one.id, NO_LINKS)

    def __getitem__(self, name: str) -> Side:
        return self.sides[f"customer-{name}"]

    def asked(self, reason: str = "") -> Asked:
        self.commands += 1
        return Asked(NOON + timedelta(hours=self.commands), "operator:steward", f"command-{self.commands}", reason)

    def do(self, decide: Callable[..., Told], *about: object, **more: object) -> list[Event]:
        """Decide on what is needed and nothing else, keep it, and tell the facts, each once."""
        streams = [one.id for one in about if isinstance(one, Side)]
        known: dict[str, Links] = {}
        while missing := unknown(known, streams):
            known |= {stream: self.links[stream] for stream in missing}
        told = decide(known, *about, self.asked(), **more)
        self.add(told)
        return list(dict.fromkeys(event for _, event in told))

    def add(self, told: Told) -> None:
        self.told += told
        for stream, event in told:
            self.events[stream].append(event)
            self.links[stream] = evolve(self.links[stream], event)

    def contact(self, one: str, other: str) -> list[Event]:
        """A contact brings both, verified."""
        return self.do(link_verified, self[one], self[other])

    def whole(self, name: str) -> set[str]:
        return {one.removeprefix("customer-") for one in whole(self.links, self[name])}

    def canonical(self, name: str) -> str:
        return canonical(whole(self.links, self[name]).values()).removeprefix("customer-")

    def partition(self) -> frozenset[frozenset[str]]:
        return frozenset(frozenset(whole(self.links, one)) for one in self.sides.values())

    def link(self, one: str, other: str) -> str:
        """The id of the link between these two."""
        pair = {self[one].id, self[other].id}
        [found] = [link.link_id for link in self.links[self[one].id].live if set(link.pair) == pair]
        return found
