"""A customer on the screen: found, read, corrected, linked, parted; and their cases."""

import re
from typing import Any

import pytest

from hub.clock import WallClock
from tests.ui.at_board import an_agent, finishes, takes
from tests.ui.house import House
from tests.ui.looks import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_customer_is_found_by_a_number_typed_in_persian_and_shown_whole(house: House) -> None:
    sam = await house.somebody("supervisor")
    number = f"+98913{next_number(house)}"
    came = await house.contact(house.lane(), "phone", address=number, text="My card is blocked")
    page = await house.page(sam, "/customers")
    persian = "".join(chr(0x06F0 + int(digit)) for digit in "0" + number[3:])
    await page.get_by_role("searchbox", name="Phone number").fill(persian)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/customers/{came['customer_id']}")
    await page.get_by_text("My card is blocked").wait_for()
    await page.get_by_text(number).nth(1).wait_for()


async def test_what_happens_elsewhere_is_seen_at_once_and_names_can_be_corrected(house: House) -> None:
    sam = await house.somebody("supervisor")
    came = await house.contact(house.lane(), "phone", text="first words")
    page = await house.page(sam, f"/customers/{came['customer_id']}")
    await page.get_by_text("first words").wait_for()
    await page.get_by_role("button", name="Correct the name").click()
    await page.get_by_role("dialog").get_by_label("Name").fill("Mina Rezaei")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Mina Rezaei").wait_for()
    await page.locator("article.fact", has_text="Mina Rezaei").get_by_text(sam.name, exact=True).wait_for()
    await house.asked("PUT", f"/v1/customers/{came['customer_id']}/name", json={"name": "Mina R."})
    await page.get_by_role("heading", name="Mina R.").wait_for()


async def test_a_timeline_is_narrowed_by_words_and_kinds(house: House) -> None:
    sam = await house.somebody("supervisor")
    lane = house.lane()
    came = await house.contact(lane, "email", address="a.b@example.com", text="about the invoice", thread="t-1")
    await house.contact(lane, "email", address="a.b@example.com", text="about the delivery", thread="t-2")
    page = await house.page(sam, f"/customers/{came['customer_id']}")
    await page.get_by_text("about the delivery").wait_for()
    await page.get_by_role("searchbox", name="Search in it").fill("invoice")
    await page.get_by_text("about the delivery").wait_for(state="detached")
    await page.get_by_text("about the invoice").wait_for()
    await page.get_by_role("searchbox", name="Search in it").fill("")
    await page.get_by_role("combobox", name="Filter").select_option("identifier")
    await page.get_by_text("about the invoice").wait_for(state="detached")
    await page.get_by_text("Identifier seen").first.wait_for()


async def test_an_answer_is_one_line_that_says_how_far_it_is(house: House) -> None:
    sam = await house.somebody("supervisor")
    came = await house.contact(house.lane(), "sms", text="where is my card")
    wanted = {"customer_id": came["customer_id"], "purpose": "transactional", "channels": ["sms"], "sender": "hub"}
    told = await house.asked("POST", "/v1/outbound", json={**wanted, "text": "it is on its way"})
    page = await house.page(sam, f"/customers/{came['customer_id']}")
    answer = page.locator("article", has_text="it is on its way")
    await answer.get_by_text("being sent").wait_for()
    about = {"channel": "sms", "thread": told["outbound_id"], "contact_id": told["outbound_id"]}
    for signal, seen in (("sent", "sent"), ("delivered", "delivered"), ("failed", "did not arrive")):
        await tell(house, signal, **about, **({"reason": "the phone is off"} if signal == "failed" else {}))
        await answer.get_by_text(seen, exact=True).wait_for()
        assert await answer.count() == 1
        assert await page.locator("article.fact", has_text=re.compile("Planned|Delivered")).count() == 0
    await answer.get_by_text("the phone is off").wait_for()
    await page.get_by_role("combobox", name="Filter").select_option("outbound")
    await page.get_by_text("where is my card").wait_for(state="detached")
    await answer.wait_for()


