"""Queries answer with what the views hold."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.api.asking import says
from tests.api.world import NOON, FakeEstimate, World

STORY = {
    "interaction_id": "interaction-1", "customer_id": "", "agent_id": "", "participants": [], "timeline": [],
    "names": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/interactions", {"interactions": [{"interaction_id": "interaction-1"}], "after": None}),
        ("/v1/interactions/interaction-1", STORY),
        ("/v1/agents", {"agents": [{"agent_id": "a1", "state": "ready"}], "after": None}),
        ("/v1/agents?limit=1", {"agents": [{"agent_id": "a1", "state": "ready"}], "after": "a1"}),
        (
            "/v1/offers",
            {
                "offers": [{"offer_id": "offer-1-1", "expires_at": "2026-01-05T12:00:00Z"}],
                "server_time": "2026-01-05T12:00:00Z",
            },
        ),
        ("/v1/queues", {"queues": [{"queue": "care", "waiting": 2}]}),
        ("/v1/queues/care", {"queue": "care"}),
        ("/v1/metrics", {"intervals": [{"queue": "care", "offered": 3}]}),
        ("/v1/metrics/agents", {"intervals": [{"agent_id": "a1", "occupancy": 0.75}], "after": None}),
        ("/v1/metrics/adherence", {"adherence": [{"agent_id": "a1", "adherence": 0.5}]}),
        ("/v1/metrics/live", {"waiting": 2}),
        ("/v1/queues/care/estimate", {"queue": "care", "place_if_joining_now": 3, "estimated_wait_s": 41.3}),
        (
            "/v1/interactions/interaction-1/decisions",
            {"interaction_id": "interaction-1", "decisions": [{"position": 7, "candidates": []}]},
        ),
        ("/healthz", {"status": "ok"}),
        ("/readyz", {"status": "ready", "waiting_for": {}}),
    ],
)
async def test_a_query_tells_what_the_views_hold(http: httpx.AsyncClient, path: str, expected: object) -> None:
    response = await http.get(path)
    assert response.status_code == 200, response.text
    assert response.json() == expected


async def test_query_parameters_reach_the_views(world: World, http: httpx.AsyncClient) -> None:
    await http.get("/v1/interactions?queue=care&phase=waiting&limit=7&after=9")
    await http.get("/v1/offers?agent_id=a1")
    await http.get("/v1/metrics?from=2026-01-05T12:00:00Z&queue=care")
    await http.get("/v1/metrics/agents?from=2026-01-01T00:00:00Z&to=2026-01-05T12:00:00Z&agent_id=a1")
    await http.get("/v1/metrics/agents?from=2026-01-05T12:00:00Z&limit=7&after=9//a1")
    await http.get("/v1/agents")
    await http.get("/v1/agents?limit=7&after=a1")
    assert world.views.asked == [
        ("care", "waiting", 7, "9"),
        ("a1",),
        (NOON, None, "care"),
        (datetime(2026, 1, 1, tzinfo=UTC), NOON, "a1", 500, ""),
        (NOON, None, "", 7, "9//a1"),
        (500, ""),
        (7, "a1"),
    ]


async def test_figures_are_of_today_unless_asked_otherwise(world: World, http: httpx.AsyncClient) -> None:
    midnight = datetime(2026, 1, 5, tzinfo=UTC)
    await http.get("/v1/metrics")
    await http.get("/v1/metrics/agents?to=2026-01-05T12:00:00Z")
    assert world.views.asked == [(midnight, None, ""), (midnight, NOON, "", 500, "")]
    says(await http.get("/v1/metrics?to=2026-01-04T12:00:00Z"), 422, "invalid", "to")


async def test_a_queue_where_nobody_was_answered_promises_nothing(world: World, http: httpx.AsyncClient) -> None:
    world.pool.expected = FakeEstimate(0, None)
    told = (await http.get("/v1/queues/care/estimate")).json()
    assert told == {"queue": "care", "place_if_joining_now": 1, "estimated_wait_s": None}
