"""How long the read models take to answer with many agents signed on and much work open.

`python -m benchmarks.view_reads [--agents N] [--open N] [--waiting N]` fills a views file in a temporary directory and
prints milliseconds of CPU for each question, the least of several tries, and events a second of CPU for filling it."""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from hub.api.answers import json_bytes
from hub.application.views.read_models import ReadModels
from hub.domain.agent.events import AgentSignedOn
from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.journal.codec import Codec
from hub.ports import Recorded, Stored
from hub.projections.registry import all_projections
from hub.projections.runner import BATCH, Runner
from hub.projections.views import Checkpoints, open_for_writing

QUEUES = 200
CALLS_BEFORE = 2
"""Calls of each agent that are over."""
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOON = MORNING + timedelta(hours=4)
Told = Iterator[tuple[str, Event]]


class StillClock:
    """It is noon."""

    def now(self) -> datetime:
        return NOON


def log(agents: int, opened: int, waiting: int) -> Told:
    """Agents sign on, have their calls of the morning, and are on calls or wrap them up while others wait."""
    for number in range(agents):
        yield f"agent-{name(number)}", AgentSignedOn(
            pool="main", agent_id=name(number), name=f"Agent {number}", skills={f"skill-{number % 50}": 3, "calls": 2},
            languages=("en", "fa"), capacity=100, **_meta(MORNING))  # fmt: skip
    for turn in range(CALLS_BEFORE):
        for number in range(agents):
            at = MORNING + timedelta(minutes=45 * turn, milliseconds=20 * number)
            yield from islice(call(f"{turn}-{number}", number, at), 5)
    for number in range(opened):
        at = NOON - timedelta(minutes=16) + timedelta(milliseconds=20 * number)
        yield from islice(call(f"open-{number}", number, at), 4 if number % 5 == 0 else 3)
    for number in range(waiting):
        at = NOON - timedelta(milliseconds=100 * number)
        yield from islice(call(f"waiting-{number}", number, at), 1)


def name(number: int) -> str:
    return f"a{number:05}"


def call(contact: str, number: int, at: datetime) -> Told:
    """The five facts of a call."""
    interaction, agent, offer = f"interaction-{contact:>032}", name(number), f"offer-{contact}-1"
    end = at + timedelta(seconds=80)
    yield interaction, InteractionQueued(
        pool="main", queue=f"queue-{number % QUEUES}", contact_id=contact, customer_id=f"customer-{contact:>032}",
        channel=Channel.PHONE, thread=contact, service="", priority=1, skills={"calls": 2}, units=100,
        policy="default@1", reasons=("rule 3: phone",), **_meta(at))  # fmt: skip
    yield interaction, InteractionOffered(
        offer_id=offer, agent_id=agent, expires_at=end, units=100, policy="default@1", reasons=("idle longest",),
        **_meta(at))  # fmt: skip
    yield interaction, OfferAccepted(offer_id=offer, agent_id=agent, **_meta(at + timedelta(seconds=3)))
    yield interaction, InteractionEnded(agent_id=agent, ended_by="customer", **_meta(end))
    yield interaction, WrapUpCompleted(agent_id=agent, code="done", **_meta(end + timedelta(seconds=20)))


def _meta(at: datetime) -> dict[str, Any]:
    return {"at": at, "recorded_at": at, "causation": "benchmark", "actor": "policy:benchmark"}


def fill(path: Path, told: Told) -> float:
    """Make the views; events a second of CPU, of the read models alone."""
    codec, position, batch, seconds = Codec(), 0, list[Stored](), 0.0
    versions: dict[str, int] = {}
    connection = open_for_writing(path)
    checkpoints = Checkpoints(path, connection)
    runner = Runner(connection, all_projections(), lambda after, _: batch if after < position else [], codec.decode)
    while chunk := list(islice(told, BATCH)):
        batch = []
        for stream, event in chunk:
            position += 1
            versions[stream] = versions.get(stream, 0) + 1
            batch.append(Stored(position, stream, versions[stream], *codec.encode(stream, event)))
        began = time.process_time()
        runner.step()
        checkpoints.committed(len(batch))
        seconds += time.process_time() - began
    checkpoints.close()
    connection.close()
    return position / seconds


class NobodySaid:
    """The views alone are measured."""

    async def at(self, _: Sequence[int]) -> Sequence[Recorded]:
        return []

    def alias(self, _: str, text: str) -> str:
        return text


async def measure(path: Path) -> dict[str, float]:
    """Milliseconds of CPU for each question with its answer as JSON."""
    views = ReadModels(path, StillClock(), NobodySaid())
    day = MORNING.replace(hour=0)
    questions: dict[str, Callable[[], Awaitable[Any]]] = {
        "agent": lambda: views.agent(name(777)),
        "snapshot of an agent": lambda: views.snapshot([name(777)], []),
        "live": views.live,
        "census": views.census,
        "queues": views.queues,
        "a page of agents": lambda: views.agents(500, name(20_000)),
        "all agents": lambda: _pages(lambda after: views.agents(500, after)),
        "an agent's intervals": lambda: views.agent_metrics(day, None, name(777), 500, ""),
        "a page of agents' intervals": lambda: views.agent_metrics(day, None, "", 500, ""),
        "all agents' intervals": lambda: _pages(lambda after: views.agent_metrics(day, None, "", 500, after)),
    }
    found = {what: await _least(question) for what, question in questions.items()}
    views.close()
    return found


async def _pages(page: Callable[[str], Awaitable[Any]]) -> list[Any]:
    rows: list[Any] = []
    after: str | None = ""
    while after is not None:
        got = await page(after)
        rows += got.rows
        after = got.next
    return rows


async def _least(question: Callable[[], Awaitable[Any]]) -> float:
    took = []
    for _ in range(5):
        began = time.process_time()
        got = await question()
        json_bytes([*got] if isinstance(got, tuple) else got)
        took.append(time.process_time() - began)
    return round(1000 * min(took), 2)


def main() -> None:
    """Print one JSON object."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.view_reads", description=__doc__)
    arguments.add_argument("--agents", type=int, default=48_000)
    arguments.add_argument("--open", type=int, default=40_000)
    arguments.add_argument("--waiting", type=int, default=8_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-views-") as directory:
        path = Path(directory) / "views.sqlite"
        speed = fill(path, log(given.agents, given.open, given.waiting))
        print(json.dumps({"events a second of CPU": round(speed), **asyncio.run(measure(path))}, indent=1))


if __name__ == "__main__":
    main()
