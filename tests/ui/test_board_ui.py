"""The wallboard in a browser: what it shows, from when on it worries, what lies behind it, two who act at once."""

import json
import re
from typing import Any

import pytest

from hub.clock import WallClock
from tests.ui.at_board import an_agent, leaves, offered, takes, waiting
from tests.ui.house import House
from tests.ui.looks import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUT = """{
  const open = window.fetch;
  let streams = [], away = false;
  window.cut = (yes) => { away = yes; if (yes) streams.splice(0).forEach((one) => one.abort()); };
  window.fetch = (asked, about = {}) => {
    if (!String(asked).startsWith("/v1/stream")) return open(asked, about);
    if (away) return Promise.reject(new TypeError("cut"));
    const one = new AbortController();
    streams.push(one);
    about.signal?.addEventListener("abort", () => one.abort());
    return open(asked, { ...about, signal: one.signal });
  };
}"""
"""A page whose stream can be cut."""


def row_of(page: Any, table: str, name: str) -> Any:
    """The line of this name in a table of the wallboard."""
    return (
        page.get_by_role("table", name=table)
        .get_by_role("row")
        .filter(has=page.get_by_role("link", name=name, exact=True))
    )


async def board(house: House, find: str, **about: Any) -> Any:
    """The wallboard of a supervisor, with what they look for."""
    page = await house.page(await house.somebody("supervisor"), "/board", **about)
    await page.get_by_role("heading", level=1).wait_for()
    await page.keyboard.press("/")
    await page.keyboard.type(find)
    return page


async def test_it_shows_within_seconds_who_waits_and_who_works(house: House) -> None:
    lane, name = house.lane(), house.fresh("Zahra")
    page = await board(house, lane)
    queue = row_of(page, "Queues", lane)
    await queue.get_by_role("cell").nth(1).get_by_text("0", exact=True).wait_for()
    await house.contact(lane)
    await queue.get_by_role("cell").nth(1).get_by_text("1", exact=True).wait_for()
    await page.get_by_role("searchbox").fill(name)
    agent = await an_agent(house, lane, name)
    await row_of(page, "Agents", name).get_by_text("Offered").wait_for()
    await takes(house, agent)
    await row_of(page, "Agents", name).get_by_text("In conversation").wait_for()
    await page.get_by_role("searchbox").fill(lane)
    await queue.get_by_role("cell").nth(1).get_by_text("0", exact=True).wait_for()
    assert await queue.get_by_role("cell").nth(5).inner_text() == "1"
    level = queue.get_by_role("button", name="100%")
    await level.focus()
    await page.get_by_role("tooltip").filter(has_text="within 20 s").filter(has_text="1 of 1").wait_for()


async def test_a_queue_is_in_trouble_by_limits_of_ones_own(house: House) -> None:
    lane = house.lane()
    page = await board(house, lane)
    await house.contact(lane)
    queue = row_of(page, "Queues", lane)
    await queue.wait_for()
    await page.get_by_role("heading", name="Wallboard").click()
    await page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Queue", exact=True).select_option(lane)
    await dialog.get_by_label("Longest wait, in seconds").fill("1")
    await page.keyboard.press("Enter")
    await queue.get_by_text("waits too long").wait_for()
    await page.keyboard.press("t")
    await queue.wait_for()
    await page.reload()
    await page.get_by_role("searchbox").fill(lane)
    await queue.get_by_text("waits too long").wait_for()


async def test_why_this_agent_is_told_with_every_candidate(house: House) -> None:
    lane, other = house.lane(), house.lane()
    zara, omid = house.fresh("Zara"), house.fresh("Omid")
    agent = await an_agent(house, lane, zara)
    await an_agent(house, other, omid)
    gone = await an_agent(house, other, house.fresh("Left"))
    await house.asked("POST", f"/v1/agents/{gone}/sign-off", json={})
    await house.contact(lane)
    interaction = await takes(house, agent)
    sam = await house.somebody("supervisor")
    page = await house.page(sam, f"/interactions/{interaction}")
    await page.get_by_role("heading", name="Why this agent").wait_for()
    await page.get_by_role("heading", name=f"Offered to \u2068{zara}\u2069").wait_for()
    candidates = page.get_by_role("region", name="Agents looked at").get_by_role("row")
    chosen = candidates.filter(has_text=zara)
    assert "Chosen" in await chosen.inner_text()
    assert "fits" in await chosen.inner_text()
    assert "lacks a skill" in await candidates.filter(has_text=omid).inner_text()
    absent = await candidates.filter(has_text=gone).inner_text()
    assert ("Left-" in absent, "not signed on" in absent) == (True, True)
    history = page.get_by_role("listitem")
    assert [await history.filter(has_text=what).count() > 0 for what in ("Queued", "Offered", "Accepted")] == [True] * 3
    await history.get_by_text("Of those who fit:").wait_for()
    persian = await house.page(sam, f"/interactions/{interaction}", language="fa")
    await persian.get_by_role("listitem").get_by_text("از میان مناسب‌ها").wait_for()
    assert "of those who fit" not in await persian.locator("main").inner_text()
    await page.get_by_role("link", name=zara).first.click()
    await page.get_by_role("heading", name="States").wait_for()
    await page.get_by_role("region", name="States").get_by_text("Signed on").wait_for()


