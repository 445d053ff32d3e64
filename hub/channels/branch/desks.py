"""What agents do at their desks."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.channels.branch import decide, sitting
from hub.channels.branch.asking import DeniedError, answering, token_of, told, wish
from hub.channels.branch.decide import Decision
from hub.channels.branch.hall import Hall
from hub.channels.branch.halls import Halls
from hub.channels.branch.order import next_for
from hub.channels.branch.pages_api import End, NewTicket, OfTicket, Park, SignIn, Transfer
from hub.channels.branch.passes import AtDesk, Passes
from hub.channels.branch.views import Views
from hub.channels.branch.visits import OpenDesk
from hub.channels.rates import Rates

TRIES_PER_MINUTE = 10
_LOOK = 0.25


class Desks:
    """Addresses of desks."""

    def __init__(self, halls: Halls, passes: Passes, answer_within: float) -> None:
        self._halls = halls
        self._passes = passes
        self._answer_within = answer_within
        self._tries = Rates(TRIES_PER_MINUTE)
        self._stopping = False

    def stop(self) -> None:
        """Who waits for the next visitor is answered at once."""
        self._stopping = True

    def routes(self) -> list[BaseRoute]:
        """All."""
        handles = {
            "sign-in": self.sign_in, "next": self.next, "cancel-next": self.cancel_next, "recall": self.recall,
            "park": self.park, "resume": self.resume, "no-show": self.no_show, "transfer": self.transfer,
            "end": self.end, "walk-in": self.walk_in, "sign-out": self.sign_out,
        }  # fmt: skip
        return [
            Route(f"/b/{{branch}}/desk/{name}", answering(handle), methods=["POST"]) for name, handle in handles.items()
        ]

    async def sign_in(self, request: Request) -> Response:
        """With a PIN."""
        hall = self._halls.of(request)
        asked = await wish(request, SignIn)
        if self._tries.wait(asked.agent, asyncio.get_running_loop().time()):
            raise DeniedError(429, "too many tries: wait a minute")
        if asked.agent not in hall.branch.agents or not self._passes.is_agent(asked.agent, asked.pin):
            raise DeniedError(401, "this is not the PIN of an agent of this branch")
        book = await hall.decide(
            sitting.sit_down(hall.branch, asked.desk, asked.agent, hall.now(), instead=asked.instead)
        )
        sits = book.desks[asked.desk]
        token = self._passes.desk(AtDesk(hall.name, sits.desk, sits.agent, sits.at.isoformat()))
        return told({"token": token, "state": Views(hall).desk(sits)})

    def who(self, hall: Hall, token: str) -> OpenDesk:
        """Who has this token, and still sits there. Raises DeniedError."""
        shown = self._passes.at_desk(token)
        sits = hall.book.desks.get(shown.desk) if shown else None
        if shown is None or sits is None or shown != AtDesk(hall.name, sits.desk, sits.agent, sits.at.isoformat()):
            raise DeniedError(401, "sign in at the desk first")
        return sits

    async def _do(self, request: Request, decision: Callable[[Hall, str], Decision]) -> Response:
        hall = self._halls.of(request)
        sits = self.who(hall, token_of(request))
        hall.notices.pop(sits.agent, None)
        await hall.decide(decision(hall, sits.desk))
        return self._state(hall, sits)

    def _state(self, hall: Hall, sits: OpenDesk) -> Response:
        return told(Views(hall).desk(hall.book.desks.get(sits.desk, sits)))

    async def next(self, request: Request) -> Response:
        """Waits as long as somebody could come at once."""
        await self._do(request, lambda hall, desk: sitting.want_next(desk, hall.now()))
        hall = self._halls.of(request)
        sits = self.who(hall, token_of(request))
        clock = asyncio.get_running_loop().time
        end = clock() + self._answer_within
        while not self._stopping and hall.book.at_desk(sits.desk) is None and (left := end - clock()) > 0:
            since = hall.changes
            if hall.hubward.told_all and next_for(hall.book, sits.desk, hall.branch, alone=False) is None:
                break
            await hall.changed(since, min(left, _LOOK))
        return self._state(hall, sits)

    async def cancel_next(self, request: Request) -> Response:
        """Nobody else for now."""
        return await self._do(request, lambda hall, desk: sitting.want_nobody(desk, hall.now()))

    async def recall(self, request: Request) -> Response:
        """Once more."""
        return await self._do(request, lambda hall, desk: decide.recall(desk, hall.now()))

    async def park(self, request: Request) -> Response:
        """Something else first."""
        asked = await wish(request, Park)
        return await self._do(request, lambda hall, desk: decide.lay_aside(desk, asked, hall.now()))

    async def resume(self, request: Request) -> Response:
        """Back again."""
        asked = await wish(request, OfTicket)
        return await self._do(request, lambda hall, desk: decide.resume(desk, asked.ticket, hall.now()))

    async def no_show(self, request: Request) -> Response:
        """Nobody came."""
        return await self._do(request, lambda hall, desk: decide.no_show(desk, hall.now()))

    async def transfer(self, request: Request) -> Response:
        """To another service or desk."""
        asked = await wish(request, Transfer)
        return await self._do(request, lambda hall, desk: decide.pass_on("", asked, hall.now(), hall.branch, desk))

    async def end(self, request: Request) -> Response:
        """Served."""
        asked = await wish(request, End)
        return await self._do(request, lambda hall, desk: decide.end(desk, asked.code, hall.now(), hall.branch))

    async def walk_in(self, request: Request) -> Response:
        """Somebody stands there without a ticket."""
        asked = await wish(request, NewTicket)
        return await self._do(
            request, lambda hall, desk: decide.walk_in(hall.name, hall.branch, asked, desk, hall.now())
        )

    async def sign_out(self, request: Request) -> Response:
        """The desk is free."""
        await self._do(request, lambda hall, desk: sitting.get_up(desk, hall.now()))
        return told({})
