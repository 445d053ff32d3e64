"""What adapters are told, and the signs of life of agents, by a whole hub and over its restart."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from hub import app
from hub.bus.subjects import OUTBOUND
from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal
from hub.domain.contact import Path as ContactPath
from hub.domain.interaction.events import InteractionOffered
from hub.router.pool.commands import Accept, Command, Hold, SignOn
from hub.settings import Settings

pytestmark = pytest.mark.acceptance

POLICY = """
[agents]
heartbeat_seconds = 0.5
grace_seconds = 0.5
[queues.care]
announce_every_seconds = 0.2
[[rules]]
queue = "care"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "policy.toml").write_text(POLICY)
    return Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")


async def arrives(hub: app.Hub, number: int) -> None:
    path = ContactPath(channel=Channel.PHONE, address=f"+9821{number}")
    await hub.intake.submit(
        Contact(id=f"c{number}", thread=f"t{number}", path=path, occurred_at=hub.clock.now()), "adapter:test"
    )
    await hub.pool.reached(await hub.journal.head())


async def ask(hub: app.Hub, kind: type[Command], **given: object) -> list[object]:
    decided = await hub.pool.execute(kind(at=hub.clock.now(), id=f"{kind.__name__}-{given}", actor="test", **given))  # type: ignore[call-arg]
    return [one.event for one in decided]


async def told(hub: app.Hub) -> list[tuple[str, str]]:
    """Command and thread of everything that JetStream keeps for adapters."""
    js = hub.intake.bus.jetstream()
    last = (await js.stream_info(OUTBOUND)).state.last_seq
    bodies = [orjson.loads(one.data)["data"] for n in range(1, last + 1) if (one := await js.get_msg(OUTBOUND, n)).data]
    return [(body["command"], body["thread"]) for body in bodies]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_adapters_are_told_each_command_once_over_a_restart(settings: Settings) -> None:
    async with app.Hub(settings) as hub:
        await arrives(hub, 1)
        await arrives(hub, 2)
        waiting = await hub.journal.head()
        await until(lambda: hub.outbound.position >= waiting)  # in one breath with the offer it would not be told
        [_, offered] = await ask(hub, SignOn, agent_id="ann", name="Ann", skills={})
        assert isinstance(offered, InteractionOffered)
        await ask(hub, Accept, agent_id="ann", offer_id=offered.offer_id)
        heard: list[dict[str, object]] = []

        async def on_announcement(message) -> None:  # type: ignore[no-untyped-def]
            heard.append(orjson.loads(message.data)["data"])

        await hub.intake.bus.client.subscribe("announcements.out.phone.>", cb=on_announcement)
        await until(lambda: len(heard) > 2)
        assert {(one["command"], one["thread"], one["place"]) for one in heard} == {("waiting", "t2", 1)}
    async with app.Hub(settings) as hub:
        await ask(hub, Hold, agent_id="ann", interaction_id=offered.correlation)
        left = ConversationEvent(
            id="e1", channel=Channel.PHONE, thread="t1", signal=ConversationSignal.CUSTOMER_LEFT,
            occurred_at=hub.clock.now(),
        )  # fmt: skip
        assert (await hub.intake.signal(left)).status == "accepted"
        head = await hub.journal.head()
        await until(lambda: hub.outbound.position >= head)
        assert await told(hub) == [
            ("waiting", "t1"), ("waiting", "t2"), ("offered", "t1"), ("answered", "t1"), ("held", "t1"),
            ("ended", "t1"),
        ]  # fmt: skip


async def test_an_agent_whose_desktop_is_gone_gets_no_work_until_it_is_back(settings: Settings) -> None:
    async with app.Hub(settings) as hub:
        await ask(hub, SignOn, agent_id="ann", name="Ann", skills={})
        await ask(hub, SignOn, agent_id="bob", name="Bob", skills={})
        hub.watches.presence.opened("ann")
        await asyncio.sleep(0.7)
        agents = hub.pool.state.agents
        assert agents["ann"].state.state is AgentState.READY
        hub.watches.presence.closed("ann")
        await until(lambda: agents["ann"].state.state is AgentState.GONE)
        await arrives(hub, 1)
        assert [one.state.agent_id for one in hub.pool.state.interactions.values()] == ["bob"]
        hub.watches.presence.heard("ann")
        await until(lambda: agents["ann"].state.state is AgentState.READY)
        assert agents["bob"].state.state is AgentState.READY
