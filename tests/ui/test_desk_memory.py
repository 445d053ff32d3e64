"""A desk that is open all day: what was looked at and left is not held any more. Each conversation that leaked would be
some 290 nodes, four listeners and 55 kB."""

import pytest

from loadtests.browsers import Held, Tab
from loadtests.screens_heap import Heap, heap_of
from tests.ui.at_desk import at_work, take
from tests.ui.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.acceptance]

TIMES = 6
LONGER_THAN_READINGS_ARE_KEPT = 6 * 60_000


async def test_conversations_that_were_left_leave_nothing(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    context = await house.visitor()
    await context.clock.install()
    page = await at_work(house, ann, context=context)
    await house.contact(lane, "web", address=house.fresh("cookie"), text="Is anybody there?")
    await take(page)
    tab = await Tab.of(page)
    await _look(tab, 2)
    held, heap = await _left(tab)
    await _look(tab, TIMES)
    held_after, heap_after = await _left(tab)
    assert held_after.nodes - held.nodes < 20 * TIMES, (held, held_after)
    assert held_after.listeners - held.listeners < TIMES, (held, held_after)
    assert heap_after.detached - heap.detached < 20 * TIMES, (heap, heap_after)
    assert heap_after.data_mb - heap.data_mb < 0.01 * TIMES, (heap, heap_after)


async def _look(tab: Tab, times: int) -> None:
    """So often at the conversation and its customer, each time made anew."""
    for _ in range(times):
        await _leave(tab)
        await tab.page.locator("[data-row]").click()
        await tab.page.locator(".conversation article").first.wait_for()
        await tab.page.locator(".beside [role=tabpanel]").first.wait_for()


async def _left(tab: Tab) -> tuple[Held, Heap]:
    """What is held with no conversation on show, once what nobody looks at is no longer kept for a quick return."""
    await _leave(tab)
    await tab.page.clock.fast_forward(LONGER_THAN_READINGS_ARE_KEPT)
    return await tab.held(), await heap_of(tab.tools)


async def _leave(tab: Tab) -> None:
    await tab.page.keyboard.press("g")
    await tab.page.keyboard.press("d")
    await tab.page.locator(".conversation").wait_for(state="detached")
