"""Pages of a branch in headless Chromium, before a branch that is the test's to set."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.channels.branch.pages.fake_branch import FakeBranch, fake_branch
from tests.channels.chat.browser import CHROMIUM, FLAGS
from tests.channels.email.mail_adapter import free_port

AXE = Path(__file__).parents[2] / "chat" / "axe"
PATIENCE = 60_000
SOUND = "--autoplay-policy=no-user-gesture-required"


@dataclass
class Browsing:
    """A browser whose pages must not fail: what a page throws, or its policy forbids, is kept in `wrong`."""

    browser: Any
    url: str
    branch: FakeBranch | None = None
    wrong: list[str] = field(default_factory=list)

    async def page(self, path: str, width: int = 1280, height: int = 800, **about: Any) -> Any:
        context = await self.browser.new_context(viewport={"width": width, "height": height}, **about)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"{path}: {error}"))
        page.on("console", lambda said: self._said(path, said.text))
        await page.goto(self.url + path)
        return page

    def _said(self, path: str, text: str) -> None:
        if "Content Security Policy" in text:
            self.wrong.append(f"{path}: {text}")


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    from playwright.async_api import async_playwright  # noqa: PLC0415

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, SOUND])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def pages_of(browser: Any, url: str, branch: FakeBranch | None = None) -> AsyncIterator[Browsing]:
    """Closed when this is left; nothing may have gone wrong in them."""
    one = Browsing(browser, url, branch)
    try:
        yield one
    except BaseException:
        print(*one.wrong, sep="\n")
        raise
    else:
        assert one.wrong == []
    finally:
        for context in browser.contexts:
            await context.close()


@asynccontextmanager
async def browsing(url: str) -> AsyncIterator[Browsing]:
    async with chromium() as browser, pages_of(browser, url) as one:
        yield one


@asynccontextmanager
async def a_faked_branch(browser: Any) -> AsyncIterator[tuple[FakeBranch, Browsing]]:
    async with fake_branch(free_port()) as branch, pages_of(browser, branch.url, branch) as pages:
        yield branch, pages


def axe_script(directory: Path) -> str:
    """Axe, installed by npm from its lock file."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not here: no page is tried with axe")
    for file in AXE.iterdir():
        shutil.copy(file, directory)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(install, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not come to an end: no page is tried with axe")
    if done.returncode:
        pytest.skip(f"axe can't be installed: {done.stderr[-500:]}")
    return (directory / "node_modules" / "axe-core" / "axe.min.js").read_text()


async def barriers(page: Any, axe: str) -> list[str]:
    """What axe finds on the page as it is. The page's policy lets no strange script in: the tools of the browser do."""
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": axe})
    found = await page.evaluate("axe.run(document)")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
