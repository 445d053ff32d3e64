from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.agent.events import AgentSignedOn
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded
from loadtests.evaluation import Log, Result, evaluate
from loadtests.generator import Published
from loadtests.observed import Observed
from loadtests.plan import load_of

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MS = 1_000_000
PLAN = load_of(10, 8, 1, warmup=1)


def meta(second: float) -> dict[str, Any]:
    at = NOON + timedelta(seconds=second)
    return {"at": at, "recorded_at": at, "causation": "c", "actor": "test"}


def contact(number: int, second: float) -> tuple[str, Event]:
    event = ContactReceived(
        **meta(second), contact_id=f"load-a-{number}", channel=Channel.PHONE, address="", sender="", thread="t",
        purpose="service", service="", language="", subject="", text="", standing=Standing(), pool="main",
    )  # fmt: skip
    return f"customer-{number}", event


def served(number: int, second: float) -> list[tuple[str, Event]]:
    stream, offer, common = f"interaction-{number}", f"offer-{number}-1", {"agent_id": "a"}
    queued = InteractionQueued(
        **meta(second), pool="main", queue="q", contact_id=f"load-a-{number}", customer_id=f"customer-{number}",
        channel=Channel.PHONE, thread="t", service="", priority=1, skills={}, units=100, policy="p", reasons=(),
    )  # fmt: skip
    offered = InteractionOffered(
        **meta(second), **common, offer_id=offer, expires_at=NOON, units=100, policy="p", reasons=()
    )  # fmt: skip
    return [
        (stream, queued),
        (stream, offered),
        (stream, OfferAccepted(**meta(second), **common, offer_id=offer)),
        (stream, InteractionEnded(**meta(second), **common, ended_by="agent")),
        (stream, WrapUpCompleted(**meta(second), **common, code="done")),
    ]


AGENT = AgentSignedOn(**meta(-9), pool="main", agent_id="a", name="A", skills={}, languages=(), capacity=100)
FENCE = PoolCommitted(**meta(0.5), pool="main", epoch=1, consumed=1, commands=(), policy="p")
WHOLE = [
    ("agent-a", AGENT), contact(1, 0), *served(1, 0.5), ("pool-main", FENCE), contact(2, 1), *served(2, 1.5),
]  # fmt: skip


def result(log: list[tuple[str, Event]], published: Published) -> Result:
    observed = Observed(received={"offer-1-1": 10 * MS, "offer-2-1": 40 * MS})
    read = Log((Recorded(at, stream, 1, event) for at, (stream, event) in enumerate(log, 1)), observed)
    return evaluate(PLAN, 0, published, read, cpu_s=1.234, rss_mb=99.99)


def published(*numbers: int, rejected: int = 0) -> Published:
    ids = {f"load-a-{number}": 5 * MS for number in numbers}
    return Published(scheduled=ids, confirmed=set(ids), rejected=rejected)


def test_a_run_in_which_all_went_well() -> None:
    found = result(WHOLE, published(1, 2))
    assert found.clean
    assert found.completed == 2
    assert found.contact_to_offer_ms["p50"] == pytest.approx(5, rel=0.01)
    assert found.contact_to_offer_ms["max"] == pytest.approx(35, rel=0.01)
    assert (found.cpu_s, found.rss_mb) == (1.23, 100.0)


def test_events_are_counted_while_contacts_arrive_without_the_pools_own() -> None:
    assert result(WHOLE, published(1, 2)).events_per_s == 7


@pytest.mark.parametrize(
    ("log", "sent"),
    [
        pytest.param(WHOLE, published(1, 2, 3), id="confirmed and not in the store"),
        pytest.param(WHOLE, published(1, 2, 3, rejected=1), id="set aside"),
        pytest.param([*WHOLE, contact(3, 2)], published(1, 2, 3), id="taken up by nobody"),
    ],
)
def test_a_contact_that_came_to_nothing_is_lost(log: list[tuple[str, Event]], sent: Published) -> None:
    found = result(log, sent)
    assert found.lost == 1
    assert not found.clean


def test_a_contact_recorded_twice_is_a_duplicate() -> None:
    assert result([*WHOLE, contact(1, 2)], published(1, 2)).duplicates == 1


def test_an_agent_with_two_at_once_is_over_capacity() -> None:
    first, second = served(1, 0), served(2, 0)
    log = [("agent-a", AGENT), contact(1, 0), contact(2, 0), *first[:2], *second[:2], *first[2:], *second[2:]]
    assert result(log, published(1, 2)).over_capacity == 1
