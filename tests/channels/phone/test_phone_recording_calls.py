"""A real recording rests while the agent wants it so, and is shorter than the call by that time."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import app
from hub.domain.contact import RecordingState
from hub.router.pool.commands import AskRecording, End, SignOn
from hub.settings import Settings
from tests.channels.phone.test_phone_calls import POLICY, Centre, happens, phones, running
from tests.support.asterisk import Asterisk, agent, caller

pytestmark = pytest.mark.acceptance

PAUSED, RUNNING = RecordingState.PAUSED, RecordingState.RUNNING
BYTES_A_SECOND = 16_000


async def switched(centre: Centre, state: RecordingState) -> Any:
    """The fact that it is so."""

    async def find() -> list[object]:
        return [one for one in await centre.events("RecordingSwitched") if one.state is state]  # type: ignore[attr-defined]

    return await happens(find)


async def state_of_recording(asterisk: Asterisk, thread: str) -> str:
    """As Asterisk says."""
    async with asterisk.ari() as pbx:
        return str((await pbx.get(f"/recordings/live/talk-{thread}-1"))["state"])


async def test_what_is_said_in_a_pause_is_not_in_the_recording(asterisk: Asterisk, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    settings = Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")
    adapter = phones(asterisk, tmp_path / "phone", recording={"queues": ["*"]})
    async with app.Hub(settings) as hub, running(hub, adapter):
        centre = Centre(hub)
        await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
        async with agent(asterisk, "ann"), caller(asterisk):
            accepted: Any = await happens(lambda: centre.events("OfferAccepted"))
            received: Any = await happens(lambda: centre.events("ContactReceived"))
            work = {"agent_id": "ann", "interaction_id": accepted.correlation}
            await centre.ask(AskRecording, **work, state=PAUSED, reason="card number")
            rests = await switched(centre, PAUSED)
            assert await state_of_recording(asterisk, received.contact_id) == "paused"
            await asyncio.sleep(2)
            goes_on = hub.clock.now()
            await centre.ask(AskRecording, **work, state=RUNNING)
            await switched(centre, RUNNING)
            assert await state_of_recording(asterisk, received.contact_id) == "recording"
            await centre.ask(End, **work)
            recorded: Any = await happens(lambda: centre.events("ConversationRecorded"))
    sound = len(await adapter.place.attachments.get(recorded.attachment.uri)) / BYTES_A_SECOND
    spoken = (recorded.recorded_at - accepted.recorded_at) - (goes_on - rests.recorded_at)
    assert timedelta(seconds=sound) < spoken + timedelta(seconds=0.5)
