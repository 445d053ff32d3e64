"""What a campaign costs: `python -m benchmarks.campaign_scale [CUSTOMERS] [--processes N] [--json]`.

The population of `duplicates_scale`, written to a SQLite store with encryption: most have a mobile phone that is proven
and said yes to SMS, many a mail address too; some bought something, some are linked, act for an account, complain or
said no. Then `hub paths campaign` asks about one proposition of 50 for each, with all gates, holdouts and slots, in
processes of its own, whose memory is added up as it goes; each decision and slot is a fact on disk, each decision a row
in a file. By the hub's clock it is noon, whatever time it is. It tells every ten seconds how far it is."""

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

from benchmarks.duplicates_scale import Population
from benchmarks.path_decisions import NOON, policy
from hub.application.policies.paths import PathPolicies
from hub.clock import WallClock
from hub.domain.account.events import AccountRegistered, RoleAssigned
from hub.domain.cases.events import CaseKind, CaseOpened, Severity
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import ConsentGranted, ConsentWithdrawn, Purpose
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import open_store
from hub.paths.duplicates.record import Record
from hub.ports import Append, Committed, Unit
from hub.settings import Settings

AT_ONCE = 2_000
PROPOSITIONS = 50
POLICY = policy(PROPOSITIONS).text
LOOK_SECONDS, TELL_SECONDS = 0.5, 10
FEW = 10
"""Customers of a campaign of its own, that takes what it takes to start."""
LINKED = 0.05
EVERY, PEOPLE = 100, 3
"""Every so manieth unit is an account with so many people."""
Streams = dict[str, list[Event]]


class Writing:
    """Facts of generated people, as units: a customer each, or an account with the people who act for it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._draw = random.Random(11)
        self._now = NOON
        self._taken: set[str] = set()

    def units(self, customers: int) -> Iterator[tuple[list[str], Unit]]:
        """Each with the customers in it."""
        people = (self._person(number, record) for number, record in enumerate(Population(customers)))
        for number in count():
            colleagues = list(islice(people, PEOPLE if number % EVERY == 0 else 1))
            if not colleagues:
                return
            if len(colleagues) == PEOPLE:
                self._employ(number, colleagues)
            appends = [Append(stream, 0, events) for one in colleagues for stream, events in one.items()]
            yield [next(iter(one)) for one in colleagues if not next(iter(one)).startswith("account")], Unit(appends)

    def _person(self, number: int, record: Record) -> Streams:
        """The streams of one, that of their leading identifier first."""
        known = {one.kind: one.value for one in record.identifiers}
        phone, mail = known.get("phone", ""), known.get("email", "")
        kind, value = next(
            (kind, value)
            for kind, value in (("phone", phone), ("email", mail), ("customer_number", f"N{number}"))
            if value and customer_id(self._key, kind, value) not in self._taken
        )
        stream, meta = customer_id(self._key, kind, value), self._meta()
        self._taken.add(stream)
        events: list[Event] = [
            CustomerRegistered(**meta),
            IdentifierObserved(**meta, kind=kind, value=value, verified=self._draw.random() < 0.9),
        ]
        for other, claimed in (("phone", phone), ("email", mail)):
            if claimed and other != kind:
                events.append(IdentifierObserved(**meta, kind=other, value=claimed, verified=False))
        events += self._history(stream, meta)
        if kind != "customer_number":
            events += self._said(meta, kind, value)
        return {stream: events} | self._second(stream, kind, number, events, meta)

    def _history(self, stream: str, meta: dict[str, Any]) -> Iterator[Event]:
        draw = self._draw
        for _ in range(draw.choice((0, 1, 1, 2))):
            about = {**meta, "at": self._now - timedelta(days=draw.randrange(1, 100)), "currency": "IRR"}
            yield PurchaseRecorded(**about, purchase_id=f"{draw.getrandbits(64):x}", amount=draw.randrange(9_000))
        if draw.random() < 0.02:
            yield CaseOpened(**meta, case_id=f"case-{stream}", kind=CaseKind.COMPLAINT, severity=Severity.HIGH)

    def _said(self, meta: dict[str, Any], kind: str, value: str) -> Iterator[Event]:
        """Four of five were asked whether they may be contacted, and most said yes."""
        drawn = self._draw.random()
        if drawn < 0.8:
            point = contact_point(self._key, kind, value)._asdict() | {"purpose": Purpose.PROMOTIONAL}
            channel = Channel.SMS if kind == "phone" else Channel.EMAIL
            said = ConsentGranted if drawn < 0.75 else ConsentWithdrawn
            yield said(**meta, **point, channel=channel, source="web form", text_version="v1")

    def _second(self, stream: str, kind: str, number: int, events: list[Event], meta: dict[str, Any]) -> Streams:
        """Of every twentieth a stream by a customer number, linked with the first."""
        if kind == "customer_number" or self._draw.random() >= LINKED:
            return {}
        other = customer_id(self._key, "customer_number", f"N{number}")
        left, right = (Side(id=one, since=meta["at"]) for one in sorted((stream, other)))
        link = CustomersLinked(**meta, link_id=f"link-{number}", rule="by_hand", left=left, right=right)
        events.append(link)
        seen = IdentifierObserved(**meta, kind="customer_number", value=f"N{number}", verified=True)
        return {other: [CustomerRegistered(**meta), seen, link]}

    def _employ(self, number: int, people: list[Streams]) -> None:
        account, meta = f"account-{number:032x}", self._meta()
        facts: list[Event] = [AccountRegistered(**meta, kind="legal_id", value=str(number), segment="B2B", name="Acme")]
        for place, person in enumerate(people, 1):
            stream = next(iter(person))
            role = RoleAssigned(
                **meta, account_id=account, number=place, customer_id=stream, role="buyer", since=meta["at"]
            )
            person[stream].append(role)
            facts.append(role)
        people[-1][account] = facts

    def _meta(self) -> dict[str, Any]:
        began = self._now - timedelta(days=self._draw.randrange(100, 900))
        return {"at": began, "recorded_at": began, "causation": "made-up", "actor": "import:made-up"}


async def write(settings: Settings, customers: int, file: Path) -> int:
    """A store of so many, and the list of them; how many events."""
    journal, written = EventJournal(open_store(settings)), 0
    await PathPolicies(journal, WallClock()).publish(POLICY, actor="operator:benchmark", command_id="policy")
    found = Writing(installation_key(settings)).units(customers)
    with file.open("w") as out:
        out.write("customer_id\n")
        while batch := list(islice(found, AT_ONCE)):
            out.writelines(f"{stream}\n" for named, _ in batch for stream in named)
            written += sum(len(one.events) for _, unit in batch for one in unit.appends)
            for outcome in await journal.commit([unit for _, unit in batch]):
                assert isinstance(outcome, Committed), outcome
    await journal.close()
    return written


def memory_of(process: int) -> int:
    """Bytes that this process and its children hold now, each page that several share once (PSS)."""
    total = 0
    for pid in (process, *_children(process)):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for pid in map(int, task.read_text().split()):
            found += [pid, *_children(pid)]
    return found


def cpu() -> float:
    """Seconds of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def told_by_command(settings: Settings, file: Path, given: argparse.Namespace, *more: str) -> dict[str, Any]:
    """What `hub paths campaign` told, how many seconds it took all in all, its processor time and the most memory it
    held. How far it is goes to stderr; after so many minutes it is stopped."""
    command = [
        sys.executable, "-m", "hub", "paths", "campaign", str(file), "--name", file.stem, "--purpose", "promotional",
        "--proposition", "p7", "--channels", "sms,email", "--processes", str(given.processes), "--json",
        "--by", (NOON + timedelta(days=2)).isoformat(), "--out", str(file.with_suffix(".decided")), *more,
    ]  # fmt: skip
    used, began, most, said = cpu(), time.perf_counter(), 0, time.perf_counter()
    with subprocess.Popen(command, env=settings.environment(), stdout=subprocess.PIPE) as running:
        while running.poll() is None:
            time.sleep(LOOK_SECONDS)
            most = max(most, memory_of(running.pid))
            now = time.perf_counter()
            if now - said >= TELL_SECONDS:
                said = now
                print(f"{now - began:5.0f} s: {_decided(file):>9,} decided, {most >> 20:,} MiB", file=sys.stderr)
            if now - began > 60 * given.minutes:
                running.terminate()
                raise SystemExit(f"stopped after {given.minutes} minutes, with {_decided(file):,} decided")
        assert running.stdout is not None
        told = running.stdout.read()
    if running.returncode:
        raise SystemExit(f"the command failed with exit code {running.returncode}")
    seconds = time.perf_counter() - began
    return {"told": json.loads(told), "seconds": seconds, "cpu": cpu() - used, "memory": most}


