"""People go to the provider's page, say there who they are, and come back to where they were, or read why not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.provider import provider
from tests.ui.house import House

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
"""The provider runs in a thread of the tests, and speaks to its own libraries in old words."""

BUTTON = re.compile("Sign in with .*Company account")


@pytest.fixture(scope="session")
def issuer(provider_port: int) -> Iterator[str]:
    """The provider: one for all these tests, as the house remembers its keys."""
    with provider(provider_port) as where:
        yield where


@pytest_asyncio.fixture(loop_scope="session")
async def there(house: House, issuer: str) -> str:
    """The provider, and the teams that its groups stand for."""
    for team, role in (("company-agents", "agent"), ("company-leads", "supervisor")):
        await house.asked("PUT", f"/v1/teams/{team}", json={"name": team, "role": role})
    return issuer


async def says(page: Any, who: str) -> None:
    """On the provider's page they say who they are."""
    await page.get_by_placeholder("sub").fill(who)
    await page.get_by_role("button", name="Authorize", exact=True).click()


async def test_a_provider_that_is_away_is_said_to_be(house: House) -> None:
    page = await house.page(None, language="fa")
    await page.get_by_role("link", name="Company account").click()
    await page.get_by_role("alert").get_by_text("اکنون به آن صفحه دسترسی نیست").wait_for()


async def test_who_goes_by_the_provider_is_back_where_they_were_with_the_role_of_their_groups(
    house: House, there: str
) -> None:
    page = await house.page(None, "/cases")
    async with page.expect_request(lambda one: one.url.startswith(f"{there}/oauth2/authorize")) as went:
        await page.get_by_role("link", name=BUTTON).click()
    asked = (await went.value).url
    for part in ("code_challenge_method=S256", "code_challenge=", "state=", "nonce=", "response_type=code"):
        assert part in asked
    await says(page, "eve-1")
    await page.get_by_role("navigation", name="Areas").get_by_role("link", name="Wallboard").wait_for()
    assert page.url == f"{house.url}/cases"
    who = await page.evaluate("fetch('/v1/session').then((told) => told.json())")
    assert (who["name"], who["role"], who["unlock"]) == ("Eve Ray", "supervisor", "sign-in")

    await page.keyboard.press("Control+Alt+l")
    await page.get_by_role("heading", name="Locked").wait_for()
    assert await page.get_by_label("Password").count() == 0, "she has none here"
    await page.get_by_role("link", name=BUTTON).click()
    await says(page, "eve-1")
    await page.get_by_role("navigation", name="Areas").wait_for()
    assert page.url == f"{house.url}/cases"

    await page.get_by_role("main").get_by_role("heading").first.wait_for()
    await page.get_by_role("button", name="Eve Ray").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_label("Login").wait_for()
    await page.reload()
    await page.get_by_label("Login").wait_for()


@pytest.mark.usefixtures("there")
async def test_who_is_not_let_in_reads_why(house: House) -> None:
    ann = await house.asked("POST", "/v1/people", json={"login": "ann", "name": "Another Ann"})
    page = await house.page(None)
    for who, why in (("bob-1", "You are in no team here yet."), ("ann-1", "You are known there, but not here.")):
        await page.get_by_role("link", name=BUTTON).click()
        await says(page, who)
        await page.get_by_role("alert").get_by_text(why).wait_for()
    await page.get_by_role("link", name=BUTTON).click()
    await page.get_by_role("button", name="Deny").click()
    await page.get_by_role("alert").get_by_text("The other page did not sign you in.").wait_for()
    assert await house.barriers(page) == []
    assert (await house.asked("GET", f"/v1/people/{ann['person_id']}"))["subject"] == ""
