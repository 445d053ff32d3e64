"""What agents write: chats, mails and text messages, their notes, and the answers they have ready."""

import re

import pytest

from hub.clock import WallClock
from tests.ui.at_desk import at_work, holds, offer_in, said_in, take, work_of
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

MAIL = (
    '<p>The <b>router</b> blinks. <a href="https://example.com/x">photos</a></p><img alt="a picture">'
    "<blockquote><p>Which model is it?</p></blockquote>"
)


async def test_a_chat_is_answered_with_what_is_ready_while_another_goes_on(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3}, name="Ann Answers")
    await house.asked(
        "PUT", "/v1/canned-answers/desk-greeting",
        json={"folder": "desk", "title": "Zebra greeting", "texts": {"en": "Hello, this is {agent.name}."}},
    )  # fmt: skip
    page = await at_work(house, ann)
    first = await house.contact(
        lane, "web", address=house.fresh("cookie"), text="Is anybody there?", declared={"name": "Mina"}
    )
    await take(page)
    await page.get_by_role("article", name="From the customer").get_by_text("Is anybody there?").wait_for()
    await page.keyboard.press("r")
    await page.keyboard.type("/zebra")
    await page.get_by_role("option", name="Zebra greeting").wait_for()
    await page.keyboard.press("Enter")
    reply = page.get_by_role("textbox", name="Reply")
    await holds(reply, "Hello, this is Ann Answers.")
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("article", name="From us").get_by_text("Hello, this is Ann Answers.").wait_for()
    await holds(reply, "")
    work = await work_of(house, first, phase="active")
    assert (await said_in(house, work["interaction_id"], "Ann Answers"))["direction"] == "outbound"
    await house.contact(lane, "web", address=house.fresh("cookie"), text="And me?", declared={"name": "Sara"})
    await take(page)
    await page.get_by_role("article", name="From the customer").get_by_text("And me?").wait_for()
    await house.contact(lane, "web", address=first["address"], thread=first["thread"], text="Thank you!")
    row = page.get_by_role("navigation", name="Work").get_by_role("link", name="Mina")
    await row.get_by_text("one new message").wait_for()
    await page.keyboard.press("Escape")
    await row.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("article", name="From the customer").get_by_text("Thank you!").wait_for()
    await row.get_by_text("one new message").wait_for(state="detached")


async def test_a_mail_is_read_safely_and_answered_under_its_subject(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    address = f"{house.fresh('mina')}@example.com"
    contact = await house.contact(
        lane, "email", address=address, subject="Router", html=MAIL, cc=["boss@example.com"],
        identifiers=[{"kind": "email", "value": address}],
    )  # fmt: skip
    await take(page)
    mail = page.get_by_role("article", name="From the customer")
    frame = mail.frame_locator("iframe").first
    await frame.get_by_text("blinks").wait_for()
    assert await frame.get_by_role("link").get_attribute("target") == "_blank"
    assert await mail.locator("iframe").first.get_attribute("sandbox") == (
        "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )
    await mail.get_by_text("One image lies elsewhere and is not shown").wait_for()
    await mail.get_by_text("Quoted text").click()
    await mail.frame_locator("details iframe").get_by_text("Which model is it?").wait_for()
    await mail.get_by_role("button", name="Reply to all").click()
    assert await page.get_by_role("textbox", name="Cc").input_value() == "boss@example.com"
    await page.keyboard.type("We send another one.")
    await page.keyboard.press("Control+Enter")
    work = await work_of(house, contact, phase="active")
    answer = await said_in(house, work["interaction_id"], "We send another one.")
    assert (answer["subject"], answer["cc"]) == ("Re: Router", ["boss@example.com"])
    await page.get_by_role("article", name="From us").get_by_text("We send another one.").wait_for()


async def test_a_text_message_is_counted_and_its_conversation_parked_until_the_answer(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await house.contact(lane, "sms", text="سلام")
    await take(page)
    await page.keyboard.press("r")
    await page.keyboard.type("سلام، بررسی می‌کنم")
    await page.get_by_text(re.compile("One message of .70. characters, room for .52. more")).wait_for()
    await page.keyboard.press("Control+Enter")
    answer = page.get_by_role("article", name="From us")
    await answer.wait_for()
    work = await work_of(house, contact, phase="active")
    said = await said_in(house, work["interaction_id"], "سلام، بررسی می‌کنم")
    about = {"channel": "sms", "thread": contact["thread"], "contact_id": said["contact_id"]}
    for signal, reason in (("sent", ""), ("failed", "the phone could not be reached in time (EXPIRED 012)")):
        told = {**about, "id": house.fresh(signal), "signal": signal, "reason": reason}
        await house.asked("POST", "/v1/conversations", json={**told, "occurred_at": WallClock().now().isoformat()})
    await answer.get_by_text("the phone could not be reached in time (EXPIRED 012)").wait_for()
    await page.get_by_role("button", name="Text message").click()
    await page.get_by_role("dialog").locator("textarea").fill("5 €")
    await page.get_by_text(re.compile("One message of .160. characters, room for .156. more")).wait_for()
    await page.get_by_role("dialog").locator("textarea").fill("")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
    await page.keyboard.press("Alt+p")
    await page.get_by_role("radio", name="Until the customer answers").wait_for()
    await page.keyboard.press("Enter")
    await work_of(house, contact, phase="parked")
    parked = page.get_by_role("navigation", name="Work").get_by_role("link")
    await parked.click()
    await page.get_by_role("button", name="Take back up").wait_for()
    await page.keyboard.press("Alt+p")
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")
    await work_of(house, contact, phase="active")
