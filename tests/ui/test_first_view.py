"""What a browser fetches until an agent sees their desk: few enough bytes that a cold start is quick on a slow line."""

import pytest

from tests.ui.fetched import fetched
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUDGET = 150_000


async def test_the_first_view_of_an_agent_is_small(house: House) -> None:
    ann = await house.somebody("agent")
    page = await house.page(ann, "/desk")
    await page.get_by_text("Alt+1").first.wait_for()
    parts = await fetched(page)
    code = {name: size for name, size in parts.items() if not name.endswith(".woff2")}
    assert any(name.startswith("Desk-") for name in code)
    assert 0 < sum(code.values()) < BUDGET, sorted(code.items(), key=lambda one: -one[1])
    for other in ("softphone", "uPlot", "Board-", "Admin-", "Reports-"):
        assert not any(other in name for name in parts), f"{other} is fetched before anybody wants it"
