"""A pause of a recording through a whole hub: asked over the API, told to the adapter and back, read in the history."""

import asyncio
from typing import Any

import aiohttp
import pytest

from hub import app
from hub.domain.access.events import Role
from hub.domain.contact import ConversationSignal
from hub.settings import Settings
from tests.acceptance.test_phone_conversations_acceptance import Phones, settings, sign_on

__all__ = ["settings"]
pytestmark = pytest.mark.acceptance

SWITCHED = ConversationSignal.RECORDING_SWITCHED
ASKED = ("RecordingAsked", "agent:ann", "ann", "paused: card number")
IS_SO = ("RecordingSwitched", "agent:ann", "ann", "paused")


async def test_a_pause_is_asked_told_carried_out_and_on_record(settings: Settings) -> None:
    async with app.Hub(settings) as hub, aiohttp.ClientSession() as session:
        phones = Phones(hub)
        await sign_on(hub, "ann")
        await phones.rings_in()
        rung = await phones.last("offered")
        work = {"interaction_id": rung["interaction_id"], "agent_id": "ann"}
        await phones.reports(ConversationSignal.OFFER_ACCEPTED, **work, offer_id=rung["offer_id"])
        issued = await hub.access.issue(Role.AGENT, "Ann's desktop", "ann")
        session.headers["Authorization"] = f"Bearer {issued.token}"
        url = f"{hub.api_url}/v1/interactions/{work['interaction_id']}"
        body = {"agent_id": "ann", "state": "paused", "reason": "card number"}
        asked = await _answered(session, f"{url}/recording", body)
        assert [one["type"] for one in asked["events"]] == ["RecordingAsked"]
        told = await phones.last("recording")
        assert (told["agent_id"], told["state"], told["thread"]) == ("ann", "paused", "call-1")
        assert "reason" not in told, "it stays with the customer"
        assert await phones.reports(SWITCHED, **work, state="paused") == "accepted"
        assert [one for one in await _timeline(session, url, 2) if one[0].startswith("Recording")] == [ASKED, IS_SO]
        assert await _answered(session, f"{url}/recording", body) == {"events": []}
        await phones.reports(ConversationSignal.AGENT_LEFT, **work)
        assert await phones.reports(SWITCHED, **work, state="running") == "accepted", "too late, and no fault"


async def _answered(session: aiohttp.ClientSession, url: str, body: dict[str, str]) -> dict[str, Any]:
    """The key is known a moment after it was made."""
    async with asyncio.timeout(30):
        while True:
            async with session.post(url, json=body) as answer:
                if answer.status != 401:
                    assert answer.status == 200, await answer.text()
                    told: dict[str, Any] = await answer.json()
                    return told
            await asyncio.sleep(0.05)


async def _timeline(session: aiohttp.ClientSession, url: str, recordings: int) -> list[tuple[str, ...]]:
    """Once it has so many lines about the recording."""
    async with asyncio.timeout(30):
        while True:
            async with session.get(url) as answer:
                lines = (await answer.json())["timeline"] if answer.status == 200 else []
            found = [tuple(one[name] for name in ("type", "actor", "agent_id", "detail")) for one in lines]
            if sum(one[0].startswith("Recording") for one in found) >= recordings:
                return found
            await asyncio.sleep(0.05)
