"""Somebody who sees the hub for the first time: a demo, one click to be an agent, one to watch, one to be a
customer, one to meet one.
The pictures of the documentation are made here: `DOCS_PICTURES=docs/pictures pytest tests/ui/test_newcomer.py`."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.api.pages import ROOT, Pages
from tests.channels.branch.pages.browsing import SOUND
from tests.channels.chat.browser import CHROMIUM, FLAGS, missing
from tests.channels.email.mail_adapter import free_port
from tests.ui.house import PATIENCE

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.acceptance]

PICTURES = os.environ.get("DOCS_PICTURES", "")


@asynccontextmanager
async def a_demo(directory: Path) -> AsyncIterator[str]:
    """`hub demo` as `make demo` runs it, but for real calls; where it is reached."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"HUB_DATA_DIR": str(directory / "var"), "HUB_API_PORT": str(port), "DEMO_CALLS": "simulated"}
    with (directory / "demo.out").open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", "demo", env={**os.environ, **told}, stdout=out, stderr=out
        )
        try:
            await until_ready(url, process)
            yield url
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
            await asyncio.wait_for(process.wait(), 60)


async def until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(120), httpx.AsyncClient(base_url=url) as http:
        while process.returncode is None:
            try:
                if (await http.get("/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    pytest.fail("the demo ended")


async def test_a_newcomer_is_an_agent_a_supervisor_and_a_customer_by_a_click_each(tmp_path: Path) -> None:
    from playwright.async_api import async_playwright  # noqa: PLC0415

    if missing():
        pytest.skip(missing())
    if not Pages(Path(os.environ.get("HUB_PAGES", ROOT))).built:
        pytest.skip("the web application is not built: run `make ui`")
    async with a_demo(tmp_path) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, SOUND])
        try:
            agent = await entered(browser, url, "Be an agent")
            await be_an_agent(agent)
            watching = await entered(browser, url, "تابلو را ببینید", language="fa", theme="dark")
            await watch(watching)
            await be_a_customer(browser, url)
            await meet_one_of_all_channels(browser, url)
            await picture(agent, "desk")
        finally:
            await browser.close()


async def entered(browser: Any, url: str, button: str, *, language: str = "en", theme: str = "light") -> Any:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=theme, locale=language)
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(
        f"localStorage.getItem('hub.language') ?? localStorage.setItem('hub.language', '{language}')"
    )
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("button", name=button).click()
    await page.get_by_role("navigation").wait_for()
    return page


async def be_an_agent(page: Any) -> None:
    """Work comes within a minute, and one key takes it."""
    await page.get_by_role("button", name="Start work").click()
    await page.get_by_role("article").get_by_role("button", name="Accept").first.wait_for()
    await page.keyboard.press("Alt+a")
    await page.get_by_role("region", name="Conversation").wait_for()


async def watch(page: Any) -> None:
    """Queues and agents move."""
    await page.get_by_text("billing").first.wait_for()
    await page.get_by_text("support").first.wait_for()
    await asyncio.sleep(20 if PICTURES else 0)
    await picture(page, "board-fa-dark")


async def be_a_customer(browser: Any, url: str) -> None:
    """The chat stands on a page of its own, and what is written there arrives."""
    page = await (await browser.new_context(viewport={"width": 900, "height": 700})).new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(url)
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Be a customer: chat, or come to the branch").click()
    shop = await opened.value
    shop.set_default_timeout(PATIENCE)
    await shop.get_by_role("heading", name="A shop").wait_for()
    await shop.get_by_role("button", name="Open chat").click()
    await shop.get_by_role("textbox").first.fill("Hello, is anybody there?")
    await shop.keyboard.press("Enter")
    await shop.get_by_text("Hello, is anybody there?").wait_for()


async def meet_one_of_all_channels(browser: Any, url: str) -> None:
    """One timeline has all five in the order they came, each answered by its own path, and says what STOP did."""
    page = await entered(browser, url, "Meet a customer of all five channels")
    lines = page.locator("article")
    await lines.filter(has_text="In person").wait_for()
    came = [await line.locator("strong").inner_text() for line in await lines.filter(has=came_in(page)).all()]
    assert came == ["In person", "SMS", "Web chat", "E-mail", "Phone"]
    for answered in ("SMS", "Web chat", "E-mail"):
        await lines.filter(has_text=answered).filter(has_not=came_in(page)).first.wait_for()
    await page.get_by_text("STOP to line support").nth(2).wait_for()


def came_in(page: Any) -> Any:
    return page.get_by_label("In", exact=True)


async def picture(page: Any, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png")
