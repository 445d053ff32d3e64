"""Pages with the softphone in headless Chromium: built by npm from its lock file, skipped where that can't be had."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from devservers.ports import free_ports

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HERE = Path(__file__).with_name("browser")
SOFTPHONE = Path(__file__).parents[3] / "ui/softphone/softphone.js"
BUNDLE = "page.bundle.js"
_FLAGS = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
_SECONDS = 60.0


def missing() -> str:
    """Why no phone can be tried in a browser; empty: it can."""
    if shutil.which(CHROMIUM) is None:
        return f"{CHROMIUM} is not here: no phone is tried in a browser"
    if shutil.which("npm") is None:
        return "npm is not here: no phone is tried in a browser"
    try:
        import playwright  # noqa: F401, PLC0415
    except ImportError:
        return "playwright is not installed: no phone is tried in a browser"
    return ""


def build(folder: Path) -> None:
    """The page, as bundlers make one of it. Skips where npm can't fetch what it takes."""
    for file in (*HERE.iterdir(), SOFTPHONE):
        shutil.copy(file, folder)
    for command in (
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        ["node_modules/.bin/esbuild", "page.js", "--bundle", f"--outfile={BUNDLE}", "--log-level=warning"],
    ):
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{command[0]} did not end within 5 minutes: no phone is tried in a browser")
        if done.returncode and command[0] == "npm":
            pytest.skip(f"npm can't fetch JsSIP: no phone is tried in a browser: {done.stderr[-300:]}")
        assert not done.returncode, done.stderr


class Desk:
    """An agent's page."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def begin(self, *answers: dict[str, str]) -> None:
        """Until it is registered with the last of what the hub told it, and tells again."""
        await self._page.evaluate("(answers) => begin(answers)", answers)
        await self.becomes("ready")

    async def reasons(self) -> list[str]:
        """Why calls did not reach it."""
        return [one for one in await self._page.evaluate("() => reasons") if one]

    async def calls(self, credentials: dict[str, str], number: str) -> str:
        """Why nothing comes of it that somebody with this password calls a number; empty: it rings."""
        told = await self._page.evaluate("([about, number]) => callOut(about, number)", [credentials, number])
        return str(told)

    async def becomes(self, state: str) -> None:
        await self._page.wait_for_function("(state) => phone.state === state", arg=state, timeout=_SECONDS * 1000)

    async def does(self, what: str) -> None:
        """`answer`, `decline`, `busy`, `hold`, `resume`, `hangUp`."""
        await self._page.evaluate(f"() => phone.{what}()")

    async def caller(self) -> str:
        return str(await self._page.evaluate("() => phone.caller"))

    async def sound(self) -> dict[str, int]:
        """Packets sent and received."""
        told: dict[str, int] = await self._page.evaluate("() => phone.sound()")
        return told

    async def speaks_and_hears(self, packets: int = 25) -> None:
        """Until as many more have gone and come."""
        now = before = await self.sound()
        async with asyncio.timeout(_SECONDS):
            while any(now[way] < before[way] + packets for way in ("sent", "received")):
                await asyncio.sleep(0.1)
                now = await self.sound()


@asynccontextmanager
async def desks(folder: Path, count: int) -> AsyncIterator[list[Desk]]:
    """Pages on the loopback, where browsers let a page use the microphone without TLS."""
    from playwright.async_api import async_playwright  # noqa: PLC0415

    site, [port] = web.Application(), free_ports(1)
    site.router.add_static("/", folder)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
            try:
                pages = [await (await browser.new_context()).new_page() for _ in range(count)]
                for page in pages:
                    await page.goto(f"http://127.0.0.1:{port}/page.html")
                yield [Desk(page) for page in pages]
            finally:
                await browser.close()
    finally:
        await runner.cleanup()
