"""A hub on a large store: how long it takes to start, and how much memory it holds.

`python -m loadtests.scale [--contacts N] [--open N]` fills a store in a temporary directory with contacts that are over
and interactions that wait, then starts a hub on it.
"""

import argparse
import asyncio
import json
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path

from hub.app import PROJECTOR
from hub.application.intake.envelope import body_hash
from hub.clock import WallClock
from hub.domain.customer.decide import HISTORY_POOL, MAIN_POOL, RecordContact, record_contact
from hub.domain.customer.events import ContactReceived, Customer
from hub.domain.customer.identity import home_of
from hub.domain.ids import interaction_id, pool_stream
from hub.domain.pool.events import PoolCommitted
from hub.journal.keys import installation_key
from hub.journal.store import Store, open_store
from hub.ports import Append, Committed, ContactRow, Outcome, Unit
from hub.projections.process import BlockingProjector
from hub.router.policy.parsing import load_policy
from hub.router.pool.commands import TakeUp
from hub.router.pool.decide import handle
from hub.router.pool.state import PoolState
from hub.settings import Settings, load
from hub.simulated.process import HubProcess
from loadtests.contacts import contact_maker
from loadtests.plan import Arrival, Stage
from loadtests.processes import peak_memory_mb

BATCH = 1_000
"""Contacts of one transaction."""


class Filler:
    """Writes contacts and open work as intake and router would, many at a time."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._store = store
        self._key = installation_key(settings)
        self._now = WallClock().now()
        self._make = contact_maker(seed=1, returning=0.0)
        self._pool = PoolState(load_policy(settings.policy), MAIN_POOL)
        self._fence = 0

    def fill(self, contacts: int, open_work: int) -> None:
        """So many contacts, each of a customer of its own; the last ones wait in their queues."""
        numbers = iter(range(contacts))
        while batch := list(islice(numbers, BATCH)):
            waiting = batch[0] >= contacts - open_work
            units, received = [], []
            for number in batch:
                unit, contact = self._contact(number, MAIN_POOL if waiting else HISTORY_POOL)
                units.append(unit)
                received.append((unit.appends[0].stream, contact))
            outcomes = self._store.append(units)
            if waiting:
                self._queue(received, _last(outcomes))

    def _contact(self, number: int, pool: str) -> tuple[Unit, ContactReceived]:
        contact = self._make(Arrival(0.0, Stage.FREE_AGENTS, number), self._now)
        stream = home_of(self._key, contact).stream
        events = record_contact(Customer(), RecordContact(contact, self._now, "adapter:load", pool))
        received = events[-1]
        assert isinstance(received, ContactReceived)
        return Unit([Append(stream, 0, events)], [ContactRow(contact.id, stream, body_hash(contact))]), received

    def _queue(self, received: list[tuple[str, ContactReceived]], consumed: int) -> None:
        decided = []
        for customer, contact in received:
            opens = interaction_id(self._key, contact.contact_id)
            decided += handle(
                self._pool, TakeUp(self._now, contact.contact_id, "policy:load", contact, customer, opens)
            )
        fence = PoolCommitted(
            at=self._now, recorded_at=self._now, causation="load", actor="policy:load", pool=MAIN_POOL, epoch=0,
            consumed=consumed, commands=(), policy=self._pool.policy.version,
        )  # fmt: skip
        appends = [Append(stream, version - 1, [event]) for stream, version, event in decided]
        _last(self._store.append([Unit([*appends, Append(pool_stream(MAIN_POOL), self._fence, [fence])])]))
        self._fence += 1


def _last(outcomes: list[Outcome]) -> int:
    outcome = outcomes[-1]
    if not isinstance(outcome, Committed):
        raise outcome
    return outcome.last


def fill(settings: Settings, contacts: int, open_work: int) -> int:
    """Make the store and its views; how many events there are."""
    with BlockingProjector(PROJECTOR, settings.environment()) as views, closing(open_store(settings)) as store:
        Filler(settings, store).fill(contacts, open_work)
        views.wait_until(store.head())
        return store.head()


async def start(settings: Settings) -> dict[str, float]:
    """Start a hub on it, twice: seconds until it is ready, and the most memory it held, MB."""
    hub = HubProcess(settings)
    found = {}
    for name in ("first", "second"):
        began = time.perf_counter()
        await hub.start()
        found[f"{name}_start_s"] = round(time.perf_counter() - began, 2)
        await asyncio.sleep(2)
        found["rss_mb"] = round(peak_memory_mb(hub.pid), 1)
        await hub.stop()
    return found


def main() -> None:
    """Print one JSON object."""
    arguments = argparse.ArgumentParser(prog="python -m loadtests.scale", description=__doc__)
    arguments.add_argument("--contacts", type=int, default=1_000_000)
    arguments.add_argument("--open", type=int, default=100_000, help="interactions that wait")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-scale-") as directory:
        settings = load().model_copy(update={"data_dir": Path(directory), "api_port": 0, "nats_url": ""})
        began = time.perf_counter()
        events = fill(settings, given.contacts, given.open)
        filled = round(time.perf_counter() - began, 1)
        print(json.dumps({"contacts": given.contacts, "open": given.open, "events": events, "filled_s": filled,
                          **asyncio.run(start(settings))}))  # fmt: skip


if __name__ == "__main__":
    main()