async def test_codes_are_read_by_their_labels_and_ids_of_browsers_by_their_end(house: House) -> None:
    sam, lane = await house.somebody("supervisor"), house.lane()
    visitor = "visitor-0123456789abcdef0123456789"
    agent = await an_agent(house, lane, "Ann Ray")
    came = await house.contact(lane, "web", address=visitor, text="call me")
    work = await takes(house, agent)
    await finishes(house, agent, work, "call_back")
    page = await house.page(sam, f"/customers/{came['customer_id']}", language="fa")
    await page.locator("article").get_by_text("باید تماس گرفت").wait_for()
    await page.get_by_title(visitor).first.wait_for()
    assert await page.get_by_text(visitor).filter(visible=True).count() == 0
    await page.locator("summary", has_text="…456789").click()
    await page.get_by_role("button", name="رونوشت از همهٔ آن").click()
    assert await page.evaluate("() => getSelection().toString()") == visitor
    await page.get_by_text(visitor).filter(visible=True).wait_for()
    await page.goto(f"{house.url}/interactions/{work}")
    await page.locator("li").get_by_text("باید تماس گرفت").wait_for()


async def test_two_customers_are_linked_with_the_evidence_and_parted_again(house: House) -> None:
    sam = await house.somebody("supervisor")
    lane = house.lane()
    one, other = [await house.contact(lane, "phone", text=f"call {number}") for number in (1, 2)]
    page = await house.page(sam, f"/customers/{one['customer_id']}")
    await page.get_by_role("button", name="Link with another customer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("The other customer").fill("customer-nobody")
    await page.keyboard.press("Enter")
    await dialog.get_by_text("Nobody is known by that").wait_for()
    await dialog.get_by_label("The other customer").fill(other["address"])
    await page.keyboard.press("Enter")
    await dialog.get_by_label("Evidence").fill("She told me on the phone")
    for known in (one, other):
        await dialog.get_by_text(known["address"]).wait_for()
    await dialog.get_by_role("button", name="Link with another customer").click()
    await page.get_by_text("call 2").wait_for()
    await page.get_by_role("button", name="Take the link away").click()
    await page.get_by_role("dialog").get_by_label("Evidence").fill("It was her sister")
    await page.get_by_role("dialog").get_by_role("button", name="Take the link away").click()
    await page.get_by_text("call 2").wait_for(state="detached")


async def test_a_consent_is_written_down_as_it_was_said(house: House) -> None:
    ann = await house.somebody("agent")
    came = await house.contact(house.lane(), "phone", text="hello")
    page = await house.page(ann, f"/customers/{came['customer_id']}")
    await page.get_by_role("button", name="Record what they say").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Channel").select_option("sms")
    await dialog.get_by_label("Wording they agreed to").fill("2026-11")
    await dialog.get_by_role("button", name="Save").click()
    await page.get_by_text("Consent given").wait_for()


async def test_a_case_is_opened_from_the_customer_worked_on_and_settled(house: House) -> None:
    ann = await house.somebody("agent")
    subject = house.fresh("Card lost")
    came = await house.contact(house.lane(), "phone", text="I lost my card")
    page = await house.page(ann, f"/customers/{came['customer_id']}")
    await page.get_by_role("button", name="Open a case").click()
    await page.get_by_role("dialog").get_by_label("Subject").fill(subject)
    await page.get_by_role("dialog").get_by_role("button", name="Open a case").click()
    await page.get_by_role("link", name=subject).click()
    await page.wait_for_url("**/cases/*")
    await page.get_by_label("Write something down").fill("New card ordered")
    await page.get_by_role("button", name="Note it").click()
    await page.locator("ol").get_by_text("New card ordered").wait_for()
    await page.get_by_role("button", name="Settle", exact=True).click()
    await page.get_by_role("dialog").get_by_label("How it was settled").fill("new_card")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Reopen").wait_for()


async def test_no_barrier_at_a_customer_nor_a_case(house: House) -> None:
    sam = await house.somebody("supervisor", skills={})
    came = await house.contact(
        house.lane(), "email", address="mina@example.com", subject="کارت من", text="سلام Mina 12"
    )
    case = {"kind": "complaint", "subject": "Card blocked", "severity": 1, "owner": sam.agent_id}
    opened = await house.asked("POST", f"/v1/customers/{came['customer_id']}/cases", json=case)
    look = Look(house, await house.page(sam, f"/customers/{came['customer_id']}"))
    await look.at("customer", "article")
    await look.page.goto(f"{house.url}/cases/{opened['events'][0]['event']['case_id']}")
    await look.at("case", "article h2")
    assert look.clean()


async def tell(house: House, signal: str, **about: Any) -> None:
    """What an adapter reports."""
    now = WallClock().now().isoformat()
    body = {"id": house.fresh(signal), "signal": signal, "occurred_at": now, **about}
    await house.asked("POST", "/v1/conversations", json=body)


def next_number(house: House) -> str:
    return f"{int(house.fresh('n').partition('-')[2]):07}"
