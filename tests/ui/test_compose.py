"""What an agent writes goes to whom it was written for, once, and is never lost: as only a browser shows it."""

from typing import Any

import pytest

from tests.ui.at_desk import at_work, found, holds, said_in, take, work_of
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTROL_ENTER = "Control+Enter"


async def original(house: House) -> dict[str, Any]:
    """A mail as it came, in the hub's store."""
    brought = await house.asked(
        "POST", "/v1/attachments?name=original.eml", content=b"Subject: card\r\n\r\nhello",
        headers={"Content-Type": "message/rfc822"},
    )  # fmt: skip
    return dict(brought)


async def test_a_forward_stays_one_and_an_answer_goes_to_who_wrote_the_mail(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    mina, boss = f"{house.fresh('mina')}@example.com", f"{house.fresh('boss')}@example.com"
    page = await at_work(house, ann)
    about = {"subject": "Card", "text": "Where is my card?", "attachments": [await original(house)]}
    first = await house.contact(lane, "email", address=mina, identifiers=[{"kind": "email", "value": mina}], **about)
    await take(page)
    work = (await work_of(house, first, phase="active"))["interaction_id"]
    here = page.url
    await house.contact(lane, "email", address=boss, thread=first["thread"], subject="Card", text="I wait, too")
    mails = page.get_by_role("article", name="From the customer")
    await mails.get_by_text("I wait, too").wait_for()
    await mails.filter(has_text="Where is my card?").get_by_role("button", name="Forward").click()
    await page.get_by_role("textbox", name="To", exact=True).fill("Bank <bank@example.com>")
    forward = page.get_by_role("textbox", name="Forward")
    await forward.fill("This customer is lying")
    await page.get_by_text("Draft kept", exact=True).wait_for()
    await page.goto(f"{house.url}/desk")
    await page.goto(here)
    await holds(forward, "This customer is lying")
    assert await page.get_by_role("textbox", name="Reply").count() == 0
    await page.get_by_role("toolbar").get_by_role("button", name="Transfer").click()
    await page.get_by_role("alert").get_by_text("Your answer was not sent").wait_for()
    await page.get_by_role("textbox", name="Reason").fill("knows the bank")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Throw it away").click()
    await page.get_by_role("dialog").wait_for(state="detached")
    await forward.focus()
    await page.keyboard.press(CONTROL_ENTER)
    assert (await said_in(house, work, "This customer is lying"))["address"] == "bank@example.com"

    await mails.filter(has_text="Where is my card?").get_by_role("button", name="Reply", exact=True).click()
    reply = page.get_by_role("textbox", name="Reply")
    await reply.fill("It is on its way")
    await page.get_by_role("status").get_by_text(mina).wait_for()
    copies = page.get_by_role("textbox", name="Cc")
    await copies.fill("Ali Rezaei")
    await page.keyboard.press(CONTROL_ENTER)
    await page.get_by_text("is no mail address").wait_for()
    await copies.fill("Ali Rezaei <ali@example.com>")
    await page.keyboard.press(CONTROL_ENTER)
    sent = await said_in(house, work, "It is on its way")
    assert (sent["address"], sent["cc"], sent["subject"]) == (mina, ["ali@example.com"], "Re: Card")
    await holds(reply, "")
    await holds(copies, "")


async def test_what_was_sent_is_sent_once_and_what_is_typed_meanwhile_stays(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await house.contact(lane, "web", address=house.fresh("cookie"), text="Is anybody there?")
    await take(page)
    work = (await work_of(house, contact, phase="active"))["interaction_id"]

    async def cut(route: Any) -> None:
        """The hub has it, and nobody hears its answer."""
        await (route.fetch() if route.request.method == "POST" else route.continue_())

    await page.route("**/messages", cut)
    reply = page.get_by_role("textbox", name="Reply")
    await reply.fill("first")
    await page.keyboard.press(CONTROL_ENTER)
    await holds(reply, "")
    await said_in(house, work, "first")
    await page.keyboard.type("second")
    await page.get_by_text("Being sent").wait_for()
    await page.unroute("**/messages")
    await page.reload()
    await holds(reply, "second")
    await reply.focus()
    await page.keyboard.press(CONTROL_ENTER)
    await page.get_by_role("article", name="From us").get_by_text("second").wait_for()

    async def settled() -> bool:
        return not (await house.asked("GET", f"/v1/agents/{ann.agent_id}/drafts"))["drafts"]

    await found(settled)
    told = (await house.asked("GET", f"/v1/interactions/{work}/messages"))["messages"]
    assert [one["text"] for one in told] == ["Is anybody there?", "first", "second"]
