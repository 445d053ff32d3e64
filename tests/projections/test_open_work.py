"""Recovery's read model holds exactly the events that rebuild a pool's state, and forgets what is over."""

import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, ShiftsPlanned
from hub.domain.contact import Channel
from hub.domain.interaction.events import (
    CallbackMissed,
    InteractionAbandoned,
    InteractionExpired,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.policy.events import PolicyPublished
from hub.ports import Stored
from hub.projections import open_work_marks
from hub.projections.open_work import Keep, LastAgent, last_agents, open_work, projection
from hub.projections.open_work_marks import mark_before
from hub.projections.projection import milliseconds
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, START, Log, World

FREEING = (
    *(WrapUpCompleted, InteractionTransferred, InteractionPulledBack, InteractionParked, CallbackMissed),
    *(OfferDeclined, OfferTimedOut),
)
KEEP_NOTHING = Keep()


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def project(log: Log, connection: sqlite3.Connection, batch: int = 4000, keep: Keep = KEEP_NOTHING) -> list[Stored]:
    Runner(connection, [projection(keep)], log.read, log.decode, batch).run()
    work = open_work(connection)
    assert work.position == (log.rows[-1].position if log.rows else 0)
    return [log.rows[position - 1] for position in work.events]


def expected(log: Log, keep: Keep) -> list[Stored]:  # noqa: PLR0912 - a plain account, case by case
    """The same, told slowly: from the whole history at once."""
    kept: dict[str, list[Stored]] = {}
    last: dict[tuple[str, str], Stored] = {}
    queues: dict[str, tuple[str, str]] = {}
    until: dict[str, datetime] = {}
    now = START
    for row, (stream, event) in zip(log.rows, log.events, strict=True):
        now = max(now, event.at)
        for one in [one for one, when in until.items() if when <= now]:
            del kept[one], until[one], queues[one]
        if stream.startswith("agent-"):
            if isinstance(event, AgentSignedOn | AgentSignedOff):
                kept[stream] = []
                last = {key: one for key, one in last.items() if key[0] != stream or not key[1].startswith("freed")}
            if isinstance(event, ShiftsPlanned):
                last[stream, "planned"] = row
            else:
                kept.setdefault(stream, []).append(row)
        elif stream.startswith("routing-"):
            which = row.position if type(event).__name__ == "PolicyAdopted" else getattr(event, "queue", "")
            last[stream, f"{type(event).__name__} {which}"] = row
        elif stream.startswith("interaction-"):
            if isinstance(event, InteractionQueued) and event.pool != "history":
                kept[stream] = []
                queues[stream] = event.queue, event.channel
            elif isinstance(event, InteractionReopened):
                kept.setdefault(stream, [])
                queues.setdefault(stream, ("", ""))
            if stream not in kept:
                continue
            kept[stream].append(row)
            until.pop(stream, None)
            queue, channel = queues[stream] = (getattr(event, "queue", "") or queues[stream][0], queues[stream][1])
            if isinstance(event, InteractionOffered):
                last[f"agent-{event.agent_id}", "offered"] = row
            if isinstance(event, OfferAccepted):
                last[f"agent-{event.agent_id}", "accepted"] = last[queue, "pace"] = row
            if isinstance(event, FREEING):
                agent = f"agent-{event.agent_id}"
                if any(one.topic.startswith("AgentSignedOn") for one in kept.get(agent, [])):
                    last[agent, f"freed {type(event).__name__} {getattr(event, 'busy', '')}"] = row
            if isinstance(event, WrapUpCompleted | InteractionAbandoned | InteractionExpired):
                until[stream] = event.at + timedelta(milliseconds=keep.milliseconds(channel, queue))
                if until[stream] <= now:
                    del kept[stream], until[stream], queues[stream]
    return sorted({row for rows in kept.values() for row in rows} | set(last.values()))


@given(
    chance=CHANCE, steps=st.integers(1, 400), batch=st.integers(1, 80),
    keep=st.sampled_from([Keep(), Keep(reopen={"web": 40_000.0}, reentry={"sales": 90.0})]),
)  # fmt: skip
@LIVES
def test_it_holds_what_the_history_says(chance: random.Random, steps: int, batch: int, keep: Keep) -> None:
    log, connection = World(chance).run(steps), sqlite3.connect(":memory:", isolation_level=None)
    assert project(log, connection, batch, keep) == expected(log, keep)
    connection.close()


@given(chance=CHANCE, steps=st.integers(1, 400), batch=st.integers(1, 80))
@LIVES
def test_it_knows_who_answered_a_customer_last(chance: random.Random, steps: int, batch: int) -> None:
    log, connection = World(chance).run(steps), sqlite3.connect(":memory:", isolation_level=None)
    project(log, connection, batch)
    asked: dict[str, str] = {}
    known: dict[str, LastAgent] = {}
    for stream, event in log.events:
        if isinstance(event, InteractionQueued) and event.pool != "history" and not event.consult_of:
            asked[stream] = event.customer_id
        # Reopened work that was not kept says nothing of its customer.
        if isinstance(event, InteractionReopened):
            asked.pop(stream, None)
        if isinstance(event, OfferAccepted) and stream in asked:
            customer = asked[stream]
            known[customer] = LastAgent(customer, event.agent_id, milliseconds(event.at))
    found = last_agents(connection, 0, 1000)
    assert sorted(found) == sorted(known.values())
    assert [one.at_ms for one in found] == sorted(one.at_ms for one in found)
    assert last_agents(connection, 0, 1) == found[-1:]
    assert last_agents(connection, milliseconds(START) + 10**9, 5) == []
    connection.close()


def test_a_finished_interaction_leaves_only_what_its_agent_did_last(connection: sqlite3.Connection) -> None:
    world = World(random.Random(1))
    world.sign_on()
    interaction = world.queue("customer-1", "contact-1", "sales", Channel.PHONE, "main")
    world.offer()
    world.accept(interaction)
    world.finish()
    world.wrap_up()
    rows = project(world.log, connection)
    kinds = [row.topic.partition("/")[0] for row in rows]
    assert kinds == ["AgentSignedOn", "InteractionOffered", "OfferAccepted", "WrapUpCompleted"]


def test_history_is_never_open_work(connection: sqlite3.Connection) -> None:
    world = World(random.Random(1))
    world.queue("customer-1", "contact-1", "bank", Channel.PHONE, "history")
    assert project(world.log, connection) == []


def test_what_may_be_reopened_is_kept_for_its_time_and_then_forgotten(connection: sqlite3.Connection) -> None:
    world = World(random.Random(1))
    world.queue("customer-1", "contact-1", "chat", Channel.WEB, "main")
    world.leave()
    keep = Keep(reopen={"web": 600.0})
    assert len(project(world.log, connection, keep=keep)) == 2
    world.now += timedelta(seconds=600)
    world.queue("customer-2", "contact-2", "chat", Channel.WEB, "main")
    assert len(project(world.log, connection, keep=keep)) == 3
    world.now += timedelta(hours=2)
    world.queue("customer-3", "contact-3", "chat", Channel.WEB, "main")
    assert [row.stream for row in project(world.log, connection, keep=keep)] == [
        "interaction-contact-2", "interaction-contact-3",
    ]  # fmt: skip


def test_a_policy_that_is_published_says_how_long(connection: sqlite3.Connection) -> None:
    world = World(random.Random(1))
    world.queue("customer-1", "contact-1", "chat", Channel.WEB, "main")
    world.leave()
    world.add("policy-routing", PolicyPublished, kind="routing", version="p2", text="web = 600")
    world.queue("customer-2", "contact-2", "chat", Channel.WEB, "main")
    world.leave()
    world.add("policy-routing", PolicyPublished, kind="routing", version="p3", text="?")
    world.queue("customer-3", "contact-3", "chat", Channel.WEB, "main")
    world.leave()

    def keep_of(text: str) -> Keep | None:
        return Keep(reopen={"web": float(text.rpartition("=")[2])}) if "=" in text else None

    runner = Runner(connection, [projection(KEEP_NOTHING, keep_of)], world.log.read, world.log.decode, 3)
    runner.run()
    streams = {world.log.rows[position - 1].stream for position in open_work(connection).events}
    assert streams == {"interaction-contact-2", "interaction-contact-3"}


def test_a_mark_leads_to_the_same_work_as_the_log(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_work_marks, "LEAST_EVENTS", 60)
    monkeypatch.setattr(open_work_marks, "EVENTS_A_ROW", 1)
    log = World(random.Random(4)).run(900)
    project(log, connection, batch=23)
    marks = [one for (one,) in connection.execute("SELECT position FROM open_work_marks ORDER BY position")]
    assert len(marks) > 3
    assert mark_before(connection, marks[0] - 1) is None
    for position in marks:
        found = mark_before(connection, position)
        assert found is not None
        before = Log()
        before.rows = [row for row in log.rows if row.position <= position]
        fresh = sqlite3.connect(":memory:", isolation_level=None)
        assert found == (position, tuple(row.position for row in project(before, fresh)))
        fresh.close()
    between = mark_before(connection, marks[2] - 1)
    assert between is not None
    assert between.position == marks[1]
