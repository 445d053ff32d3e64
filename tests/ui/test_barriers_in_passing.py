"""What is open for a moment only has no barriers either: dialogs, the lock, what lies beside a conversation."""

import pytest

from tests.ui.at_desk import at_work, take, work_of
from tests.ui.house import PASSWORD, House
from tests.ui.looks import CORNERS, FIRST, Look

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_no_barrier_in_what_an_agent_opens(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    bob = await house.somebody("agent", skills={}, name="Bob Knows")
    card = {"name": "Bob Knows", "skills": {}, "languages": ["en"], "capacity": 100}
    await house.asked("POST", f"/v1/agents/{bob.agent_id}/sign-on", json=card)
    page = await at_work(house, ann)
    contact = await house.contact(lane, "email", address="mina@example.com", subject="Router", text="It blinks.")
    await take(page)
    look = Look(house, page, CORNERS)
    await look.dialog("key list", look.key("Shift+?"))
    await look.dialog("park", look.key("Alt+p"))
    for what in ("Open a case", "Record what they say", "Mail"):
        await look.dialog(what, look.button(what))
    work = await work_of(house, contact, phase="active")
    consult = {"agent_id": ann.agent_id, "to_agent": bob.agent_id}
    await house.asked("POST", f"/v1/interactions/{work['interaction_id']}/consult", json=consult)
    await page.get_by_text("Advice:").wait_for()
    await look.at("consult", "main", "main")
    await look.turn(*FIRST)
    await page.get_by_role("link", name="Customers").click()
    await look.at("customer search", "main", "main")
    for language, theme in CORNERS:
        await look.turn(language, theme)
        await page.keyboard.press("Control+Alt+l")
        await page.locator("input[type=password]").wait_for()
        look.found[f"lock {language}"] = await house.barriers(page, "body")
        await page.locator("input[type=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("nav").first.wait_for()
    assert look.clean()


async def test_no_barrier_where_a_supervisor_acts_or_a_password_is_chosen(house: House) -> None:
    lane = house.lane()
    sam = await house.somebody("supervisor")
    contact = await house.contact(lane, "web", text="Hello?")
    work = await work_of(house, contact, phase="waiting")
    page = await house.page(sam, f"/interactions/{work['interaction_id']}")
    look = Look(house, page, CORNERS)
    await page.get_by_role("button", name="Move to another queue").wait_for()
    for what, key in (("assign", "a"), ("move", "m"), ("prioritise", "p")):
        await look.dialog(what, look.key(key))
    await page.goto(f"{house.url}/board/queues/{lane}")
    await page.get_by_text("Drain").first.wait_for()
    await look.dialog("drain", look.key("d"))
    await house.asked("POST", f"/v1/people/{sam.person_id}/password", json={"password": "given by another"})
    page = await house.page(None)
    await page.get_by_label("Login").fill(sam.login)
    await page.get_by_label("Password").fill("given by another")
    await page.keyboard.press("Enter")
    look.page = page
    await page.get_by_role("heading", name="Choose a password of your own").wait_for()
    await look.at("a new password", "main", "main")
    assert look.clean()
