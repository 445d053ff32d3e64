"""The steward's lists on the screen: seen with names, decided on with evidence, taken back, live for who looks on."""

from typing import Any

import pytest

from tests.ui.books import contradicting
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_steward_decides_on_two_customers_with_the_evidence_side_by_side(house: House) -> None:
    sam = await house.somebody("supervisor")
    one, name = await contradicting(house)
    page = await house.page(sam, "/admin/steward")
    pair = page.get_by_role("region", name="Two customers, side by side")
    await page.get_by_role("button", name=name).click()
    await pair.get_by_role("link", name=name).first.wait_for()
    assert await pair.get_by_text("agrees").first.is_visible()
    assert await pair.get_by_text("differs").count() == 2
    await pair.get_by_role("button", name="One customer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Evidence").fill("She showed both cards")
    await dialog.get_by_role("button", name="One customer").click()
    await dialog.get_by_role("checkbox").check()
    await dialog.get_by_role("button", name="One customer").click()
    await dialog.wait_for(state="detached")
    await page.get_by_role("button", name=name).wait_for(state="detached")
    assert len((await house.asked("GET", f"/v1/customers/{one}/links"))["members"]) == 2

    await page.goto(f"{house.url}/admin/readings?customer={one}")
    await page.get_by_role("row", name=sam.name).first.wait_for()


async def test_what_one_steward_decides_another_sees_at_once_and_is_told_who_tries_the_opposite(house: House) -> None:
    sam, sue = await house.somebody("supervisor"), await house.somebody("supervisor")
    one, name = await contradicting(house)
    mine, hers = [await house.page(who, "/admin/steward") for who in (sam, sue)]
    for page in (mine, hers):
        await page.get_by_role("button", name=name).click()
        await pair_of(page).get_by_role("link", name=name).first.wait_for()
    await hers.keyboard.press("a")
    await hers.get_by_role("dialog").get_by_label("Evidence").fill("Two sisters")
    await mine.keyboard.press("l")
    await decided(mine, "One customer", "She showed both cards", despite=True)

    await hers.get_by_text("Somebody else has decided on these two meanwhile.").wait_for()
    await hers.get_by_role("dialog").get_by_role("button", name="Two customers").click()
    await hers.get_by_role("dialog").get_by_text("Somebody has linked these two.").wait_for()
    assert await hers.get_by_label("Evidence").input_value() == "Two sisters", "nothing she wrote is lost"
    await hers.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await hers.get_by_role("button", name="Throw it away").click()
    await hers.get_by_role("button", name="On to the next").click()
    await hers.get_by_role("button", name=name).wait_for(state="detached")

    await mine.get_by_role("button", name="Take it back").click()
    await mine.get_by_text("Taken back.", exact=True).wait_for()
    assert len((await house.asked("GET", f"/v1/customers/{one}/links"))["members"]) == 1


def pair_of(page: Any) -> Any:
    return page.get_by_role("region", name="Two customers, side by side")


async def decided(page: Any, what: str, evidence: str, *, despite: bool = False) -> None:
    """In the open dialog, with the evidence."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Evidence").fill(evidence)
    await dialog.get_by_role("button", name=what).click()
    if despite:
        await dialog.get_by_role("checkbox").check()
        await dialog.get_by_role("button", name=what).click()
    await dialog.wait_for(state="detached")
