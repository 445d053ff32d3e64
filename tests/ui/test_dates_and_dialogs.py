"""Days and times in one's own calendar, lists below a field, and dialogs that give up nothing that was typed."""

from typing import Any

import pytest

from tests.ui.at_desk import at_work, holds, take, work_of
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_time_is_typed_or_chosen_in_ones_own_calendar(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann, language="fa")
    contact = await house.contact(lane, "web", text="Hello?")
    await take(page)
    await page.keyboard.press("Alt+p")
    dialog = page.get_by_role("dialog", name="کنار گذاشتن")
    await dialog.get_by_role("radio", name="تا زمان دلخواه").check()
    day = dialog.get_by_role("textbox", name="روز")
    await day.fill("۱۴۰۶/۱/۵ ۱۴:۳۰")
    await page.keyboard.press("Tab")
    await holds(day, "۱۴۰۶/۰۱/۰۵")
    await holds(dialog.get_by_role("textbox", name="ساعت"), "۱۴:۳۰")
    await dialog.get_by_text("۲۵ مارس ۲۰۲۷").wait_for()
    await day.fill("1406/01/32")
    await page.keyboard.press("Tab")
    await dialog.get_by_text("چنین روزی وجود ندارد").wait_for()
    await holds(day, "1406/01/32")
    await dialog.get_by_role("button", name="انصراف").click()
    await dialog.get_by_role("button", name="ادامهٔ نوشتن").click()
    await day.fill("1406-01-05")
    await page.keyboard.press("Alt+ArrowDown")
    await page.locator("[role=gridcell]:focus").wait_for()
    assert await house.barriers(page) == []
    await page.keyboard.press("ArrowLeft")  # reading runs to the left: a day on
    await page.keyboard.press("Enter")
    await page.get_by_role("grid").wait_for(state="hidden")
    await holds(day, "۱۴۰۶/۰۱/۰۶")
    await dialog.get_by_role("button", name="کنار گذاشتن").click()
    row = await work_of(house, contact, phase="parked")
    assert row["parked_until"] == "2027-03-26T14:30:00Z"


async def test_a_list_is_gone_through_by_keys_and_a_low_page_keeps_the_buttons(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    await page.set_viewport_size({"width": 1024, "height": 520})
    await house.contact(lane, "web", text="Hello?")
    await take(page)
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="Transfer")
    to = dialog.get_by_role("combobox", name="To whom")
    first = dialog.get_by_role("option").first
    await first.and_(dialog.locator("[aria-selected=true]")).wait_for()
    await to.press("End")
    await dialog.get_by_role("option").last.and_(dialog.locator("[aria-selected=true]")).wait_for()
    assert await to.get_attribute("aria-activedescendant") == await dialog.get_by_role("option").last.get_attribute(
        "id"
    )
    await to.press("Home")
    await first.and_(dialog.locator("[aria-selected=true]")).wait_for()
    for name in ("Transfer", "Cancel"):
        box = await dialog.get_by_role("button", name=name).bounding_box()
        assert box["y"] + box["height"] < 520, name
    await dialog.get_by_role("textbox", name="Reason").fill("they speak French")
    await dialog.get_by_role("button", name="Cancel").click()
    await dialog.get_by_text("What you typed here is not kept.").wait_for()
    await dialog.get_by_role("button", name="Throw it away").click()
    await dialog.wait_for(state="detached")


async def test_what_is_typed_into_a_profile_outlives_a_reload_and_a_look_elsewhere(house: House) -> None:
    sam = await house.somebody("supervisor")
    came = await house.contact(house.lane(), "phone")
    page = await house.page(sam, "/icon.svg")
    asked = {"label": "", "value": "", "type": "text", "required": False, "actor": "", "at": None}
    fields = [{**asked, "name": "city"}, {**asked, "name": "born", "type": "date", "value": "1984-11-02"}]

    async def with_profile(route: Any) -> None:
        answer = await route.fetch()
        told = await answer.json()
        told["profile"] = {**told["profile"], "fields": fields}
        await route.fulfill(response=answer, json=told)

    await page.route(f"**/v1/customers/{came['customer_id']}*", with_profile)
    await page.goto(f"{house.url}/customers/{came['customer_id']}")
    await page.get_by_text("2 November 1984 (").wait_for()
    await page.get_by_role("button", name="Edit: city").click()
    await page.get_by_role("textbox", name="city").fill("Tehran")
    await page.reload()
    await holds(page.get_by_role("textbox", name="city"), "Tehran")
    await page.get_by_role("link", name="Cases").click()
    await page.get_by_role("textbox", name="city").wait_for(state="detached")
    await page.go_back()
    await holds(page.get_by_role("textbox", name="city"), "Tehran")
