"""What an agent may say to the customer: in exact terms, with why, in both languages, and answered before the end."""

import re

import pytest

from hub.clock import WallClock
from tests.ui.at_desk import at_work, take, work_of
from tests.ui.house import PATHS, House

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARE = """
[[propositions]]
name = "care_plan"
kind = "information"
eligible = { kind = "B2G" }
channels = ["phone"]
days_granted = 14
contribution = 20_000_000
terms.monthly_price = { value = 4_900_000, better = "lower", unit = "money" }
terms.months = { value = 12, better = "lower", unit = "months" }
texts.en = "The care plan, for a year"
texts.fa = "طرح مراقبت، یک‌ساله"
[[propositions.levers]]
name = "public_office"
weight = 25
when = { kind = "B2G" }
[[propositions]]
name = "second_line"
kind = "information"
eligible = { kind = "B2G" }
channels = ["phone"]
days_granted = 14
contribution = 1_000_000
texts.en = "A second line"
texts.fa = "خط دوم"
"""
"""For public offices alone, who call in no other test."""
SOLD = CARE.replace('kind = "information"', 'kind = "product"').replace('channels = ["phone"]', 'channels = ["web"]')


async def test_what_is_to_be_said_is_shown_in_its_terms_and_answered_before_the_work_is_closed(house: House) -> None:
    await house.asked("POST", "/v1/policies/paths", json={"text": PATHS + CARE, "note": "care"})
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    number = {"kind": "customer_number", "value": house.fresh("office"), "verified": True}
    contact = await house.contact(
        lane, language="en", identifiers=[number], declared={"name": "City Office", "segment": "B2G"}
    )
    await take(page)
    card = page.get_by_role("article").filter(has_text="care_plan")
    for said in ("The care plan, for a year", "490,000 tomans", "12 months"):
        await card.get_by_text(said).wait_for()
    await page.get_by_text("2 answers are missing before you can wrap up").wait_for()
    await page.get_by_role("button", name=ann.name).click()
    await page.get_by_role("menuitem", name="فارسی").click()
    for said in ("۴۹۰٬۰۰۰ تومان", "۱۲ ماه"):
        await card.get_by_text(said).wait_for()
    await card.locator("summary").click()
    await card.get_by_text("هنوز از کسی پرسیده نشده است").wait_for()
    await card.get_by_text(re.compile("public_office.*۲۵")).wait_for()
    assert await house.barriers(page) == []
    await page.get_by_role("button", name=ann.name).click()
    await page.get_by_role("menuitem", name="English").click()
    await page.keyboard.press("Alt+e")
    wrap_up = page.get_by_role("region", name="Wrap-up")
    await wrap_up.get_by_role("button", name="solved").click()
    await wrap_up.get_by_text("Not closed: of what stands above").wait_for()
    assert (await work_of(house, contact))["phase"] == "wrap_up"
    await wrap_up.get_by_role("group", name="The care plan").get_by_role("button", name="Accepted").click()
    await wrap_up.get_by_role("group", name="The care plan").wait_for(state="detached")
    await card.get_by_text(re.compile("Answered: .Accepted")).wait_for()
    await wrap_up.get_by_role("group", name="A second line").get_by_role("button", name="Not said").click()
    await wrap_up.get_by_role("group", name="A second line").wait_for(state="detached")
    await wrap_up.get_by_role("button", name="solved").click()
    row = await work_of(house, contact, phase="completed")
    told = await house.asked("GET", f"/v1/interactions/{row['interaction_id']}/next-best-actions")
    answers = {one["proposition"]: one["response"] for one in told["grants"] + told["actions"]}
    assert answers == {"care_plan": "accepted", "second_line": "not_presented"}


async def test_who_says_stop_by_text_message_is_proposed_nothing_by_the_agent_who_has_them_open(house: House) -> None:
    await house.asked("POST", "/v1/policies/paths", json={"text": PATHS + SOLD, "note": "sold by chat"})
    lane, phone = house.lane(), "+989355550011"
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    known = [
        {"kind": "customer_number", "value": house.fresh("office"), "verified": True},
        {"kind": "phone", "value": phone, "verified": True},
    ]
    contact = await house.contact(
        lane, "web", address=house.fresh("visitor"), language="en", identifiers=known, declared={"segment": "B2G"}
    )
    await take(page)
    card = page.get_by_role("article").filter(has_text="care_plan")
    await card.wait_for()
    await page.get_by_text("2 answers are missing before you can wrap up").wait_for()
    said = {"channel": "sms", "thread": "sms-adverts", "signal": "unsubscribed", "address": phone, "reason": "STOP"}
    stop = {"id": house.fresh("stop"), "occurred_at": WallClock().now().isoformat(), **said}
    await house.asked("POST", "/v1/conversations", json=stop)
    await card.wait_for(state="detached")
    await page.get_by_text("Nothing is to be proposed.").wait_for()
    await page.get_by_text("Not proposed, because").click()
    await page.get_by_text("they took their consent back").first.wait_for()
    await page.keyboard.press("Alt+e")
    await page.get_by_role("region", name="Wrap-up").get_by_role("button", name="solved").click()
    await work_of(house, contact, phase="completed")
