"""Agents in browsers take real calls: the phone of a page rings, is declined, is picked up, speaks, hears, hangs up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub import app
from hub.application.agents.phones import AgentPhones
from hub.domain.access.events import Role
from hub.router.pool.commands import SignOn
from hub.settings import Settings
from tests.channels.phone.softphones import Desk, build, desks, missing
from tests.channels.phone.test_phone_calls import POLICY, Centre, happens, phones, running
from tests.support.asterisk import Asterisk, caller

pytestmark = [pytest.mark.acceptance, pytest.mark.skipif(bool(missing()), reason=missing() or "a browser is here")]

SECONDS = 60
RINGS = 120
"""Seconds: nobody is passed over because the machine is slow."""
CUSTOMER = "+982188007"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the page."""
    folder = tmp_path_factory.mktemp("softphone")
    build(folder)
    return folder


async def credentials(hub: app.Hub, agent_id: str) -> dict[str, str]:
    """As the agent's desktop asks for them."""
    issued = await hub.access.issue(Role.AGENT, f"{agent_id}'s desktop", agent_id)
    async with httpx.AsyncClient(base_url=hub.api_url, headers={"Authorization": f"Bearer {issued.token}"}) as http:
        async with asyncio.timeout(SECONDS):
            while (answer := await http.get(f"/v1/agents/{agent_id}/phone")).status_code == 401:
                await asyncio.sleep(0.05)
    assert answer.status_code == 200, answer.text
    told: dict[str, str] = answer.json()
    return told


@asynccontextmanager
async def an_office(asterisk: Asterisk, folder: Path, page: Path) -> AsyncIterator[tuple[Centre, Desk, Desk]]:
    """Kim and Lee, each at a page that is registered; Kim is asked first."""
    (folder / "policy.toml").write_text(
        POLICY.replace("[queues.care]", f"[queues.care]\noffer_timeout_seconds = {RINGS}")
    )
    settings = Settings(
        data_dir=folder / "var", api_port=0, policy=folder / "policy.toml", phones=asterisk.directory / "phones.toml"
    )
    adapter = phones(asterisk, folder / "phone", ring_seconds=RINGS)
    async with app.Hub(settings) as hub, running(hub, adapter), desks(page, 2) as (kim, lee):
        centre = Centre(hub)
        for name, desk in (("kim", kim), ("lee", lee)):
            await desk.begin(await credentials(hub, name))
            await centre.ask(SignOn, agent_id=name, name=name, skills={})
        yield centre, kim, lee


async def test_a_password_registers_its_page_while_it_is_good_and_calls_nobody(asterisk: Asterisk, page: Path) -> None:
    now = asdict(AgentPhones((asterisk.directory / "phones.toml").read_text, "phones.toml").of("kim"))
    async with desks(page, 1) as [kim]:
        await kim.begin(now | {"password": "that of yesterday"}, now)
        assert await kim.reasons() == ["Authentication Error"]
        for number in ("1000", "+982188001", "ann"):
            assert await kim.calls(now, number) == "Not Found"


@pytest.mark.parametrize("refuses", ["decline", "busy"])
async def test_a_call_that_one_page_refuses_is_taken_in_the_next(
    asterisk: Asterisk, tmp_path: Path, page: Path, refuses: str
) -> None:
    async with (
        an_office(asterisk, tmp_path, page) as (centre, kim, lee),
        caller(asterisk, "caller_speaks", number=CUSTOMER, pause=600) as customer,
    ):
        await kim.becomes("rings")
        assert await kim.caller() == CUSTOMER
        await kim.does(refuses)
        await lee.becomes("rings")
        await lee.does("answer")
        await lee.becomes("talks")
        accepted: Any = await happens(lambda: centre.events("OfferAccepted"), SECONDS)
        [declined] = await centre.events("OfferDeclined")
        assert (declined.agent_id, declined.busy, accepted.agent_id) == ("kim", refuses == "busy", "lee")  # type: ignore[attr-defined]
        await lee.speaks_and_hears()
        await lee.does("hold")
        await happens(lambda: centre.events("InteractionHeld"), SECONDS)
        await asterisk.bridges("talk-", 1)
        await lee.does("resume")
        await happens(lambda: centre.events("InteractionResumed"), SECONDS)
        await asterisk.bridges("talk-", 2)
        await lee.speaks_and_hears()
        assert customer.running
        await lee.does("hangUp")
        ended: Any = await happens(lambda: centre.events("InteractionEnded"), SECONDS)
        assert (ended.agent_id, ended.ended_by) == ("lee", "agent")
        await lee.becomes("ready")
        await customer.over(SECONDS)
