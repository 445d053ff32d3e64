"""Visits are work like any other: ranked by who the visitor is, and counted in their queue's service level."""

import sqlite3
from datetime import timedelta

import pytest

from hub.domain.contact import Channel, Standing
from hub.domain.interaction.events import InteractionOffered
from hub.projections import metrics
from hub.projections.metrics_fold import Threshold
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.router.policy.parsing import parse_policy
from hub.router.pool import commands as ask
from tests.projections.histories import Log
from tests.router.pools import PoolInHand

POLICY = parse_policy("""
[channels.in_person]
asynchronous = true

[queues.centre]

[[rules]]
segment = "B2B"
queue = "centre"
priority = 9

[[rules]]
value_tier = "high"
queue = "centre"
priority = 5

[[rules]]
queue = "centre"
""")
BUSINESS, HIGH, PLAIN = Standing(segment="B2B"), Standing(value_tier="high"), Standing()


class Branch(PoolInHand):
    """One desk, where Ann calls for the next visitor by hand."""

    def __init__(self) -> None:
        super().__init__(POLICY)

    def opens(self) -> None:
        self.handle(ask.OpenDesk, agent_id="ann", name="ann", branch="centre", desk="1", skills={})

    def comes(self, name: str, standing: Standing, channel: Channel = Channel.IN_PERSON) -> None:
        self.arrives(name, customer=f"customer-{name}", channel=channel, standing=standing)
        self.now += timedelta(seconds=1)

    def calls_next(self) -> str:
        """Who is served, from the call to its end."""
        events = self.handle(ask.WantNext, agent_id="ann", wanted=True)
        [offered] = [one for one in events if isinstance(one, InteractionOffered)]
        name = offered.correlation.removeprefix("interaction-")
        self.accepts("ann", offered.offer_id)
        self.handle(ask.WantNext, agent_id="ann", wanted=False)
        self.handle(ask.EndVisit, channel=Channel.IN_PERSON, thread=name, agent_id="ann", code="served")
        return name


@pytest.mark.parametrize(
    ("came", "called"),
    [
        ([("plain", PLAIN), ("high", HIGH), ("business", BUSINESS)], ["business", "high", "plain"]),
        ([("first", PLAIN), ("high", HIGH), ("second", PLAIN), ("other", HIGH)], ["high", "other", "first", "second"]),
    ],
)
def test_visitors_are_called_by_segment_and_value_tier_and_then_by_who_waits_longest(
    came: list[tuple[str, Standing]], called: list[str]
) -> None:
    branch = Branch()
    branch.opens()
    for name, standing in came:
        branch.comes(name, standing)
    assert [branch.calls_next() for _ in came] == called


def test_a_visit_counts_in_its_queues_service_level_beside_calls_by_whether_it_was_called_in_time() -> None:
    branch = Branch()
    branch.signs_on("bob")
    branch.comes("call", PLAIN, Channel.PHONE)
    branch.accepts("bob", "offer-call-1")
    branch.opens()
    branch.comes("in-time", PLAIN)
    branch.now += timedelta(seconds=5)
    assert branch.calls_next() == "in-time"
    branch.comes("too-late", PLAIN)
    branch.now += timedelta(seconds=60)
    assert branch.calls_next() == "too-late"
    figures = counted(branch)
    assert (figures.offered, figures.answered, figures.answered_in_target) == (3, 3, 2)
    assert figures.service_level == pytest.approx(2 / 3)


def counted(branch: PoolInHand) -> metrics.Figures:
    """Those of the queue, by the read model of the reports."""
    log = Log()
    for one in branch.log:
        log.add(one.stream, one.event)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    projections = all_projections(thresholds={"centre": Threshold(target_s=20.0)})
    Runner(connection, projections, log.read, log.decode, 50).run()
    figures = metrics.totals_by_queue(connection)["centre"]
    connection.close()
    return figures
