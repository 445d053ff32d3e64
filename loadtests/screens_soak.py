"""A day at an agent's desk, at speed: work of all channels from ring to wrap-up, cuts of the line, both languages."""

from dataclasses import asdict
from typing import Any

from loadtests.browsers import Held, Tab
from loadtests.screens_heap import Heap, heap_of
from tests.ui.at_desk import at_work, take
from tests.ui.house import House

_CHANNELS = ("phone", "web", "sms", "email")
_CUT_EVERY, _SPEAK_EVERY, _WALK_EVERY = 25, 20, 15
_SETTLED = 40
"""After so many interactions every page was read, every list was shown and the engine knows what runs often."""
_Look = tuple[int, Held, Heap]


async def soak(house: House, interactions: int, hours: float, samples: int = 10) -> dict[str, Any]:
    """After each piece of work the page's clock is put on, so that all of them fill so many hours. What the page holds
    is looked at while nothing is in hand, `samples` times; what came before it settled is not judged."""
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    context = await house.visitor()
    await context.clock.install()
    page = await at_work(house, ann, context=context)
    tab, pause, held = await Tab.of(page), int(3_600_000 * hours / interactions), list[_Look]()
    every = max(1, interactions // samples)
    for number in range(interactions):
        await _one(house, page, lane, number)
        await page.clock.fast_forward(pause)
        await _between(page, number)
        if (number + 1) % every == 0:
            held.append((number + 1, await tab.held(), await heap_of(tab.tools)))
    return _told(held, interactions)


async def _one(house: House, page: Any, lane: str, number: int) -> None:
    """A contact comes, is taken, answered where it is written, ended and wrapped up, by keyboard."""
    channel = _CHANNELS[number % len(_CHANNELS)]
    about: dict[str, Any] = {}
    if channel == "web":
        about = {"address": house.fresh("cookie"), "text": "Is anybody there?"}
    elif channel == "email":
        about = {"address": f"{house.fresh('mina')}@example.com", "subject": "Router", "text": "It blinks."}
    elif channel == "sms":
        about = {"text": "Call me"}
    await house.contact(lane, channel, **about)
    await take(page)
    await page.locator(".conversation [role=toolbar]").wait_for()
    if channel == "web":
        await page.keyboard.press("r")
        await page.keyboard.type(f"Answer {number}")
        await page.keyboard.press("Control+Enter")
        await page.locator(".conversation").get_by_text(f"Answer {number}", exact=True).first.wait_for()
    await page.locator(".conversation .standing, .conversation h2").first.wait_for()
    await page.keyboard.press("Alt+e")
    await page.get_by_role("button", name="solved").wait_for()
    await page.keyboard.press("Alt+Shift+1")
    await page.wait_for_url("**/desk")


async def _between(page: Any, number: int) -> None:
    """What happens beside the work now and then."""
    if number % _CUT_EVERY == _CUT_EVERY - 1:
        await page.context.set_offline(True)
        await page.wait_for_timeout(300)
        await page.context.set_offline(False)
    if number % _SPEAK_EVERY == _SPEAK_EVERY - 1:
        now = await page.evaluate("document.documentElement.lang")
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox").wait_for()
        await page.keyboard.type("فارسی" if now == "en" else "English")
        await page.keyboard.press("Enter")
        await page.locator(f"html:not([lang={now}])").wait_for()
    if number % _WALK_EVERY == _WALK_EVERY - 1:
        for keys in ("gc", "gk", "gd"):
            await page.keyboard.press(keys[0])
            await page.keyboard.press(keys[1])
            await page.wait_for_timeout(200)
        await page.wait_for_url("**/desk")


def _told(looks: list[_Look], interactions: int) -> dict[str, Any]:
    """Every look, and how much more was held at the end than at the first look that is judged."""
    judged = [one for one in looks if one[0] >= min(_SETTLED, interactions / 2)]
    (since, first, before), (until, last, after) = judged[0], judged[-1]
    worked = max(1, until - since)
    return {
        "interactions": interactions,
        "judged from the interaction": since,
        "more heap an interaction, kB": round(1000 * (last.heap_mb - first.heap_mb) / worked, 2),
        "of it what the application keeps": round(1000 * (after.data_mb - before.data_mb) / worked, 2),
        "of it compiled code": round(1000 * (after.code_mb - before.code_mb) / worked, 2),
        "more nodes an interaction": round((last.nodes - first.nodes) / worked, 2),
        "more listeners an interaction": round((last.listeners - first.listeners) / worked, 2),
        "after so many: heap MB, nodes, listeners, documents, data MB, code MB, detached nodes": [
            {"after": number, **asdict(held), **asdict(heap)} for number, held, heap in looks
        ],
    }
