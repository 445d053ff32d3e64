"""What reaches people wherever in the application they are: offers, the lock, the end of their session."""

import asyncio
from typing import Any

import pytest

from tests.ui.at_desk import at_work, found, offer_in
from tests.ui.house import PASSWORD, House, Worker

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def becomes(house: House, worker: Worker, state: str) -> None:
    async def look() -> bool:
        return bool((await house.asked("GET", f"/v1/agents/{worker.agent_id}"))["state"] == state)

    await found(look)


async def titled(page: Any, text: str) -> None:
    await page.wait_for_function("text => document.title.replace(/[\\u2068\\u2069]/g, '') === text", arg=text)


async def unlock(page: Any) -> None:
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Unlock").click()
    await page.get_by_role("navigation", name="Areas").wait_for()


async def test_an_offer_is_seen_taken_and_missed_in_every_area(house: House) -> None:
    lane = house.lane(hasty=True)
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    await page.get_by_role("link", name="Customers").click()
    await titled(page, "Customers – Contact Path Manager")
    await house.contact(lane, "web", declared={"name": "Mina Karimi"}, text="Hello?")
    await offer_in(page).get_by_text("Mina Karimi").wait_for()
    await titled(page, "(1) Offer: Web chat Mina Karimi")
    await page.keyboard.press("Alt+a")
    await page.wait_for_url("**/desk/*")
    await titled(page, "Mina Karimi – Contact Path Manager")
    await page.get_by_role("link", name="Cases").click()
    await house.contact(lane, "web", declared={"name": "Sara Karimi"}, text="Anybody?")
    await offer_in(page).get_by_text("Sara Karimi").wait_for()
    await page.get_by_role("alert").get_by_text("you get no more work").wait_for()
    await becomes(house, ann, "not_answering")
    await page.keyboard.press("Alt+1")
    await becomes(house, ann, "ready")
    await offer_in(page).get_by_text("Sara Karimi").wait_for()


async def test_what_is_new_is_counted_and_outlives_a_reload(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann, language="fa")
    contact = await house.contact(lane, "web", declared={"name": "Mina Karimi"}, text="Hello?")
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")
    await page.wait_for_url("**/desk/*")
    await titled(page, "Mina Karimi – مدیر مسیر تماس")
    await page.goto(f"{house.url}/cases")
    await page.get_by_role("meter").wait_for(state="detached")
    about = {"thread": contact["thread"], "address": contact["address"]}
    await house.contact(lane, "web", text="Are you there?", **about)
    await titled(page, "(۱) پرونده‌ها – مدیر مسیر تماس")
    await page.reload()
    await titled(page, "(۱) پرونده‌ها – مدیر مسیر تماس")


async def test_a_lock_hides_what_is_open_and_keeps_work_away(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    other = await house.page(None, "/cases", context=page.context)
    await other.get_by_role("navigation", name="Areas").wait_for()
    contact = await house.contact(lane, "web", declared={"name": "Mina Karimi"}, text="Hello?")
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")
    await page.get_by_role("toolbar").wait_for()
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog")
    await dialog.wait_for()
    await page.keyboard.press("Alt+e")
    await house.contact(lane, "web", declared={"name": "Sara Karimi"}, text="Hello?")
    await offer_in(page).get_by_text("Sara Karimi").wait_for()
    await page.keyboard.press("Alt+a")
    await other.keyboard.press("Control+Alt+l")
    await page.get_by_text("Locked", exact=True).wait_for()
    assert await page.title() == "Contact Path Manager"
    assert not await dialog.is_visible()
    assert "Karimi" not in await page.locator("body").inner_text()
    await becomes(house, ann, "away")
    held = (await house.asked("GET", "/v1/interactions", params={"agent_id": ann.agent_id}))["interactions"]
    assert [(one["customer_id"], one["phase"]) for one in held] == [(contact["customer_id"], "active")]
    await page.get_by_label("Password").click()
    await page.keyboard.press("Escape")
    await unlock(page)
    await page.get_by_text("An offer came as your page was locked").wait_for()
    assert await dialog.is_visible()
    await becomes(house, ann, "ready")
    await page.keyboard.press("Escape")
    await offer_in(page).get_by_text("Sara Karimi").wait_for()


async def test_who_comes_back_after_the_end_of_a_session_goes_on_where_they_were(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    await house.contact(lane, "web", declared={"name": "Mina Karimi"}, text="Hello?")
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")
    await page.get_by_role("toolbar").wait_for()
    place = page.url
    box = page.get_by_role("textbox", name="Reply")
    await page.route("**/drafts/**", lambda route: route.abort())
    await box.fill("We are looking into it")
    await page.context.clear_cookies()
    await page.unroute("**/drafts/**")
    await page.get_by_text("Your session has ended.").wait_for()
    assert not await box.is_visible()
    assert await page.get_by_text("API key").filter(visible=True).count() == 0
    assert await page.get_by_label("Login").input_value() == ann.login
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await box.wait_for()
    assert (page.url, await box.input_value()) == (place, "We are looking into it")
    sam = await house.somebody("supervisor")
    await page.context.clear_cookies()
    await page.keyboard.press("Alt+n")
    await asyncio.gather(page.get_by_label("Login").wait_for(), page.reload())
    await page.get_by_label("Login").fill(sam.login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("navigation", name="Areas").wait_for()
