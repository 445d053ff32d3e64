"""The visits of simulated customers: they take a ticket at the kiosk of a branch, or show who they are at its reception
and are given one, and may leave by their phone."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.simulated.branch_place import BranchPlace
from hub.simulated.customers import Wire

_RETRY_SECONDS = 0.5
_LOOK_SECONDS = 0.1
_AGAIN = frozenset((429, 500, 502, 503, 504))


class _Ticket(NamedTuple):
    visit: str
    link: str


class VisitWire:
    """Visits by the pages of the hub's own branch, everything else by `others`."""

    def __init__(self, others: Wire, place: BranchPlace, http: aiohttp.ClientSession) -> None:
        self._others = others
        self._place = place
        self._http = http
        self._tickets: dict[str, _Ticket] = {}
        self._reception = ""

    def known_as(self, contact: Contact) -> str:
        """What the hub calls it: the branch names it with the ticket."""
        if contact.path.channel is not Channel.IN_PERSON:
            return self._others.known_as(contact)
        ticket = self._tickets.get(contact.id)
        return ticket.visit if ticket else ""

    async def contact(self, contact: Contact) -> bool:
        """As a wire's: they hold a ticket, and the hub knows of it."""
        if contact.path.channel is not Channel.IN_PERSON:
            return await self._others.contact(contact)
        number = next(one for one in contact.identifiers if one.kind == "customer_number")
        wish = {
            "id": contact.id, "service": contact.service, "language": contact.language,
            "identity": {"kind": number.kind, "value": number.value}, "name": contact.declared.name,
        }  # fmt: skip
        status, told = await self._given(wish) if _shows_card(contact) else await self._taken(wish)
        if status >= 400:
            return False
        self._tickets[contact.id] = _Ticket(told["ticket"], told["link"])
        while not told["known"]:
            await asyncio.sleep(_LOOK_SECONDS)
            _, told = await self._ask("GET", self._place.url + told["link"])
        return True

    async def conversation(self, event: ConversationEvent) -> bool:
        """As a wire's; who has been called already stays."""
        if event.channel is not Channel.IN_PERSON:
            return await self._others.conversation(event)
        ticket = self._tickets.get(event.thread)
        if ticket is not None:
            await self._ask("POST", f"{self._place.url}{ticket.link}/leave", {})
        return True

    async def _taken(self, wish: Mapping[str, Any]) -> tuple[int, Any]:
        return await self._ask("POST", self._place.page("tickets"), wish)

    async def _given(self, wish: Mapping[str, Any]) -> tuple[int, Any]:
        if not self._reception:
            _, told = await self._ask("POST", self._place.page("reception/sign-in"), {"pin": self._place.guest().pin})
            self._reception = told["token"]
        status, told = await self._ask("POST", self._place.page("reception/tickets"), wish, self._reception)
        if status != 401:
            return status, told
        self._reception = ""
        return await self._given(wish)

    async def _ask(self, method: str, url: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """Until there is an answer: the branch may be away with the hub."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        while True:
            try:
                async with self._http.request(method, url, json=body, headers=headers) as answer:
                    if answer.status not in _AGAIN:
                        return answer.status, await answer.json()
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(_RETRY_SECONDS)


def _shows_card(contact: Contact) -> bool:
    """Every other customer does, the same each time."""
    return any(one.kind == "customer_number" and int(one.value[1:]) % 2 for one in contact.identifiers)


@asynccontextmanager
async def coming(others: Wire, place: BranchPlace) -> AsyncIterator[VisitWire]:
    """Customers who come to the branch, while this is open."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as http:
        yield VisitWire(others, place, http)
