"""Calls in the page where something is in the way: no microphone, a call on the line in another area, one that goes on
to whoever takes it from a queue; and a lock that no password opens."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hub.api.pages import ROOT, Pages
from tests.channels.chat.browser import missing as no_browser
from tests.support.asterisk import Asterisk, caller
from tests.support.asterisk import missing as no_asterisk
from tests.ui.at_desk import at_work, offer_in
from tests.ui.exchange import an_exchange, at_phone, leave_their_desks, people, picks_up, speaks_and_hears
from tests.ui.house import House
from tests.ui.looks import CORNERS, FIRST, Look

MISSING = no_browser() or no_asterisk() or ("" if Pages(ROOT).built else "the web application is not built: `make ui`")
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(MISSING), reason=MISSING or "all is here"),
]

REFUSED = """
const hear = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.refused = true;
navigator.mediaDevices.getUserMedia = async (...asked) => {
  if (window.refused) throw new DOMException("Permission denied", "NotAllowedError");
  return hear(...asked);
};
"""
"""The browser lets the page hear nobody, until the test says so."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange(
    asterisk_of_all: Asterisk, shared_house: House, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    directory = tmp_path_factory.mktemp("hurdles")
    async with an_exchange(directory, asterisk_of_all, shared_house.axe, demo_sign_in=True) as house:
        yield house


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def afterwards(exchange: House, asterisk_of_all: Asterisk) -> AsyncIterator[None]:
    """Nobody is on the line or at a desk for the next test, and nothing was wrong in this one."""
    exchange.wrong.clear()
    yield
    await asterisk_of_all.hang_up()
    await leave_their_desks(exchange)
    assert exchange.wrong == []


async def test_who_gives_the_page_no_microphone_is_told_loses_no_caller_and_has_them_once_they_do(
    exchange: House, asterisk_of_all: Asterisk
) -> None:
    kim, _ = await people(exchange)
    context = await exchange.visitor()
    await context.add_init_script(REFUSED)
    page = await at_work(exchange, kim, context=context)
    told = page.get_by_role("alert").filter(has_text="The browser gives this page no microphone")
    await told.wait_for()
    assert await exchange.barriers(page) == []
    async with caller(asterisk_of_all, "caller_speaks", number="+982188020", pause=600):
        await offer_in(page).wait_for()
        await page.keyboard.press("Alt+a")
        await page.get_by_text("Accepting…").first.wait_for(state="detached")
        await offer_in(page).wait_for()  # the caller waits on, and comes again
        await page.evaluate("window.refused = false")
        await picks_up(page)
        await told.wait_for(state="detached")
        await asterisk_of_all.bridges("talk-", 2)


async def test_a_call_stands_over_every_area_and_goes_on_to_who_takes_it_from_a_queue(
    exchange: House, asterisk_of_all: Asterisk
) -> None:
    kim, lee = await people(exchange)
    page, other = await at_phone(exchange, kim), await at_phone(exchange, lee)
    lane = exchange.lane()
    await exchange.asked("PUT", f"/v1/agents/{lee.agent_id}/skills", json={"skills": {lane: 3}})
    look = Look(exchange, page, CORNERS)
    async with caller(asterisk_of_all, "caller_speaks", number="+982188021", pause=600) as customer:
        await picks_up(page)
        await look.at("call", ".call", ".call")
        await look.turn(*FIRST)
        await page.keyboard.press("g")
        await page.keyboard.press("c")
        strip = page.get_by_role("region", name="Phone")
        await strip.get_by_text("On the phone").wait_for()
        await look.at("strip", ".bar", ".bar")
        await look.turn(*FIRST)
        await page.keyboard.press("Alt+m")
        await strip.get_by_text("Nobody hears you").wait_for()
        await look.at("muted strip", ".bar", ".bar")
        await look.turn(*FIRST)
        assert look.clean()
        await page.keyboard.press("Alt+m")
        await strip.get_by_role("button", name="To the desk").press("Enter")
        await page.get_by_role("navigation", name="Work").get_by_role("link").first.wait_for()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.get_by_role("toolbar").wait_for()
        await page.keyboard.press("Alt+t")
        await page.get_by_role("dialog").get_by_role("combobox").wait_for()
        await page.keyboard.type(lane)
        await page.get_by_role("option", name=lane, selected=True).wait_for()
        await page.keyboard.press("Enter")
        await picks_up(other)
        await asterisk_of_all.bridges("talk-", 2)
        await speaks_and_hears(other)
        await page.get_by_text("Phone ready").wait_for()
        await other.keyboard.press("Alt+e")
        await customer.over()


async def test_who_came_in_without_a_password_signs_out_and_in_again_to_the_page_they_left(exchange: House) -> None:
    page = await exchange.page(None, "/cases")
    await page.get_by_role("button", name="Be an agent").click()
    await page.get_by_role("navigation", name="Areas").wait_for()
    await page.keyboard.press("Control+Alt+l")
    await page.get_by_text("You came in without a password").wait_for()
    assert await page.get_by_label("Password").count() == 0
    assert await exchange.barriers(page) == []
    await page.get_by_role("button", name="Sign out and in again").press("Enter")
    await page.get_by_text("Your session has ended.").wait_for()
    await page.get_by_role("button", name="Be an agent").click()
    await page.get_by_role("navigation", name="Areas").wait_for()
    assert page.url == f"{exchange.url}/cases"