async def test_who_was_slower_is_told_so_where_they_asked(house: House) -> None:
    lane, other, name = house.lane(), house.lane(), house.fresh("Quick")
    agent = await an_agent(house, other, name)
    await house.contact(lane)
    [interaction] = await waiting(house, lane)
    pages = [await house.page(await house.somebody("supervisor"), f"/interactions/{interaction}") for _ in range(2)]
    first, second = pages
    for page in pages:
        await page.get_by_role("button", name="Give to an agent").wait_for()
    await second.keyboard.press("m")
    await second.get_by_role("dialog").get_by_label("To which queue").select_option(other)
    await first.keyboard.press("a")
    await first.get_by_role("combobox").fill(name)
    await first.get_by_role("option", name=name).click()
    await first.keyboard.press("Tab")
    await first.get_by_role("dialog").get_by_role("button", name="Give to an agent").click()
    await first.get_by_text("Given", exact=True).first.wait_for()
    await second.get_by_role("dialog").get_by_role("button", name="Move to another queue").click()
    await second.get_by_role("dialog").get_by_role("alert").get_by_text("Somebody else was faster").wait_for()
    await second.keyboard.press("Escape")
    await second.get_by_role("button", name="Take it from its agent").wait_for()
    assert (await house.asked("GET", f"/v1/interactions/{interaction}"))["agent_id"] == agent


async def test_of_two_who_give_it_away_and_one_who_changes_its_place_the_first_is_right(house: House) -> None:
    lane, quick, slow = house.lane(), house.fresh("Quick"), house.fresh("Slow")
    agent = await an_agent(house, house.lane(), quick)
    await an_agent(house, house.lane(), slow)
    await house.contact(lane)
    [interaction] = await waiting(house, lane)
    sam = await house.somebody("supervisor")
    first, second, third = [await house.page(sam, f"/interactions/{interaction}") for _ in range(3)]
    for page, key in ((first, "a"), (second, "a"), (third, "p")):
        await page.get_by_role("button", name="Give to an agent").wait_for()
        await page.keyboard.press(key)
    for page, name in ((first, quick), (second, slow)):
        await page.get_by_role("combobox").fill(name)
        await page.get_by_role("option", name=name).click()
    await third.get_by_role("dialog").get_by_role("textbox").fill("9")
    await first.get_by_role("dialog").get_by_role("button", name="Give to an agent").click()
    await first.get_by_text("Given", exact=True).first.wait_for()
    for page, act in ((second, "Give to an agent"), (third, "Change its place")):
        await page.get_by_role("dialog").get_by_role("button", name=act).click()
        refused = page.get_by_role("dialog").get_by_role("alert")
        await refused.get_by_text("Somebody else was faster").wait_for()
        assert "active" in await refused.inner_text()
    told = await house.asked("GET", f"/v1/interactions/{interaction}")
    assert (told["agent_id"], told["priority"]) == (agent, 0)


async def test_work_is_given_and_taken_back_by_keyboard(house: House) -> None:
    lane, name = house.lane(), house.fresh("Nima")
    agent = await an_agent(house, house.lane(), name)
    await house.contact(lane)
    [interaction] = await waiting(house, lane)
    page = await house.page(await house.somebody("supervisor"), f"/interactions/{interaction}")
    await page.get_by_role("button", name="Give to an agent").wait_for()
    await page.keyboard.press("a")
    await page.get_by_role("combobox").fill(name)
    await page.get_by_role("option", name=name).wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Take it from its agent").wait_for()
    told = await house.asked("GET", f"/v1/interactions/{interaction}")
    assert (told["agent_id"], told["phase"]) == (agent, "active")
    await page.keyboard.press("b")
    await page.get_by_role("dialog").get_by_label("Reason").fill("customer asked for somebody else")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Give to an agent").wait_for()
    assert await waiting(house, lane) == [interaction]


