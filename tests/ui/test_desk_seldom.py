"""What an agent seldom meets: an answer that did not arrive, a pause with something unsent, an offer that went
elsewhere, an hour of sleep; and what a customer's page says of accounts and of what was granted."""

from typing import Any

import pytest

from hub.clock import WallClock
from tests.ui.at_desk import at_work, found, holds, offer_in, take, work_of
from tests.ui.house import PATHS, House
from tests.ui.test_board_ui import CUT

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIBRE = """
[[propositions]]
name = "fibre_for_two"
kind = "information"
channels = ["phone"]
days_granted = 14
contribution = 1_000_000
terms.monthly_price = { value = 4_900_000, better = "lower", unit = "money" }
terms.months = { value = 12, better = "lower", unit = "months" }
texts.en = "Fibre for two"
texts.fa = "فیبر برای دو نفر"
"""


async def test_an_answer_that_did_not_arrive_is_sent_again_and_a_pause_says_what_is_unsent(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann)
    contact = await house.contact(lane, "web", address=house.fresh("cookie"), text="Hello?", declared={"name": "Mina"})
    await take(page)
    work = await work_of(house, contact, phase="active")
    await page.keyboard.press("r")
    await page.keyboard.type("It is on its way.")
    await page.keyboard.press("Control+Enter")
    ours = page.get_by_role("article", name="From us")
    await ours.get_by_text("It is on its way.").wait_for()

    async def sent() -> list[dict[str, Any]]:
        told = await house.asked("GET", f"/v1/interactions/{work['interaction_id']}/messages")
        return [one for one in told["messages"] if one["direction"] == "outbound"]

    [first] = await sent()
    lost = {"id": house.fresh("lost"), "channel": "web", "thread": contact["thread"], "signal": "failed"}
    about = {"contact_id": first["contact_id"], "reason": "nobody is there"}
    await house.asked("POST", "/v1/conversations", json={**lost, **about, "occurred_at": WallClock().now().isoformat()})
    await ours.get_by_text("nobody is there").wait_for()
    assert await house.barriers(page) == []
    await ours.get_by_role("button", name="Send again").press("Enter")
    await ours.get_by_text("It was sent again.").wait_for()
    await ours.nth(1).get_by_text("It is on its way.").wait_for()
    assert await ours.get_by_role("button", name="Send again").count() == 0
    assert [one["text"] for one in await sent()] == ["It is on its way."] * 2

    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+p")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio").first.wait_for()
    assert await dialog.get_by_role("alert").count() == 0, "nothing is unsent"
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await page.keyboard.type("And yours?")
    await page.keyboard.press("Alt+p")
    await dialog.get_by_role("alert").get_by_text("Your answer was not sent.").wait_for()
    await dialog.locator("input:focus").wait_for()
    await page.keyboard.press("Enter")
    await work_of(house, contact, phase="parked")
    await page.get_by_role("navigation", name="Work").get_by_role("link", name="Mina").get_by_text("Draft").wait_for()


async def test_who_accepts_what_a_supervisor_gave_to_somebody_else_is_told_so(house: House) -> None:
    lane = house.lane()
    ann, bob = [await house.somebody("agent", skills={lane: 3}) for _ in range(2)]
    page = await at_work(house, ann)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    await page.route("**/v1/offers/*/accept", hold)
    contact = await house.contact(lane, "web", address=house.fresh("cookie"), text="Hello?", declared={"name": "Mina"})
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")

    async def asked() -> Any:
        return held and held[0]

    asking = await found(asked)
    card = {"name": bob.name, "skills": {lane: 3}, "languages": ["en"], "capacity": 10_000}
    await house.asked("POST", f"/v1/agents/{bob.agent_id}/sign-on", json=card)
    work = await work_of(house, contact)
    given = {"agent_id": bob.agent_id}
    await house.asked("POST", f"/v1/interactions/{work['interaction_id']}/assign", json=given)
    await asking.continue_()
    await page.get_by_text("is no longer open").wait_for()
    await page.get_by_text("Nothing in hand.").wait_for()
    await work_of(house, contact, agent_id=bob.agent_id)


