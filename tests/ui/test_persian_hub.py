"""What the hub says in its own sentences is Persian on Persian screens."""

import re
from typing import Any

import pytest

from tests.ui.at_desk import at_work, take
from tests.ui.house import House, policy

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATIN = re.compile(r"[A-Za-z]{2,}")


def in_persian(sentence: str) -> bool:
    """But for what is kept apart in it: names, and words of the policy's language."""
    return not LATIN.search(re.sub(r"[\u2066\u2068][^\u2066-\u2069]*\u2069", "", sentence))


async def published(house: House, slips: str) -> None:
    settings, rules = policy().split("[[rules]]", 1)
    text = f"{settings}\n{slips}[[rules]]{rules}"
    await house.asked("POST", "/v1/policies/routing", json={"text": text, "note": "with slips"})


async def shown(page: Any, found: Any) -> str:
    await found.first.wait_for()
    return str(await found.first.inner_text())


async def test_what_the_checker_says_of_a_policy_is_said_in_persian(house: House) -> None:
    await published(house, '[queues.lost]\nlimit = 5\nwrap_up_seconds = 3\n[holidays.past]\n2020-01-01 = "New Year"\n')
    try:
        page = await house.page(await house.somebody("admin"), "/admin/routing", language="fa")
        await page.get_by_text("تنها افراد می‌توانند کار به آنجا بفرستند").first.wait_for()
        findings = await page.locator(".head li bdi").all_inner_texts()
        assert len(findings) > 3
        assert [one for one in findings if not in_persian(one)] == []
        assert await page.locator("[lang=en]").count() == 0
    finally:
        await published(house, "")


async def test_why_a_command_is_refused_is_said_in_persian(house: House) -> None:
    lane = house.lane()
    ann = await house.somebody("agent", skills={lane: 3})
    page = await at_work(house, ann, language="fa")
    await house.contact(lane)
    await take(page)
    await page.get_by_role("button", name="آماده").click()
    await page.get_by_role("menuitem", name="پایان کار").click()
    told = await shown(page, page.get_by_text("هنوز نمی‌تواند از شیفت خارج شود"))
    assert ann.agent_id in told
    assert in_persian(told)
