"""What the customer is shown of the agent beside words."""

import httpx

from hub.domain.access.events import Role
from hub.domain.sign import SignKind
from tests.api.asking import WORK, says
from tests.api.world import World


async def test_that_an_agent_is_typing_and_has_read_is_told(world: World, http: httpx.AsyncClient) -> None:
    for path, body in (("typing", {}), ("typing", {"typing": False}), ("read", {})):
        answer = await http.post(f"{WORK}/{path}", json={"agent_id": "a1", **body})
        assert (answer.status_code, answer.content) == (204, b"")
    kinds = [SignKind.TYPING, SignKind.STOPPED, SignKind.READ]
    assert world.signs.told == [("interaction-1", "a1", kind) for kind in kinds]


async def test_nobody_gives_signs_for_another_agent(world: World, http: httpx.AsyncClient) -> None:
    http.headers.update(await world.bearer(Role.AGENT, agent_id="a2"))
    for path in ("typing", "read"):
        says(await http.post(f"{WORK}/{path}", json={"agent_id": "a1"}), 403, "forbidden")
    assert world.signs.told == []
