"""A page with the widget in headless Chromium, the real adapter behind it, and the hub's side of the bus."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from hub.simulated.contract.chat_visitor import GENEROUS
from hub.simulated.contract.hub_side import HubSide, hub_side
from tests.channels.chat.chat_client import ChatAdapter
from tests.channels.email.mail_adapter import free_port

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
PAGE = """<!doctype html><html lang="{language}" dir="{dir}"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>button {{ background: red !important; display: none }} * {{ font-family: serif }}</style></head>
<body><main><h1>A shop</h1><p>Buy this.</p></main><script src="{script}" {more}></script></body></html>"""


def missing() -> str:
    """Why no browser can be tried here; empty: it can."""
    if shutil.which(CHROMIUM) is None:
        return f"{CHROMIUM} is not here: no widget is tried in a browser"
    try:
        import playwright  # noqa: F401, PLC0415
    except ImportError:
        return "playwright is not installed: no widget is tried in a browser"
    return ""


needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "a browser is here")


@dataclass
class Site:
    """A page of the operator's, the adapter, and the hub."""

    url: str
    hub: HubSide
    adapter: ChatAdapter
    browser: Any

    async def page(self, *, language: str = "en", more: str = "", context: Any = None, **about: Any) -> Any:
        context = context or await self.browser.new_context(viewport={"width": 900, "height": 720}, **about)
        context.set_default_timeout(15_000)
        page = await context.new_page()
        await page.goto(f"{self.url}/?language={language}&more={more}")
        return page


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
        return web.Response(text=text, content_type="text/html")

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
