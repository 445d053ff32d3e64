"""A phone's password: told to the key of its own agent, and to nobody else."""

from dataclasses import replace

import httpx
import pytest

from hub.api.app import create_app
from hub.application.agents.phones import AgentPhones
from hub.domain.access.events import Role
from tests.api.world import World

FILE = 'url = "wss://pbx/ws"\ndomain = "pbx"\n[agents.a1]\npassword = "0123456789abcdef"\n'


@pytest.fixture
def world() -> World:
    return World()


async def asks(world: World, path: str, role: Role, name: str, agent_id: str = "") -> httpx.Response:
    app = create_app(replace(world.services, phones=AgentPhones(lambda: FILE, "phones.toml")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as http:
        return await http.get(path, headers=await world.bearer(role, name, agent_id))


async def test_the_agent_is_told_how_to_register(world: World) -> None:
    response = await asks(world, "/v1/agents/a1/phone", Role.AGENT, "ann", "a1")
    assert response.json() == {
        "url": "wss://pbx/ws", "uri": "sip:a1@pbx", "user": "a1", "password": "0123456789abcdef",
    }  # fmt: skip
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("role", "bound"), [(Role.AGENT, "a2"), (Role.AGENT, ""), (Role.SUPERVISOR, ""), (Role.ADMIN, "")]
)
async def test_nobody_else_is(world: World, role: Role, bound: str) -> None:
    response = await asks(world, "/v1/agents/a1/phone", role, "other", bound)
    assert (response.status_code, "0123456789abcdef" in response.text) == (403, False)


async def test_an_agent_without_one_is_told_so(world: World) -> None:
    response = await asks(world, "/v1/agents/a2/phone", Role.AGENT, "bob", "a2")
    assert (response.status_code, response.json()["detail"]) == (
        404, "no phone is set up for agent a2: give them a password in phones.toml",
    )  # fmt: skip
