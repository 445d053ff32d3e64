"""Recovery's read model holds exactly the events that rebuild a pool's state, and forgets what is over."""

import random
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.contact import Channel
from hub.domain.interaction.events import InteractionAbandoned, InteractionQueued, OfferAccepted, Phase, WrapUpCompleted
from hub.ports import Stored
from hub.projections.open_work import PROJECTION, open_work
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, Log, World


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def project(log: Log, connection: sqlite3.Connection, batch: int = 4000) -> list[Stored]:
    Runner(connection, [PROJECTION], log.read, log.decode, batch).run()
    work = open_work(connection)
    assert work.position == (log.rows[-1].position if log.rows else 0)
    return work.rows


def expected(log: Log) -> list[Stored]:
    """The same, told slowly: from the whole history at once."""
    kept: dict[str, list[Stored]] = {}
    freed: dict[str, Stored] = {}
    for row, (stream, event) in zip(log.rows, log.events, strict=True):
        if stream.startswith("agent-"):
            if isinstance(event, AgentSignedOn | AgentSignedOff):
                kept[stream] = []
                freed.pop(stream, None)
            kept[stream].append(row)
        elif stream.startswith("interaction-"):
            if isinstance(event, InteractionQueued) and event.pool != "history":
                kept[stream] = []
            if stream in kept:
                kept[stream].append(row)
            if isinstance(event, WrapUpCompleted | InteractionAbandoned):
                kept.pop(stream, None)
            if isinstance(event, WrapUpCompleted):
                agent = f"agent-{event.agent_id}"
                first = next((one for at, one in log.events if at == agent), None)
                signed_on = [one for one in kept.get(agent, []) if one.topic.startswith("AgentSignedOn")]
                if first is not None and signed_on:
                    freed[agent] = row
    return sorted([row for rows in kept.values() for row in rows] + list(freed.values()))


@given(chance=CHANCE, steps=st.integers(1, 400), batch=st.integers(1, 80))
@LIVES
def test_it_holds_what_the_history_says(chance: random.Random, steps: int, batch: int) -> None:
    log, connection = World(chance).run(steps), sqlite3.connect(":memory:", isolation_level=None)
    assert project(log, connection, batch) == expected(log)
    connection.close()


def test_a_finished_interaction_leaves_only_the_moment_its_agent_was_freed(connection: sqlite3.Connection) -> None:
    world = World(random.Random(1))
    world.sign_on()
    (agent,) = world.agents
    interaction = world.queue("customer-1", "contact-1", "sales", Channel.PHONE, "main")
    world.offer()
    world.add(interaction, OfferAccepted, offer_id="offer-1", agent_id=agent)
    world.work[interaction]["phase"] = Phase.ACTIVE
    world.finish()
    world.wrap_up()
    rows = project(world.log, connection)
    kinds = [row.topic.partition("/")[0] for row in rows]
    assert kinds == ["AgentSignedOn", "WrapUpCompleted"]


def test_history_is_never_open_work(connection: sqlite3.Connection) -> None:
    world = World(random.Random(1))
    world.queue("customer-1", "contact-1", "bank", Channel.PHONE, "history")
    assert project(world.log, connection) == []
