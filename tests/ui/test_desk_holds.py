"""What a desk must never lose or do twice: what is typed, what another tab did, and what a colleague was faster at."""

import asyncio
from typing import Any

import pytest

from tests.ui.at_desk import at_work, found, holds, offer_in, said_in, take, work_of
from tests.ui.house import House, Worker
from tests.ui.looks import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _chat(house: House, lane: str, page: Any) -> dict[str, Any]:
    contact = await house.contact(lane, "web", address=house.fresh("cookie"), text="Hello?", declared={"name": "Mina"})
    await take(page)
    await page.get_by_role("textbox", name="Reply").wait_for()
    return contact


async def _draft(house: House, worker: Worker, interaction_id: str) -> Any:
    response = await house.http.get(
        f"/v1/interactions/{interaction_id}/drafts/reply", params={"agent_id": worker.agent_id}
    )
    return response.json() if response.is_success else None


async def test_what_is_typed_outlives_a_lost_connection_a_reload_and_a_sign_out(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    work = await work_of(house, await _chat(house, lane, page), phase="active")
    await page.context.set_offline(True)
    await page.keyboard.press("r")
    await page.keyboard.type("Half a sen")
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("button", name="Close").first.wait_for()
    assert await page.get_by_role("textbox", name="Reply").input_value() == "Half a sen"
    await page.get_by_text("Draft kept on this machine").wait_for()
    await page.context.set_offline(False)
    assert (await found(lambda: _draft(house, ann, work["interaction_id"])))["text"] == "Half a sen"
    await page.reload()
    await holds(page.get_by_role("textbox", name="Reply"), "Half a sen")
    await page.get_by_role("button", name=ann.name).click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_label("Login").wait_for()
    again = await house.page(ann, f"/desk/{work['interaction_id']}")
    await holds(again.get_by_role("textbox", name="Reply"), "Half a sen")
    await again.keyboard.press("r")
    await again.keyboard.press("End")
    await again.keyboard.type("tence")
    await again.keyboard.press("Control+Enter")
    await said_in(house, work["interaction_id"], "Half a sentence")


async def test_two_tabs_of_one_agent_show_the_same_and_overwrite_nothing(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    first = await at_work(house, ann)
    second = await house.page(None, "/desk", context=first.context)
    await second.get_by_role("meter").wait_for()
    contact = await house.contact(lane, "web", address=house.fresh("cookie"), text="Hello?", declared={"name": "Mina"})
    await offer_in(second).wait_for()
    await take(first)
    await offer_in(second).wait_for(state="hidden")
    await second.get_by_role("navigation", name="Work").get_by_role("link", name="Mina").click()
    await second.get_by_role("textbox", name="Reply").wait_for()
    await first.keyboard.press("r")
    await first.keyboard.type("From the first")
    await first.get_by_text("Draft kept", exact=True).wait_for()
    await second.keyboard.press("r")
    await second.keyboard.type("From the second")
    await second.get_by_text("Another tab wrote here meanwhile:").wait_for()
    await second.get_by_text("From the first").wait_for()
    await second.get_by_role("button", name="Keep mine").click()
    work = await work_of(house, contact, phase="active")

    async def kept() -> bool:
        draft = await _draft(house, ann, work["interaction_id"])
        return bool(draft and draft["text"] == "From the second")

    await found(kept)


async def test_of_two_who_take_the_same_work_one_has_it_and_the_other_is_told(house: House) -> None:
    lane = house.lane(pulled=True)
    ann, bob = [await house.somebody("agent", skills={lane: 3}) for _ in range(2)]
    pages = [await at_work(house, ann), await at_work(house, bob)]
    contact = await house.contact(lane, "web", address=house.fresh("cookie"), text="Hello?", declared={"name": "Mina"})
    rows = [page.get_by_role("button", name="Mina") for page in pages]
    await asyncio.gather(*(row.wait_for() for row in rows))
    await asyncio.gather(*(row.dispatch_event("click") for row in rows))
    work = await work_of(house, contact, phase="active")
    winner = 0 if work["agent_id"] == ann.agent_id else 1
    await pages[winner].get_by_role("textbox", name="Reply").wait_for()
    await rows[1 - winner].wait_for(state="detached")
    assert "/desk/" not in pages[1 - winner].url


async def test_no_barrier_at_the_desk(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    look = Look(house, page)
    await house.contact(lane, "web", address=house.fresh("cookie"), text="Hello?", declared={"name": "Mina"})
    await take(page)
    await page.keyboard.press("n")
    await page.keyboard.type("Known since long")
    await page.keyboard.press("Control+Enter")
    await page.locator("article.internal").wait_for()
    address = f"{house.fresh('mina')}@example.com"
    await house.contact(lane, "email", address=address, subject="Router", text="It blinks", cc=["b@example.com"])
    await look.at("an offer", "article:has-text('Alt+A')")
    await take(page)
    await page.locator(".mails").wait_for()
    await page.keyboard.press("Alt+t")
    await look.at("transfer", "[role=dialog] [role=option]")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+e")
    await look.at("wrap-up", "button:has-text('solved')")
    for channel, pane in (("phone", ".call"), ("in_person", ".visit")):
        await house.contact(lane, channel, subject="new card", text="It is lost", ticket="A012")
        await take(page)
        await look.at(channel, pane)
    await page.locator(".visit dd", has_text="new card").wait_for()
    assert "new card" not in await page.locator(".visit article", has_text="It is lost").inner_text(), "told above"
    assert look.clean()


async def test_what_was_written_and_not_sent_is_not_closed_away_unseen(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await _chat(house, lane, page)
    await page.keyboard.press("r")
    await page.keyboard.type("Not sent yet")
    await page.keyboard.press("Alt+e")
    await page.get_by_role("button", name="solved").click()
    await page.get_by_text("Your answer was not sent.").wait_for()
    assert (await work_of(house, contact))["phase"] == "wrap_up"
    await page.get_by_role("textbox", name="Reply").focus()
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("article", name="From us").get_by_text("Not sent yet").wait_for()
    await page.get_by_role("button", name="solved").click()
    await work_of(house, contact, phase="completed")


async def test_what_keeps_an_agent_from_writing_to_a_customer_is_said_in_words(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    await house.contact(lane, "phone")
    await take(page)
    await page.get_by_role("button", name="Text message").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="SMS", checked=True).wait_for()
    await dialog.get_by_label("What for").select_option("promotional")
    await dialog.get_by_role("textbox", name="Text").fill("We have something new.")
    assert await house.barriers(page) == []
    await dialog.get_by_role("button", name="Send").click()
    await dialog.get_by_text("they never agreed to it").wait_for()
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")
    await page.get_by_role("button", name="Text message").first.click()
    await holds(dialog.get_by_role("textbox", name="Text"), "We have something new.")
