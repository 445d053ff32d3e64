"""Who did something is told by name wherever somebody reads it, in both languages."""

from typing import Any

import pytest

from tests.ui.at_board import takes
from tests.ui.house import House, Worker

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAID = {
    "en": {"there": "Also there", "key": "API key", "read": "A case", "joined": "joined:"},
    "fa": {"there": "حاضران دیگر", "key": "کلید API با نام", "read": "یک پرونده", "joined": "پیوست:"},
}


async def seen(place: Any, *texts: str) -> None:
    """Each of these stands in one of the places at last."""
    for text in texts:
        await place.filter(has_text=text).first.wait_for()


async def a_watched_call(house: House) -> tuple[Worker, Worker, str, str]:
    """An agent talks, a supervisor listens in, a program opened a case: both of them, the call and the case."""
    lane = house.lane()
    sara = await house.somebody("supervisor", skills={}, name="Sara Rad")
    ann = await house.somebody("agent", skills={lane: 3}, name="Ann Ray")
    for one, skills in ((sara, {}), (ann, {lane: 3})):
        body = {"name": one.name, "skills": skills, "languages": ["en"], "capacity": 100}
        await house.asked("POST", f"/v1/agents/{one.agent_id}/sign-on", json=body)
    contact = await house.contact(lane)
    interaction = await takes(house, ann.agent_id)
    joins = {"agent_id": sara.agent_id, "mode": "monitor"}
    await house.asked("POST", f"/v1/interactions/{interaction}/join", json=joins)
    about = {"kind": "problem", "subject": "no signal"}
    opened = await house.asked("POST", f"/v1/customers/{contact['customer_id']}/cases", json=about)
    case: str = opened["events"][0]["event"]["case_id"]
    return sara, ann, interaction, case


@pytest.mark.parametrize("language", list(SAID))
async def test_whoever_acts_is_told_by_name(house: House, language: str) -> None:
    sara, ann, interaction, case = await a_watched_call(house)
    said = SAID[language]
    desk = await house.page(ann, f"/desk/{interaction}", language=language)
    await seen(desk.locator("details li"), "Ann Ray", said["joined"])
    await seen(desk.locator("details li").filter(has_text=said["joined"]), "Sara Rad")
    noted = await desk.context.request.post(
        f"{house.url}/v1/cases/{case}/note", data={"text": "called back"},
        headers={"Origin": house.url, "Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert noted.ok, await noted.text()
    page = await house.page(sara, f"/interactions/{interaction}", language=language)
    await seen(page.locator("dl > div").filter(has_text=said["there"]), "Sara Rad")
    await seen(page.locator("ol li"), said["key"])
    await page.goto(f"{house.url}/cases/{case}")
    await seen(page.locator("article ol li"), said["key"], "Ann Ray")
    await page.goto(f"{house.url}/admin/readings")
    await seen(page.get_by_role("row"), "Ann Ray")
    await seen(page.get_by_role("row").filter(has_text="Sara Rad"), said["read"])
    texts = await page.get_by_role("row").all_inner_texts()
    assert [one for one in texts if "person:" in one or "operator:" in one or "agent:" in one] == []
