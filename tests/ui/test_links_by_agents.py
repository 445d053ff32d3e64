"""Who is one customer by an agent's word: linked with the evidence, refused where proof speaks of two, taken back."""

from typing import Any

import pytest

from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_agent_links_with_the_evidence_and_the_steward_takes_it_back(house: House) -> None:
    ann, sam = await house.somebody("agent"), await house.somebody("supervisor")
    lane = house.lane()
    one, other = [await house.contact(lane, "phone", text=f"call {number}") for number in (1, 2)]
    evidence = house.fresh("Read me the number of her other phone")
    page = await house.page(ann, f"/customers/{one['customer_id']}")
    await link(page, other["address"], evidence)
    await page.get_by_text("call 2").wait_for()

    steward = await house.page(sam, "/admin/steward/agents")
    row = steward.get_by_role("listitem").filter(has_text=evidence)
    await row.get_by_text(ann.name).wait_for()
    for known in (one, other):
        assert await row.get_by_text(known["address"]).first.is_visible()
    await row.get_by_role("button", name="Take the link away").click()
    await steward.get_by_role("dialog").get_by_label("Evidence").fill("The other phone is her sister's")
    await steward.get_by_role("dialog").get_by_role("button", name="Take the link away").click()
    await row.wait_for(state="detached")
    await page.get_by_text("call 2").wait_for(state="detached")


async def test_an_agent_is_told_in_words_that_proof_speaks_of_two(house: House) -> None:
    ann = await house.somebody("agent")
    lane = house.lane()
    cards = [house.fresh("card") for _ in range(2)]
    two = [
        await house.contact(lane, "phone", identifiers=[{"kind": "customer_number", "value": card, "verified": True}])
        for card in cards
    ]
    page = await house.page(ann, f"/customers/{two[0]['customer_id']}")
    await link(page, cards[1], "They sound alike", refused="a supervisor links them")
    assert await page.get_by_role("checkbox").count() == 0, "only a supervisor overrules what was proven"
    assert await page.get_by_role("dialog").get_by_label("Evidence").input_value() == "They sound alike"


async def link(page: Any, other: str, evidence: str, *, refused: str = "") -> None:
    """The customer on the page with another, who is looked for."""
    await page.get_by_role("button", name="Link with another customer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("The other customer").fill(other)
    await page.keyboard.press("Enter")
    await dialog.get_by_label("Evidence").fill(evidence)
    await dialog.get_by_role("button", name="Link with another customer").click()
    if refused:
        await dialog.get_by_text(refused).wait_for()
    else:
        await dialog.wait_for(state="detached")
