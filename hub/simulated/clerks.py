"""The simulated agents of a branch: each at a desk of theirs, by what the desk's page asks of the branch."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from hub.domain.errors import HubError
from hub.simulated.behaviour import Behaviour, Step, Work
from hub.simulated.branch_place import BranchPlace, Clerk
from hub.simulated.errands import first_of
from hub.simulated.proposals import Proposals

_RETRY_SECONDS = 0.5
_HEARTBEAT_SECONDS = 10.0


class _DeskRefusedError(HubError):
    """The branch does not take it: it is begun anew with the sign-in."""


class Clerks:
    """All of a branch. What is cut is taken up again: who is at a desk stays there. `on_change` hears of each visit
    that took a step, by the name the hub has for it."""

    def __init__(
        self, place: BranchPlace, behaviour: Behaviour, *, on_change: Callable[[Work], None],
        proposals: Proposals | None = None,
    ) -> None:  # fmt: skip
        self._place = place
        self._behaviour = behaviour
        self._on_change = on_change
        self._proposals = proposals
        self._hurry = asyncio.Event()

    async def run(self) -> None:
        """They sit down, and call one visitor after the other, until cancelled."""
        limit = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30), connector=limit) as http:
            await first_of(*(_AtDesk(self, self._place, http, one).run() for one in self._place.clerks))

    def hurry(self) -> None:
        """Whoever is being seen is soon done: the day is over."""
        self._hurry.set()

    async def serve(self, clerk: Clerk, visit: Mapping[str, Any]) -> str:
        """Returns when all is said; the code it is wrapped up with."""
        work = _work(clerk, visit)
        self._on_change(work)
        await self._pass(self._behaviour.talk(work))
        if self._proposals is not None:
            await self._proposals.made_at_desk(work.contact_id, clerk.id)
        self._on_change(work)  # who wrote down only now what the hub calls it has missed the first
        return self._behaviour.wrap_up(work).code

    async def after(self, clerk: Clerk, visit: Mapping[str, Any]) -> None:
        """The visitor is gone: until the next may come."""
        work = _work(clerk, visit)
        work.step = Step.DONE
        self._on_change(work)
        await self._pass(self._behaviour.wrap_up(work).seconds + self._behaviour.rest(work))

    async def _pass(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()


class _AtDesk:
    """One of them."""

    def __init__(self, clerks: Clerks, place: BranchPlace, http: aiohttp.ClientSession, clerk: Clerk) -> None:
        self._clerks = clerks
        self._place = place
        self._http = http
        self._clerk = clerk
        self._token = ""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(aiohttp.ClientError, OSError, TimeoutError, _DeskRefusedError):
                await self._work()
            await asyncio.sleep(_RETRY_SECONDS)

    async def _work(self) -> None:
        self._token = ""
        sitting = {"desk": self._clerk.desk, "agent": self._clerk.id, "pin": self._clerk.pin}
        told = await self._ask("sign-in", sitting)
        self._token, state = told["token"], told["state"]
        while True:
            visit = state["visit"] or (await self._ask("next", {}))["visit"] or await self._called()
            code = await self._clerks.serve(self._clerk, visit)
            state = await self._ask("end", {"code": code})
            await self._clerks.after(self._clerk, visit)

    async def _called(self) -> Mapping[str, Any]:
        """Who comes when somebody is there."""
        url = self._place.page("desk/live").replace("http", "ws", 1)
        async with self._http.ws_connect(url, heartbeat=_HEARTBEAT_SECONDS) as socket:
            await socket.send_json({"token": self._token})
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                state = message.json()
                if state["visit"]:
                    return dict(state["visit"])
        raise _DeskRefusedError(f"desk {self._clerk.desk} is not told any more who comes")

    async def _ask(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._http.post(self._place.page(f"desk/{what}"), json=body, headers=headers) as answer:
            told = await answer.json()
            if answer.status >= 400:
                raise _DeskRefusedError(f"desk {self._clerk.desk}, {what}: {told.get('reason')}")
            return dict(told)


def _work(clerk: Clerk, visit: Mapping[str, Any]) -> Work:
    """The hub calls the contact as the branch calls the visit."""
    name, service = visit["ticket"], visit["service"]
    return Work(name, clerk.id, contact_id=name, channel="in_person", service=service, step=Step.TALKING)
