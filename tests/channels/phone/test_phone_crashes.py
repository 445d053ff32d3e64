"""Adapter and hub are killed, or away, while customers are on the line: calls stand, go on, and each counts once."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.bus.server import EmbeddedNats
from hub.domain.customer.events import ContactReceived
from tests.channels.phone.phone_site import COMES, WAITS, Site, at_site, standing
from tests.support.asterisk import Asterisk, agent, caller

pytestmark = pytest.mark.acceptance


@pytest.fixture
async def site(asterisk: Asterisk, tmp_path: Path) -> AsyncIterator[Site]:
    async with at_site(asterisk, tmp_path) as made:
        yield made


async def test_calls_stand_when_the_adapter_is_killed_and_go_on_with_the_next_one(
    asterisk: Asterisk, site: Site
) -> None:
    async with standing(asterisk, site) as calls:
        await site.adapter.kill()
        await calls.leave()
        await site.adapter.start()
        await site.happens("InteractionAbandoned")
        await calls.go_on()
    site.check(contacts=3)


async def test_calls_stand_when_the_bus_is_killed_and_go_on_when_it_is_back(asterisk: Asterisk, tmp_path: Path) -> None:
    bus = EmbeddedNats(tmp_path / "bus/nats")
    async with at_site(asterisk, tmp_path, await bus.start()) as site:
        async with standing(asterisk, site) as calls:
            os.kill(bus.pid, signal.SIGKILL)
            await bus.stop()
            await calls.leave()
            async with caller(asterisk, number=COMES) as comes:
                await asterisk.has_itself(COMES)
                await asterisk.hang_up(number=COMES)
                assert await comes.over() == 0
            await bus.start()
            await site.happens("InteractionAbandoned", 2)
            await calls.go_on()
        await site.records_read(asterisk)
        site.check(contacts=4)
    await bus.stop()


async def test_who_waits_while_the_hub_is_killed_is_answered_when_it_is_back(asterisk: Asterisk, site: Site) -> None:
    async with agent(asterisk, "ann") as ann, caller(asterisk, number=WAITS) as customer:
        await site.happens("InteractionQueued")
        os.kill(site.hub.pid, signal.SIGKILL)
        await site.hub.ended()
        await site.hub.start()
        assert customer.running
        await site.sign_on("ann")
        await site.happens("OfferAccepted")
        await asterisk.hung_up_by(number=WAITS)
        assert [await one.over() for one in (customer, ann)] == [0, 0]
    await site.happens("InteractionEnded")
    site.check(contacts=1)


async def test_who_calls_while_the_hub_is_away_gets_the_pbx_and_is_on_record_afterwards(
    asterisk: Asterisk, site: Site
) -> None:
    await site.hub.stop()
    async with caller(asterisk, number=COMES) as customer:
        await asterisk.has_itself(COMES)
        await asterisk.hang_up(number=COMES)
        assert await customer.over() == 0
    await site.hub.start()
    await site.happens("InteractionAbandoned")
    await site.records_read(asterisk)
    [call] = await site.happens("ContactReceived")
    assert isinstance(call, ContactReceived)
    assert call.contact_id.startswith("call-")
    site.check(contacts=1)


async def test_who_calls_while_the_adapter_is_away_is_on_record_once_it_is_back(asterisk: Asterisk, site: Site) -> None:
    await site.adapter.kill()
    async with agent(asterisk, "ann") as ann, caller(asterisk, number=COMES) as customer:
        await asterisk.speaks("ann")
        await asterisk.hang_up(number=COMES)
        assert [await one.over() for one in (customer, ann)] == [0, 0]
    await site.adapter.start()
    contacts = await site.happens("ContactReceived")
    [call] = [one for one in contacts if isinstance(one, ContactReceived) and one.subject.endswith("answered there")]
    assert call.contact_id.startswith("fallback-")
    assert not site.has("InteractionQueued")


async def test_a_message_left_with_the_pbx_while_the_adapter_is_away_is_work(asterisk: Asterisk, site: Site) -> None:
    await site.adapter.kill()
    async with caller(asterisk, "caller_speaks", number=COMES, pause=60):
        await asterisk.has_recorded("fallback")
        await asterisk.hang_up(number=COMES)
    await site.adapter.start()
    [call] = await site.happens("ContactReceived")
    assert isinstance(call, ContactReceived)
    assert call.subject.endswith("a message was left")
    assert [one.media_type for one in call.attachments] == ["audio/wav"]
    await site.happens("InteractionQueued")
