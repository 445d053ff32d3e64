"""A page with the widget in headless Chromium, the real adapter behind it, and the hub's side of the bus."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from hub.simulated.contract.chat_visitor import GENEROUS
from hub.simulated.contract.hub_side import HubSide, hub_side
from tests.channels.chat.chat_client import ChatAdapter
from tests.channels.email.mail_adapter import free_port

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
"""The one without windows of its own where it is here: the same engine for half the time."""
WHOLE = os.environ.get("CHROMIUM") or shutil.which("chromium") or CHROMIUM
"""The one that people have: phones ring in no other."""
FLAGS = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
PAGE = """<!doctype html><html lang="{language}" dir="{dir}"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="own">button {{ background: red !important; display: none }}
div {{ display: none !important; opacity: 0 !important; zoom: 3 !important; letter-spacing: 9px !important }}
html {{ zoom: 1.5; --accent: red }} body {{ transform: scale(.5); z-index: 2147483647; position: relative }}
* {{ all: unset !important; font: 40px serif !important; color: red !important; direction: rtl !important }}
</style></head>
<body><main><h1>A shop</h1><p>Buy this.</p></main><script nonce="own">
Array.prototype.last = function () {{ return 1; }};</script>
<script src="{script}" nonce="own" {more}></script></body></html>"""
"""What a page may do to what it shows: it unsets, zooms, turns, hides, and adds to what every list has."""
POLICY = (
    "default-src 'none'; script-src 'nonce-own'; style-src 'nonce-own'; connect-src {chat} {socket}; img-src blob:; "
    "require-trusted-types-for 'script'"
)
"""As strict as the docs say a page can be."""


def missing() -> str:
    """Why no browser can be tried here; empty: it can."""
    if shutil.which(CHROMIUM) is None:
        return f"{CHROMIUM} is not here: no widget is tried in a browser"
    try:
        import playwright  # noqa: F401, PLC0415
    except ImportError:
        return "playwright is not installed: no widget is tried in a browser"
    return ""


SECRET = b"the secret of the site"
needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "a browser is here")


@dataclass
class Site:
    """A page of the operator's, the adapter, and the hub."""

    url: str
    hub: HubSide
    adapter: ChatAdapter
    browser: Any

    async def page(self, *, language: str = "en", more: str = "", context: Any = None, **about: Any) -> Any:
        """Of a new visitor, or of one more tab of theirs."""
        context = context or await self.browser.new_context(**{"viewport": {"width": 900, "height": 720}} | about)
        context.set_default_timeout(15_000)
        page = await context.new_page()
        await page.goto(f"{self.url}/?language={language}&more={quote(more)}")
        return page

    async def anew(self) -> None:
        """Everybody goes, and the hub forgets them."""
        for context in self.browser.contexts:
            await context.close()
        if self.adapter.process is None:
            await self.adapter.start()
        self.hub.hears.set()
        self.hub.refuses = self.hub.right = ""
        self.hub.reports.clear()


@asynccontextmanager
async def a_site(directory: Path, **table: Any) -> AsyncIterator[Site]:
    from playwright.async_api import async_playwright  # noqa: PLC0415

    port, own = free_port(), free_port()
    url = f"http://127.0.0.1:{own}"

    async def shown(request: web.Request) -> web.Response:
        language = request.query.get("language", "en")
        script = f"http://127.0.0.1:{port}/chat/chat.js"
        side = "rtl" if language == "fa" else "ltr"
        text = PAGE.format(language=language, dir=side, script=script, more=request.query.get("more", ""))
        policy = POLICY.format(chat=f"http://127.0.0.1:{port}", socket=f"ws://127.0.0.1:{port}")
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/", shown)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", own).start()
    (directory / "adapter").mkdir(exist_ok=True)
    try:
        async with hub_side(directory, "chat") as (hub, environment), async_playwright() as driver:
            told = {"origins": [url], "port": port, "limits": GENEROUS, "agents": {"ann": "Ann"}, **table}
            adapter = ChatAdapter(Path(environment["HUB_DATA_DIR"]), told, environment)
            browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            try:
                await adapter.start()
                yield Site(url, hub, adapter, browser)
            finally:
                await browser.close()
                await adapter.kill()
    finally:
        await runner.cleanup()


def box(page: Any) -> Any:
    """Where they write."""
    return page.locator("#hub-chat textarea")


async def opened(site: Site, **more: Any) -> Any:
    """A page whose visitor has opened the chat."""
    page = await site.page(**more)
    await page.evaluate("hubChat.open()")
    await box(page).wait_for()
    return page


async def say(page: Any, text: str) -> None:
    """Write it, and send it."""
    await box(page).fill(text)
    await page.keyboard.press("Enter")


async def shows(page: Any, *texts: str) -> None:
    """These bubbles, in this order, and each of them once."""
    async with asyncio.timeout(60):
        while (seen := await page.locator("#hub-chat .m:not(.waits)").evaluate_all(WORDS)) != list(texts):
            assert len(seen) <= len(texts) + 1, seen
            await asyncio.sleep(0.05)


WORDS = "all => all.map(one => [...one.childNodes].slice(1).map(part => part.textContent).join('')).filter(one => one)"


async def clean(page: Any, axe: str, what: str) -> None:
    """No barrier that axe finds, as it is shown now. The page's policy lets no strange script in: the tools of the
    browser do."""
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": axe})
    found = await page.evaluate("async () => (await axe.run('#hub-chat')).violations")
    told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    assert not told, f"{what}: {told}"
