"""A whole hub and the real adapter: a visitor writes, an agent answers, both see the other type; hub, adapter and bus
are killed in between. A form is answered by mail."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.contract.chat_visitor import GENEROUS, ORIGIN, Visitor
from hub.simulated.process import HubProcess
from tests.channels.chat.chat_client import ChatAdapter
from tests.channels.desk import NO_QUIET_HOURS
from tests.channels.email.mail_adapter import free_port

pytestmark = pytest.mark.acceptance


class World:
    """A hub with an agent, ann, and the adapter."""

    def __init__(self, hub: HubProcess, adapter: ChatAdapter, http: aiohttp.ClientSession) -> None:
        self.hub = hub
        self.adapter = adapter
        self.http = http
        self.visitors: list[Visitor] = []

    def visitor(self, **more: Any) -> Visitor:
        plain = aiohttp.ClientSession()
        self.visitors.append(Visitor(plain, f"ws://127.0.0.1:{self.adapter.port}/chat/ws", **more).open())
        return self.visitors[-1]

    async def api(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """Asked until the hub is there."""
        method = "GET" if body is None else "POST"
        async with asyncio.timeout(90):
            while True:
                with suppress(aiohttp.ClientError, OSError):
                    url = f"{self.hub.api_url()}{path}"
                    async with self.http.request(method, url, json=body, params=query) as answer:
                        if answer.status < 300:
                            return await answer.json() if answer.status != 204 else {}
                        assert answer.status >= 500, f"{path}: {answer.status} {await answer.text()}"
                await asyncio.sleep(0.2)

    async def accept(self) -> str:
        """What ann is offered; the interaction."""
        async with asyncio.timeout(90):
            while not (found := (await self.api("/v1/offers", agent_id="ann"))["offers"]):
                await asyncio.sleep(0.1)
        await self.api(f"/v1/offers/{found[0]['offer_id']}/accept", {"agent_id": "ann"})
        return str(found[0]["interaction_id"])

    async def answer(self, work: str, text: str) -> str:
        told = {"agent_id": "ann", "text": text, "request_id": text}
        return str((await self.api(f"/v1/interactions/{work}/messages", told))["outbound_id"])

    async def phase(self, outbound_id: str, wanted: str) -> dict[str, Any]:
        async with asyncio.timeout(90):
            while (told := await self.api(f"/v1/outbound/{outbound_id}"))["phase"] != wanted:
                await asyncio.sleep(0.2)
        return dict(told)

    async def kill_hub(self) -> None:
        os.killpg(self.hub.pid, signal.SIGKILL)
        await self.hub.ended()
        await self.hub.start()

    def kill_bus(self) -> None:
        for child in Path(f"/proc/{self.hub.pid}/task/{self.hub.pid}/children").read_text().split():
            if b"nats-server" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                return
        raise AssertionError("the hub has no bus")

    async def kill_adapter(self) -> None:
        await self.adapter.kill()
        await self.adapter.start()


@asynccontextmanager
async def a_world(directory: Path, **table: Any) -> AsyncIterator[World]:
    settings = Settings(data_dir=directory / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    told = {"origins": [ORIGIN], "port": free_port(), "limits": GENEROUS, "agents": {"ann": "Ann"}, **table}
    hub, adapter = HubProcess(settings), ChatAdapter(settings.data_dir, told, {})
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
        world = World(hub, adapter, http)
        try:
            await hub.start()
            await adapter.start()
            await world.api("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
            await world.api("/v1/agents/ann/sign-on", {"name": "Ann", "capacity": 300})
            yield world
        finally:
            for visitor in world.visitors:
                await visitor.close()
                await visitor.http.close()
            await adapter.kill()
            await hub.stop()


async def test_a_conversation_goes_on_through_every_crash_without_gap_or_repeat(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        mina = world.visitor()
        assert await mina.say("Where is my card?") == "accepted"
        work = await world.accept()
        await mina.until(lambda: mina.state.get("phase") == "talking" and mina.state.get("agent") == "Ann")
        expected = ["Where is my card?"]
        for number, kill in enumerate((world.kill_hub, world.kill_adapter, world.kill_bus)):
            saying = asyncio.create_task(mina.say(f"Are you there? {number}", seconds=120))
            done = kill()
            if done is not None:
                await done
            answered = await world.answer(work, f"I am {number}")
            assert await saying in ("accepted", "later")
            while await mina.say(f"Are you there? {number}", seconds=120) != "accepted":
                await asyncio.sleep(0.2)
            await world.phase(answered, "sent")
            await mina.until(lambda number=number: f"I am {number}" in mina.texts())
            expected += [f"Are you there? {number}", f"I am {number}"]
        assert sorted(mina.texts()) == sorted(expected)
        told = await world.api(f"/v1/interactions/{work}/messages")
        assert sorted(one["text"] for one in told["messages"]) == sorted(expected)
        other = world.visitor(token=mina.token)
        await other.until(lambda: len(other.lines) == len(expected))
        assert other.lines == mina.lines
        await world.api(f"/v1/interactions/{work}/end", {"agent_id": "ann"})
        await mina.until(lambda: mina.state.get("phase") == other.state.get("phase") == "over")


async def test_agent_and_visitor_see_the_other_type_and_read(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        mina = world.visitor()
        await mina.say("Hello?")
        work = await world.accept()
        await mina.until(lambda: mina.state.get("phase") == "talking")
        url, seen = f"{world.hub.api_url()}/v1/stream", list[tuple[str, dict[str, Any]]]()

        async def follow() -> None:
            async with world.http.get(url, params={"agent": "ann"}) as stream:
                name = ""
                async for line in stream.content:
                    field, _, value = line.decode().strip().partition(": ")
                    name = value if field == "event" else name
                    if field == "data" and name.startswith("Customer"):
                        seen.append((name, json.loads(value)))

        following = asyncio.create_task(follow())
        try:
            while not seen:
                await mina.tell(do="typing", on=True)
                await asyncio.sleep(0.2)
            await mina.tell(do="seen", seq=1, read=True)
            await mina.until(lambda: any(name == "CustomerRead" for name, _ in seen))
        finally:
            following.cancel()
        assert seen[0] == ("CustomerTyping", {"interaction_id": work, "typing": True})
        await world.api(f"/v1/interactions/{work}/typing", {"agent_id": "ann"})
        await mina.until(lambda: {"is": "typing", "on": True} in mina.frames)
        await world.api(f"/v1/interactions/{work}/read", {"agent_id": "ann"})
        await mina.until(lambda: {"is": "read"} in mina.frames)


async def test_what_is_written_by_the_form_is_answered_by_mail(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        form = {
            "id": "form-0001",
            "email": "mina@example.com",
            "name": "Mina",
            "text": "Call me back",
            "language": "en",
        }
        async with aiohttp.ClientSession() as plain:
            url = f"http://127.0.0.1:{world.adapter.port}/chat/offline"
            for origin, status in ((ORIGIN, 202), (ORIGIN, 202), ("https://elsewhere.example", 403)):
                async with plain.post(url, json=form, headers={"Origin": origin}) as answer:
                    assert answer.status == status
        work = await world.accept()
        answered = await world.answer(work, "We will")
        told = await world.phase(answered, "dispatched")
        assert (told["channel"], told["tried"]) == ("email", [])


async def test_who_leaves_ends_it_and_what_they_did_not_see_is_said_to_have_failed(tmp_path: Path) -> None:
    async with a_world(tmp_path, gone_after_seconds=2) as world:
        mina = world.visitor()
        await mina.say("Hello?")
        work = await world.accept()
        await mina.until(lambda: mina.state.get("phase") == "talking")
        await mina.close()
        answered = await world.answer(work, "Are you still there?")
        assert (await world.phase(answered, "failed"))["tried"] == ["web"]
        async with asyncio.timeout(90):
            while (await world.api(f"/v1/interactions/{work}"))["phase"] != "wrap_up":
                await asyncio.sleep(0.2)
