"""The wallboard over HTTP and on the stream: all of it once, then what changed, and nothing twice to who comes back."""

import asyncio
from typing import Any

import httpx
import orjson

from hub.api import stream_blocks
from hub.api.board import BoardAnswer, keep_board
from hub.api.open_interaction import BOARD
from hub.domain.access.events import Role
from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from tests.api.asking import says
from tests.api.world import META, World


def signs_on(world: World, agent: str) -> None:
    fact = AgentSignedOn(**META, pool="main", agent_id=agent, name=agent.upper(), skills={}, languages=(), capacity=100)
    world.write((f"agent-{agent}", fact))


def signs_off(world: World, agent: str) -> None:
    world.write((f"agent-{agent}", AgentSignedOff(**META, agent_id=agent)))


class Screen:
    """What a listener of the wallboard reads."""

    def __init__(self, world: World, after: int | None = None) -> None:
        self.world = world
        subscription = world.feed.subscribe([BOARD])
        self.blocks = stream_blocks.blocks(world.services, subscription, after)
        self.last = -1

    async def board(self) -> dict[str, Any]:
        """The next one."""
        while True:
            for part in (await anext(self.blocks)).split(b"\n\n"):
                lines = dict(line.split(b": ", 1) for line in part.splitlines() if not line.startswith(b":"))
                self.last = int(lines.get(b"id", self.last))
                if lines.get(b"event") == b"board":
                    return orjson.loads(lines[b"data"])  # type: ignore[no-any-return]

    async def news(self) -> dict[str, Any]:
        """What changed, once it is looked up."""
        await self.world.services.board.look()
        self.world.feed.board_looked_up()
        return await self.board()


def shown(world: World) -> None:
    """The read models have everything."""
    world.feed.views_at(world.feed.position)


async def test_all_of_it_is_one_answer(world: World, http: httpx.AsyncClient) -> None:
    signs_on(world, "a1")
    told = (await http.get("/v1/board")).json()
    BoardAnswer.model_validate(told)
    assert told["full"] is True
    assert [row["agent_id"] for row in told["agents"]] == ["a1"]
    waits = {row["name"]: row["expected_wait_s"] for row in told["queues"]}
    assert waits["general"] == 41.3
    assert waits["sales"] is None
    assert {row["channel"] for row in told["channels"]} >= {"phone", "web", "email", "sms", "in_person"}
    assert told["totals"]["available"] == 1


async def test_a_listener_is_told_all_of_it_then_what_changed(world: World) -> None:
    signs_on(world, "a1")
    shown(world)
    screen = Screen(world)
    first = await screen.board()
    assert [row["agent_id"] for row in first["agents"]] == ["a1"]
    signs_on(world, "a2")
    signs_off(world, "a1")
    shown(world)
    news = await screen.news()
    assert (news["full"], list(news["agents"]), news["gone"]) == (False, ["a2"], ["a1"])
    assert screen.last == world.feed.position


async def test_who_comes_back_is_told_what_they_missed(world: World) -> None:
    signs_on(world, "a1")
    shown(world)
    before = Screen(world)
    await before.board()
    signs_on(world, "a2")
    shown(world)
    await before.news()
    signs_off(world, "a1")
    shown(world)
    await world.services.board.look()
    told = await Screen(world, before.last).board()
    assert (told["full"], told["gone"]) == (False, ["a1"])
    assert (await Screen(world, 0).board())["full"]


async def test_who_is_slow_is_told_of_several_looks_at_once(world: World) -> None:
    screen = Screen(world)
    await screen.board()
    for agent in ("a1", "a2", "a3"):
        signs_on(world, agent)
        await world.services.board.look()
        world.feed.board_looked_up()
    assert set((await screen.board())["agents"]) == {"a1", "a2", "a3"}


async def test_it_is_looked_up_while_somebody_follows_it(world: World) -> None:
    keeping = asyncio.create_task(keep_board(world.services.board, world.feed, 0.001))
    await asyncio.sleep(0.05)
    assert world.services.board.looks == 0
    screen = Screen(world)
    await screen.board()
    signs_on(world, "a1")
    async with asyncio.timeout(30):
        assert set((await screen.board())["agents"]) == {"a1"}
        broken = world.services.board._views
        world.services.board._views = None  # type: ignore[assignment]
        await asyncio.sleep(0.01)
        world.services.board._views = broken
        signs_on(world, "a2")
        assert set((await screen.board())["agents"]) == {"a2"}
    keeping.cancel()


async def test_the_wallboard_is_one_and_for_supervisors(world: World, http: httpx.AsyncClient) -> None:
    says(await http.get("/v1/stream?board=north"), 422, "invalid", "board")
    agent = await world.bearer(Role.AGENT)
    says(await http.get("/v1/stream?board=*", headers=agent), 403, "forbidden")
    world.feed.close()
    assert (await http.get("/v1/stream?board=*")).status_code == 200
