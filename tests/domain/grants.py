"""Propositions and streams with nothing in them but grants, kept as the store would, for tests of what is promised."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.contact import Channel, Standing
from hub.domain.event import Event
from hub.domain.grant.decide import Granting, Told
from hub.domain.grant.holding import Held, held
from hub.domain.grant.state import NO_GRANTS, Grants, evolve
from hub.domain.grant.terms import Better, TermRule

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STOOD = Standing(segment="B2C", value_tier="high", lifecycle_stage="retention")
PHONE: dict[str, Any] = {"channel": Channel.PHONE, "sender": "agent", "standing": STOOD}
WEB: dict[str, Any] = {"channel": Channel.WEB, "sender": "hub", "standing": STOOD}


def granting(name: str = "fibre", days: int = 14, **rules: TermRule) -> Granting:
    """A price, lower is better, from 70 to 100; months, lower is better; a text."""
    given = rules or {
        "price": TermRule(100, Better.LOWER, 70, 100),
        "months": TermRule(12, Better.LOWER, 6, 24),
        "router": TermRule("lent", choices=("given",)),
    }
    return Granting(name, "p1", timedelta(days=days), given)


FIBRE = granting()


class Store:
    """Grants by stream, and which streams are one customer."""

    def __init__(self, *streams: str) -> None:
        self.grants: dict[str, Grants] = dict.fromkeys(streams or ("customer-a",), NO_GRANTS)
        self.told: Told = []
        self.commands = 0

    def meta(self, at: datetime) -> dict[str, Any]:
        self.commands += 1
        return {"at": at, "recorded_at": at, "causation": f"command-{self.commands}", "actor": "test"}

    def whole(self, *streams: str) -> dict[str, Grants]:
        return {one: self.grants[one] for one in streams or self.grants}

    def held(self, at: datetime, *streams: str) -> Held:
        return held(self.whole(*streams), at)

    def add(self, told: Told) -> list[Event]:
        self.told += told
        for stream, event in told:
            self.grants[stream] = evolve(self.grants[stream], event)
        return [event for _, event in told]

    def events(self) -> Iterable[Event]:
        return (event for _, event in self.told)
