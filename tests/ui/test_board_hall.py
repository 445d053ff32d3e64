"""The wallboard in a hall: heard once when a queue gets into trouble, and shown on the whole screen."""

import json

import pytest

from tests.ui.at_board import leaves, waiting
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEARD = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
"""


async def test_trouble_is_heard_once_each_time_and_the_hall_has_the_whole_screen(house: House) -> None:
    lane, sam = house.lane(), await house.somebody("supervisor")
    never = {"oldest_s": 0, "level": 0}
    limits = {"sound": False, "all": never, "queues": {lane: {"oldest_s": 1, "level": 0}}}
    context = await house.visitor()
    await context.add_init_script(HEARD)
    await context.add_init_script(f"localStorage.setItem('hub.limits.{sam.login}', {json.dumps(json.dumps(limits))})")
    page = await house.page(sam, "/board", context=context)
    first = await house.contact(lane)
    await page.get_by_role("searchbox").fill(lane)
    troubled = page.get_by_role("row").filter(has_text="waits too long")
    await troubled.wait_for()
    assert await page.evaluate("window.tones") == 0, "nobody wished to hear it"
    await leaves(house, first)
    await troubled.wait_for(state="detached")

    await page.get_by_role("button", name="Sound off").press("Enter")
    second = await house.contact(lane)
    await troubled.wait_for()
    await page.wait_for_function("() => window.tones === 2")
    await house.contact(lane)
    await waiting(house, lane, 2)
    await page.get_by_role("row").filter(has_text="waits too long").get_by_role("cell", name="2", exact=True).wait_for()
    assert await page.evaluate("window.tones") == 2, "two tones, once for one trouble"

    await page.get_by_role("heading", name="Wallboard").click()
    await page.keyboard.press("h")
    await page.get_by_role("button", name="Whole screen").press("Enter")
    await page.wait_for_function("() => document.fullscreenElement === document.documentElement")
    assert await page.get_by_role("navigation", name="Areas").count() == 0
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/board")
    await page.wait_for_function("() => document.fullscreenElement === null")
    await leaves(house, second)
