"""A hub that is restarted over and over decides as one that never was: recovery knows all that decisions depend on."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.application.explaining.decisions import Decisions
from hub.ports import Recorded
from hub.projections.open_work import Keep, last_agents, open_work, projection
from hub.projections.runner import Runner
from hub.router.policy.book import PolicyBook, routing_book
from hub.router.policy.parsing import Policy
from hub.router.pool import commands as ask
from hub.router.pool.deadlines import reset_deadlines
from hub.router.pool.recovery import Opened, recover
from hub.router.pool.state import REMEMBERED, PoolState
from tests.projections.histories import Log
from tests.router.days import OPEN, Day, busy_day, full_centre, journal_of

SEEDS = range(11, 15)


class Restarts:
    """Throws a day's state away and recovers it, now and then, from a read model that lags behind."""

    def __init__(self, policy: Policy) -> None:
        self.log = Log()
        self.views = sqlite3.connect(":memory:", isolation_level=None)
        keep = Keep(
            reopen={name: channel.reopen_within_days * 86_400 for name, channel in policy.channels.items()},
            reentry={name: queue.reentry_seconds for name, queue in policy.queues.items()},
        )
        self.runner = Runner(self.views, [projection(keep)], self.log.read, self.log.decode, 40)
        self.times = 0

    async def restart(self, day: Day, policies: PolicyBook) -> None:
        for one in day.log[len(self.log.rows) :]:
            assert self.log.add(one.stream, one.event) == one.position
        while self.runner.position < len(day.log) - day.random.choice([0, 30, 300]):
            self.runner.step()
        state = PoolState(day.policy, "main", policies)
        head = len(day.log)
        day.state, pending = await recover(journal_of(day.log), self._opened, state, consumed=head, head=head)
        assert not pending
        reset_deadlines(day.state, day.now)
        day.do(ask.Tick, actor=day.state.actor)
        self.times += 1

    async def _opened(self) -> Opened:
        work = open_work(self.views)
        stored = [self.log.rows[position - 1] for position in work.events]
        rows = [Recorded(row[0], row[1], row[2], self.log.decode(row[1], row[3], row[4])) for row in stored]
        known = [(one.customer_id, one.agent_id, one.at_ms / 1000) for one in last_agents(self.views, 0, REMEMBERED)]
        return Opened(work.position, rows, known)


@pytest.fixture
def restarts() -> Iterator[Restarts]:
    restarts = Restarts(full_centre()[0][0])
    yield restarts
    restarts.views.close()


@pytest.mark.parametrize("seed", SEEDS)
async def test_decisions_come_out_the_same_over_restarts(seed: int, restarts: Restarts) -> None:
    policies = full_centre()
    day = busy_day(
        policies[0][0], seed=seed, hours=1.5, contacts_per_hour=400, agents=14, policies=policies[1:], start=OPEN,
        end=OPEN,
    )  # fmt: skip
    while day.now < OPEN + timedelta(hours=1.5):
        day.run(day.now + timedelta(seconds=day.random.uniform(60, 600)))
        await restarts.restart(day, routing_book(*(policy for policy, _ in policies)))
    assert restarts.times > 10
    found = await Decisions(journal_of(day.log), day.policy).verify()
    assert found.findings == []
    assert found.ok
    assert found.by_kind["InteractionOffered"] > 600
