"""Colleagues over HTTP: whom an agent may hand work to, ask or mention."""

import httpx

from hub.domain.access.events import Role
from tests.api.asking import says
from tests.api.world import World


async def test_an_agent_finds_colleagues_by_part_of_a_name(world: World, http: httpx.AsyncClient) -> None:
    ann = {"Authorization": f"Bearer {(await world.key(Role.AGENT, agent_id='a2')).token}"}
    told = await http.get("/v1/colleagues?q=an&limit=5", headers=ann)
    assert told.json() == {"colleagues": [{"agent_id": "a1", "name": "Ann", "state": "ready"}]}
    assert world.views.asked == [("an", 5)]
    says(await http.get("/v1/colleagues?limit=0", headers=ann), 422, "invalid", "limit")
