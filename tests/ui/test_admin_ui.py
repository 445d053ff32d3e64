"""Administration on the screen: each part's main act, two who act at once, and no barriers."""

import os
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.application.intake.envelope import contact_envelope
from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact
from hub.domain.contact import Path as Way
from tests.ui.books import contradicting
from tests.ui.house import House
from tests.ui.looks import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")

PARTS = ("people", "teams", "keys", "channels", "rejected", "steward", "readings", "paths", "answers")


async def test_somebody_is_added_given_a_password_and_shut_out(house: House) -> None:
    admin = await house.somebody("admin")
    team = house.fresh("tellers")
    page = await house.page(admin, "/admin/teams/new")
    await page.get_by_role("textbox", name="Id", exact=True).fill(team)
    await page.get_by_role("textbox", name="Name", exact=True).fill(team.capitalize())
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name=team.capitalize()).wait_for()

    await page.goto(f"{house.url}/admin/people/new")
    login = house.fresh("mina")
    await page.get_by_role("textbox", name="Name", exact=True).fill("Mina Rezaei")
    await page.get_by_role("textbox", name="Login", exact=True).fill(login)
    await page.get_by_label("Password").fill("short")
    await page.get_by_role("combobox", name="Teams").fill(team)
    await page.keyboard.press("Enter")
    await page.get_by_role("textbox", name="Agent", exact=True).fill(login)
    await page.get_by_role("button", name="Add a skill").click()
    await page.get_by_placeholder("Skill").fill("cards")
    await page.get_by_role("button", name="Save").click()
    await page.locator(".error").first.wait_for()
    await page.get_by_label("Password").fill("long enough to be told")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Disable").click()
    await page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    await page.get_by_role("button", name="Let in again").wait_for()

    [told] = [one for one in (await house.asked("GET", "/v1/people?limit=500"))["people"] if one["login"] == login]
    assert (told["teams"], told["agent"]["skills"], told["disabled"]) == ([team], {"cards": 1}, True)


async def test_a_key_is_made_shown_once_and_revoked(house: House) -> None:
    admin = await house.somebody("admin")
    name = house.fresh("crm")
    page = await house.page(admin, "/admin/keys")
    await page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_role("button", name="Make a key").click()
    token = await dialog.get_by_label("The token").input_value()
    said = await house.http.get("/v1/channels", headers={"Authorization": f"Bearer {token}"})
    assert said.status_code == 403, "an adapter's key is good, for what adapters do"
    await dialog.get_by_role("button", name="I have it").click()
    assert token not in await page.content()
    await page.get_by_role("row", name=name).get_by_role("button", name="Revoke").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await page.get_by_role("row", name=name).wait_for(state="detached")
    said = await house.http.get("/v1/channels", headers={"Authorization": f"Bearer {token}"})
    assert said.status_code == 401


async def test_a_rejected_contact_is_mended_where_it_was_refused_and_another_put_away(house: House) -> None:
    sam = await house.somebody("supervisor")
    contact, mood = house.fresh("mail"), house.fresh("cross")
    await rejected(house, contact, mood)
    page = await house.page(sam, "/admin/channels")
    await page.get_by_role("row", name="email").get_by_text("Not set up").wait_for()
    await page.goto(f"{house.url}/admin/rejected?channel=email")
    await page.get_by_role("row", name=re.compile("mood")).get_by_role("link").first.click()
    await page.get_by_role("textbox", name=re.compile("mood")).wait_for()
    assert await page.get_by_role("textbox", name=re.compile("mood")).get_attribute("aria-invalid") == "true"
    await page.get_by_role("radio", name="As text").check()
    await page.get_by_text(re.compile("Line .*permitted")).wait_for()
    await page.get_by_role("radio", name="Field by field").check()
    await page.get_by_role("button", name="Leave it out").click()
    await page.get_by_role("button", name="Put back, mended").click()
    await page.get_by_text("Put back where it came in.").wait_for()
    assert (await house.asked("GET", f"/v1/contacts/{contact}"))["contact_id"] == contact

    await rejected(house, house.fresh("mail"), mood)
    await page.reload()
    await page.get_by_role("row", name=re.compile("mood")).get_by_role("link").first.click()
    await page.get_by_role("button", name="Put away").click()
    await page.get_by_role("dialog").get_by_label("Reason").fill("a test of the sender's")
    await page.get_by_role("dialog").get_by_role("button", name="Put away").click()
    await page.get_by_text("Nothing was rejected").wait_for()


