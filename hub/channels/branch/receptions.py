"""What is done at the reception."""

import asyncio
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.channels.branch import decide
from hub.channels.branch.appointments import required
from hub.channels.branch.asking import DeniedError, answering, token_of, told, wish
from hub.channels.branch.decide import Decision
from hub.channels.branch.desks import TRIES_PER_MINUTE
from hub.channels.branch.hall import Hall
from hub.channels.branch.halls import Halls
from hub.channels.branch.pages_api import Arrival, Move, NewAppointment, NewTicket, Reception, Transfer
from hub.channels.branch.passes import Passes
from hub.channels.branch.tickets import Tickets
from hub.channels.branch.views import Views
from hub.channels.rates import Rates


class Receptions:
    """Addresses of the reception."""

    def __init__(self, halls: Halls, passes: Passes, tickets: Tickets) -> None:
        self._halls = halls
        self._passes = passes
        self._tickets = tickets
        self._tries = Rates(TRIES_PER_MINUTE)

    def routes(self) -> list[BaseRoute]:
        """All."""
        at = "/b/{branch}/reception"
        return [
            Route(f"{at}/sign-in", answering(self.sign_in), methods=["POST"]),
            Route(f"{at}/tickets", answering(self.search), methods=["GET"]),
            Route(f"{at}/tickets", answering(self.take), methods=["POST"]),
            Route(f"{at}/tickets/{{ticket}}/transfer", answering(self.transfer), methods=["POST"]),
            Route(f"{at}/tickets/{{ticket}}/leave", answering(self.leave), methods=["POST"]),
            Route(f"{at}/appointments", answering(self.appointments), methods=["GET"]),
            Route(f"{at}/appointments", answering(self.make), methods=["POST"]),
            Route(f"{at}/appointments/{{code}}/arrive", answering(self.arrive), methods=["POST"]),
            Route(f"{at}/appointments/{{code}}/move", answering(self.move), methods=["POST"]),
            Route(f"{at}/appointments/{{code}}/cancel", answering(self.cancel), methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """With a PIN."""
        hall = self._halls.of(request)
        asked = await wish(request, Reception)
        if self._tries.wait(hall.name, asyncio.get_running_loop().time()):
            raise DeniedError(429, "too many tries: wait a minute")
        if not self._passes.is_reception(hall.name, asked.pin):
            raise DeniedError(401, "this is not the PIN of the reception")
        return told({"token": self._passes.reception(hall.name, hall.now())})

    def check(self, hall: Hall, token: str) -> None:
        """Raises DeniedError."""
        if self._passes.at_reception(token, hall.now()) != hall.name:
            raise DeniedError(401, "sign in at the reception first")

    def _hall(self, request: Request) -> Hall:
        hall = self._halls.of(request)
        self.check(hall, token_of(request))
        return hall

    async def search(self, request: Request) -> Response:
        """Of today."""
        return told({"tickets": Views(self._hall(request)).found(request.query_params.get("find", ""))})

    async def take(self, request: Request) -> Response:
        """For somebody who was asked who they are."""
        return await self._tickets.give(self._hall(request), await wish(request, NewTicket), "reception")

    async def transfer(self, request: Request) -> Response:
        """To another service."""
        hall, asked = self._hall(request), await wish(request, Transfer)
        ticket = request.path_params["ticket"]
        book = await hall.decide(decide.pass_on(ticket, asked, hall.now(), hall.branch))
        return told(Views(hall).visit(book.visits[ticket]))

    async def leave(self, request: Request) -> Response:
        """They went away."""
        hall, ticket = self._hall(request), request.path_params["ticket"]
        book = await hall.decide(decide.leave(ticket, hall.now(), "reception"))
        return told(Views(hall).visit(book.visits[ticket]))

    async def appointments(self, request: Request) -> Response:
        """Of a day."""
        hall = self._hall(request)
        return told({"appointments": Views(hall).appointments(request.query_params.get("day", ""))})

    async def make(self, request: Request) -> Response:
        """A visit at a time."""
        hall, asked = self._hall(request), await wish(request, NewAppointment)
        asked = asked if asked.id else asked.model_copy(update={"id": token_urlsafe(12)})
        book = await hall.decide(decide.make_appointment(hall.name, hall.branch, asked, hall.now()))
        one = required(book.asked[asked.id], book.appointments.get)
        return told(Views(hall).appointment(one), 201)

    async def arrive(self, request: Request) -> Response:
        """Who has one is there."""
        hall, asked = self._hall(request), await wish(request, Arrival)
        code = request.path_params["code"]
        made = required(code, hall.book.appointments.get).made
        ticket = NewTicket(
            id=f"appointment-{code}", service=made.service, language=made.language, need=asked.need,
            identity=made.identity, name=made.name, appointment=code,
        )  # fmt: skip
        return await self._tickets.give(hall, ticket, "reception")

    async def move(self, request: Request) -> Response:
        """To another time."""
        hall, asked = self._hall(request), await wish(request, Move)
        code = request.path_params["code"]
        return await self._after(hall, code, decide.move_appointment(hall.branch, code, asked.at, hall.now()))

    async def cancel(self, request: Request) -> Response:
        """Called off."""
        hall, code = self._hall(request), request.path_params["code"]
        return await self._after(hall, code, decide.cancel_appointment(code, hall.now()))

    async def _after(self, hall: Hall, code: str, decision: Decision) -> Response:
        book = await hall.decide(decision)
        return told(Views(hall).appointment(required(code, book.appointments.get)))
