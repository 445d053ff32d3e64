"""A day as the production rules write it: every view follows it, the audit finds nothing, and a pool that recovers from
the view of open work decides on from the same state."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.api.topics import Topic, Topics
from hub.application.explaining.audit import audit
from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.operations.read_models import _keep
from hub.projections import interactions, metrics
from hub.projections.live import live
from hub.projections.open_work import last_agents, open_work
from hub.projections.open_work_fold import _FREEING
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.router.policy.book import routing_book
from hub.router.pool.evolve import evolve
from hub.router.pool.state import PoolState
from tests.projections.histories import Log
from tests.router.days import OPEN, Day, busy_day, full_centre
from tests.router.pictures import differences, picture

POLICY, TEXT = full_centre()[0]
VIEWS = [one for one in all_projections(keep=_keep(POLICY)) if one.name != "customers"]
"""All but those of customers, whom nobody registers on this day."""


@pytest.fixture(scope="module")
def day() -> Day:
    return busy_day(POLICY, seed=5, hours=3, contacts_per_hour=150, agents=12, start=OPEN)


@pytest.fixture(scope="module")
def log(day: Day) -> Log:
    log = Log()
    for one in day.log:
        log.add(one.stream, one.event)
        assert log.versions[one.stream] == one.version
    return log


@pytest.fixture
def views(log: Log) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, VIEWS, log.read, log.decode, 97).run()
    yield connection
    connection.close()


def test_the_audit_finds_nothing(day: Day) -> None:
    found = audit(day.log)
    assert (found.duplicates, found.double_assigned, found.over_capacity, found.contradictions) == (0, 0, 0, 0), (
        found.findings
    )
    assert found.answered > 50
    assert found.refused + found.expired + found.reopened + found.consults > 0


def test_the_views_agree_with_the_audit_and_the_pool(day: Day, views: sqlite3.Connection) -> None:
    found, total, now = audit(day.log), metrics.totals(views), live(views)
    assert (found.answered, found.abandoned, found.expired, found.refused, found.reopened) == (
        total.answered, total.abandoned, total.expired, total.refused, total.reopened,
    )  # fmt: skip
    assert found.interactions == total.offered == total.answered + total.abandoned + total.expired + total.open
    assert total.open == now.unanswered
    open_rows = {
        row.id: row for row in interactions.interactions(views, limit=100_000) if row.id in day.state.interactions
    }
    assert open_rows.keys() == day.state.interactions.keys()
    for stream, one in day.state.interactions.items():
        row = open_rows[stream]
        assert (row.phase, row.agent_id, row.queue) == (one.state.phase, one.state.agent_id, one.queue)
        assert (row.on_hold, row.interrupted, row.callback, row.flagged) == (
            one.state.on_hold, one.state.interrupted, one.state.callback, one.state.flagged,
        )  # fmt: skip


def test_everybody_who_is_named_hears_of_it(day: Day) -> None:
    feed = Topics()
    for one in day.log:
        told = feed.tell(one).topics
        for field in ("agent_id", "to_agent"):
            agent = getattr(one.event, field, "")
            assert not agent or Topic("agent", agent) in told


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_a_pool_recovers_from_the_view(day: Day, log: Log, share: float) -> None:
    until = day.log[: int(len(day.log) * share)]
    part = Log()
    part.rows = log.rows[: len(until)]
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, VIEWS, part.read, part.decode, 61).run()
    known = last_agents(connection, 0, 1000)
    recovered, whole = (PoolState(POLICY, "main", routing_book(POLICY)) for _ in range(2))
    for position in open_work(connection).events:
        row = part.rows[position - 1]
        evolve(recovered, row.stream, row.version, part.decode(row.stream, row.topic, row.state))
    # After the rows: those of open work may tell of an earlier agent of the same customer.
    recovered.last_agents.update((one.customer_id, (one.agent_id, one.at_ms / 1000)) for one in known)
    for one in until:
        evolve(whole, one.stream, one.version, one.event)
    assert {customer: agent for customer, (agent, _) in recovered.last_agents.items()} == {
        customer: agent for customer, (agent, _) in whole.last_agents.items()
    }
    now = until[-1].event.at + timedelta(seconds=1)
    one, other = picture(whole, now), picture(recovered, now)
    # Who came back to their place and is gone again may seem to have a place still; for how long agents are idle is
    # looked at below.
    assert one.pop("left").items() <= other.pop("left").items()
    one.pop("idle order"), other.pop("idle order")
    agents, same = one.pop("agents"), other.pop("agents")
    assert {name: known[:6] for name, known in agents.items()} == {name: known[:6] for name, known in same.items()}
    assert not differences(one, other)
    connection.close()


def test_the_view_has_whatever_freed_an_agent_last(day: Day, views: sqlite3.Connection) -> None:
    freed: dict[str, int] = {}
    for one in day.log:
        if isinstance(one.event, AgentSignedOn | AgentSignedOff):
            freed.pop(one.event.agent_id, None)
        elif isinstance(one.event, _FREEING):
            freed[one.event.agent_id] = one.position
    assert freed
    assert set(freed.values()) <= set(open_work(views).events)
