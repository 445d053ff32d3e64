"""Real calls through a real Asterisk and a whole hub: in, to an agent's phone, and hung up on both sides."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub import app
from hub.bus.seeds import Seeds
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.bus_link import bus_link
from hub.channels.ledger import Ledger
from hub.channels.phone.adapter import PhoneAdapter, make
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.domain.contact import Channel
from hub.domain.ids import consult_id
from hub.router.pool.commands import Command, CompleteTransfer, Consult, Hold, Resume, SignOn
from hub.settings import Settings
from tests.support.asterisk import Asterisk, agent, caller

pytestmark = pytest.mark.acceptance

NUMBER = "+982188001"
POLICY = """
[queues.care]
[[rules]]
queue = "care"
"""


class Centre:
    """A hub and its phones, in this process."""

    def __init__(self, hub: app.Hub) -> None:
        self.hub = hub

    async def ask(self, kind: type[Command], **given: object) -> list[object]:
        at = self.hub.clock.now()
        decided = await self.hub.pool.execute(kind(at=at, id=f"{kind.__name__}-{given}", actor="test", **given))  # type: ignore[call-arg]
        return [one.event for one in decided]

    @property
    def states(self) -> list[str]:
        return [str(one.state.phase) for one in self.hub.pool.state.interactions.values()]

    async def events(self, name: str) -> list[object]:
        """All of this class in the log."""
        return [one.event for one in await self.hub.journal.read(0, 100_000) if type(one.event).__name__ == name]


async def until(condition: Callable[[], object], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def happens(find: Callable[[], Awaitable[list[object]]], seconds: float = 40) -> object:
    async with asyncio.timeout(seconds):
        while not (found := await find()):
            await asyncio.sleep(0.05)
    return found[0]


def phones(asterisk: Asterisk, directory: Path, **more: object) -> PhoneAdapter:
    directory.mkdir(exist_ok=True)
    attachments = Attachments(FolderBlobs(directory / "files"), b"k" * 32)
    place = Place(directory, Ledger(directory / "ledger.sqlite"), attachments, WallClock(), "IR")
    return make({**asterisk.settings(), "announce": False, "ring_seconds": 3, **more}, place)


@asynccontextmanager
async def running(hub: app.Hub, adapter: PhoneAdapter) -> AsyncIterator[None]:
    async with bus_link(hub.nats_url, "phone", Channel.PHONE, Seeds(hub.settings.data_dir / "no seeds")) as link:
        task = asyncio.create_task(adapter.run(link))
        await asyncio.sleep(0.5)
        try:
            yield
        finally:
            gone = task.done()
            task.cancel()
            await asyncio.wait({task})
            if gone:
                task.result()


@pytest.fixture
async def centre(asterisk: Asterisk, tmp_path: Path) -> AsyncIterator[Centre]:
    (tmp_path / "policy.toml").write_text(POLICY)
    settings = Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")
    async with app.Hub(settings) as hub, running(hub, phones(asterisk, tmp_path / "phone")):
        yield Centre(hub)


async def test_a_call_waits_is_answered_and_ends_when_the_customer_hangs_up(asterisk: Asterisk, centre: Centre) -> None:
    await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
    async with agent(asterisk, "ann") as ann, caller(asterisk) as customer:
        await happens(lambda: centre.events("OfferAccepted"))
        await asterisk.hung_up_by(number=NUMBER)
        assert [await one.over() for one in (customer, ann)] == [0, 0]
    await happens(lambda: centre.events("InteractionEnded"))


async def test_the_caller_is_hung_up_when_the_agent_hangs_up(asterisk: Asterisk, centre: Centre) -> None:
    await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
    async with agent(asterisk, "ann") as ann, caller(asterisk) as customer:
        await happens(lambda: centre.events("OfferAccepted"))
        await asterisk.hung_up_by("ann")
        assert [await one.over() for one in (customer, ann)] == [0, 0]
    ended = await happens(lambda: centre.events("InteractionEnded"))
    assert ended.agent_id == "ann"  # type: ignore[attr-defined]


@pytest.mark.parametrize("phone", ["agent_busy", "agent_silent"])
async def test_who_does_not_pick_up_is_passed_over_and_the_caller_waits_for_the_next(
    asterisk: Asterisk, centre: Centre, phone: str
) -> None:
    await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
    await asyncio.sleep(0.05)
    await centre.ask(SignOn, agent_id="bob", name="Bob", skills={})
    async with (
        agent(asterisk, "ann", phone) as ann,
        agent(asterisk, "bob") as bob,
        caller(asterisk) as customer,
    ):
        assert await ann.over() == 0
        accepted = await happens(lambda: centre.events("OfferAccepted"))
        assert accepted.agent_id == "bob"  # type: ignore[attr-defined]
        await asterisk.hung_up_by(number=NUMBER)
        assert [await one.over() for one in (customer, bob)] == [0, 0]
    assert len(await centre.events("OfferDeclined")) == 1
    assert len(await centre.events("ContactReceived")) == 1


async def test_who_hangs_up_while_waiting_has_left(asterisk: Asterisk, centre: Centre) -> None:
    async with caller(asterisk) as customer:
        await happens(lambda: centre.events("InteractionQueued"))
        await asterisk.hung_up_by(number=NUMBER)
        assert await customer.over() == 0
    await happens(lambda: centre.events("InteractionAbandoned"))


async def test_a_key_chooses_the_service_and_the_conversation_is_recorded(asterisk: Asterisk, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    settings = Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")
    adapter = phones(
        asterisk,
        tmp_path / "phone",
        menu={"prompt": ["sound:queue-thankyou"], "choices": {"1": "cards"}},
        recording={"queues": ["*"], "notice": ["sound:beep"]},
    )
    async with app.Hub(settings) as hub, running(hub, adapter):
        centre = Centre(hub)
        await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
        async with (
            agent(asterisk, "ann") as ann,
            caller(asterisk, "caller_presses", "-key", "digit", "1", pause=1) as customer,
        ):
            await happens(lambda: centre.events("OfferAccepted"))
            await asterisk.has_recorded("recording")
            await asterisk.hung_up_by("ann")
            assert [await one.over() for one in (customer, ann)] == [0, 0]
        received = await happens(lambda: centre.events("ContactReceived"))
        assert received.service == "cards"  # type: ignore[attr-defined]
        recorded = await happens(lambda: centre.events("ConversationRecorded"))
        assert recorded.seconds >= 1  # type: ignore[attr-defined]
        assert len(await adapter.place.attachments.get(recorded.attachment.uri)) > 16_000  # type: ignore[attr-defined]


async def test_asterisk_speaks_the_language_of_the_line(asterisk: Asterisk, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    settings = Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")
    adapter = phones(asterisk, tmp_path / "phone", lines={"1000": {"language": "fa-IR"}})
    async with app.Hub(settings) as hub, running(hub, adapter), caller(asterisk), asterisk.ari() as pbx:
        await happens(lambda: Centre(hub).events("InteractionQueued"))
        assert [one["language"] for one in await pbx.get("/channels")] == ["fa_IR"]


async def test_hold_consultation_and_warm_transfer_on_real_lines(asterisk: Asterisk, centre: Centre) -> None:
    await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
    async with agent(asterisk, "ann") as ann, caller(asterisk, "caller_stays") as customer:
        accepted = await happens(lambda: centre.events("OfferAccepted"))
        interaction = accepted.correlation  # type: ignore[attr-defined]
        await centre.ask(Hold, agent_id="ann", interaction_id=interaction)
        await centre.ask(Resume, agent_id="ann", interaction_id=interaction)
        await centre.ask(SignOn, agent_id="bob", name="Bob", skills={})
        async with agent(asterisk, "bob") as bob:
            advice = consult_id(interaction, "advice")
            await centre.ask(Consult, agent_id="ann", interaction_id=interaction, consult_id=advice, to_agent="bob")
            await asterisk.bridges("consult-", 2)
            await centre.ask(CompleteTransfer, agent_id="ann", interaction_id=interaction)
            assert await ann.over() == 0
            assert customer.running
            await asterisk.hung_up_by("bob")
            assert await bob.over() == 0
        assert await customer.over() == 0


async def test_who_calls_too_often_hears_the_busy_tone_and_what_is_too_much_goes_to_the_pbx(
    asterisk: Asterisk, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    settings = Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")
    adapter = phones(asterisk, tmp_path / "phone", calls_at_once=1, calls_a_minute_of_one_caller=1)
    async with app.Hub(settings) as hub, running(hub, adapter), caller(asterisk) as first:
        await happens(lambda: Centre(hub).events("InteractionQueued"))
        async with caller(asterisk, "caller_busy") as again:
            assert await again.over() == 0
        async with caller(asterisk, number="+982188002"):
            await asterisk.has_itself("+982188002")
        assert first.running
        assert len(await Centre(hub).events("ContactReceived")) == 1
