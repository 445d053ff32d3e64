"""The straightforward design, for comparison: the library's Application as its manual has it, one save an event."""

import argparse
import json
import sqlite3
import tempfile
import time
from pathlib import Path
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from loadtests.centre import SERVICES


class Customer(Aggregate):
    """Somebody who contacts us."""

    @event("Registered")
    def __init__(self, address: str) -> None:
        self.address = address
        self.contacts = 0

    @event("ContactReceived")
    def contact(self, contact_id: str, channel: str, service: str, text: str) -> None:  # noqa: ARG002
        self.contacts += 1


class Interaction(Aggregate):
    """Work for an agent."""

    @event("Queued")
    def __init__(self, contact_id: str, queue: str, priority: int) -> None:
        self.contact_id = contact_id
        self.queue = queue
        self.priority = priority
        self.agent_id = ""
        self.phase = "waiting"

    @event("Offered")
    def offer(self, agent_id: str, reason: str) -> None:  # noqa: ARG002
        self.agent_id = agent_id
        self.phase = "offered"

    @event("Accepted")
    def accept(self) -> None:
        self.phase = "active"

    @event("Ended")
    def end(self) -> None:
        self.phase = "wrap_up"

    @event("WrapUpCompleted")
    def wrap_up(self, code: str) -> None:  # noqa: ARG002
        self.phase = "completed"


class Centre(Application[UUID]):
    """Takes a contact from arrival to wrap-up. Each step loads its aggregate, changes it and saves it."""

    def receive(self, number: int) -> UUID:
        """The contact: a new customer, their contact, the work in its queue: three events."""
        customer = Customer(address=f"+9821{number:08d}")
        self.save(customer)
        known: Customer = self.repository.get(customer.id)
        service = SERVICES[number % len(SERVICES)]
        known.contact(f"naive-{number}", "phone", service, "I would like to know where my money is.")
        self.save(known)
        work = Interaction(contact_id=f"naive-{number}", queue=service, priority=5)
        self.save(work)
        return work.id

    def handle(self, interaction: UUID, agent: str) -> None:
        """Offer, answer, end, wrap-up: four events."""
        for step in ("offer", "accept", "end", "wrap_up"):
            work: Interaction = self.repository.get(interaction)
            match step:
                case "offer":
                    work.offer(agent, "longest idle of those who can do it")
                case "accept":
                    work.accept()
                case "end":
                    work.end()
                case "wrap_up":
                    work.wrap_up("resolved")
            self.save(work)


def run(file: Path, seconds: float) -> dict[str, float]:
    """Interactions one after the other for so long: how many, how many events a second, and whether SQLite really
    waits for the disk (synchronous=2 is FULL)."""
    centre = Centre(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(file)})
    try:
        started, done = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            centre.handle(centre.receive(done), f"a{done % 2000}")
            done += 1
        elapsed = time.perf_counter() - started
    finally:
        centre.close()
    with sqlite3.connect(file) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM stored_events").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    connection.close()
    return {"interactions": done, "events": stored, "events_per_s": stored / elapsed, "synchronous": synchronous}


def main() -> None:
    """Print one JSON object."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5.0)
    with tempfile.TemporaryDirectory(prefix="hub-naive-") as directory:
        print(json.dumps(run(Path(directory) / "events.sqlite", arguments.parse_args().seconds)))


if __name__ == "__main__":
    main()
