"""What explaining costs: `python -m benchmarks.explaining_scale [--events N] [--agents N] [--json]`.

Makes a log by production decisions in virtual time, stores it, lets the read models catch up, and measures how long it
takes to explain the last interaction and to check the decisions of the log's end; and what a decision costs the log."""

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from hub.application.explaining.decisions import Decisions
from hub.domain.customer.events import ContactReceived
from hub.domain.interaction.events import InteractionOffered
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.ports import Append, ContactRow, Recorded, Unit
from hub.projections.open_work import projection
from hub.projections.open_work_marks import mark_before
from hub.projections.runner import Runner
from hub.projections.views import open_for_writing
from hub.router.policy.parsing import parse_policy
from hub.settings import Settings
from tests.router.days import Day
from tests.router.pools import START

SERVICES = [f"s{number}" for number in range(20)]
POLICY = parse_policy(
    "decline_backoff_seconds = 60\n[channels.phone]\nunits = 100\n"
    + "".join(f'[queues.{name}]\nwrap_up_rule = "optional"\n' for name in SERVICES)
    + "".join(f'[[rules]]\nservice = "{name}"\nqueue = "{name}"\nskills = {{ {name} = 1 }}\n' for name in SERVICES)
    + '[[rules]]\nqueue = "s0"\n'
)


def made(events: int, agents: int) -> Day:
    """A busy centre for as long as it takes: calls of two minutes, four skills an agent."""
    day = Day(POLICY)
    day.restless = 0.05
    day.talk = lambda _: day.random.expovariate(1 / 120)
    for number in range(agents):
        day.signs_on(f"agent-{number:05}", dict.fromkeys(day.random.sample(SERVICES, 4), 3))
    rate = agents / 150
    names = count(1)

    def arrive() -> None:
        name = f"c{next(names)}"
        day.arrives(name, f"customer-{name}", 300.0, service=day.random.choice(SERVICES))
        if len(day.log) < events:
            day.after(day.random.expovariate(rate), arrive)

    arrive()
    day.run(START + timedelta(days=365))
    return day


def measured(events: int, agents: int, folder: Path) -> dict[str, Any]:
    """Figures by name; times in seconds."""
    began = perf_counter()
    day = made(events, agents)
    figures: dict[str, Any] = {"events": len(day.log), "agents": agents, "made_s": perf_counter() - began}
    settings = Settings(data_dir=folder, installation_key="1" * 64)
    with closing(open_store(settings)) as store, closing(open_for_writing(settings.views_path)) as views:
        for at in range(0, len(day.log), 1_000):
            store.append([_unit(day.log[at : at + 1_000])])
        Runner(views, [projection()], store.read_stored, store.codec.decode).run()
        figures["marks"] = views.execute("SELECT COUNT(*) FROM open_work_marks").fetchone()[0]
        figures["marks_bytes"] = views.execute("SELECT sum(length(positions)) FROM open_work_marks").fetchone()[0] or 0
    figures |= asyncio.run(_explained(settings, day))
    offers = [one.event for one in day.log if isinstance(one.event, InteractionOffered)][:1_000]
    whole = sum(len(one.model_dump_json()) for one in offers)
    bare = sum(len(one.model_copy(update={"reasons": (), "policy": ""}).model_dump_json()) for one in offers)
    figures["offer_bytes"], figures["reasons_bytes"] = whole / len(offers), (whole - bare) / len(offers)
    return figures


def _unit(events: list[Recorded]) -> Unit:
    rows = [ContactRow(one.event.contact_id, one.stream, b"1") for one in events
            if isinstance(one.event, ContactReceived)]  # fmt: skip
    return Unit([Append(one.stream, one.version - 1, [one.event]) for one in events], rows)


async def _explained(settings: Settings, day: Day) -> dict[str, Any]:
    journal = EventJournal(open_store(settings))
    figures: dict[str, Any] = {}
    with closing(open_for_writing(settings.views_path)) as views:
        decisions = Decisions(journal, POLICY, lambda position: mark_before(views, position))
        head = await journal.head()
        mark = mark_before(views, head)
        offers = [one for one in day.log if isinstance(one.event, InteractionOffered)]
        told = {"last": offers[-1].stream}
        if mark is not None:
            told["after_mark"] = next(one.stream for one in offers if one.position > mark.position + 2_000)
        for name, stream in told.items():
            began = perf_counter()
            await decisions.of(stream)
            figures[f"explain_{name}_s"] = perf_counter() - began
        figures["events_after_mark"] = head - (mark.position if mark else 0)
        after = max(0, head - 100_000)
        start = mark_before(views, after)
        began = perf_counter()
        found = await decisions.verify(after)
        seconds = perf_counter() - began
        figures |= {"checked": found.decisions, "different": found.different, "missing": found.missing,
                    "check_events_per_s": (head - (start.position if start else 0)) / seconds}  # fmt: skip
    await journal.close()
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(given.events, given.agents, Path(folder))
    if given.json:
        json.dump(figures, sys.stdout)
    else:
        for name, value in figures.items():
            print(f"{name:>24}  {value:,.3f}" if isinstance(value, float) else f"{name:>24}  {value:,}")


if __name__ == "__main__":
    main()
