"""How fast all read models follow the log, on the mix of events that calls bring."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from hub.domain.agent.events import AgentSignedOn
from hub.domain.contact import Channel, Identifier, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, IdentifierObserved
from hub.domain.ids import derive
from hub.domain.interaction.events import (
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.journal.codec import Codec
from hub.ports import Stored
from hub.projections.open_work import PROJECTION, open_work
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.projections.views import Checkpoints, open_for_writing

INTERACTIONS = 10_000
AGENTS = 200


def calls(pool: str, interactions: int = INTERACTIONS) -> list[Stored]:
    """A log of calls, four of five from new customers. In pool `main` calls overlap, else each stands whole."""
    codec, rows, versions = Codec(), list[Stored](), dict[str, int]()
    at, key = datetime(2026, 3, 2, 8, tzinfo=UTC), b"k" * 32
    waiting: list[list[tuple[str, Any]]] = []

    def add(stream: str, event: Any) -> None:
        versions[stream] = versions.get(stream, 0) + 1
        rows.append(Stored(len(rows) + 1, stream, versions[stream], *codec.encode(stream, event)))

    for number in range(AGENTS if pool == "main" else 0):
        add(f"agent-{number}", AgentSignedOn(
            pool=pool, agent_id=str(number), name="A", skills={"calls": 3}, languages=(), capacity=100, at=at,
            recorded_at=at, causation="c", actor="agent"))  # fmt: skip
    for number in range(interactions):
        at += timedelta(milliseconds=1300)
        one = _call(key, number, at, pool)
        waiting.append(one)
        for stream, event in one[:3] if versions.get(one[0][0]) is None else one[2:3]:
            add(stream, event)
        if pool == "history":
            for stream, event in one[3:]:
                add(stream, event)
        else:
            for back, event in ((0, 3), (1, 4), (1, 5), (100, 6), (120, 7)):
                if number >= back:
                    add(*waiting[number - back][event])
    return rows


def _call(key: bytes, number: int, at: datetime, pool: str) -> list[tuple[str, Any]]:
    contact, phone = f"990201-AA-{number}", f"+9821{number * 4 // 5:08}"
    customer, interaction = "customer-" + derive(key, phone), "interaction-" + derive(key, contact)
    meta = {"recorded_at": at, "causation": contact, "correlation": interaction, "actor": "adapter:import"}
    agent, offer = str(number % AGENTS), f"offer-{contact}-1"
    end = at + timedelta(seconds=200)
    return [
        (customer, CustomerRegistered(at=at, **meta)),
        (customer, IdentifierObserved(at=at, kind="phone", value=phone, verified=False, **meta)),
        (customer, ContactReceived(
            at=at, contact_id=contact, channel=Channel.PHONE, address=phone, sender="contact-centre", thread=contact,
            purpose="service", service="PS", language="", subject="", text="", standing=Standing(), pool=pool,
            identifiers=(Identifier(kind="phone", value=phone),), **meta)),
        (interaction, InteractionQueued(
            at=at, pool=pool, queue=f"calls-{number % 6}", contact_id=contact, customer_id=customer,
            channel=Channel.PHONE, thread=contact, service="PS", priority=1, skills={"calls": 2}, units=100,
            policy="default@1", reasons=("rule 3: phone", "B2C standard"), **meta)),
        (interaction, InteractionOffered(
            at=at, offer_id=offer, agent_id=agent, expires_at=end, units=100, policy="default@1",
            reasons=("idle longest of 12 who fit",), **meta)),
        (interaction, OfferAccepted(at=at + timedelta(seconds=3), offer_id=offer, agent_id=agent, **meta)),
        (interaction, InteractionEnded(at=end, agent_id=agent, ended_by="customer", **meta)),
        (interaction, WrapUpCompleted(at=end + timedelta(seconds=20), agent_id=agent, code="done", **meta)),
    ]  # fmt: skip


@pytest.mark.parametrize("batch", [100, 1000, 4000])
@pytest.mark.parametrize("pool", ["history", "main"])
def test_all_views_follow_the_log(benchmark: BenchmarkFixture, tmp_path: Path, pool: str, batch: int) -> None:
    log = calls(pool)
    made: list[tuple[Runner, Checkpoints, sqlite3.Connection]] = []

    def setup() -> tuple[tuple[Runner, Checkpoints], dict[str, Any]]:
        path = tmp_path / f"views-{len(made)}.sqlite"
        connection = open_for_writing(path)
        runner = Runner(
            connection, all_projections(), lambda after, limit: log[after : after + limit], Codec().decode, batch
        )
        made.append((runner, Checkpoints(path, connection), connection))
        return made[-1][:2], {}

    def follow(runner: Runner, checkpoints: Checkpoints) -> None:
        while events := runner.step().events:
            checkpoints.committed(events)

    benchmark.pedantic(follow, setup=setup, rounds=3)
    for runner, checkpoints, connection in made:
        assert runner.position == len(log)
        checkpoints.close()
        connection.close()
    benchmark.extra_info["events_per_s"] = round(len(log) / benchmark.stats.stats.median)
    benchmark.extra_info["events"] = len(log)


def test_a_hundred_thousand_open_interactions_load(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "views.sqlite")
    Runner(connection, [PROJECTION], lambda _, __: [], Codec().decode)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO open_work VALUES (?, ?)",
        ((number, number * 7919 % 100_000 * 2 + fact) for number in range(100_000) for fact in range(2)),
    )
    connection.execute("COMMIT")
    work = benchmark.pedantic(open_work, args=(connection,), rounds=3)
    assert work.events == list(range(200_000))
    connection.close()
