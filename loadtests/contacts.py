"""Contacts for load: all five channels, all services alike, mostly unknown callers and some who come again."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hub.domain.contact import Channel, Contact, Declared, Path
from loadtests.centre import SERVICES
from loadtests.plan import Arrival

RETURNING = 0.3
"""Share of contacts from a customer who was here before."""


def contact_maker(
    seed: int, returning: float = RETURNING, services: Sequence[str] = SERVICES
) -> Callable[[Arrival, datetime], Contact]:
    """A function that makes an arrival's contact; `start` is the wall's time at the start of the run."""
    chance = random.Random(seed)

    def make(arrival: Arrival, start: datetime) -> Contact:
        known = arrival.number and chance.random() < returning
        caller = chance.randrange(arrival.number) if known else arrival.number
        channel = list(Channel)[caller % len(Channel)]
        return Contact(
            id=arrival.contact_id,
            path=Path(channel=channel, address=address(channel, caller)),
            occurred_at=start + timedelta(seconds=arrival.due),
            service=chance.choice(services),
            language="en",
            subject="load test",
            text="I would like to know where my money is.",
            declared=Declared(value_tier="gold" if caller % 20 == 0 else ""),
        )

    return make


def address(channel: Channel, caller: int) -> str:
    """The wire address of the `caller`-th customer; a customer keeps to one channel."""
    match channel:
        case Channel.PHONE | Channel.SMS:
            return f"+9821{caller:08d}"
        case Channel.EMAIL:
            return f"customer{caller}@example.org"
        case Channel.WEB:
            return f"cookie-{caller:08d}"
        case Channel.IN_PERSON:
            return f"ticket-{caller:08d}"
