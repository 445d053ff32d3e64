"""A call that an agent promises: by key from the customer's page, seen in their lists, changed, called off, and due."""

import re
from datetime import datetime, timedelta

import pytest

from tests.ui.at_desk import at_work, found, offer_in, take
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_call_is_promised_by_keyboard_changed_and_called_off(house: House) -> None:
    lane, name = house.lane(), house.fresh("Mina")
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await house.contact(lane, declared={"name": name})
    await take(page)
    await page.get_by_role("button", name="Promise a call").wait_for()
    await page.keyboard.press("Alt+b")
    dialog = page.get_by_role("dialog")
    day = (await server_time(house) + timedelta(days=2)).strftime("%Y-%m-%d")
    await dialog.get_by_role("textbox", name="Day").fill(f"{day} 14:30")
    await page.keyboard.press("Tab")
    await dialog.get_by_label("Note for who calls").fill("About the new card")
    assert await house.barriers(page) == []
    await dialog.get_by_role("button", name="Promise a call").click()
    await dialog.wait_for(state="detached")
    row = page.get_by_role("navigation", name="Work").get_by_role("link", name=name).filter(has_text="+98912")
    await row.wait_for()

    async def promised() -> list[dict[str, str]]:
        path = f"/v1/customers/{contact['customer_id']}/callbacks"
        return list((await house.asked("GET", path))["callbacks"])

    [told] = await promised()
    assert (told["number"], told["for_agent"], told["queue"]) == (contact["address"], ann.agent_id, lane)
    await page.get_by_text("About the new card").first.wait_for()
    await page.get_by_role("button", name="Change the promised call").click()
    await dialog.get_by_label("Anybody of the queue", exact=True).check()
    terms = {name: told[name] for name in ("agent_id", "due", "number", "for_agent", "queue")}
    await house.asked("PUT", f"/v1/callbacks/{told['callback_id']}", json=terms | {"note": "Ask for her address"})
    await dialog.get_by_role("button", name="Change the promised call").click()
    meanwhile = dialog.get_by_role("alert")
    await meanwhile.get_by_text("has changed it meanwhile").wait_for()
    await meanwhile.get_by_text("Ask for her address").wait_for()
    assert (await promised())[0]["for_agent"] == ann.agent_id
    await dialog.get_by_role("button", name="Change the promised call").click()
    await dialog.wait_for(state="detached")
    assert (await promised())[0]["for_agent"] == ""
    await page.get_by_role("button", name="Call it off").click()
    await dialog.get_by_role("button", name="Call it off").click()
    await row.wait_for(state="detached")
    assert await promised() == []


async def test_a_promised_call_is_offered_to_who_promised_it_when_its_time_has_come(house: House) -> None:
    lane, name = house.lane(), house.fresh("Mina")
    ann = await house.somebody("agent", skills={lane: 3})
    contact = await house.contact(house.lane(), "phone", declared={"name": name})
    page = await at_work(house, ann)
    due = await server_time(house) + timedelta(seconds=6)
    body = {"agent_id": ann.agent_id, "due": due.isoformat(), "number": contact["address"]}
    path = f"/v1/customers/{contact['customer_id']}/callbacks"
    await house.asked("POST", path, json={**body, "for_agent": ann.agent_id, "queue": lane})
    await page.get_by_role("navigation", name="Work").get_by_role("link", name=name).wait_for()
    card = offer_in(page)
    await card.get_by_text(name).wait_for()
    await card.get_by_text("Call back", exact=True).wait_for()
    await take(page)
    await page.get_by_role("heading", name="To call").wait_for(state="detached")

    async def gone() -> bool:
        return not (await house.asked("GET", f"/v1/agents/{ann.agent_id}/callbacks"))["callbacks"]

    assert await found(gone)
    assert re.search("/desk/interaction-", page.url)


async def server_time(house: House) -> datetime:
    return datetime.fromisoformat((await house.asked("GET", "/v1/offers"))["server_time"])
