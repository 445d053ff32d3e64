"""The wire of the adapter of branches: visitors who take tickets, and read and write on their phones."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.flood import flooded
from hub.simulated.process import free_port

CHANNEL: Final = "branch"
LEFT_OUT: Final[dict[str, str]] = {}
_AT_ONCE = 20
_PAUSE = 0.1


def table(port: int, **more: Any) -> dict[str, Any]:
    """A branch that is always open."""
    service = {"name": {"en": "Accounts"}, "letter": "A", "queue": "centre"}
    centre = {"name": {"en": "Centre"}, "services": {"accounts": service}, "desks": {"1": {}}}
    return {"port": port, "branches": {"centre": centre}, "tickets_per_minute": 1_000_000, **more}


class VisitorDriver:
    """The first contact of a thread takes a ticket, what follows is written on its page. Accepted is what the hub
    has: a ticket is given in any case."""

    def __init__(self, adapter: AdapterProcess, session: aiohttp.ClientSession) -> None:
        self._adapter = adapter
        self._session = session
        self._url = f"http://127.0.0.1:{adapter.port}"
        self._first: dict[str, str] = {}
        """By thread, the contact that took the ticket."""
        self._links: dict[str, str] = {}
        self._seen: dict[str, int] = {}

    async def start(self) -> int:
        """As a driver's."""
        return await self._adapter.start()

    async def kill(self) -> None:
        """As a driver's."""
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        """As a driver's."""
        try:
            async with asyncio.timeout(seconds):
                return await self._contact(name, thread, text)
        except TimeoutError:
            return "later"
        except (aiohttp.ClientError, OSError):
            return "none"

    async def _contact(self, name: str, thread: str, text: str) -> str:
        first = self._first.setdefault(thread, name) == name
        if first:
            status, ticket = await self._post("/b/centre/tickets", id=name, service="accounts", note=text)
        else:
            status, ticket = await self._post(f"{self._links[thread]}/messages", id=name, text=text)
        if status == 422:
            return "refused"
        if status not in (200, 201):
            return "later"
        self._links[thread] = ticket["link"]
        while not (ticket["known"] if first else any(said.endswith(f"-{name}") for said in ticket["heard"])):
            await asyncio.sleep(_PAUSE)
            ticket = await self._get(self._links[thread])
        return "accepted"

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        new = []
        for thread, link in self._links.items():
            told = [one["text"] for one in (await self._get(link))["messages"]]
            new += [Seen(thread, one) for one in told[self._seen.get(thread, 0) :]]
            self._seen[thread] = len(told)
        return new

    async def bad(self, seconds: float) -> str:
        """As a driver's."""
        async with asyncio.timeout(seconds):
            status, _ = await self._post("/b/centre/tickets", service="no such service")
        return "refused" if status == 422 else str(status)

    async def flood(self, count: int, seconds: float) -> int:
        """As a driver's."""

        async def one(number: int, left: float) -> str:
            return await self.contact(f"flood{number}", f"flood{number}", f"hello {number}", left)

        return await flooded(one, count, seconds, _AT_ONCE)

    async def _post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        async with self._session.post(self._url + path, json=body) as answer:
            return answer.status, await answer.json()

    async def _get(self, path: str) -> dict[str, Any]:
        async with self._session.get(self._url + path) as answer:
            found: dict[str, Any] = await answer.json()
            return found


@asynccontextmanager
async def driver(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    """The adapter finds its hub by this environment."""
    port = free_port("127.0.0.1", 0)
    adapter = AdapterProcess("branch", Path(environment["HUB_DATA_DIR"]), table(port), port, environment)
    async with aiohttp.ClientSession() as session:
        try:
            yield VisitorDriver(adapter, session)
        finally:
            await adapter.kill()
