"""What an agent wrote and did not send: marked in lists, kept with whom it mentions, found when its work was closed."""

import re
from typing import Any

import pytest

from tests.ui.at_desk import at_work, found, holds, special_queues, take, work_of
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_answer_that_the_end_of_the_wrap_up_overtook_is_found_and_sent_anew(house: House) -> None:
    await special_queues(house)
    ann = await house.somebody("agent", skills={"brief": 3})
    page = await at_work(house, ann)
    work = page.get_by_role("navigation", name="Work")
    name = house.fresh("Mina")
    contact = await house.contact("brief", "web", address=house.fresh("cookie"), text="Hello?", declared={"name": name})
    row = work.get_by_role("button", name=name)
    await row.get_by_text(re.compile(r"\d:\d\d.? late")).wait_for()
    await row.click()
    await page.get_by_role("textbox", name="Reply").wait_for()
    await page.keyboard.press("r")
    await page.keyboard.type("It is on its way")
    await work.get_by_role("link", name=name).get_by_text("Draft").wait_for()
    await page.keyboard.press("Alt+e")
    left = page.get_by_role("region", name="This answer was not sent")
    await left.get_by_text("The time for the wrap-up ran out").wait_for()
    await work_of(house, contact, phase="completed")
    await page.reload()
    await left.get_by_text("It is on its way").wait_for()
    assert await house.barriers(page) == []
    await page.goto(f"{house.url}/desk")
    await work.get_by_role("heading", name="Not sent").wait_for()
    await work.get_by_role("link", name=name).click()
    await left.get_by_role("button", name="Send it as a new message").click()
    dialog = page.get_by_role("dialog")
    await holds(dialog.get_by_role("textbox", name="Text"), "It is on its way")
    await page.keyboard.press("Escape")
    await left.wait_for(state="detached")
    await work.get_by_role("link", name=name).get_by_text("New message").wait_for()
    kept = await house.asked("GET", f"/v1/agents/{ann.agent_id}/drafts")
    assert [one["kind"] for one in kept["drafts"]] == ["new"]


async def test_who_was_chosen_in_a_note_is_mentioned_after_a_reload(house: House) -> None:
    lane = house.lane()
    bob = await house.somebody("agent", skills={}, name=f"Bob {house.fresh('Named')}")
    ann = await house.somebody("agent", skills={lane: 3})
    await house.asked("POST", f"/v1/agents/{bob.agent_id}/sign-on", json={"name": bob.name})
    page = await at_work(house, ann)
    await house.contact(lane)
    await take(page)
    await page.keyboard.press("n")
    await page.keyboard.type(f"Look at this, @{bob.name.split()[1]}")
    await page.get_by_role("option", name=bob.name).wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_text("Draft kept", exact=True).wait_for()
    await page.reload()
    note = page.get_by_role("textbox", name="Note")
    await holds(note, f"Look at this, @{bob.name} ")
    await note.focus()
    await page.keyboard.press("Control+Enter")

    async def mentioned() -> Any:
        return (await house.asked("GET", f"/v1/agents/{bob.agent_id}/mentions"))["mentions"]

    [mention] = await found(mentioned)
    assert mention["text"].startswith("Look at this")


async def test_a_locked_desk_shows_nobodys_data_and_goes_on_with_what_was_typed(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    name = house.fresh("Zahra")
    await house.contact(lane, "web", address=house.fresh("cookie"), text="My secret", declared={"name": name})
    await take(page)
    await page.keyboard.press("r")
    await page.keyboard.type("Half a sen")
    where = page.url
    # As the hub does it once nobody was there for long: the page hears of it.
    locked = await page.context.request.post(
        f"{house.url}/v1/session/lock", headers={"Origin": house.url, "Sec-Fetch-Site": "same-origin"}
    )
    assert locked.ok
    await page.get_by_text("Locked", exact=True).wait_for()
    shown = await page.locator("body").inner_text() + await page.title()
    assert not {one for one in (name, "My secret", "Half a sen") if one in shown}
    assert await page.get_by_role("textbox", name="Reply").count() == 0
    await page.keyboard.press("Alt+e")
    await page.get_by_label("Password").fill("a long enough password")
    await page.get_by_role("button", name="Unlock").click()
    await holds(page.get_by_role("textbox", name="Reply"), "Half a sen")
    await page.get_by_role("article", name="From the customer").get_by_text("My secret").wait_for()
    assert page.url == where
    await page.get_by_role("button", name="End", exact=True).wait_for()
