"""Orders and news that get lost between the adapter and Kamailio are made up for, as the next answer shows them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.command import Command
from hub.channels.kamailio.asking import Asking
from hub.channels.kamailio.calls import Calls
from hub.channels.kamailio.reports import Reports
from hub.channels.kamailio.settings import KamailioSettings
from hub.channels.kamailio.wire import All, Order, Stands, State
from hub.channels.phone.book import CallBook
from hub.channels.phone.refusals import Refusals
from hub.channels.unreached import Unreached
from hub.clock import WallClock
from hub.domain.contact import Contact, ConversationEvent

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = "1767614400.000007.42"
WAITS = Stands("edge1", "1767610000.5", KEY, State.WAITING, caller="+982188001")
SETTINGS = KamailioSettings(agent_uris=("sip:{agent}@one",), calls_at_once=2)


class FakeEdges:
    """Takes every order, and keeps it."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def order(self, order: Order) -> None:
        self.orders.append(order)

    async def listen(self, hear: Callable[[Stands | All], None]) -> None:  # noqa: ARG002
        await asyncio.Event().wait()

    def did(self) -> list[tuple[str, int]]:
        """What was ordered since this was asked last."""
        told = [(one.do, one.turn) for one in self.orders if one.do not in ("here", "tell")]
        self.orders.clear()
        return told


