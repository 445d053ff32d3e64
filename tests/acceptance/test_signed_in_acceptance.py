"""Who is signed in stays so when the hub is killed, and is out when another process says so."""

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from hub.api.session_cookie import COOKIE
from hub.domain.access.people.decide import Profile
from hub.operations.people import NewPerson, add_person, disable_person
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance
WORD = "four plain words"


async def test_a_killed_hub_keeps_people_signed_in_until_another_process_disables_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    await asyncio.to_thread(add_person, settings, NewPerson(Profile("ann", "Ann"), WORD, is_first_admin=True))
    hub = HubProcess(settings)
    try:
        await hub.start()
        async with aiohttp.ClientSession() as http:
            body = {"login": "ann", "password": WORD}
            async with http.post(f"{hub.api_url()}/v1/session", json=body) as answer:
                assert answer.status == 200, await answer.text()
                cookie = {"Cookie": f"{COOKIE}={answer.cookies[COOKIE].value}"}
            new = {"current": WORD, "new": WORD + "!"}
            own = {"Sec-Fetch-Site": "same-origin"}
            async with http.put(f"{hub.api_url()}/v1/session/password", json=new, headers=cookie | own) as answer:
                assert answer.status == 200, await answer.text()
            os.killpg(hub.pid, signal.SIGKILL)
            await hub.ended()
            await hub.start()
            async with asyncio.timeout(120):
                async with http.get(f"{hub.api_url()}/v1/stream?queue=*", headers=cookie) as stream:
                    assert stream.status == 200
                    await asyncio.to_thread(disable_person, hub.settings, "ann")
                    await stream.read()
                async with http.get(f"{hub.api_url()}/v1/session", headers=cookie) as answer:
                    assert answer.status == 401
    finally:
        await hub.stop()
