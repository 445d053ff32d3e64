"""A wallboard over many agents and queues while contacts flow, and how its frames come."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess
from loadtests import centre
from loadtests.browsers import Tab, rows, traced
from loadtests.generator import Generator, prepare
from loadtests.hub_with_agents import READY, notes_of
from loadtests.plan import Load, arrivals, load_of
from tests.channels.chat.browser import CHROMIUM, FLAGS
from tests.ui.house import House

_SKILLS = 50
_SETTLING = 5.0
_LISTS = {"agents": "section[aria-label=Agents] .box", "queues": "section[aria-label=Queues] .box"}
_STEP = 120
"""Pixels a frame: some 7,000 a second, three rows with each frame."""


async def board_frames(agents: int, queues: int, rate: float, seconds: float, pages: Path) -> dict[str, Any]:
    """A supervisor comes to the wallboard, looks at its lists and charts, and scrolls each list to and fro."""
    plan = load_of(
        rate, agents, 4 * seconds + 60, talk=None, wrap=None, warmup=None, cycle=None, skills=_SKILLS, queues=queues
    )
    with tempfile.TemporaryDirectory(prefix="screens-board-") as folder:
        async with _centre(plan, Path(folder), pages) as house, _flow(house.process, plan):
            sam = await house.somebody("supervisor")
            page, trace = await house.page(sam, "/icon.svg"), Path(folder) / "trace.json"
            async with traced(house.browser, page, trace) as coming:
                await page.goto(house.url + "/board")
                await page.locator(f"{_LISTS['agents']} a").first.wait_for()
                await asyncio.sleep(_SETTLING)
            tab = await Tab.of(page)
            told = {"coming": rows(coming), "looked at": rows(await tab.frames(seconds))}
            for name, box in _LISTS.items():
                async with traced(house.browser, page, trace) as tasks:
                    frames = await tab.frames(seconds / 2, box, _STEP)
                told[f"{name} scrolled"] = rows(frames) | rows(tasks)
            held = await tab.held()
    return {"agents": agents, "queues": queues, "contacts/s": rate, **told, "held": rows(held)}


@asynccontextmanager
async def _centre(plan: Load, folder: Path, pages: Path) -> AsyncIterator[House]:
    """A hub with agents in its process who take what comes, and a browser."""
    from playwright.async_api import async_playwright  # noqa: PLC0415

    settings = Settings(
        data_dir=folder / "var", api_port=0, session_idle_seconds=0, pages=pages, policy=centre.policy(plan, folder)
    )
    key = await asyncio.to_thread(issue_key, settings, Role.ADMIN, "screens", "")
    command = ("-m", "loadtests.hub_with_agents", json.dumps(asdict(plan)), "1000000000")
    process = HubProcess(settings, command=command)
    address = await process.start()
    try:
        async with asyncio.timeout(300):
            while not (notes_of(process.settings) / READY).exists():  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        async with httpx.AsyncClient(base_url=address.api_url, timeout=60) as http, async_playwright() as driver:
            http.headers["Authorization"] = f"Bearer {key['token']}"
            browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            try:
                yield House(address.api_url, http, browser, process)
            finally:
                await browser.close()
    finally:
        await process.stop()


@asynccontextmanager
async def _flow(process: HubProcess, plan: Load) -> AsyncIterator[None]:
    """Contacts by the bus, as adapters send them, until it is left."""
    bus = await connect(process.address.nats_url, "screens")
    publisher = Publisher(bus)
    prepared = prepare(arrivals(plan), WallClock().now(), services=centre.services(plan))
    sending = asyncio.create_task(Generator(publisher, time.monotonic_ns()).run(prepared))
    try:
        yield
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await publisher.close()
        await bus.close()
