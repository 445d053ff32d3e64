"""The phone adapter at the bus of a whole hub: calls that the hub does not take, and calls that begin with the hub."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub import app
from hub.bus.seeds import Seeds
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.bus_link import BusLink, bus_link
from hub.channels.ledger import Ledger
from hub.channels.phone.adapter import make
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal, Identifier
from hub.domain.contact import Path as ContactPath
from hub.operations.rejected import list_rejected, retry_rejected
from hub.router.pool.commands import Accept, SignOn
from hub.settings import Settings
from tests.channels.phone.speaking_ari import SpeakingAri, speaking_ari
from tests.channels.phone.test_phone_calls import Centre, happens

pytestmark = pytest.mark.acceptance

POLICY = """
[queues.care]
callback = { attempts = 2, retry_seconds = 1 }
[[rules]]
queue = "care"
"""
NUMBER = "+982112345678"


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[tuple[SpeakingAri, Centre, BusLink]]:
    """A hub, its phone adapter, and a link by which others tell the hub of contacts."""
    (folder / "policy.toml").write_text(POLICY)
    settings = Settings(data_dir=folder / "var", api_port=0, policy=folder / "policy.toml")
    home, no_seeds = folder / "phone", Seeds(folder / "no seeds")
    home.mkdir()
    place = Place(
        home, Ledger(home / "ledger.sqlite"), Attachments(FolderBlobs(home / "files"), b"k" * 32), WallClock(), "IR"
    )
    async with speaking_ari() as pbx, app.Hub(settings) as hub:
        table = {"ari_url": pbx.url, "ari_password": "p", "announce": False, "hub_patience_seconds": 60}
        async with (
            bus_link(hub.nats_url, "phone", Channel.PHONE, no_seeds) as link,
            bus_link(hub.nats_url, "forms", Channel.PHONE, no_seeds) as forms,
        ):
            task = asyncio.create_task(make(table, place).run(link))
            try:
                await pbx.is_followed()
                yield pbx, Centre(hub), forms
            finally:
                task.cancel()
                await asyncio.wait({task})


async def test_a_call_that_the_hub_rejects_goes_on_in_the_pbx_is_kept_and_taken_in_when_it_is_tried_once_more(
    tmp_path: Path,
) -> None:
    async with office(tmp_path) as (pbx, centre, other):
        now = centre.hub.clock.now()
        earlier = Contact(
            id="call-c1", thread="earlier", path=ContactPath(channel=Channel.PHONE, address=NUMBER), occurred_at=now
        )
        assert (await other.contact(earlier)).status == "accepted"
        await pbx.calls("c1", "+982188001")
        assert (await pbx.was_asked("POST /channels/c1/continue"))["context"] == "fallback"
        kept = await refused_call(centre)
        assert await rejected(centre, 1) == [kept]
        assert "already recorded with another body" in kept["reason"]
        assert await asyncio.to_thread(retry_rejected, centre.hub.settings, (kept["sequence"],)) == 1
        found: Any = await happens(lambda: contacts(centre, "again-call-c1"))
        assert found.subject == "Call that was refused before"
        assert await rejected(centre, 0) == []


async def refused_call(centre: Centre) -> dict[str, Any]:
    """As the adapter keeps it, once the hub has it."""
    async with asyncio.timeout(40):
        while True:
            for one in await asyncio.to_thread(list_rejected, centre.hub.settings, 10):
                if one["subject"] == "refused.in.phone":
                    return one
            await asyncio.sleep(0.1)


async def rejected(centre: Centre, count: int) -> list[dict[str, Any]]:
    """What is kept, once it is so many."""
    async with asyncio.timeout(40):
        while len(kept := await asyncio.to_thread(list_rejected, centre.hub.settings, 10)) != count:
            await asyncio.sleep(0.1)
    return kept


async def contacts(centre: Centre, contact_id: str) -> list[object]:
    received: list[Any] = await centre.events("ContactReceived")
    return [one for one in received if one.contact_id == contact_id]


@pytest.mark.parametrize(("channel", "address"), [(Channel.WEB, "visitor-1"), (Channel.EMAIL, "ann@example.com")])
async def test_who_wishes_in_a_chat_or_a_mail_to_be_called_is_dialled_and_ends_it_by_hanging_up(
    tmp_path: Path, channel: Channel, address: str
) -> None:
    async with office(tmp_path) as (pbx, centre, _):
        no_seeds = Seeds(tmp_path / "no seeds")
        async with bus_link(centre.hub.nats_url, channel.value, channel, no_seeds) as elsewhere:
            now, number = centre.hub.clock.now(), Identifier(kind="phone", value=NUMBER)
            path = ContactPath(channel=channel, address=address)
            wish = Contact(id="wish-1", thread="talk-1", path=path, identifiers=(number,), occurred_at=now)
            assert (await elsewhere.contact(wish)).status == "accepted"
            signal = ConversationEvent(
                id="wish-1-callback", channel=channel, thread="talk-1",
                signal=ConversationSignal.CALLBACK_REQUESTED, occurred_at=now,
            )  # fmt: skip
            assert (await elsewhere.conversation(signal)).status == "accepted"
            await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
            offered: Any = await happens(lambda: centre.events("InteractionOffered"))
            await centre.ask(Accept, agent_id="ann", offer_id=offered.offer_id)
            await pbx.was_asked("POST /channels/leg-interaction-")
            leg = pbx.last("leg-interaction-")
            thread = leg.removeprefix("leg-").rpartition("-")[0]
            await pbx.picks_up(leg, f"leg,{thread}")
            dialled = await pbx.was_asked(f"POST /channels/customer-{thread}-")
            assert dialled["endpoint"] == f"PJSIP/{NUMBER}@trunk"
            line = pbx.last(f"customer-{thread}-")
            await pbx.picks_up(line, f"customer,{thread}")
            await happens(lambda: centre.events("CallbackReached"))
            await pbx.says({"type": "ChannelDestroyed", "cause": 16, "channel": {"id": line}})
            ended: Any = await happens(lambda: centre.events("InteractionEnded"))
            assert ended.ended_by == "customer"


async def test_who_wishes_by_a_web_form_to_be_called_is_dialled_by_the_agent_who_takes_it(tmp_path: Path) -> None:
    async with office(tmp_path) as (pbx, centre, forms):
        now, path = centre.hub.clock.now(), ContactPath(channel=Channel.PHONE, address=NUMBER)
        wish = Contact(id="form-1", thread="form-1", path=path, occurred_at=now)
        assert (await forms.contact(wish)).status == "accepted"
        signal = ConversationEvent(
            id="form-1-callback", channel=Channel.PHONE, thread="form-1",
            signal=ConversationSignal.CALLBACK_REQUESTED, occurred_at=now,
        )  # fmt: skip
        assert (await forms.conversation(signal)).status == "accepted"
        await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
        offered: Any = await happens(lambda: centre.events("InteractionOffered"))
        await centre.ask(Accept, agent_id="ann", offer_id=offered.offer_id)
        leg = await pbx.was_asked("POST /channels/leg-form-1-")
        assert leg["endpoint"] == "PJSIP/ann"
        await pbx.picks_up(pbx.last("leg-form-1-"), "leg,form-1")
        dialled = await pbx.was_asked("POST /channels/customer-form-1-")
        assert dialled["endpoint"] == f"PJSIP/{NUMBER}@trunk"
        await pbx.picks_up(pbx.last("customer-form-1-"), "customer,form-1")
        await happens(lambda: centre.events("CallbackReached"))
