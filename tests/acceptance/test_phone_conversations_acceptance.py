"""A call by desk phones through a whole hub: rung, picked up, missed, recorded, heard; and forgotten."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from hub import app
from hub.application.access.keys import AccessKeys
from hub.bus.subjects import OUTBOUND
from hub.channels.running import attachments
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal
from hub.domain.contact import Path as ContactPath
from hub.router.pool.commands import SignOn
from hub.settings import Settings

pytestmark = pytest.mark.acceptance

POLICY = """
[queues.care]
[[rules]]
queue = "care"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "policy.toml").write_text(POLICY)
    return Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")


class Phones:
    """What a phone adapter reports of one call, and what it is told of it."""

    def __init__(self, hub: app.Hub) -> None:
        self.hub = hub
        self._said = 0

    async def rings_in(self) -> str:
        path = ContactPath(channel=Channel.PHONE, address="+982112345")
        contact = Contact(id="c1", thread="call-1", path=path, occurred_at=self.hub.clock.now())
        return (await self.hub.intake.submit(contact, "adapter:phone")).customer_id

    async def reports(self, signal: ConversationSignal, **more: Any) -> str:
        self._said += 1
        event = ConversationEvent(
            id=f"s{self._said}", channel=Channel.PHONE, thread="call-1", signal=signal,
            occurred_at=self.hub.clock.now(), **more,
        )  # fmt: skip
        return (await self.hub.intake.signal(event)).status

    async def told(self) -> list[dict[str, Any]]:
        js = self.hub.intake.bus.jetstream()
        last = (await js.stream_info(OUTBOUND)).state.last_seq
        found = [one.data for n in range(1, last + 1) if (one := await js.get_msg(OUTBOUND, n)).data]
        return [orjson.loads(one)["data"] for one in found if b"hub.conversation.command.v1" in one]

    async def last(self, command: str, number: int = 1) -> dict[str, Any]:
        """The so manyth command of this name, once it is there."""
        async with asyncio.timeout(10):
            while True:
                found = [one for one in await self.told() if one["command"] == command]
                if len(found) >= number:
                    return found[number - 1]
                await asyncio.sleep(0.02)


async def sign_on(hub: app.Hub, agent: str) -> None:
    await hub.pool.execute(
        SignOn(at=hub.clock.now(), id=f"on-{agent}", actor="test", agent_id=agent, name=agent, skills={})
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_call_goes_from_phone_to_phone_is_recorded_and_forgotten(settings: Settings) -> None:
    async with app.Hub(settings) as hub, aiohttp.ClientSession() as session:
        phones = Phones(hub)
        await sign_on(hub, "ann")
        customer = await phones.rings_in()
        rung = await phones.last("offered")
        work = {"interaction_id": rung["interaction_id"], "agent_id": "ann"}
        assert (rung["agent_id"], rung["thread"]) == ("ann", "call-1")
        picks_up = {**work, "offer_id": rung["offer_id"]}
        assert await phones.reports(ConversationSignal.OFFER_ACCEPTED, **picks_up) == "accepted"
        assert (await phones.last("answered"))["agent_id"] == "ann"
        await sign_on(hub, "ben")
        assert await phones.reports(ConversationSignal.AGENT_MISSED, **work, outcome="no_answer") == "accepted"
        assert (await phones.last("pulled_back"))["reason"] == "no_answer"
        rung = await phones.last("offered", 2)
        assert rung["agent_id"] == "ben"
        work["agent_id"] = "ben"
        await phones.reports(ConversationSignal.OFFER_ACCEPTED, **work, offer_id=rung["offer_id"])
        for signal in (ConversationSignal.HELD, ConversationSignal.RESUMED, ConversationSignal.AGENT_LEFT):
            assert await phones.reports(signal, **work) == "accepted"
        assert (await phones.last("ended"))["ended_by"] == "agent"
        sound = await attachments(settings).put(b"RIFF....", "audio/wav", "call.wav")
        recorded = {"interaction_id": work["interaction_id"], "attachment": sound, "seconds": 12.5}
        started = {"started_at": hub.clock.now()}
        assert await phones.reports(ConversationSignal.RECORDED, **recorded, **started) == "accepted"

        key = await AccessKeys(hub.journal, hub.clock).issue(Role.ADMIN, "eve")
        await until(lambda: hub.keys.find(key.token.encode()) is not None)
        headers = {"Authorization": f"Bearer {key.token}"}
        url = f"{hub.api_url}/v1"
        async with session.get(f"{url}/interactions/{work['interaction_id']}/recordings", headers=headers) as answer:
            [row] = (await answer.json())["recordings"]
        async with session.get(f"{url}/recordings/{row['recording_id']}", headers=headers) as answer:
            assert (answer.status, await answer.read(), answer.content_type) == (200, b"RIFF....", "audio/wav")
        forget = {"reason": "asked for it"}
        async with session.post(f"{url}/customers/{customer}/forget", json=forget, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        async with session.get(f"{url}/recordings/{row['recording_id']}", headers=headers) as answer:
            assert answer.status == 404
