"""A chat, a mail and a visit from ring to wrap-up, by keyboard, and what the customer is told."""

import pytest

from tests.ui.at_desk import at_work, offer_in, said_in, take, work_of
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("channel", ["web", "email", "in_person"])
async def test_work_goes_from_ring_to_wrap_up_by_keyboard(house: House, channel: str) -> None:
    lane, name = house.lane(), house.fresh("Mina")
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    address = f"{name.lower()}@example.com" if channel == "email" else house.fresh("address")
    ticket = {"ticket": "A017"} if channel == "in_person" else {}
    contact = await house.contact(
        lane,
        channel,
        address=address,
        subject="A new card",
        text="Where is my card?",
        declared={"name": name},
        **ticket,
    )
    await offer_in(page).get_by_text(name).wait_for()
    await take(page)
    await page.get_by_text(name).first.wait_for()
    if channel == "in_person":
        await page.get_by_role("region", name="Conversation").get_by_text("A017").wait_for()
    else:
        await page.get_by_role("article", name="From the customer").get_by_text("Where is my card?").wait_for()
        await page.keyboard.press("r")
        await page.keyboard.type("It is on its way.")
        await page.keyboard.press("Control+Enter")
        await page.get_by_role("article", name="From us").get_by_text("It is on its way.").wait_for()
    work = await work_of(house, contact, phase="active")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+e")
    await page.get_by_role("button", name="solved").wait_for()
    await page.keyboard.press("Alt+Shift+1")
    row = await work_of(house, contact, phase="completed")
    assert (row["agent_id"], row["code"]) == (ann.agent_id, "solved")
    await page.get_by_text("Nothing in hand.").wait_for()
    if channel != "in_person":
        said = await said_in(house, work["interaction_id"], "It is on its way.")
        assert (said["direction"], said["channel"], said["address"]) == ("outbound", channel, address)
