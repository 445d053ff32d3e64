"""A whole hub and the real adapter: a customer writes to a messenger, an agent answers there; hub, adapter and bus are
killed in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.messenger import PlayedMessenger, Sent, whatsapp, written
from hub.simulated.process import HubProcess, free_port
from tests.channels.chat.test_chat_acceptance import NO_QUIET_HOURS, World

pytestmark = pytest.mark.acceptance


@asynccontextmanager
async def a_world(directory: Path, messenger: PlayedMessenger) -> AsyncIterator[World]:
    settings = Settings(data_dir=directory / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    port = free_port("127.0.0.1", 0)
    adapter = AdapterProcess("messaging_webhooks", settings.data_dir, await messenger.table(port, directory), port, {})
    hub = HubProcess(settings)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
        world = World(hub, adapter, http)  # type: ignore[arg-type]
        try:
            await hub.start()
            await adapter.start()
            await world.api("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
            await world.api("/v1/agents/ann/sign-on", {"name": "Ann", "capacity": 300, "skills": {"cards": 3}})
            yield world
        finally:
            await adapter.stop()
            await hub.stop()


async def insist(messenger: PlayedMessenger, told: dict[str, Any]) -> None:
    """As a messenger does that keeps what is not taken."""
    async with asyncio.timeout(120):
        while True:
            try:
                if (await messenger.tell("whatsapp", told))[0] == 200:
                    return
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            await asyncio.sleep(0.2)


async def test_a_conversation_goes_on_through_every_crash(tmp_path: Path) -> None:
    async with PlayedMessenger().serving() as messenger, a_world(tmp_path, messenger) as world:
        await insist(messenger, whatsapp(written("wamid.first", "Where is my card?")))
        work = await world.accept()
        expected, answers = ["Where is my card?"], []
        for number, kill in enumerate((world.kill_hub, world.kill_adapter, world.kill_bus)):
            told = whatsapp(written(f"wamid.{number}", f"Are you there? {number}"))
            insisting = asyncio.create_task(insist(messenger, told))
            done = kill()
            if done is not None:
                await done
            answered = await world.answer(work, f"I am {number}")
            await insisting
            await insist(messenger, told)
            await world.phase(answered, "sent")
            expected += [f"Are you there? {number}", f"I am {number}"]
            answers.append(Sent("989121234567", f"I am {number}"))
        assert messenger.sent == answers
        told = await world.api(f"/v1/interactions/{work}/messages")
        assert sorted(one["text"] for one in told["messages"]) == sorted(expected)
        delivered = {"id": "wamid.1", "status": "delivered", "recipient_id": "989121234567"}
        await insist(messenger, whatsapp(statuses=[delivered]))
        told = await world.api(f"/v1/interactions/{work}/messages")
        assert [one["text"] for one in told["messages"] if one.get("delivered_at")] == ["I am 0"]
