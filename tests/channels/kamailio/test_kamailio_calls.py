"""Real calls by SIP: a hub, its adapter, a Kamailio, and phones that are played."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from hub.bus.users import KAMAILIO_USER
from hub.channels.running import bus_seeds
from tests.channels.kamailio.edge_site import Site, edge_site
from tests.channels.kamailio.kamailio import customer, missing, phone

pytestmark = [pytest.mark.acceptance, pytest.mark.skipif(bool(missing()), reason=missing() or "real calls")]

MANY = 130
"""More than Kamailio goes through in a loop by itself."""


def bus_pid(hub_pid: int) -> int:
    """Of the NATS that this hub started; 0: there is none."""
    for task in Path(f"/proc/{hub_pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            with suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text().strip() == "nats-server":
                    return int(child)
    return 0


async def kill_bus(hub_pid: int, seconds: float = 60) -> None:
    """Until the hub has started another."""
    killed = bus_pid(hub_pid)
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(seconds):
        while bus_pid(hub_pid) in (0, killed):
            await asyncio.sleep(0.05)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with edge_site(tmp_path, calls_a_minute_of_one_caller=2 * MANY) as made:
        yield made


async def test_a_call_waits_and_is_over_when_the_customer_gives_up_or_either_side_hangs_up(site: Site) -> None:
    async with customer(site.edge, "gives_up") as caller:
        [received] = await site.happens("ContactReceived")
        await site.happens("InteractionAbandoned")
        assert await caller.over() == 0
    async with customer(site.edge) as caller:
        await site.happens("InteractionQueued", 2)
        async with phone(site.phones["ann"]) as ann:
            await site.sign_on("ann")
            await site.happens("InteractionEnded")
            assert [await one.over() for one in (caller, ann)] == [0, 0]
    async with phone(site.phones["ann"]) as ann, customer(site.edge, "stays") as caller:
        accepted = await site.happens("OfferAccepted", 2)
        assert "the phone's own keys" in await site.refuses_a_transfer(accepted[-1])
        await site.ends(accepted[-1])
        assert [await one.over() for one in (caller, ann)] == [0, 0]
    site.check(contacts=3)
    password = bus_seeds(site.hub.settings).password(KAMAILIO_USER)
    assert password not in site.edge.log(), "whoever reads the log could speak as this Kamailio"
    assert received.contact_id.startswith("sip-edge1-")  # type: ignore[attr-defined]


async def test_busy_and_not_picked_up_lead_to_the_next_agent_within_one_call(site: Site) -> None:
    async with phone(site.phones["ann"], "busy") as ann, phone(site.phones["bob"], "silent") as bob:
        await site.sign_on("ann")
        async with customer(site.edge) as caller:
            [busy] = await site.happens("OfferDeclined")
            await site.sign_on("bob")
            await site.happens("OfferDeclined", 2)
            assert [await one.over() for one in (ann, bob)] == [0, 0]
            async with phone(site.phones["cid"]) as cid:
                await site.sign_on("cid")
                await site.happens("InteractionEnded")
                assert [await one.over() for one in (caller, cid)] == [0, 0]
    assert busy.agent_id == "ann"  # type: ignore[attr-defined]


async def test_calls_wait_on_while_the_hub_is_started_again_and_have_left_when_kamailio_was(site: Site) -> None:
    async with customer(site.edge) as caller:
        await site.happens("InteractionQueued")
        os.kill(site.hub.pid, signal.SIGKILL)
        await site.hub.ended()
        await site.hub.start()
        async with phone(site.phones["ann"]) as ann:
            await site.sign_on("ann")
            await site.happens("InteractionEnded")
            assert [await one.over() for one in (caller, ann)] == [0, 0]
    async with customer(site.edge):
        await site.happens("InteractionQueued", 2)
        await site.edge.stop()
        await site.edge.start()
        await site.happens("InteractionAbandoned")


async def test_calls_wait_on_while_the_bus_is_killed_and_new_ones_come_in_after(site: Site) -> None:
    async with customer(site.edge) as before:
        await site.happens("InteractionQueued")
        await kill_bus(site.hub.pid)
        async with customer(site.edge, "gives_up", "+982188002") as leaves:
            await site.happens("InteractionQueued", 2, seconds=90)
            assert await leaves.over() == 0
            await site.happens("InteractionAbandoned")
        async with phone(site.phones["ann"]) as ann:
            await site.sign_on("ann")
            await site.happens("InteractionEnded")
            assert [await one.over() for one in (before, ann)] == [0, 0]
    site.check(contacts=2)


async def test_all_calls_go_on_with_the_next_adapter_when_one_is_killed(site: Site) -> None:
    async with customer(site.edge, "stays", calls=MANY), customer(site.edge, "gives_up", "+982188002") as leaves:
        await site.happens("InteractionQueued", MANY + 1)
        await site.adapter.kill()
        assert await leaves.over() == 0
        await site.adapter.start()
        assert f"{MANY} stand" in site.adapter.log()
        await site.happens("InteractionAbandoned")
        async with phone(site.phones["ann"]):
            await site.sign_on("ann")
            await site.happens("OfferAccepted")
        assert len(await site.happens("InteractionAbandoned")) == 1, "the others never left"
