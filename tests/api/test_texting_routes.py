"""Whoever composes a text message is told what it takes."""

import httpx

from hub.domain.access.events import Role
from tests.api.world import World


async def test_a_text_is_counted(world: World, http: httpx.AsyncClient) -> None:
    header = {"Authorization": f"Bearer {(await world.key(Role.ADMIN)).token}"}
    told = await http.post("/v1/sms/count", json={"text": "سلام " * 14 + "!"}, headers=header)
    assert told.json() == {
        "alphabet": "ucs2", "characters": 71, "units": 71, "messages": 2, "per_message": 67, "left": 63,
    }  # fmt: skip
    assert (await http.post("/v1/sms/count", json={}, headers=header)).json()["messages"] == 0
