"""Interactions on screen are what the domain says they are, and the queue board counts the same ones."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.domain.interaction.events import InteractionOffered, InteractionQueued, RequirementRelaxed
from hub.domain.interaction.state import OVER, Interaction, evolve
from hub.domain.pool.events import QueueIntakeChanged
from hub.projections import interactions as view
from hub.projections.queues import _OLDEST, _YOUNGER, in_queue, queue_board, queue_now
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, Log, World


def project(log: Log) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, all_projections(), log.read, log.decode, 37).run()
    return connection


@pytest.fixture
def log() -> Log:
    world = World(random.Random(3))
    world.run(1500)
    for _ in range(30):  # a busy moment, in which something of everything is open
        world.sign_on()
        world.contact()
        world.offer()
        world.answer()
        world.finish()
        world.offer()
        world.offer()
    return world.log


@pytest.fixture
def connection(log: Log) -> Iterator[sqlite3.Connection]:
    connection = project(log)
    yield connection
    connection.close()


def truth(log: Log) -> dict[str, Interaction]:
    states: dict[str, Interaction] = {}
    for stream, event in log.events:
        if stream.startswith("interaction-"):
            states[stream] = evolve(states.get(stream, Interaction()), event)
    return states


@given(chance=CHANCE, steps=st.integers(1, 300))
@LIVES
def test_rows_agree_with_the_domain_and_the_board_with_the_rows(chance: random.Random, steps: int) -> None:
    log = World(chance).run(steps)
    connection, states = project(log), truth(log)
    rows = {row.id: row for row in view.interactions(connection, limit=10_000)}
    assert {stream: (row.phase, row.offers) for stream, row in rows.items()} == {
        stream: (state.phase.value, state.offers) for stream, state in states.items()
    }
    for row in rows.values():
        state = states[row.id]
        if row.phase not in ("abandoned", "refused"):
            assert row.agent_id == state.agent_id
        assert (row.on_hold, row.interrupted, row.attempts, row.flagged, row.step) == (
            state.on_hold, state.interrupted, state.attempts, state.flagged, state.step,
        )  # fmt: skip
        assert row.callback == state.callback or row.phase in OVER
        assert tuple((one.agent_id, one.mode) for one in row.participants) == state.participants
        assert (row.outcome == "answered") <= state.answered
    assert Counter((one.id, one.offer_id, one.agent_id) for one in view.offers(connection)) == Counter(
        (stream, *offer) for stream, state in states.items() for offer in state.open_offers
    )
    for row in rows.values():
        open_now = [one for one in rows.values() if one.consult_of == row.id and one.phase not in OVER]
        told = [(one.interaction_id, one.phase, one.agent_id) for one in view.consults(connection, row.id)]
        assert told == [(one.id, one.phase, one.agent_id) for one in sorted(open_now, key=lambda one: one.no)]
    work = [row for row in rows.values() if not row.consult_of]
    phases = Counter((row.queue, row.phase) for row in work)
    for queue in queue_board(connection):
        mine = [row for row in work if row.queue == queue.queue and row.phase not in OVER]
        shown = {name: getattr(queue, name) for name in ("waiting", "offered", "active", "wrap_up", "parked")}
        assert shown == {phase: phases[queue.queue, phase] for phase in shown}
        waiting = [row.since for row in mine if row.phase in ("waiting", "offered")]
        assert queue.oldest_waiting_since == min(waiting, default=None)
        assert queue.in_queue == len(waiting)
        assert queue.unanswered == sum(not row.outcome for row in mine)
        everything = [row for row in rows.values() if row.queue == queue.queue and row.phase not in OVER]
        assert queue.on_hold == sum(row.on_hold for row in everything)
        assert queue.flagged == sum(row.flagged != "" for row in everything)
        assert queue.consults == sum(
            row.queue == queue.queue and row.phase not in OVER for row in rows.values() if row.consult_of
        )
    intake = {event.queue: (event.intake, event.to) for _, event in log.events if isinstance(event, QueueIntakeChanged)}
    assert {queue.queue for queue in queue_board(connection)} == {row.queue for row in rows.values()} | intake.keys()
    for queue in queue_board(connection):
        assert (queue.intake, queue.to) == intake.get(queue.queue, ("open", ""))
    assert in_queue(connection) == {queue.queue: queue.in_queue for queue in queue_board(connection)}
    connection.close()


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(("queue", "phase"), [(None, None), ("sales", None), ("bank", "completed"), (None, "waiting")])
def test_pages_hold_each_interaction_once_in_order(
    connection: sqlite3.Connection, queue: str | None, phase: str | None, newest_first: bool
) -> None:
    def page(limit: int, after: int) -> list[view.InteractionRow]:
        return view.interactions(connection, queue, phase, limit=limit, after=after, newest_first=newest_first)

    paged, after = [], 0
    while rows := page(7, after):
        paged += rows
        after = rows[-1].no
    assert paged == page(100_000, 0) != []
    assert [row.no for row in paged] == sorted((row.no for row in paged), reverse=newest_first)
    assert {row.queue for row in paged} <= ({queue} if queue else {"sales", "service", "chat", "bank"})


def test_who_was_known_is_not_waited_for_once_anybody_may_have_it() -> None:
    world = World(random.Random(1))
    known = {"known_agent": "ann1", "known_until": world.now + timedelta(minutes=1)}
    work = world.queue("customer-1", "contact-1", "sales", Channel.PHONE, "main", **known)
    connection = project(world.log)
    row = view.interaction(connection, work)
    assert row is not None
    assert row.known_agent_id == "ann1"
    connection.close()
    world.add(work, RequirementRelaxed, step=-1, reason="declined")
    connection = project(world.log)
    row = view.interaction(connection, work)
    assert row is not None
    assert (row.known_agent_id, row.known_until, row.step) == ("", None, -1)
    connection.close()


def test_the_timeline_is_the_stream(log: Log, connection: sqlite3.Connection) -> None:
    longest = max(log.versions, key=lambda stream: log.versions[stream] if stream.startswith("interaction") else 0)
    events = [event for stream, event in log.events if stream == longest]
    shown = view.timeline(connection, longest)
    assert [(fact.type, fact.at, fact.actor) for fact in shown] == [
        (type(event).__name__, event.at, event.actor) for event in events
    ]
    assert isinstance(events[0], InteractionQueued)
    assert (shown[0].reasons, shown[0].policy, shown[0].detail) == (("first", "second"), "p1", events[0].contact_id)


def test_agents_and_customers_find_their_open_work(log: Log, connection: sqlite3.Connection) -> None:
    rows = view.interactions(connection, limit=10_000)
    agents = {row.agent_id for row in rows} - {"", "DORIT"}
    held = [row for row in rows if row.phase in ("active", "wrap_up")]
    offered = view.offers(connection)
    assert held
    assert offered
    found = [row for agent in agents for row in view.held_by(connection, agent)]
    assert sorted(found, key=lambda row: (row.no, row.offer_id)) == sorted(
        [*held, *offered], key=lambda row: (row.no, row.offer_id)
    )
    some = next(row for row in held if not row.consult_of)
    assert some in view.open_of_customer(connection, some.customer_id)
    assert view.interaction(connection, some.id) == some
    assert view.interaction(connection, "interaction-nobody") is None
    assert queue_now(connection, "nobody") is None


@pytest.mark.parametrize("phase", [None, "wrap_up", "completed"])
def test_lists_are_narrowed_to_an_agent_a_customer_and_a_channel(
    connection: sqlite3.Connection, phase: str | None
) -> None:
    every = view.interactions(connection, limit=100_000)
    shown = [row for row in every if row.phase == phase or (phase is None and row.phase not in OVER)]
    some = next(row for row in shown if row.agent_id)
    of_agent = view.interactions(connection, None, phase, agent=some.agent_id, limit=100_000)
    assert of_agent == [row for row in shown if row.agent_id == some.agent_id]
    for channel in {row.channel for row in of_agent}:
        narrowed = view.interactions(connection, None, phase, agent=some.agent_id, channel=channel, limit=100_000)
        assert narrowed == [row for row in of_agent if row.channel == channel]
    customers = [some.customer_id, every[0].customer_id]
    of_both = view.interactions(connection, None, phase, customers=customers, limit=100_000)
    assert of_both == [row for row in shown if row.customer_id in customers]
    in_queue = view.interactions(connection, some.queue, phase, customers=customers, limit=1, after=some.no - 1)
    assert in_queue == [some]


def test_some_interactions_are_told_in_the_order_they_are_asked_for(connection: sqlite3.Connection) -> None:
    third, first = (view.interactions(connection, limit=3)[place] for place in (2, 0))
    assert view.these(connection, [third.id, "interaction-nobody", first.id]) == [third, first]
    assert view.these(connection, []) == []


def test_open_offers_say_why_they_were_made(log: Log, connection: sqlite3.Connection) -> None:
    offered = view.offers(connection)
    told = {event.offer_id: event.reasons for _, event in log.events if isinstance(event, InteractionOffered)}
    assert told
    reasons = view.offer_reasons(connection, offered)
    assert {row.offer_id: reasons[row.offer_id] for row in offered} == {
        row.offer_id: told[row.offer_id] for row in offered
    }


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (f"SELECT 1 FROM interactions WHERE {view.OPEN} AND customer_key = 1", "interactions_open_of_customer"),
        (f"SELECT 1 FROM interactions WHERE {view.HELD} AND agent = 'a' ORDER BY no", "interactions_held"),
        (_OLDEST,
         "COVERING INDEX interactions_open (queue=? AND phase=? AND consult_of=? AND outcome=?)"),
        (_YOUNGER.format("COUNT(*)").replace("?", "0"),
         "COVERING INDEX interactions_open (queue=? AND phase=? AND consult_of=? AND outcome=? AND since_ms>?)"),
        (f"SELECT 1 FROM {view.OPEN_ONES} WHERE {view.OPEN} AND phase = 'parked' AND agent = 'a' ORDER BY no",
         "COVERING INDEX interactions_open"),
        ("SELECT 1 FROM interactions WHERE queue = 'a' AND no > 1 ORDER BY no", "interactions_by_queue"),
    ],
)  # fmt: skip
def test_queries_use_their_index(connection: sqlite3.Connection, query: str, index: str) -> None:
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan or "ORDER BY no" in query or "DISTINCT" in query
