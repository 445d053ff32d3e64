"""People at the door: who may come in, what they find, and how they leave."""

import pytest

from tests.ui.house import PASSWORD, House
from tests.ui.looks import Look, lit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_agent_signs_in_by_keyboard_and_is_at_the_desk(house: House) -> None:
    ann = await house.somebody("agent")
    page = await house.page(None)
    await page.get_by_label("Login").wait_for()
    await page.keyboard.type(ann.login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk")
    areas = page.get_by_role("navigation", name="Areas")
    assert await areas.get_by_role("link").all_inner_texts() == ["Desk", "Customers", "Cases"]


async def test_a_wrong_password_is_said_and_nothing_else_is_told(house: House) -> None:
    ann = await house.somebody("agent")
    page = await house.page(None)
    for login in (ann.login, "nobody"):
        await page.get_by_label("Login").fill(login)
        await page.get_by_label("Password").fill("not this one")
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_text("Login and password don't match.").wait_for()


@pytest.mark.parametrize(("language", "words"), [("en", "You are in no team here yet."), ("fa", "در هیچ تیمی نیستید")])
async def test_whom_the_provider_sent_back_reads_why(house: House, language: str, words: str) -> None:
    page = await house.page(None, "/?sign_in=no-team", language=language)
    await page.get_by_role("alert").get_by_text(words).wait_for()
    assert await house.barriers(page) == []


async def test_who_signs_out_in_one_tab_is_out_in_the_other(house: House) -> None:
    sam = await house.somebody("supervisor")
    first = await house.page(sam, "/cases")
    await first.get_by_role("navigation").wait_for()
    second = await house.page(None, "/board", context=first.context)
    await second.get_by_role("navigation").wait_for()
    await first.get_by_role("button", name=sam.name).click()
    await first.get_by_role("menuitem", name="Sign out").click()
    await first.get_by_label("Login").wait_for()
    await second.get_by_label("Login").wait_for()


async def test_a_locked_page_shows_nothing_until_its_owner_is_back(house: House) -> None:
    sam = await house.somebody("supervisor")
    page = await house.page(sam, "/cases")
    await page.get_by_role("navigation").wait_for()
    await page.keyboard.press("Control+Alt+l")
    await page.get_by_text("Locked", exact=True).wait_for()
    assert not await page.get_by_role("navigation").is_visible()
    await page.get_by_label("Password").fill("not this one")
    await page.get_by_role("button", name="Unlock").click()
    await page.get_by_text("Login and password don't match.").wait_for()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Unlock").click()
    await page.get_by_role("navigation").wait_for()


async def test_who_was_given_a_password_chooses_their_own_first(house: House) -> None:
    ann = await house.somebody("agent")
    await house.asked("POST", f"/v1/people/{ann.person_id}/password", json={"password": "given by another"})
    page = await house.page(None)
    await page.get_by_label("Login").fill(ann.login)
    await page.get_by_label("Password").fill("given by another")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Choose a password of your own").wait_for()
    await page.get_by_label("New password", exact=True).fill("mine and nobody else's")
    await page.get_by_label("New password once more").fill("mine and nobody else's")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url("**/desk")


async def test_no_barrier_at_the_door(house: House) -> None:
    for language in ("en", "fa"):
        page = await house.page(None, language=language)
        await page.locator("form").wait_for()
        assert await house.barriers(page) == []
        await lit(page, "dark")
        assert await house.barriers(page, colours=True) == []


async def test_no_barrier_in_the_frame(house: House) -> None:
    look = Look(house, await house.page(await house.somebody("supervisor"), "/nowhere"))
    for what, keys in (("frame", ""), ("palette", "Control+k")):
        if keys:
            await look.page.keyboard.press(keys)
        await look.at(what, "[role=dialog]" if keys else "nav")
        direction = await look.page.evaluate("document.documentElement.dir")
        assert direction == ("rtl" if look.now[0] == "fa" else "ltr")
    assert look.clean()


async def test_everything_can_be_found_by_typing_its_name(house: House) -> None:
    sam = await house.somebody("supervisor")
    page = await house.page(sam, "/cases")
    await page.get_by_role("navigation").wait_for()
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await page.wait_for_url("**/customers")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").wait_for()
    await page.keyboard.type("repor")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reports")
    # Who knows the key waits for nothing: no letter is lost, or taken for a command of the page.
    for typed, place in (("cases", "/cases"), ("custom", "/customers"), ("wallb", "/board"), ("repor", "/reports")):
        await page.keyboard.press("Control+k")
        await page.keyboard.type(typed)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{place}")
