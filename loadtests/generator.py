"""Publishes contacts as an adapter does, each at its planned moment whatever the hub does."""

import asyncio
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from hub.application.intake.envelope import Confirmation, contact_envelope
from hub.bus.subjects import contact_subject
from hub.domain.errors import HubError
from loadtests.centre import SERVICES
from loadtests.contacts import contact_maker
from loadtests.plan import Arrival

SOURCE = "/adapters/load"
_NS = 1_000_000_000
_MS = 1_000_000


class Prepared(NamedTuple):
    """A contact ready for the wire, so that the generator does little while it is timed."""

    arrival: Arrival
    subject: str
    body: bytes


class ConfirmedPublishing(Protocol):
    """What `hub.bus.publisher.Publisher` does."""

    async def publish(self, subject: str, body: bytes) -> bytes: ...


@dataclass(slots=True)
class Published:
    """What became of the contacts on the sender's side. Moments in nanoseconds of the monotonic clock."""

    scheduled: dict[str, int] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    rejected: int = 0
    failed: int = 0
    """Given up: the connection was closed before the hub confirmed."""


def prepare(
    planned: Iterable[Arrival], start: datetime, seed: int = 1, services: Sequence[str] = SERVICES
) -> list[Prepared]:
    """The contacts as adapters send them; `start` is the wall's time of the run's beginning."""
    make = contact_maker(seed, services=services)
    contacts = ((arrival, make(arrival, start)) for arrival in planned)
    return [
        Prepared(arrival, contact_subject(contact), contact_envelope(contact, SOURCE)) for arrival, contact in contacts
    ]


class Generator:
    """The open model: every contact goes out at its moment (at most a millisecond later, since the loop's timers tick
    in milliseconds), whether or not those before it were confirmed."""

    def __init__(self, publisher: ConfirmedPublishing, begin: int) -> None:
        self.published = Published()
        self._publisher = publisher
        self._begin = begin
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self, prepared: Sequence[Prepared]) -> None:
        """Send all of them; returns when the last one is out."""
        for one in prepared:
            due = self._begin + int(one.arrival.due * _NS)
            if (early := due - time.monotonic_ns()) > 0:
                await asyncio.sleep(math.ceil(early / _MS) / 1000)
            self.published.scheduled[one.arrival.contact_id] = due
            task = asyncio.ensure_future(self._send(one))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
            await asyncio.sleep(0)

    async def confirmed(self, patience: float) -> bool:
        """Wait until the hub has answered every one; False: not within so many seconds."""
        if not self._sending:
            return True
        _, waiting = await asyncio.wait(set(self._sending), timeout=patience)
        return not waiting

    async def _send(self, one: Prepared) -> None:
        try:
            answer = Confirmation.from_bytes(await self._publisher.publish(one.subject, one.body))
        except HubError:
            self.published.failed += 1
            return
        if answer.status == "accepted":
            self.published.confirmed.add(answer.id)
        else:
            self.published.rejected += 1
