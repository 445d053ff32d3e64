"""A chat, a mail and a visit from the customer's own hands to the agent's wrap-up, and back: real adapters, real pages,
and the desk by keyboard."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.ui.at_desk import found, offer_in, take
from tests.ui.house import House, Worker
from tests.ui.wires import PIN, POINT, Wires, wires

pytestmark = [pytest.mark.acceptance, pytest.mark.asyncio(loop_scope="session")]


@dataclass(frozen=True)
class Place:
    """Who answers, for what, and how customers reach them."""

    house: House
    ann: Worker
    lane: str
    wires: Wires

    async def customer_page(self, url: str) -> Any:
        """In a browser of theirs."""
        page = await (await self.house.visitor(width=900, height=900)).new_page()
        page.on("pageerror", lambda error: self.house.wrong.append(f"{url}: {error}"))
        await page.goto(url)
        return page

    async def desk(self) -> Any:
        """Of hers, who is at work."""
        page = await self.house.page(self.ann, "/desk")
        await page.get_by_role("meter").first.wait_for()
        return page

    async def closed(self, page: Any) -> Any:
        """By keyboard: the conversation, then the wrap-up; the interaction as it is then."""
        await page.keyboard.press("Escape")
        await page.keyboard.press("Alt+e")
        await page.get_by_role("button", name="solved").wait_for()
        await page.keyboard.press("Alt+Shift+1")
        await page.get_by_text("Nothing in hand.").wait_for()
        query = {"queue": self.lane, "phase": "completed"}

        async def look() -> Any:
            rows = (await self.house.asked("GET", "/v1/interactions", params=query))["interactions"]
            return rows and max(rows, key=lambda row: row["queued_at"])

        row = await found(look)
        assert (row["agent_id"], row["code"]) == (self.ann.agent_id, "solved")
        return row


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(shared_house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    lane = shared_house.lane()
    ann = await shared_house.somebody("agent", skills={lane: 3}, name="Ann Answers")
    card = {"name": ann.name, "skills": {lane: 3}, "capacity": 100}
    await shared_house.asked("POST", f"/v1/agents/{ann.agent_id}/sign-on", json=card)
    async with wires(shared_house, tmp_path_factory.mktemp("wires"), lane, ann) as there:
        yield Place(shared_house, ann, lane, there)


@pytest.fixture
def place(served: Place, house: House) -> Place:
    """With nothing wrong in any page afterwards."""
    assert served.house is house
    return served


async def test_what_is_typed_into_the_widget_is_answered_there(place: Place) -> None:
    page = await place.desk()
    shop = await place.customer_page(place.wires.shop)
    await shop.get_by_role("button", name="Open chat").click()
    box = shop.locator("#hub-chat textarea")
    await box.fill("Where is my card?")
    await shop.keyboard.press("Enter")
    for told in ("B2C", "Acquisition", "you have been free longest"):
        await offer_in(page).get_by_text(told).wait_for()
    await take(page)
    await shop.get_by_text("You are talking to Ann Answers").wait_for()
    await page.get_by_role("article", name="From the customer").get_by_text("Where is my card?").wait_for()
    await page.keyboard.press("r")
    await page.keyboard.type("It is on its way.")
    await page.keyboard.press("Control+Enter")
    await shop.locator("#hub-chat .m").get_by_text("It is on its way.").wait_for()
    await box.fill("Thanks")
    await shop.keyboard.press("Enter")
    await page.get_by_role("article", name="From the customer").get_by_text("Thanks").wait_for()
    await place.closed(page)
    await shop.get_by_text("This chat has ended.").wait_for()


async def test_a_mail_handed_in_by_a_server_is_answered_by_mail(place: Place) -> None:
    page = await place.desk()
    address = f"{place.house.fresh('mina')}@example.com"
    await place.wires.mailed(address, "A new card", "Where is my card?")
    await offer_in(page).get_by_text("E-mail").first.wait_for()
    await take(page)
    await page.get_by_role("article", name="From the customer").get_by_text("Where is my card?").wait_for()
    await page.keyboard.press("r")
    await page.keyboard.type("It is on its way.")
    await page.keyboard.press("Control+Enter")
    came = await place.wires.answered(address)
    assert (came["To"], came["Subject"], came["In-Reply-To"]) == (address, "Re: A new card", f"<1.{address}>")
    assert "It is on its way." in came.get_body(("plain",)).get_content()
    await page.get_by_role("article", name="From us").get_by_text("It is on its way.").wait_for()
    await place.closed(page)


async def test_who_takes_a_ticket_at_the_kiosk_is_called_in_the_hall_and_served(place: Place) -> None:
    branch, service = place.wires.branch, place.lane.partition("-")[2]
    point = await place.customer_page(f"{branch}/desk")
    await point.locator("#agent").fill(place.ann.agent_id)
    await point.locator("#pin").fill(PIN)
    await point.keyboard.press("Enter")
    await point.locator("#do-next").wait_for()
    hall = await place.customer_page(f"{branch}/display")
    kiosk = await place.customer_page(f"{branch}/kiosk")
    await kiosk.get_by_role("button", name="English").click()
    await kiosk.locator(f"#service-{service}").click()
    await kiosk.get_by_text("Continue without").click()
    await kiosk.locator("#number", has_text="A001").wait_for()
    page = await place.desk()
    await point.keyboard.press("n")
    await hall.locator(f"[data-number=A001][data-desk='{POINT}']:not(.past)").wait_for()

    row = page.get_by_role("navigation", name="Work").get_by_role("link").first
    await row.wait_for()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.get_by_role("region", name="Conversation").get_by_text("A001").wait_for()
    await place.closed(page)
    await hall.locator("[data-number=A001].past").wait_for()
    await point.locator("#do-next").wait_for()
