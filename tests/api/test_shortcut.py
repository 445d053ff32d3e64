"""The short way of commands and FastAPI's own must be the same API."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from hub.api.app import Api
from hub.api.callers import CALLER, TRACE, caller
from hub.api.tracing import Trace
from hub.domain.access.events import Role
from tests.api.asking import CONTACT
from tests.api.commands_by_route import COMMANDS
from tests.api.world import World

REQUESTS = [
    *[(method, path, body) for method, path, body, _ in COMMANDS],
    ("POST", "/v1/contacts", CONTACT),
    ("POST", "/v1/contacts", CONTACT | {"path": {"channel": "telepathy"}}),
    ("POST", "/v1/offers/o/accept", {}),
    ("POST", "/v1/interactions/i/consult", {"agent_id": "a1", "queue": "q"}),
    ("POST", "/v1/interactions/i/park", {"agent_id": "a1", "until": "0001-01-01T00:00:00+10:00"}),
    ("PUT", "/v1/agents/a1/state", {"state": "asleep"}),
    ("PUT", "/v1/customers/customer-1/segment", {"segment": "B2B", "value_tier": "x"}),
]


async def ask(app: Any, method: str, path: str, body: object) -> tuple[int, str, Any]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        response = await client.request(method, path, json=body)
        return response.status_code, response.headers["content-type"], response.json()


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.ADAPTER, Role.AGENT])
async def test_both_ways_answer_the_same(role: Role, method: str, path: str, body: object) -> None:
    answers = []
    for short in (True, False):
        world = World()
        token = (await world.key(role)).token.encode()
        app = world.app
        assert isinstance(app, Api)
        assert app._shortcut.find(method, path) is not None

        async def with_key(scope: Any, receive: Any, send: Any, *, app: Api = app, short: bool = short) -> None:
            header = b"Bearer " + token  # noqa: B023
            scope["headers"] = [*scope["headers"], (b"authorization", header)]
            scope[CALLER] = caller(app.state.services.keys, header)
            scope[TRACE] = Trace(scope, receive, send)
            await (app(scope, receive, send) if short else FastAPI.__call__(app, scope, receive, send))

        answers.append((await ask(with_key, method, path, body), world.pool.commands, world.intake.taken))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/offers/o/accept"),
        ("POST", "/v1/offers//accept"),
        ("POST", "/v1/offers/o/accept/"),
        ("POST", "/v1/offers/o/other"),
        ("GET", "/v1/contacts"),
        ("POST", "/v1/policies/routing"),
        ("POST", "/v1/policies/routing/check"),
        ("GET", "/v1/queues/care/estimate"),
        ("POST", "/v1"),
    ],
)
def test_what_is_no_command_is_left_to_fastapi(method: str, path: str) -> None:
    app = World().app
    assert isinstance(app, Api)
    assert app._shortcut.find(method, path) is None
