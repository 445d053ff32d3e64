"""The live terminal board: looks at a hub through its public API once a second, and draws what it sees."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp
from rich.console import Console
from rich.live import Live

from hub.simulated.client import HubClient
from hub.simulated.glimpses import Glimpses, Pages
from hub.simulated.picture import Glance, draw, percent, short

_LOOK_SECONDS = 1.0
_LINE_SECONDS = 10.0


class Board:
    """Draws until cancelled: full screen in a terminal, a line now and then elsewhere."""

    def __init__(
        self,
        client: HubClient,
        api_url: str,
        console: Console,
        restarts: Callable[[], int],
        now: Callable[[], datetime],
        key_file: str = "",
        branch: str = "",
    ) -> None:
        """`branch`: where its pages are."""
        self._client = client
        self._console = console
        self._restarts = restarts
        self._now = now
        self._glimpses = Glimpses("Contact Path Manager", api_url, time.monotonic(), key_file, branch)

    async def run(self) -> None:
        """Draw until cancelled."""
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            await self._draw()
        else:
            await self._tell()

    async def _draw(self) -> None:
        with Live(console=self._console, screen=True, auto_refresh=False, transient=True) as live:
            while True:
                begun = time.monotonic()
                glance = await self._look()
                live.update(draw(glance, self._console.width, self._console.height), refresh=True)
                await asyncio.sleep(max(0.1, begun + _LOOK_SECONDS - time.monotonic()))

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(_LINE_SECONDS)
            self._console.print(line(await self._look()), highlight=False)

    async def _look(self) -> Glance:
        try:
            pages = Pages(
                await self._get("/v1/metrics/live"),
                (await self._get("/v1/queues"))["queues"],
                (await self._get("/v1/metrics", {"from": self._today()}))["intervals"],
                await self._agents(),
            )
        except (aiohttp.ClientError, TimeoutError, OSError):
            return self._glimpses.missed(self._restarts(), time.monotonic())
        return self._glimpses.seen(pages, self._restarts(), self._now(), time.monotonic())

    async def _agents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = await self._get("/v1/agents", {"after": after})
            found, after = found + page["agents"], page["after"]
        return found

    async def _get(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        answer = await self._client.once("GET", path, params=params)
        if answer.status != 200:
            raise TimeoutError(f"GET {path}: the hub answered {answer.status}")
        return dict(answer.body)

    def _today(self) -> str:
        return self._now().replace(hour=0, minute=0, second=0, microsecond=0).isoformat()


def line(glance: Glance) -> str:
    """The board in one line, for a log."""
    waiting = sum(queue.waiting for queue in glance.queues)
    return (
        f"{glance.contacts:,} contacts, {glance.answered:,} answered, {glance.abandoned:,} abandoned, "
        f"{waiting} waiting, service level {percent(glance.service_level)}, ASA {short(glance.asa_s)}, "
        f"occupancy {percent(glance.occupancy)}, {glance.rates[-1] if glance.rates else 0:.0f} events/s, "
        f"{glance.restarts} restarts, {glance.api_url}"
    )
