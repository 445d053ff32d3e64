"""Offers: shown as taken at once and truly, heard and seen outside the page, called back later."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.clock import WallClock
from tests.ui.at_desk import at_work, found, offer_in, said_in, special_queues, take, work_of
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

OBSERVED = """
window.seen = { notes: [], closed: 0, tones: 0 };
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, about) { window.seen.notes.push([title, about.body]); }
  close() { window.seen.closed += 1; }
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.seen.tones += 1; return start.apply(this, when); };
document.hasFocus = () => window.away !== true;
"""
"""What the desktop is told and what is heard, and whether the page is looked at, as the test says."""


async def test_what_is_accepted_is_shown_so_at_once_and_never_as_offered(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    asked = await held_back(page)
    await house.contact(lane, declared={"name": "Mina Karimi"})
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")
    title = page.get_by_role("region", name="Conversation").locator("header")
    await title.get_by_text("Accepting…").wait_for()
    mine = page.get_by_role("navigation", name="Work").get_by_role("link", name="Mina Karimi")
    await mine.get_by_text("Accepting…").wait_for()
    assert await page.get_by_role("toolbar").count() == 0
    await page.evaluate(
        """() => { window.said = []; const title = document.querySelector("header [role=status]");
        new MutationObserver(() => window.said.push(title.innerText)).observe(
            title, { subtree: true, childList: true, characterData: true }); }"""
    )
    await (await asked()).continue_()
    await title.get_by_text("In conversation").wait_for()
    await page.get_by_role("toolbar").get_by_role("button", name="Hold").wait_for()
    assert await page.evaluate("[...new Set(window.said)]") == ["In conversation"]


async def test_what_the_hub_refuses_is_not_shown_as_taken(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    asked = await held_back(page)
    await house.contact(lane, declared={"name": "Mina Karimi"})
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")
    await page.get_by_text("Accepting…").first.wait_for()
    refused = {"type": "urn:hub:problem:refused", "title": "Conflict", "status": 409, "detail": "it went elsewhere"}
    await (await asked()).fulfill(status=409, content_type="application/problem+json", body=json.dumps(refused))
    await page.get_by_text("it went elsewhere").wait_for()
    await page.wait_for_url("**/desk")
    await page.get_by_text("Nothing in hand.").wait_for()


async def test_an_offer_is_heard_and_seen_outside_of_the_page(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    context = await house.visitor()
    await context.grant_permissions(["notifications"], origin=house.url)
    await context.add_init_script(OBSERVED)
    page = await at_work(house, ann, context=context)
    await page.evaluate("window.away = true")
    await house.contact(lane, declared={"name": "Mina Karimi"})
    await offer_in(page).wait_for()
    await page.wait_for_function("() => window.seen.notes.length === 1 && window.seen.tones >= 2")
    assert await page.evaluate("window.seen.notes") == [["Offer: \u2068Phone\u2069", "Mina Karimi"]]
    await take(page)
    await page.wait_for_function("() => window.seen.closed === 1")
    await page.evaluate("window.away = false")
    await house.contact(lane, declared={"name": "Sara Karimi"})
    await offer_in(page).get_by_text("Sara Karimi").wait_for()
    assert await page.evaluate("window.seen.notes.length") == 1
    await page.evaluate("window.away = true; window.dispatchEvent(new Event('blur'))")
    await page.wait_for_function("() => window.seen.notes.length === 2")


async def test_who_wished_to_be_called_later_is_called_and_reached(house: House) -> None:
    await special_queues(house)
    contact = await house.contact("later", declared={"name": "Mina Karimi"})
    work = await work_of(house, contact, phase="waiting")
    now = WallClock().now()
    wish = {"id": house.fresh("wish"), "channel": "phone", "thread": contact["thread"], "signal": "callback_requested"}
    due = (now + timedelta(seconds=2)).isoformat()
    await house.asked("POST", "/v1/conversations", json={**wish, "occurred_at": now.isoformat(), "due": due})
    ann = await house.somebody("agent", skills={"later": 3})
    page = await at_work(house, ann)
    await offer_in(page).get_by_text("Call back").wait_for()
    await take(page)
    await page.get_by_text("Call the customer back now").wait_for()
    row = page.get_by_role("navigation", name="Work").get_by_role("link", name="Mina Karimi")
    await row.get_by_text("Call back").wait_for()
    await page.get_by_role("button", name="Customer reached").click()
    await page.get_by_text("You have the customer on the line.").wait_for()
    await page.get_by_text("On the line", exact=True).wait_for()
    reached = await work_of(house, contact, phase="active", callback=False)
    assert reached["interaction_id"] == work["interaction_id"]


async def test_a_mail_goes_on_to_somebody_else(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    address = f"{house.fresh('mina')}@example.com"
    original = await house.asked(
        "POST", "/v1/attachments", params={"name": "original.eml"}, content=b"Subject: Router\r\n\r\nIt blinks.\r\n",
        headers={"Content-Type": "message/rfc822"},
    )  # fmt: skip
    contact = await house.contact(
        lane, "email", address=address, subject="Router", text="It blinks.", attachments=[original]
    )
    await take(page)
    mail = page.get_by_role("article", name="From the customer")
    await mail.get_by_role("button", name="Forward").click()
    await page.get_by_role("textbox", name="To").fill("bank@example.com")
    await page.get_by_role("textbox", name="Forward").fill("Please look at this.")
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("article", name="From us").get_by_text("bank@example.com").wait_for()
    work = await work_of(house, contact, phase="active")
    sent = await said_in(house, work["interaction_id"], "Please look at this.")
    assert (sent["address"], sent["subject"]) == ("bank@example.com", "Fwd: Router")
    assert await page.get_by_role("textbox", name="To").count() == 0


async def held_back(page: Any) -> Callable[[], Awaitable[Any]]:
    """What is accepted from here on reaches the hub when the test lets it."""
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    async def first() -> Any:
        return held and held[0]

    await page.route("**/v1/offers/*/accept", hold)
    return lambda: found(first)