class FakeLink:
    """A hub that takes everything."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def contact(self, contact: Contact) -> Confirmation:
        self.told.append(contact.id)
        return Confirmation(id=contact.id, status="accepted")

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        self.told.append(event.signal.value)
        return Confirmation(id=event.id, status="accepted")


class Desk:
    """Calls of an adapter, without a bus."""

    def __init__(self, folder: Path) -> None:
        self.edges, self.link, clock = FakeEdges(), FakeLink(), WallClock()
        self.unreached = Unreached(clock)
        link: object = self.link
        store = Attachments(FolderBlobs(folder / "files"), b"k" * 32)
        refusals = Refusals(link, store, SETTINGS.phone, clock)  # type: ignore[arg-type]
        reports = Reports(link, refusals, clock)  # type: ignore[arg-type]
        self.calls = Calls(self.edges, reports, refusals, CallBook(folder / "calls"), SETTINGS, clock)
        self.asking = Asking(self.edges, self.calls, SETTINGS, self.unreached)

    async def hears(self, stands: Stands | All) -> list[tuple[str, int]]:
        self.asking.heard(stands)
        return await self.settles()

    async def says(self, command: str, position: int, **more: str) -> list[tuple[str, int]]:
        about = {"id": f"i.{position}", "at": NOW, "channel": "phone", "thread": WAITS.thread}
        self.calls.told(Command.model_validate({**about, "interaction_id": "i", "command": command, **more}))
        return await self.settles()

    async def settles(self) -> list[tuple[str, int]]:
        for _ in range(20):
            await asyncio.sleep(0)
        return self.edges.did()

    async def is_asked(self, *stand: Stands, run: str = WAITS.run) -> list[tuple[str, int]]:
        """Kamailio is asked, and has these calls."""
        self.asking._ask("edge1")
        nonce = self.edges.orders[-1].key
        for one in stand:
            self.asking.heard(with_nonce(one, nonce))
        return await self.hears(All("edge1", run, nonce, len(stand)))


def with_nonce(stands: Stands, nonce: str) -> Stands:
    return Stands(stands.edge, stands.run, stands.key, stands.state, stands.turn, stands.code, nonce=nonce)


def at(state: State, turn: int = 0, code: int = 0, by: str = "") -> Stands:
    return Stands("edge1", WAITS.run, KEY, state, turn, code, by, "+982188001")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_ring_that_was_not_heard_is_ordered_again(desk: Desk) -> None:
    await desk.hears(WAITS)
    assert await desk.says("offered", 1, agent_id="ann", offer_id="o") == [("ring", 1)]
    assert await desk.is_asked(WAITS) == [("ring", 1)]
    assert await desk.is_asked(at(State.RINGING, 1)) == []


async def test_the_next_phone_rings_when_the_one_before_it_is_silent(desk: Desk) -> None:
    await desk.hears(WAITS)
    await desk.says("offered", 1, agent_id="ann", offer_id="o")
    await desk.hears(at(State.RINGING, 1))
    assert await desk.says("answered", 2, agent_id="bob") == [("unring", 1), ("ring", 2)]
    assert await desk.hears(at(State.WAITING, 1, 487)) == [("ring", 2)]


async def test_a_phone_that_rings_for_nobody_is_silenced(desk: Desk) -> None:
    await desk.hears(WAITS)
    assert await desk.is_asked(at(State.RINGING, 1)) == [("unring", 1)]


async def test_a_refusal_that_was_not_heard_is_ordered_again(desk: Desk) -> None:
    await desk.hears(WAITS)
    assert await desk.says("refused", 1, reason="closed") == [("refuse", 0)]
    assert WAITS.thread not in desk.calls
    assert await desk.is_asked(WAITS) == [("refuse", 0)]
    assert desk.link.told == [WAITS.thread]


async def test_a_command_that_is_told_again_is_carried_out_once(desk: Desk) -> None:
    await desk.hears(WAITS)
    await desk.says("offered", 1, agent_id="ann", offer_id="o")
    await desk.hears(at(State.WAITING, 1, 486))
    assert await desk.says("offered", 1, agent_id="ann", offer_id="o") == []


async def test_a_call_whose_end_nobody_heard_has_left(desk: Desk) -> None:
    await desk.hears(WAITS)
    await desk.is_asked()
    assert desk.link.told == [WAITS.thread, "customer_left"]
    assert WAITS.thread not in desk.calls


async def test_an_answer_of_which_a_part_was_lost_says_nothing(desk: Desk) -> None:
    await desk.hears(WAITS)
    desk.asking._ask("edge1")
    await desk.hears(All("edge1", WAITS.run, desk.edges.orders[-1].key if desk.edges.orders else "", 1))
    assert WAITS.thread in desk.calls


async def test_who_speaks_when_kamailio_is_started_again_speaks_on(desk: Desk) -> None:
    await desk.hears(WAITS)
    await desk.says("offered", 1, agent_id="ann", offer_id="o")
    await desk.hears(at(State.TALKING, 1))
    await desk.is_asked(run="1767619999.5")
    assert WAITS.thread in desk.calls
    await desk.is_asked()
    assert WAITS.thread not in desk.calls


async def test_a_kamailio_that_falls_silent_is_told_of_once_and_so_is_that_it_is_back(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.hears(WAITS)
    for _ in range(2):
        desk.asking.tell_who_is_silent(monotonic() + SETTINGS.check_seconds + 16)
    assert [one.said for one in desk.unreached.told()] == ["Kamailio edge1 does not answer"]
    await desk.is_asked(WAITS)
    assert desk.unreached.told() == ()
    await desk.is_asked(WAITS)
    told = [one.message for one in caplog.records if one.levelname == "WARNING"]
    assert [one.split(":")[0] for one in told] == ["Kamailio edge1 does not answer", "Kamailio edge1 answers again"]
    assert "1 of its calls" in told[0]


async def test_more_calls_than_may_stand_go_to_the_fallback(desk: Desk) -> None:
    for number in range(3):
        asked = await desk.hears(Stands("edge1", WAITS.run, f"1767614400.00000{number}.1", State.WAITING))
    assert asked == [("refuse", 0)]


async def test_the_next_adapter_goes_on_with_the_book(desk: Desk, tmp_path: Path) -> None:
    await desk.hears(WAITS)
    await desk.says("offered", 1, agent_id="ann", offer_id="o")
    desk.calls.close()
    after = Desk(tmp_path)
    after.calls.take_up(CallBook(tmp_path / "calls").read())
    assert await after.is_asked(at(State.TALKING, 1)) == []
    assert after.link.told == ["offer_accepted"]
