"""Whatever goes wrong, who asked is told in the same form, with the field that is to blame."""

import asyncio
import logging

import httpx
import pytest

from hub.bus.connection import BusError
from hub.domain.access.events import Role
from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.journal.errors import StoreError, StoreInUseError
from hub.router.pool.asked import PoolUnavailableError
from tests.api.asking import ACCEPT, CONTACT, REPORT, says
from tests.api.world import World


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (NotFoundError("there is no offer"), 404, "not-found"),
        (RefusedError("no longer open"), 409, "refused"),
        (ConflictError("interaction-1"), 409, "conflict"),
        (PoolUnavailableError("recovering: ask again"), 503, "unavailable"),
        (RuntimeError("secret detail"), 500, "internal"),
    ],
)
async def test_what_a_command_fails_with_gets_its_status(
    world: World, http: httpx.AsyncClient, error: Exception, status: int, slug: str
) -> None:
    world.pool.error = error
    response = await http.post("/v1/offers/offer-1-1/accept", json=ACCEPT)
    told = says(response, status, slug)
    assert "secret" not in response.text
    assert status == 500 or told["detail"] == str(error)
    assert ("retry-after" in response.headers) == (status == 503)


@pytest.mark.parametrize(
    "error",
    [StoreError("event store /var/lib/hub/events.sqlite: disk full"), BusError("NATS at nats://10.0.0.7:4222 is gone")],
)
async def test_a_store_or_bus_that_fails_is_for_later_and_names_no_place(
    world: World, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    world.intake.error = error
    with caplog.at_level(logging.WARNING):
        response = await http.post("/v1/contacts", json=CONTACT)
    says(response, 503, "unavailable")
    assert response.headers["retry-after"] == "1"
    assert "/var" not in response.text
    assert "nats:" not in response.text
    assert str(error) in caplog.text


async def test_a_failure_of_the_hubs_own_is_told_without_detail(world: World, http: httpx.AsyncClient) -> None:
    world.pool.error = StoreInUseError("/var/lib/hub is in use")
    response = await http.post("/v1/offers/offer-1-1/accept", json=ACCEPT)
    says(response, 500, "internal")
    assert "/var" not in response.text


async def test_an_error_nobody_foresaw_in_a_query_is_a_problem_too(world: World, http: httpx.AsyncClient) -> None:
    async def broken() -> None:
        raise RuntimeError("secret detail")

    world.views.queues = broken  # type: ignore[assignment, method-assign]
    response = await http.get("/v1/queues")
    says(response, 500, "internal")
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/v1/offers/o/accept", {}, "agent_id"),
        ("POST", "/v1/offers/o/accept", {"agent_id": ""}, "agent_id"),
        ("POST", "/v1/interactions/i/wrap-up", {"agent_id": "a1"}, "code"),
        ("PUT", "/v1/agents/a1/state", {"state": "asleep"}, "state"),
        ("PUT", "/v1/agents/a1/state", {"state": "not_answering"}, "state"),
        ("PUT", "/v1/agents/a1/state", {"state": "gone"}, "state"),
        ("PUT", "/v1/agents/a1/state", {"state": "signed_off"}, "state"),
        ("POST", "/v1/agents/a1/sign-off", {"force": True}, "force"),
        ("PUT", "/v1/queues/care/intake", {"intake": "open", "from": "x"}, "from"),
        ("POST", "/v1/agents/a1/sign-on", {"ceilings": {"web": 1001}}, "ceilings.web"),
        ("POST", "/v1/agents/a1/sign-on", {"units": {"web": 0}}, "units.web"),
        ("PUT", "/v1/agents/a1/skills", {"skills": {"cards": 0}}, "skills.cards"),
        ("PUT", "/v1/agents/a1/shifts", {"start": "2026-01-05T08:00:00", "end": "2026-01-05T09:00:00Z"}, "start"),
        ("POST", "/v1/interactions/i/park", {"agent_id": "a1", "until": "soon"}, "until"),
        ("POST", "/v1/interactions/i/park", {"agent_id": "a1", "until": "0001-01-01T00:00:00+10:00"}, "until"),
        ("POST", "/v1/interactions/i/transfer", {"agent_id": "a1"}, "queue"),
        ("POST", "/v1/interactions/i/transfer", {"agent_id": "a1", "queue": "q", "to_agent": "b"}, "queue"),
        ("POST", "/v1/interactions/i/consult", {"agent_id": "a1"}, "queue"),
        ("POST", "/v1/interactions/i/callback-missed", {"agent_id": "a1", "outcome": "asleep"}, "outcome"),
        ("POST", "/v1/interactions/i/prioritise", {}, "priority"),
        ("POST", "/v1/interactions/i/prioritise", {"priority": 1, "credit_seconds": 5}, "priority"),
        ("POST", "/v1/interactions/i/join", {"agent_id": "boss", "mode": "whisper"}, "mode"),
        ("POST", "/v1/interactions/i/move", {"queue": ""}, "queue"),
        ("PUT", "/v1/queues/care/intake", {"intake": "closed"}, "intake"),
        ("PUT", "/v1/queues/care/intake", {"intake": "draining"}, "to"),
        ("PUT", "/v1/queues/care/intake", {"intake": "open", "to": "sales"}, "to"),
        ("POST", "/v1/policies/routing", {"text": ""}, "text"),
        ("POST", "/v1/policies/paths", {"text": ""}, "text"),
        ("POST", "/v1/agents/a1/sign-on", {"capacity": 10**30}, "capacity"),
        ("POST", "/v1/agents/a1/sign-on", {"capacity": 10_001}, "capacity"),
        ("POST", "/v1/agents/a1/sign-on", {"capacity": 0}, "capacity"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {"cards": 6}}, "skills.cards"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {"cards": 10**30}}, "skills.cards"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {str(n): 1 for n in range(101)}}, "skills"),
        ("POST", "/v1/agents/a1/sign-on", {"languages": ["fa"] * 51}, "languages"),
        ("POST", "/v1/agents/a1/sign-on", {"languages": ["x" * 17]}, "languages.0"),
        ("POST", "/v1/agents/a1/sign-on", {"name": "x" * 201}, "name"),
        ("POST", "/v1/agents/a1/sign-off", {"reason": "x" * 201}, "reason"),
        ("PUT", "/v1/agents/a1/state", {"state": "away", "reason": "x" * 201}, "reason"),
        ("POST", "/v1/offers/o/decline", {"agent_id": "a1", "reason": "x" * 201}, "reason"),
        ("POST", "/v1/interactions/i/wrap-up", {"agent_id": "a1", "code": "x" * 65}, "code"),
        ("POST", "/v1/conversations", REPORT | {"signal": "customer_sneezed"}, "signal"),
        ("POST", "/v1/conversations", REPORT | {"thread": ""}, "thread"),
        ("PUT", "/v1/customers/customer-1/segment", {"segment": "B2B", "value_tier": "Gold!"}, "value_tier"),
        ("GET", f"/v1/contacts/{'x' * 201}", None, "contact_id"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {"cards": "good"}}, "skills.cards"),
        ("PUT", "/v1/customers/customer-1/segment", {"value_tier": "gold"}, "segment"),
        ("GET", "/v1/customers?kind=phone", None, "value"),
        ("GET", "/v1/customers/customer-1/timeline?limit=0", None, "limit"),
        ("GET", "/v1/interactions?phase=lost", None, "phase"),
        ("GET", "/v1/metrics?from=yesterday", None, "from"),
        ("GET", "/v1/metrics/agents?from=2026-01-05T12:00:00Z&to=2026-01-05T11:00:00Z", None, "to"),
        ("GET", "/v1/metrics/adherence?from=2026-01-05T12:00:00Z&to=2026-01-05T11:00:00Z", None, "to"),
        ("GET", "/v1/metrics?from=2026-01-05T12:00:00Z&to=2026-01-05T12:00:00Z", None, "to"),
        ("GET", "/v1/stream", None, "agent"),
    ],
)
async def test_an_invalid_request_names_its_field(
    http: httpx.AsyncClient, method: str, path: str, body: object, field: str
) -> None:
    says(await http.request(method, path, json=body), 422, "invalid", field)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/customers/x",
        "/v1/customers?kind=phone&value=1",
        "/v1/interactions/x",
        "/v1/agents/x",
        "/v1/queues/x",
        "/v1/queues/x/estimate",
        "/v1/interactions/x/decisions",
        "/v1/policies/routing/versions/x",
        "/v1/policies/paths/versions/x",
        "/v1/x",
    ],
)
async def test_what_does_not_exist_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    says(await http.get(path), 404, "not-found")


async def test_a_wrong_method_is_a_problem(http: httpx.AsyncClient) -> None:
    response = await http.delete("/v1/queues")
    says(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"


async def test_a_hub_that_is_not_ready_says_what_is_missing(world: World, http: httpx.AsyncClient) -> None:
    world.missing["bus"] = "no connection"
    response = await http.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "waiting_for": {"bus": "no connection"}}


async def test_a_cancelled_request_is_not_answered_with_a_problem(world: World) -> None:
    started = asyncio.Event()

    async def waits(command: object) -> None:
        started.set()
        await asyncio.sleep(60)

    world.pool.execute = waits  # type: ignore[assignment, method-assign]
    header = await world.bearer(Role.ADMIN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://hub") as client:
        asking = asyncio.create_task(client.post("/v1/offers/o/accept", json=ACCEPT, headers=header))
        await started.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
