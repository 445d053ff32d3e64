"""A call that an agent promised is offered at its time, also where the hub was killed before; who accepts it has the
customer called at the number that was promised."""

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub import app
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact, ConversationSignal, Identifier
from hub.domain.contact import Path as ContactPath
from hub.domain.customer.callbacks.decide import Terms
from hub.operations.access import issue_key
from hub.router.pool.commands import Accept
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.acceptance.test_phone_conversations_acceptance import Phones, sign_on

pytestmark = pytest.mark.acceptance

ROUTING = """
[queues.care]
callback = { attempts = 2, retry_seconds = 60 }
[[rules]]
queue = "care"
"""
CALLED, OTHER = "+18005550123", "+18005550124"
"""In several zones: nobody can say that it is night there."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "policy.toml").write_text(ROUTING)
    return Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")


async def test_who_accepts_it_has_the_customer_called_where_it_was_promised(settings: Settings) -> None:
    async with app.Hub(settings) as hub:
        phones = Phones(hub)
        named = (Identifier(kind="phone", value=OTHER),)
        path = ContactPath(channel=Channel.PHONE, address=CALLED)
        call = Contact(id="c1", thread="call-1", path=path, identifiers=named, occurred_at=hub.clock.now())
        customer = (await hub.intake.submit(call, "adapter:phone")).customer_id
        assert await phones.reports(ConversationSignal.CUSTOMER_LEFT) == "accepted"
        await sign_on(hub, "ann")
        terms = Terms(hub.clock.now() + timedelta(seconds=1), OTHER, "care", "ann")
        by = {"actor": "agent:ann", "command_id": "promise-1"}
        [promised] = await hub.watches.callbacks.promise(customer, terms, "ann", **by)
        rung = await phones.last("offered")
        assert (rung["agent_id"], rung["thread"]) == ("ann", promised.event.callback_id)  # type: ignore[attr-defined]
        await hub.pool.execute(Accept(hub.clock.now(), "accept-1", "agent:ann", "ann", rung["offer_id"]))
        dial = await phones.last("dial")
        assert (dial["address"], dial["agent_id"], dial["thread"]) == (OTHER, "ann", rung["thread"])
        work = {"interaction_id": rung["interaction_id"], "agent_id": "ann"}
        assert await phones.reports(ConversationSignal.CALLBACK_MISSED, **work, outcome="busy") == "accepted"
        assert (await phones.last("callback_missed"))["retry_at"]


async def test_a_promise_outlives_a_hub_that_is_killed(settings: Settings) -> None:
    key = await asyncio.to_thread(issue_key, settings, Role.ADMIN, "tests", "")
    hub = HubProcess(settings)
    await hub.start()
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key['token']}"}) as session:

            async def asked(method: str, path: str, body: Any = None) -> Any:
                async with session.request(method, hub.api_url() + path, json=body) as response:
                    told = await response.json()
                    assert response.ok, told
                    return told

            now = WallClock().now()
            contact = {"id": "c1", "path": {"channel": "phone", "address": CALLED}, "occurred_at": now.isoformat()}
            customer = (await asked("POST", "/v1/contacts", contact))["customer_id"]
            due = (now + timedelta(seconds=3)).isoformat()
            terms = {"agent_id": "ann", "due": due, "number": CALLED, "queue": "care", "note": "the new card"}
            await asked("POST", f"/v1/customers/{customer}/callbacks", terms)
            os.killpg(hub.pid, signal.SIGKILL)
            await hub.ended()
            await hub.start()
            await asked("POST", "/v1/agents/ann/sign-on", {"name": "Ann", "skills": {}, "capacity": 1_000})
            async with asyncio.timeout(30):
                while not (offers := await _callbacks(asked)):
                    await asyncio.sleep(0.05)
            assert [one["customer_id"] for one in offers] == [customer]
            lines = (await asked("GET", f"/v1/customers/{customer}/timeline?kind=callback"))["timeline"]
            assert [one["what"] for one in lines] == ["opened", "promised"]
            assert (await asked("GET", f"/v1/customers/{customer}/callbacks"))["callbacks"] == []
    finally:
        await hub.stop()


async def _callbacks(asked: Any) -> list[Any]:
    return [one for one in (await asked("GET", "/v1/offers?agent_id=ann"))["offers"] if one["callback"]]