async def test_after_an_hour_of_sleep_the_desk_catches_up_without_being_loaded_anew(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    context = await house.visitor()
    await context.clock.install()
    await context.add_init_script(CUT)
    page = await at_work(house, ann, context=context)
    contact = await house.contact(lane, "web", address=house.fresh("cookie"), text="Hello?", declared={"name": "Mina"})
    await take(page)
    await page.keyboard.press("r")
    await page.keyboard.type("Half a sen")
    await page.get_by_text("Draft kept", exact=True).wait_for()
    asked: list[str] = []
    page.on(
        "request", lambda one: asked.append(one.headers.get("last-event-id", "")) if "/v1/stream" in one.url else None
    )
    await page.evaluate("window.before = true")
    await context.set_offline(True)
    await page.evaluate("cut(true)")  # what is open already outlives a browser that only says that it is offline
    about = {"thread": contact["thread"], "address": contact["address"]}
    await house.contact(lane, "web", text="Are you asleep?", **about)
    await house.contact(lane, "web", address=house.fresh("cookie"), text="Anybody?", declared={"name": "Sara"})
    await context.clock.fast_forward("01:00:00")
    assert await page.get_by_text("Are you asleep?").count() == 0
    await page.evaluate("cut(false)")
    await context.set_offline(False)
    await page.get_by_role("article", name="From the customer").get_by_text("Are you asleep?").wait_for()
    await offer_in(page).get_by_text("Sara").wait_for()
    assert [one for one in asked if one], "it goes on behind what it heard last"
    assert await page.evaluate("window.before")
    await holds(page.get_by_role("textbox", name="Reply"), "Half a sen")
    await take(page)


async def test_a_customer_page_says_for_whom_they_act_and_what_they_were_granted(house: House) -> None:
    await house.asked("POST", "/v1/policies/paths", json={"text": PATHS + FIBRE, "note": "fibre"})
    lane, number = house.lane(), house.fresh("77")
    known = [{"kind": "customer_number", "value": number, "verified": True}]
    contact = await house.contact(lane, identifiers=known, declared={"name": "Mina Karimi"})
    who = contact["customer_id"]
    named = {"kind": "account_number", "value": house.fresh("A"), "segment": "B2B", "name": "Saman Ltd"}
    account = (await house.asked("POST", "/v1/accounts", json=named))["account_id"]
    role = {"customer_id": who, "role": "owner", "since": "2026-01-01T00:00:00Z"}
    await house.asked("POST", f"/v1/accounts/{account}/roles", json=role)
    page = await house.page(await house.somebody("supervisor"), f"/customers/{who}")
    acts = page.get_by_role("region", name="Acts for")
    await acts.get_by_text("Saman Ltd").wait_for()
    await acts.get_by_text("Owner").wait_for()
    wish = {"customer_id": who, "proposition": "fibre_for_two", "terms": {"monthly_price": 4_700_000}}
    granted = await house.asked("POST", "/v1/grants", json=wish)
    terms = page.get_by_role("region", name="Granted")
    for said in ("fibre_for_two", "Stands", "470,000 tomans", "12 months"):
        await terms.get_by_text(said).first.wait_for()
    grant = granted["grant"]["grant_id"]
    await house.asked("POST", f"/v1/grants/{grant}/amend", json={"terms": {"monthly_price": 4_500_000}})
    await terms.get_by_text("450,000 tomans").wait_for()
    assert await terms.get_by_text("470,000 tomans").count() == 0, "as it stands now, at once"
    ended = {"number": 1, "until": "2026-01-31T00:00:00Z", "reason": "left"}
    await house.asked("POST", f"/v1/accounts/{account}/end-role", json=ended)
    await acts.wait_for(state="detached")
