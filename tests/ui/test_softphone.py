"""Calls in the page itself: Asterisk rings in it, and all that is done to a call is done there."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hub.api.pages import ROOT, Pages
from tests.channels.chat.browser import missing as no_browser
from tests.support.asterisk import Asterisk, caller, sipp
from tests.support.asterisk import missing as no_asterisk
from tests.ui.at_desk import offer_in
from tests.ui.exchange import (
    an_exchange,
    at_phone,
    closes,
    heard_page,
    hears,
    leave_their_desks,
    people,
    picks_up,
    sound,
    speaks_and_hears,
)
from tests.ui.house import House

MISSING = no_browser() or no_asterisk() or ("" if Pages(ROOT).built else "the web application is not built: `make ui`")
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(MISSING), reason=MISSING or "all is here"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange(asterisk_of_all: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with an_exchange(tmp_path_factory.mktemp("exchange"), asterisk_of_all) as house:
        yield house


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def afterwards(exchange: House, asterisk_of_all: Asterisk) -> AsyncIterator[None]:
    """Nobody is on the line or at a desk for the next test, and nothing was wrong in this one."""
    exchange.wrong.clear()
    yield
    await asterisk_of_all.hang_up()
    await leave_their_desks(exchange)
    assert exchange.wrong == []


async def test_a_call_is_taken_held_and_ended_in_the_page(exchange: House, asterisk_of_all: Asterisk) -> None:
    kim, _ = await people(exchange)
    page = await at_phone(exchange, kim)
    policy = (await page.request.get(exchange.url)).headers["content-security-policy"]
    assert f"connect-src 'self' ws://127.0.0.1:{asterisk_of_all.http};" in policy
    async with caller(asterisk_of_all, "caller_speaks", number="+982188010", pause=600) as customer:
        await picks_up(page)
        await speaks_and_hears(page)
        await page.keyboard.press("Alt+m")
        await page.get_by_text("Nobody hears you").wait_for()
        assert not (await sound(page))["open"]
        await page.keyboard.press("Alt+m")
        await page.get_by_text("Nobody hears you").wait_for(state="hidden")
        assert (await sound(page))["open"]
        await page.keyboard.press("Alt+v")
        await page.get_by_text("Recording paused").wait_for()
        await page.keyboard.press("Alt+v")
        await page.get_by_text("Recording", exact=True).wait_for()
        await page.keyboard.press("Alt+h")
        await page.locator(".standing", has_text="On hold").wait_for()
        await asterisk_of_all.bridges("talk-", 1)
        await page.keyboard.press("Alt+h")
        await page.locator(".standing", has_text="On the line").wait_for()
        await asterisk_of_all.bridges("talk-", 2)
        await speaks_and_hears(page)
        await page.reload()
        await page.locator(".standing", has_text="On the line").wait_for()
        await speaks_and_hears(page)
        await asterisk_of_all.bridges("talk-", 2)
        await page.keyboard.press("Alt+e")
        await customer.over()
    await closes(page)
    await page.get_by_text("Phone ready").wait_for()


async def test_a_colleague_is_asked_joins_and_has_the_customer(exchange: House, asterisk_of_all: Asterisk) -> None:
    kim, lee = await people(exchange)
    asking, asked = await at_phone(exchange, kim), await at_phone(exchange, lee)
    async with caller(asterisk_of_all, "caller_speaks", number="+982188011", pause=600) as customer:
        await picks_up(asking)
        await asking.keyboard.press("Alt+c")
        await asking.get_by_role("dialog").get_by_role("combobox").wait_for()
        await asking.keyboard.type("lee knows")
        await asking.get_by_role("option", name="Lee Knows", selected=True).wait_for()
        await asking.keyboard.press("Enter")
        await picks_up(asked)
        await asterisk_of_all.bridges("consult-", 2)
        await speaks_and_hears(asked)
        await asking.get_by_text("You are asking").wait_for()
        await asking.keyboard.press("Alt+j")
        await asterisk_of_all.bridges("talk-", 3)
        await asking.keyboard.press("Alt+g")
        await asterisk_of_all.bridges("talk-", 2)
        await asking.get_by_text("Phone ready").wait_for()
        await asking.get_by_text("Nothing in hand.").wait_for()
        await speaks_and_hears(asked)
        await asterisk_of_all.hang_up(number="+982188011")
        await customer.over()
    await asked.locator(".standing", has_text="The call is over").wait_for()


async def test_a_supervisor_hears_coaches_and_barges_in_by_one_button(
    exchange: House, asterisk_of_all: Asterisk
) -> None:
    kim, _ = await people(exchange)
    page = await at_phone(exchange, kim)
    sam = await exchange.somebody("supervisor", skills={}, name="Sam Hears", login="sam")
    async with caller(asterisk_of_all, "caller_speaks", number="+982188012", pause=600):
        await picks_up(page)
        work = page.url.rpartition("/")[2]
        board = await heard_page(exchange, sam, f"/interactions/{work}")
        for act, button, ears in (("Listen in", "Listen in", 2), ("Coach", "Coach", 2), ("Barge in", "Barge in", 0)):
            await board.get_by_role("button", name=act).click()
            await board.get_by_role("dialog").get_by_role("button", name=button).click()
            await board.get_by_role("region", name="Phone").get_by_text("On the phone").wait_for()
            if ears:
                await asterisk_of_all.bridges("ear-", ears)
            else:
                await asterisk_of_all.bridges("talk-", 3)
            await hears(board)
        await board.get_by_role("region", name="Phone").get_by_role("button", name="Hang up").click()
        await asterisk_of_all.bridges("talk-", 2)
        await board.get_by_role("region", name="Phone").wait_for(state="hidden")
        await page.keyboard.press("Alt+e")
    await closes(page)


async def test_who_wishes_to_be_called_back_is_dialled_when_it_is_accepted(
    exchange: House, asterisk_of_all: Asterisk
) -> None:
    kim, _ = await people(exchange)
    page = await at_phone(exchange, kim)
    async with caller(asterisk_of_all, "caller_presses", "-key", "digit", "9", number="+982188013", pause=0.2) as wish:
        await offer_in(page).wait_for()
        assert await wish.over() == 0
    async with sipp("agent_answers", port=asterisk_of_all.trunk) as customer:
        await offer_in(page).wait_for()
        await page.keyboard.press("Alt+a")
        await page.locator(".standing", has_text="On the line").wait_for()
        await speaks_and_hears(page)
        await page.keyboard.press("Alt+e")
        assert await customer.over() == 0
    await closes(page)


async def test_a_call_goes_on_in_the_next_tab_when_its_own_is_closed(
    exchange: House, asterisk_of_all: Asterisk
) -> None:
    kim, _ = await people(exchange)
    page = await at_phone(exchange, kim)
    other = await exchange.page(None, "/desk", context=page.context)
    await other.get_by_text("Phone in another tab").wait_for()
    async with caller(asterisk_of_all, "caller_speaks", number="+982188014", pause=600):
        await picks_up(page)
        await page.close()
        await other.get_by_text("Phone ready").wait_for()
        await other.get_by_role("navigation", name="Work").get_by_role("link").first.click()
        await other.get_by_role("button", name="Bring the call here").click()
        await other.locator(".standing", has_text="On the line").wait_for()
        await speaks_and_hears(other)
        await other.keyboard.press("Alt+e")
    await closes(other)


async def test_a_customer_is_called_from_their_page_where_no_gate_forbids_it(
    exchange: House, asterisk_of_all: Asterisk
) -> None:
    kim, _ = await people(exchange)
    page = await at_phone(exchange, kim)
    known = [{"kind": "phone", "value": "+982188015", "verified": True}]
    contact = await exchange.contact("lane-10", "email", address="mina@example.com", identifiers=known)
    await page.goto(f"{exchange.url}/customers/{contact['customer_id']}")
    await page.get_by_role("button", name="Call", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("combobox", name="What for").select_option("promotional")
    await dialog.get_by_role("button", name="Call").click()
    await dialog.get_by_role("alert").get_by_role("listitem").first.wait_for()
    await dialog.get_by_role("combobox", name="What for").select_option("service")
    async with sipp("agent_answers", port=asterisk_of_all.trunk) as customer:
        await dialog.get_by_role("button", name="Call").click()
        phone = page.get_by_role("region", name="Phone")
        await phone.get_by_text("On the phone").wait_for()
        await asterisk_of_all.bridges("talk-", 2)
        await phone.get_by_role("button", name="Hang up").click()
        assert await customer.over() == 0
    await phone.wait_for(state="hidden")
