"""Simulated visitors and clerks at the pages of a real branch, beside a hub that leaves its visits to it."""

import asyncio
import re
import tomllib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.branch.adapter import make
from hub.channels.ledger import Ledger
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal
from hub.router.policy.parsing import load_policy, parse_policy
from hub.simulated.behaviour import Steady, Step, Work
from hub.simulated.branch_place import QUEUE, BranchPlace, branch_policy
from hub.simulated.branch_visitors import VisitWire, coming
from hub.simulated.clerks import Clerks
from hub.simulated.population import SERVICES, Story, contact, person
from hub.simulated.process import free_port
from hub.simulated.shop import shop, shop_url


class LeavesThemToIt:
    """A hub that takes no visit in: desks call in the branch's own order."""

    name = "branch"
    channel = Channel.IN_PERSON

    async def contact(self, one: Contact) -> Confirmation:
        return Confirmation(id=one.id, status="rejected", reason="no queue")

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        return Confirmation(id=event.id, status="accepted")

    async def forever(self, _: Any) -> None:
        await asyncio.Event().wait()

    carry_out = announcements = retries = forever


class Elsewhere:
    """All other wires."""

    def __init__(self) -> None:
        self.took: list[str] = []

    def known_as(self, one: Contact) -> str:
        return one.id

    async def contact(self, one: Contact) -> bool:
        self.took.append(one.id)
        return True

    async def conversation(self, event: ConversationEvent) -> bool:
        self.took.append(event.id)
        return True


@asynccontextmanager
async def a_branch(directory: Path) -> AsyncIterator[BranchPlace]:
    place = BranchPlace(free_port("127.0.0.1", 0), directory / "pins.toml")
    place.keep_pins()
    given = Place(
        directory, Ledger(directory / "ledger.sqlite"), Attachments(FolderBlobs(directory / "files"), b"k" * 32),
        WallClock(), "IR",
    )  # fmt: skip
    link: Any = LeavesThemToIt()
    running = asyncio.create_task(make(tomllib.loads(place.table())["branch"], given).run(link))
    try:
        yield place
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def coming_by(number: int, channel: Channel = Channel.IN_PERSON) -> Contact:
    story = Story(person(number, 100), channel, list(SERVICES)[number % 4], "", "")
    return contact(story, f"c{number}", f"c{number}", datetime(2026, 1, 5, 12, tzinfo=UTC))


def leaves(number: int, channel: Channel = Channel.IN_PERSON) -> ConversationEvent:
    return ConversationEvent(
        id=f"left-{number}", channel=channel, thread=f"c{number}", signal=ConversationSignal.CUSTOMER_LEFT,
        occurred_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
    )  # fmt: skip


async def waiting(wire: VisitWire, place: BranchPlace) -> int:
    async with aiohttp.ClientSession() as http, http.ws_connect(place.page("display")) as socket:
        return sum(one["count"] for one in (await socket.receive_json())["waiting"])


async def test_visitors_take_tickets_and_each_is_served_once_at_a_desk(tmp_path: Path) -> None:
    seen: dict[str, list[Step]] = {}
    others = Elsewhere()

    def saw(work: Work) -> None:
        seen.setdefault(work.contact_id, []).append(work.step)

    async with a_branch(tmp_path) as place, coming(others, place) as wire, asyncio.timeout(60):
        assert await asyncio.gather(*(wire.contact(coming_by(number)) for number in range(12))) == [True] * 12
        assert await wire.contact(coming_by(3)), "the same again is the same ticket"
        await wire.conversation(leaves(11))
        assert await waiting(wire, place) == 11
        names = [wire.known_as(coming_by(number)) for number in range(11)]
        clerks = Clerks(place, Steady(0.01, 0.01), on_change=saw)
        working = asyncio.create_task(clerks.run())
        while not all(Step.DONE in seen.get(name, ()) for name in names):
            await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert Counter(steps.count(Step.DONE) for steps in seen.values()) == {1: 11}
    assert all(steps[0] is Step.TALKING for steps in seen.values())
    assert others.took == []


async def test_who_shows_a_card_at_the_reception_is_known_and_who_types_a_number_at_the_kiosk_is_not(
    tmp_path: Path,
) -> None:
    async with a_branch(tmp_path) as place, coming(Elsewhere(), place) as wire, aiohttp.ClientSession() as http:
        for number in range(4):
            assert await wire.contact(coming_by(number))
        async with http.post(place.page("reception/sign-in"), json={"pin": place.guest().pin}) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
        async with http.get(place.page("reception/tickets"), headers=headers) as answer:
            tickets = (await answer.json())["tickets"]
    assert {one["identity"]["value"]: one["proven"] for one in tickets} == {
        "C0000000": False, "C0000001": True, "C0000002": False, "C0000003": True,
    }  # fmt: skip


async def test_everything_else_goes_by_the_other_wires(tmp_path: Path) -> None:
    others = Elsewhere()
    async with coming(others, BranchPlace(1, tmp_path / "pins.toml")) as wire:
        assert await wire.contact(coming_by(1, Channel.SMS))
        assert wire.known_as(coming_by(1, Channel.SMS)) == "c1"
        assert await wire.conversation(leaves(1, Channel.PHONE))
    assert others.took == ["c1", "left-1"]


async def test_whoever_looks_on_has_a_desk_of_their_own(tmp_path: Path) -> None:
    async with a_branch(tmp_path) as place, aiohttp.ClientSession() as http, asyncio.timeout(60):
        guest = place.guest()
        asked = {"desk": guest.desk, "agent": guest.name, "pin": guest.pin}
        while True:
            try:
                async with http.post(place.page("desk/sign-in"), json=asked) as answer:
                    assert (answer.status, (await answer.json())["state"]["name"]) == (200, "You")
                    break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
        assert all(told in place.invitation() for told in (place.page("kiosk"), *guest[1:]))
        port = free_port("127.0.0.1", 0)
        async with shop(port, "", guest):
            for language in ("en", "fa"):
                async with http.get(shop_url(port), params={"language": language}) as page:
                    told = await page.text()
                links = re.findall(r'href="(http[^"]+)"', told)
                assert sorted(links) == [place.page(one) for one in ("desk", "display", "kiosk")]
                assert guest.pin in told


@pytest.mark.parametrize("service", SERVICES)
def test_visits_have_a_queue_of_their_own_and_nothing_else_is_different(service: str) -> None:
    shipped, demo = load_policy(), parse_policy(branch_policy())
    assert set(demo.queues) - set(shipped.queues) == {QUEUE}
    assert demo.rules[: len(shipped.rules)] == shipped.rules
    assert demo.channel("in_person").asynchronous
    settings = tomllib.loads(BranchPlace(1, Path("pins.toml")).table())["branch"]["branches"]["demo"]
    assert settings["services"][service]["queue"] == QUEUE
