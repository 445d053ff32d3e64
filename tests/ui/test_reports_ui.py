"""Reports in a browser: the numbers of the board and of the API, days of two calendars, a file, and no barrier."""

import csv
import io
from typing import Any

import pytest

from tests.ui.at_board import an_agent, at_last, finishes, takes
from tests.ui.house import House
from tests.ui.looks import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def some_work(house: House, lane: str) -> None:
    """One call answered and wrapped up, one that still waits."""
    agent = await an_agent(house, lane, house.fresh("Busy"))
    await house.contact(lane)
    await finishes(house, agent, await takes(house, agent))
    await house.asked("POST", f"/v1/agents/{agent}/sign-off", json={})
    await house.contact(lane)


async def counted(house: House, lane: str) -> dict[str, Any]:
    """The queue's line on the wallboard, once it has it all."""

    async def look() -> Any:
        rows = (await house.asked("GET", "/v1/board"))["queues"]
        return next(
            (row for row in rows if row["name"] == lane and row["offered"] == 2 and row["aht_s"] is not None), None
        )

    row: dict[str, Any] = await at_last(look)
    return row


async def test_page_file_board_and_intervals_have_the_same_numbers(house: House) -> None:
    lane = house.lane()
    await some_work(house, lane)
    board = await counted(house, lane)
    intervals = (await house.asked("GET", f"/v1/metrics?queue={lane}"))["intervals"]
    page = await house.page(await house.somebody("supervisor"), f"/reports?by=queue&queue={lane}&figures=waiting")
    line = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=lane, exact=True))
    await line.wait_for()
    heads = [one.strip() for one in await page.locator("thead th").all_inner_texts()]
    shown = dict(zip(heads, [one.strip() for one in await line.locator("th, td").all_inner_texts()], strict=True))
    level = board["service_level"]
    assert {name: shown[name] for name in ("Offered", "Answered", "Answered in time", "Abandoned")} == {
        "Offered": str(board["offered"]),
        "Answered": str(level["answered"]),
        "Answered in time": str(level["within"]),
        "Abandoned": str(board["abandoned"]),
    }
    assert shown["Service level"] == f"{level['value']:.0%}"
    for board_name, name in (("offered", "offered"), ("abandoned", "abandoned")):
        assert sum(row[name] for row in intervals) == board[board_name]
    assert sum(row["answered"] for row in intervals) == level["answered"]
    link = page.get_by_role("link", name="As CSV")
    answer = await page.context.request.get(house.url + (await link.get_attribute("href")))
    text = (await answer.body()).decode("utf-8-sig")
    [filed] = list(csv.DictReader(io.StringIO(text)))
    names = ("Offered", "Answered", "Abandoned")
    assert [filed[name] for name in names] == [shown[name] for name in names]
    await page.get_by_role("columnheader", name="Offered").get_by_role("button").focus()
    await page.get_by_role("tooltip").filter(has_text="Interactions queued in the interval").wait_for()


async def test_a_span_is_chosen_by_keyboard_in_the_readers_calendar(house: House) -> None:
    page = await house.page(await house.somebody("supervisor"), "/reports", language="fa")
    before = page.url
    await page.locator(".day-button").first.click()
    await page.get_by_role("grid").wait_for()
    await page.locator("[role=gridcell]:focus").wait_for()
    name = await page.locator("[role=gridcell][aria-selected=true] .unseen").inner_text()
    assert "۱۴" in name
    assert "۲۰" in name
    await page.keyboard.press("ArrowRight")  # where reading runs to the left, the day before lies to the right
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.get_by_role("grid").wait_for(state="hidden")
    assert page.url != before
    days = await page.evaluate(
        "(Date.parse(new URLSearchParams(location.search).get('to'))"
        " - Date.parse(new URLSearchParams(location.search).get('from'))) / 86400000"
    )
    assert days == 8


async def test_a_report_is_asked_anew_and_can_be_come_back_to(house: House) -> None:
    lane = house.lane()
    await some_work(house, lane)
    await counted(house, lane)
    page = await house.page(await house.somebody("supervisor"), "/reports")
    await page.get_by_role("checkbox", name="Channel").check()
    await page.get_by_label("Interval").select_option("")
    await page.get_by_label("Only of queue").select_option(lane)
    await page.get_by_label("Figures").select_option("handling")
    phone = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Phone"))
    await phone.get_by_role("cell", name="1", exact=True).first.wait_for()
    await page.reload()
    await phone.wait_for()
    assert await page.get_by_role("checkbox", name="Channel").is_checked()
    total = page.locator("tfoot td[data-slug=handled]")
    assert (await total.inner_text()).strip() == "1"


async def test_all_rows_of_a_long_report_are_there_though_few_exist_at_a_time(house: House) -> None:
    lane = house.lane()
    await some_work(house, lane)
    await counted(house, lane)
    page = await house.page(await house.somebody("supervisor"), "/icon.svg")

    async def longer(route: Any) -> None:
        answer = await route.fetch()
        told = await answer.json()
        [row] = told["rows"]
        told["rows"] = [{**row, "queue": f"{lane}-{number:04}", "offered": number} for number in range(5000)]
        await route.fulfill(response=answer, json=told)

    await page.route("**/v1/reports?*", longer)
    await page.goto(f"{house.url}/reports?by=queue&queue={lane}")
    table = page.get_by_role("region", name="Reports").get_by_role("table")
    await page.get_by_text("5,000 rows", exact=True).wait_for()
    await page.get_by_role("rowheader", name=f"{lane}-0000", exact=True).wait_for()
    widths = "[...document.querySelectorAll('thead th')].map((one) => one.offsetWidth)"
    before = await page.evaluate(widths)
    await page.get_by_role("region", name="Reports").evaluate("box => box.scrollTop = box.scrollHeight")
    last = page.get_by_role("rowheader", name=f"{lane}-4999", exact=True)
    await last.wait_for()
    assert await last.is_visible()
    assert await table.locator("tbody tr").count() < 100
    assert await page.evaluate(widths) == before
    assert await last.locator("..").get_attribute("aria-rowindex") == "5001"
    assert (await table.locator("tfoot td[data-slug=offered]").inner_text()).strip() == "2"


async def test_no_barrier_in_reports(house: House) -> None:
    lane = house.lane()
    await some_work(house, lane)
    await counted(house, lane)
    sam = await house.somebody("supervisor")
    look = Look(house, await house.page(sam, "/reports?by=1d,queue,channel"))
    await look.at("report", "tbody tr:not([aria-hidden])")
    await look.page.locator(".day-button").first.click()
    await look.at("choosing a day", "[role=grid]")
    assert look.clean()
