"""Tickets: given at the kiosk and at the reception, seen on the visitor's phone."""

import asyncio
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.channels.branch import decide
from hub.channels.branch.asking import DeniedError, answering, body_of, parsed, told, wish
from hub.channels.branch.decide import Entry
from hub.channels.branch.hall import Hall
from hub.channels.branch.halls import Halls
from hub.channels.branch.pages.serving import Pages, asks_for_page
from hub.channels.branch.pages_api import Message, NewTicket
from hub.channels.branch.passes import Passes
from hub.channels.branch.refusing import Refusing
from hub.channels.branch.settings import BranchSettings
from hub.channels.branch.views import Views
from hub.channels.rates import Rates
from hub.domain.errors import InvalidError, NotFoundError


class Tickets:
    """Addresses of the kiosk and of tickets."""

    def __init__(
        self, halls: Halls, passes: Passes, refusing: Refusing, pages: Pages, settings: BranchSettings
    ) -> None:  # fmt: skip
        self._halls = halls
        self._passes = passes
        self._refusing = refusing
        self._pages = pages
        self._public_url = settings.public_url.rstrip("/")
        self._given = Rates(settings.tickets_per_minute)

    def routes(self) -> list[BaseRoute]:
        """All."""
        return [
            Route("/b/{branch}/config", answering(self.config), methods=["GET"]),
            Route("/b/{branch}/tickets", answering(self.take), methods=["POST"]),
            Route("/t/{secret}", answering(self.ticket), methods=["GET"]),
            Route("/t/{secret}/leave", answering(self.leave), methods=["POST"]),
            Route("/t/{secret}/messages", answering(self.say), methods=["POST"]),
        ]

    async def config(self, request: Request) -> Response:
        """What the branch is."""
        return told(Views(self._halls.of(request)).config())

    async def take(self, request: Request) -> Response:
        """At the kiosk."""
        hall = self._halls.of(request)
        data = await body_of(request)
        try:
            return await self.give(hall, parsed(data, NewTicket), "kiosk")
        except InvalidError as error:
            await self._refusing.refuse(hall.name, data, error)
            raise

    async def give(self, hall: Hall, asked: NewTicket, entry: Entry) -> Response:
        """The ticket: a new one, or the one that was given for the same wish."""
        known = hall.book.asked.get(asked.id, "") if asked.id else ""
        if not known and self._given.wait(hall.name, asyncio.get_running_loop().time()):
            raise DeniedError(429, "too many tickets at once: try again in a moment")
        asked = asked if asked.id else asked.model_copy(update={"id": token_urlsafe(12)})
        book = await hall.decide(decide.take_ticket(hall.name, hall.branch, asked, hall.now(), entry))
        visit = book.asked[asked.id]
        return self._shown(hall, visit, 200 if known else 201)

    def _shown(self, hall: Hall, visit: str, status: int = 200) -> Response:
        secret = self._passes.secret(visit)
        return told(Views(hall).ticket(hall.book.visits[visit], secret, self._public_url), status)

    def find(self, secret: str) -> tuple[Hall, str]:
        """Branch and visit of a ticket. Raises NotFoundError."""
        visit = self._passes.visit(secret)
        hall = self._halls.of_visit(visit)
        if hall is None or visit not in hall.book.visits:
            raise NotFoundError("there is no such ticket, or not any more")
        return hall, visit

    def view(self, hall: Hall, visit: str, secret: str) -> object:
        """As it is told to who has it; None: it is forgotten."""
        one = hall.book.visits.get(visit)
        return None if one is None else Views(hall).ticket(one, secret, self._public_url)

    async def ticket(self, request: Request) -> Response:
        """The ticket, or its page."""
        if asks_for_page(request.headers.get("accept", "")):
            return self._pages.page("ticket", request.headers.get("if-none-match", ""))
        return self._shown(*self.find(request.path_params["secret"]))

    async def leave(self, request: Request) -> Response:
        """They don't wait any longer."""
        hall, visit = self.find(request.path_params["secret"])
        await hall.decide(decide.leave(visit, hall.now(), "visitor"))
        return self._shown(hall, visit)

    async def say(self, request: Request) -> Response:
        """To the branch."""
        hall, visit = self.find(request.path_params["secret"])
        await hall.decide(decide.say(visit, await wish(request, Message), hall.now()))
        return self._shown(hall, visit)
