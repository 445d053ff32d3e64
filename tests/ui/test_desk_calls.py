"""An agent's calls and visits, from ring to wrap-up, refused, missed, handed on; by keyboard throughout."""

import re

import pytest

from tests.ui.at_desk import at_work, offer_in, take, work_of
from tests.ui.house import HASTY, House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_call_goes_from_ring_to_wrap_up_by_keyboard(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await house.contact(lane, declared={"name": "Mina Karimi"})
    offer = offer_in(page)
    await offer.get_by_text("Mina Karimi").wait_for()
    await offer.get_by_text("you have been free longest").wait_for()
    await offer.get_by_label("left to answer").wait_for()
    await take(page)
    await page.get_by_text("On the line").wait_for()
    await page.keyboard.press("Alt+h")
    await page.locator(".standing", has_text="On hold").wait_for()
    await page.keyboard.press("Alt+h")
    await page.get_by_text("On the line").wait_for()
    await page.keyboard.press("n")
    await page.keyboard.type("Asks for a new card")
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("article", name="Note").get_by_text("Asks for a new card").wait_for()
    await page.keyboard.press("Alt+e")
    await page.get_by_role("button", name="solved").wait_for()
    await page.keyboard.press("Alt+Shift+1")
    row = await work_of(house, contact, phase="completed")
    assert (row["agent_id"], row["code"]) == (ann.agent_id, "solved")
    await page.get_by_text("Nothing in hand.").wait_for()


async def test_what_is_declined_waits_on_and_what_the_customer_ends_is_wrapped_up(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await house.contact(lane)
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+d")
    await offer_in(page).wait_for(state="hidden")
    # Nobody else is there: it comes again once the pause after a refusal is over.
    await take(page)
    left = {"id": house.fresh("left"), "channel": "phone", "thread": contact["thread"], "signal": "customer_left"}
    row = await work_of(house, contact, phase="active")
    await house.asked("POST", "/v1/conversations", json={**left, "occurred_at": row["queued_at"]})
    await page.get_by_text("The call is over").wait_for()
    await page.get_by_role("button", name="call_back").click()
    await work_of(house, contact, phase="completed", code="call_back")


async def test_an_offer_nobody_answers_is_said_and_the_way_back_is_shown(house: House) -> None:
    lane = house.lane(hasty=True)
    assert lane in HASTY
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    await house.contact(lane)
    await page.get_by_text("An offer ran out: it goes to somebody else.").wait_for()
    await page.get_by_role("alert").get_by_text("An offer ran out unanswered").wait_for()
    await page.get_by_role("button", name=re.compile("State: .Not answering")).wait_for()
    await page.keyboard.press("Alt+1")
    await page.get_by_role("button", name=re.compile("State: .Ready")).wait_for()
    await page.get_by_text("An offer ran out unanswered").wait_for(state="hidden")


async def test_a_colleague_is_asked_and_gets_the_customer(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3}, name="Ann Asks")
    bob = await house.somebody("agent", skills={}, name="Bob Knows")
    asking, asked = await at_work(house, ann), await at_work(house, bob)
    contact = await house.contact(lane)
    await take(asking)
    await asking.keyboard.press("Alt+c")
    await asking.get_by_role("dialog").get_by_role("combobox").wait_for()
    await asking.keyboard.type("bob knows")
    await asking.get_by_role("option", name="Bob Knows", selected=True).wait_for()
    await asking.keyboard.press("Enter")
    await take(asked)
    await asking.get_by_text(re.compile("You are asking .Bob Knows")).wait_for()
    await asking.reload()
    await asking.get_by_text(re.compile("You are asking .Bob Knows")).wait_for()
    await asking.keyboard.press("Alt+g")
    await work_of(house, contact, phase="active", agent_id=bob.agent_id)
    await asked.get_by_role("navigation", name="Work").get_by_role("link").first.wait_for()


async def test_a_visit_shows_its_ticket_and_goes_on_to_another_queue(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await house.contact(
        lane,
        "in_person",
        address=house.fresh("visit"),
        subject="new card",
        ticket="A012",
        declared={"name": "Zahra Rostami"},
    )
    await take(page)
    await page.get_by_role("region", name="Conversation").get_by_text("A012").wait_for()
    await page.get_by_text("new card").first.wait_for()
    await page.keyboard.press("Alt+t")
    await page.get_by_role("dialog").get_by_role("combobox").wait_for()
    await page.keyboard.type("general")
    await page.get_by_role("option", name="general", selected=True).wait_for()
    await page.keyboard.press("Enter")
    row = await work_of(house, contact, queue="general")
    assert row["transfers"] == 1
    await page.wait_for_url("**/desk")


async def test_a_call_that_is_only_passed_on_is_held_and_transferred_by_the_phone(house: House) -> None:
    lane = house.lane()
    page = await at_work(house, await house.somebody("agent", skills={lane: 3}))
    await house.contact(lane, thread="sip-edge1-1767614400.000007.42")
    await take(page)
    await page.get_by_text("by the keys of your phone").wait_for()
    assert await page.get_by_role("toolbar").first.get_by_role("button").all_inner_texts() == ["Hang up"]
    await page.keyboard.press("Alt+e")