async def test_a_queue_is_drained_and_opened_again(house: House) -> None:
    lane, other = house.lane(), house.lane()
    contacts = [await house.contact(lane) for _ in range(2)]
    moved = await waiting(house, lane, 2)
    page = await house.page(await house.somebody("supervisor"), f"/board/queues/{lane}")
    work = page.get_by_role("table", name="Waiting").get_by_role("row")
    await work.nth(2).wait_for()
    await page.get_by_role("button", name="Drain").wait_for()
    await page.keyboard.press("d")
    await page.get_by_role("dialog").get_by_label("To which queue").select_option(other)
    told = {"type": "urn:hub:problem:refused", "code": "drained-in-part", "detail": "1 were moved", "status": 409}
    await page.route("**/drain", lambda route: route.fulfill(status=409, json=told), times=1)
    await page.get_by_role("dialog").get_by_role("button", name="Drain").click()
    await page.get_by_role("dialog").get_by_role("alert").get_by_text(re.compile("still waits? here")).wait_for()
    await page.get_by_role("dialog").get_by_role("button", name="Go on").click()
    await page.get_by_text("Nobody waits.").wait_for()
    for contact, interaction in zip(contacts, moved, strict=True):
        assert (await house.asked("GET", f"/v1/interactions/{interaction}"))["queue"] == other
        await leaves(house, contact)
    await page.get_by_role("button", name="Open intake").click()
    await page.get_by_role("dialog").get_by_role("button", name="Open intake").click()
    await page.get_by_role("button", name="Pause intake").wait_for()


async def test_an_agent_is_signed_off_and_their_work_waits_again(house: House) -> None:
    lane, name = house.lane(), house.fresh("Gone")
    agent = await an_agent(house, lane, name)
    await house.contact(lane)
    interaction = await takes(house, agent)
    page = await house.page(await house.somebody("supervisor"), f"/board/agents/{agent}")
    await page.get_by_role("table", name="In hand").get_by_role("row").nth(1).wait_for()
    await page.get_by_role("button", name="Sign off").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign off").click()
    await page.get_by_role("region", name="States").get_by_text("Signed off").wait_for()
    assert await waiting(house, lane) == [interaction]


async def test_what_is_old_says_how_old_it_is(house: House) -> None:
    context = await house.visitor()
    await context.add_init_script(CUT)
    page = await board(house, "lane", context=context)
    await page.get_by_text("Live", exact=True).wait_for()
    await page.evaluate("cut(true)")
    await page.get_by_text(re.compile("As of .* old")).wait_for()
    await page.evaluate("cut(false)")
    await page.get_by_text("Live", exact=True).wait_for()


async def test_the_day_is_there_after_a_reload_with_the_numbers_of_the_reports(house: House) -> None:
    lane = house.lane()
    await house.contact(lane)
    await waiting(house, lane)
    page = await board(house, lane)
    for _ in range(2):
        await page.get_by_role("img", name="Queued, Answered, Abandoned").locator("canvas").wait_for()
        await page.get_by_role("button", name="As a table").click()
        table = page.get_by_role("region", name="Today").locator("tbody tr")
        sums = await table.first.locator("td").all_inner_texts()
        shown = [int(await row.locator("td").first.inner_text()) for row in (await table.all())[1:]]
        midnight = WallClock().now().replace(hour=0, minute=0, second=0, microsecond=0).isoformat().replace("+", "%2B")
        told = await house.asked("GET", f"/v1/reports?from={midnight}&by=15m&time_zone=UTC")
        assert [int(one) for one in sums[:3]] == [told["total"][name] for name in ("offered", "answered", "abandoned")]
        assert [one for one in reversed(shown) if one] == [row["offered"] for row in told["rows"] if row["offered"]]
        assert sum(shown) == int(sums[0]) > 0
        await page.reload()


async def test_charts_and_tables_show_the_same_numbers(house: House) -> None:
    page = await board(house, "lane")
    await page.get_by_role("button", name="The last hour").click()
    await page.get_by_role("img", name="Contacts a minute").locator("canvas").wait_for()
    await page.get_by_role("button", name="As a table").click()
    figures = page.get_by_role("region", name="The last hour").locator("tbody tr").first
    kept = await page.evaluate("dispatchEvent(new Event('pagehide')), sessionStorage.getItem('hub.board.trend')")
    last = json.loads(kept)[-1]
    assert [last["inQueue"], last["active"], last["available"]] == [
        int(await figures.locator("td").nth(index).inner_text()) for index in range(3)
    ]


async def test_no_barrier_on_the_boards_pages(house: House) -> None:
    lane = house.lane()
    agent = await an_agent(house, lane, house.fresh("Axe"))
    await house.contact(lane)
    interaction = (await offered(house, agent))["interaction_id"]
    sam = await house.somebody("supervisor")
    page = await house.page(sam, "/board")
    look = Look(house, page)
    await page.locator(".board canvas").first.wait_for()
    await look.at("board", ".board a[href*='/board/queues/']")
    await page.keyboard.press("l")
    await look.at("limits")
    for path, ready in (
        ("/board/hall", ".hall canvas"),
        (f"/board/queues/{lane}", "tbody tr"),
        (f"/board/agents/{agent}", "ol li"),
        (f"/interactions/{interaction}", "caption"),
    ):
        await page.goto(house.url + path)
        await look.at(path, ready)
    assert look.clean()