def _decided(file: Path) -> int:
    """Rows that the command has told of so far, as far as they are written out."""
    out = file.with_suffix(".decided")
    if not out.exists():
        return 0
    with out.open("rb") as text:
        return max(0, sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b"")) - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=int, nargs="?", default=50_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=30, help="stop after so many")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        settings, file = Settings(data_dir=Path(directory), clock_start=NOON), Path(directory) / "spring.csv"
        began = time.perf_counter()
        events = asyncio.run(write(settings, given.customers, file))
        wrote = time.perf_counter() - began
        few = file.with_name("few.csv")
        few.write_text("".join(file.open().readlines()[: FEW + 1]))
        starting = told_by_command(settings, few, given, "--dry-run")
        load = os.getloadavg()[0]
        found = told_by_command(settings, file, given)
    seconds, each = found["seconds"], found["cpu"] / given.customers * 1e6
    once = (found["cpu"] - starting["cpu"]) / (given.customers - FEW) * 1e6
    figures = {
        "customers": given.customers, "events": events, "written_s": round(wrote, 1), "load_before": round(load, 2),
        "seconds": round(seconds, 1), "per_s": round(given.customers / seconds), "cpu_us_each": round(each),
        "cpu_us_each_without_start": round(once), "memory_mb": found["memory"] >> 20, "told": found["told"],
    }  # fmt: skip
    if given.json:
        print(json.dumps(figures))
        return
    print(f"{given.customers:,} customers, {events:,} events, written in {wrote:.0f} s; load before {load:.1f}")
    print(f"decided in {seconds:.1f} s ({given.customers / seconds:,.0f}/s) by {given.processes} processes,"
          f" {each:.0f} us of processor time each, {once:.0f} without what it takes to start;"
          f" {found['memory'] >> 20:,} MiB together: {found['told']}")  # fmt: skip


if __name__ == "__main__":
    main()