async def test_two_who_change_one_person_or_team_at_once_are_told_what_the_other_did(house: House) -> None:
    one, two = await house.somebody("admin"), await house.somebody("admin")
    team = house.fresh("loans")
    await house.asked("PUT", f"/v1/teams/{team}", json={"name": "Loans", "role": "agent"})
    ann = await house.somebody("agent", team=team)
    mine, hers = [await house.page(who, f"/admin/people/{ann.person_id}") for who in (one, two)]
    await mine.get_by_role("textbox", name="Name", exact=True).fill("Ann of mine")
    await hers.get_by_role("textbox", name="Name", exact=True).fill("Ann of hers")
    await mine.get_by_role("button", name="Save").click()
    await mine.get_by_text("Saved.").wait_for()
    await hers.get_by_role("button", name="Save").click()
    told = hers.get_by_role("alert")
    await told.get_by_text("Ann of mine").wait_for()
    await told.get_by_text(ann.name, exact=True).wait_for()
    await told.get_by_role("button", name="Save mine in place of theirs").click()
    await hers.get_by_text("Saved.").wait_for()
    person = await house.asked("GET", f"/v1/people/{ann.person_id}")
    assert (person["name"], person["teams"]) == ("Ann of hers", [team])

    page = await house.page(None, f"/admin/teams/{team}", context=hers.context)
    name = page.get_by_role("textbox", name="Name", exact=True)
    await name.fill("Loans of hers")
    await house.asked("PUT", f"/v1/teams/{team}", json={"name": "Loans of mine", "role": "agent"})
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Take theirs").click()
    await page.get_by_role("heading", name="Loans of mine").wait_for()
    assert await name.input_value() == "Loans of mine"


async def test_a_policy_is_read_with_what_the_checker_says_beside_the_line(house: House) -> None:
    sam = await house.somebody("supervisor")
    page = await house.page(sam, "/admin/routing")
    await page.get_by_text("for these tests").first.wait_for()
    finding = page.get_by_role("button", name=re.compile("Line")).first
    await finding.click()
    assert await page.locator("li.shown p").count() > 0


async def test_two_who_write_one_answer_at_once_lose_nothing(house: House) -> None:
    sam, sue = await house.somebody("supervisor"), await house.somebody("supervisor")
    title = house.fresh("Lost card")
    page = await house.page(sam, "/admin/answers")
    await page.get_by_role("button", name="Write one").click()
    await page.get_by_role("textbox", name="Title", exact=True).fill(title)
    await page.get_by_role("combobox", name="Folder").last.fill("cards")
    text = page.get_by_role("textbox", name=re.compile("Text in .*English"))
    await text.fill("Dear ")
    await page.get_by_role("button", name="{customer.name}").click()
    assert await text.input_value() == "Dear {customer.name}"
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name=title).click()
    hers = await house.page(sue, page.url.removeprefix(house.url))
    await hers.get_by_role("textbox", name=re.compile("Text in .*English")).fill("We are sorry.")
    await text.fill("We have blocked it.")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").last.wait_for()
    await hers.get_by_role("button", name="Save").click()
    await hers.get_by_role("button", name="Show what it says now").click()
    await hers.get_by_role("alert").get_by_text("We have blocked it.").wait_for()
    await hers.get_by_role("button", name="Mine in place of theirs").click()
    await hers.get_by_role("button", name="Save").click()
    await hers.get_by_text("Saved.").wait_for()
    await hers.get_by_text("History").click()
    await hers.get_by_text("Version 3").last.wait_for()


async def test_no_barrier_in_administration(house: House) -> None:
    admin = await house.somebody("admin")
    await rejected(house, house.fresh("mail"), "x")
    await contradicting(house)
    text = {"title": "کارت گم‌شده", "folder": "cards", "texts": {"fa": "سلام {customer.name}"}}
    await house.asked("PUT", f"/v1/canned-answers/{house.fresh('text')}", json=text)
    page = await house.page(admin, "/admin")
    look = Look(house, page)
    await look.at("all", ".all a")
    for part in PARTS:
        link = page.locator(f'nav a[href="/admin/{part}"]')
        await link.click()
        await page.locator(".section h2", has_text=(await link.inner_text()).strip()).wait_for()
        if part == "people":
            await page.keyboard.press("n")
            await page.locator(".section form").wait_for()
        if part in ("rejected", "answers"):
            await page.locator(".section .list a").first.click()
            await page.locator(".section form").wait_for()
        await page.locator(".section [aria-busy=true]").first.wait_for(state="detached")
        await look.at(part, ".section h2")
        await picture(page, "-".join((part, *look.now)))
    assert look.clean()


async def rejected(house: House, contact: str, mood: str) -> None:
    """A mail with a field that the hub does not know is set aside."""
    way = Way(channel=Channel.EMAIL, address=f"{contact}@example.com")
    found = Contact(id=contact, path=way, service=house.lane(), occurred_at=WallClock().now())
    body = orjson.loads(contact_envelope(found, "/adapters/email"))
    body["data"]["mood"] = mood
    bus = await connect(house.process.address.nats_url, "tests")
    publisher = Publisher(bus)
    try:
        assert b'"rejected"' in await publisher.publish("contacts.in.email.1", orjson.dumps(body))
    finally:
        await publisher.close()
        await bus.close()


async def picture(page: Any, name: str) -> None:
    """Kept where somebody wants to look at it."""
    if "DOCS_PICTURES" in os.environ:
        await page.screenshot(path=str(Path(os.environ["DOCS_PICTURES"]) / f"admin-{name}.png"))
