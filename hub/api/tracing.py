"""Who reads whose personal data over HTTP: the one place that knows which answers hold any, and that keeps each back
until the reading is on record. It is written while the answer is made."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from hub.api.callers import Call
from hub.api.errors import problem
from hub.api.lists import customers_named
from hub.api.open_interaction import ALL
from hub.domain.access.events import Role
from hub.domain.cases.identity import customer_of_case
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.recordings.identity import customer_of_recording
from hub.domain.errors import HubError, InvalidError
from hub.domain.reading.rules import Reading


@dataclass(frozen=True, slots=True)
class Readable:
    """A route whose answers hold personal data. `asked`: whose, as the request says; `told`: whose, as only the answer
    does, in types of JSON; `named`: whose, as the path says of an answer that may be refused, and is no JSON."""

    what: str
    asked: Callable[[Call, Request], Iterable[str]] | None = None
    told: Callable[[Any], Iterable[str]] | None = None
    named: Callable[[Mapping[str, str]], Iterable[str]] | None = None


def readable(path: str) -> Readable | None:
    """What a GET of this route shows of whom; None: nothing personal. All that stands below a customer is theirs."""
    known = _OTHERS.get(path)
    if known is None and (path == _CUSTOMER or path.startswith(f"{_CUSTOMER}/")):
        return Readable(path[len(_CUSTOMER) + 1 :] or "customer", _named_in_path)
    return known


def customers_in(answer: Any) -> Iterator[str]:
    """Every customer whose id, or the id of one of whose cases, stands in an answer."""
    match answer:
        case str():
            found = answer if answer.startswith(CUSTOMER) else customer_of_case(answer)
            if found:
                yield found
        case list():
            for one in answer:
                yield from customers_in(one)
        case dict():
            for name, one in answer.items():
                yield from customers_in(name)
                yield from customers_in(one)


class ReadingRefusedError(HubError):
    """The answer was kept back and another one sent: nothing more of it may leave."""


class Trace:
    """Of one request: `begin` when the caller is let in, `send` every part of the answer, then `close`. `status` is
    that of what was sent."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.status = 0
        self._scope, self._receive, self._send = scope, receive, send
        self._call: Call | None = None
        self._readable: Readable | None = None
        self._writing: asyncio.Task[None] | None = None
        self._held: list[Message] = []

    def begin(self, call: Call, request: Request) -> None:
        """The caller may do this. Programs that bring contacts are nobody who reads."""
        if request.method != "GET" or call.key.role is Role.ADAPTER:
            return
        found = readable(request.scope["route"].path)
        if found is None:
            return
        self._call, self._readable = call, found
        if found.asked is not None:
            customers = list(found.asked(call, request))
            self._writing = asyncio.create_task(_write(call, found.what, customers))

    async def send(self, message: Message) -> None:
        """Raises ReadingRefusedError where the reading could not be written down."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status != 200:
                self._readable = None
        if self._readable is not None:
            self._held.append(message)
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if self._readable.told is not None and not is_last:
                return
            await self._write_down(self._readable)
            for held in self._held:
                await self._send(held)
            self._held, self._readable = [], None
            return
        await self._send(message)

    async def close(self) -> None:
        """Leave nothing under way."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    def _customers(self, found: Readable, given: Mapping[str, str]) -> Iterable[str]:
        if found.named is not None:
            return found.named(given)
        assert found.told is not None
        return found.told(orjson.loads(b"".join(message.get("body", b"") for message in self._held)))

    async def _write_down(self, found: Readable) -> None:
        assert self._call is not None
        try:
            if self._writing is None:
                given = self._scope["path_params"]
                about = given.get("interaction_id", "")
                self._writing = asyncio.create_task(
                    _write(self._call, found.what, list(self._customers(found, given)), about)
                )
            await self._writing
        except Exception as error:
            answer = problem(error)
            self.status = answer.status_code
            await answer(self._scope, self._receive, self._send)
            raise ReadingRefusedError(str(error)) from error


async def trace(call: Call, what: str, customers: Iterable[str], interaction_id: str) -> None:
    """The same for what is shown in answer to a command: have it on record before it is told."""
    await _write(call, what, customers, interaction_id)


async def _write(call: Call, what: str, customers: Iterable[str], interaction_id: str = "") -> None:
    """Have this reading of each of these on record, with the work that the reader has in hand for them."""
    agent = call.key.agent_id if call.key.role is Role.AGENT or call.key.person_id else ""
    in_hand = call.services.pool.in_hand(agent) if agent else {}
    actor = call.acting_for(agent) if agent else call.actor
    readings = call.services.readings
    told = {
        customer: Reading(actor, what, interaction_id or _of(in_hand, streams))
        for customer, streams in (await readings.whose(customers)).items()
    }
    await readings.record(told, call.services.new_id())


def _of(in_hand: Mapping[str, str], streams: Iterable[str]) -> str:
    """The first interaction in hand that is with one of these."""
    return next((interaction for interaction, customer in in_hand.items() if customer in streams), "")


def _named_in_path(_: Call, request: Request) -> Iterable[str]:
    return (request.path_params["customer_id"],)


def _of_case(_: Call, request: Request) -> Iterable[str]:
    return (customer_of_case(request.path_params["case_id"]),)


def _of_point(call: Call, request: Request) -> Iterable[str]:
    """What can't be looked up is refused by the route itself."""
    kind, value = request.query_params.get("kind", ""), request.query_params.get("value", "")
    try:
        return (call.services.consents.customer_of(kind, value),)
    except InvalidError:
        return ()


def _followed(_: Call, request: Request) -> Iterable[str]:
    customers = request.query_params.getlist("customer")
    if ALL in customers:
        raise InvalidError("name the customers: a stream can't be about all of them", "customer")
    cases = [customer_of_case(one) for one in request.query_params.getlist("case") if one != ALL]
    return [*customers, *filter(None, cases)]


def _decided_on(answer: Any) -> Iterable[str]:
    return (answer["customer_id"],)


def _in_messages(answer: Any) -> Iterable[str]:
    return dict.fromkeys((answer["customer_id"], *(one["customer_id"] for one in answer["messages"])))


_CUSTOMER = "/v1/customers/{customer_id}"
_OTHERS: Mapping[str, Readable] = {
    "/v1/cases": Readable("cases", told=customers_in),
    "/v1/cases/tasks": Readable("tasks", told=customers_in),
    "/v1/cases/{case_id}": Readable("case", _of_case),
    "/v1/consents": Readable("consents", _of_point),
    "/v1/contacts/{contact_id:path}": Readable("contact", told=lambda answer: (answer["customer_id"],)),
    "/v1/customers": Readable("search", told=lambda answer: (answer["canonical_id"],)),
    "/v1/customers/{customer_id}/attachments/{contact_id:path}/{number}": Readable(
        "attachment", named=lambda given: (given["customer_id"],)
    ),
    "/v1/customers/search": Readable("search", told=lambda answer: [one["customer_id"] for one in answer["customers"]]),
    "/v1/customers/conflicts": Readable("conflicts", told=customers_in),
    "/v1/customers/links": Readable("links", told=customers_in),
    "/v1/customers/duplicates": Readable("duplicates", told=customers_in),
    "/v1/interactions/{interaction_id}": Readable("interaction", told=lambda answer: (answer["customer_id"],)),
    "/v1/interactions/{interaction_id}/messages": Readable("messages", told=_in_messages),
    "/v1/interactions/{interaction_id}/next-best-actions": Readable(
        "actions", told=lambda answer: (answer["customer_id"],)
    ),
    "/v1/path-decisions/{decision_id}": Readable("path decision", told=_decided_on),
    "/v1/path-decisions/{decision_id}/why": Readable("path decision", told=_decided_on),
    "/v1/interactions/{interaction_id}/recordings": Readable(
        "recordings", told=lambda answer: (answer["customer_id"],)
    ),
    "/v1/recordings/{recording_id}": Readable(
        "recording", named=lambda given: (customer_of_recording(given["recording_id"]),)
    ),
    "/v1/stream": Readable("stream", _followed),
    "/v1/interactions": Readable("work", told=customers_named),
    "/v1/offers": Readable("offers", told=customers_named),
    "/v1/interactions/{interaction_id}/drafts/{kind}": Readable("draft", told=lambda answer: (answer["customer_id"],)),
    "/v1/agents/{agent_id}/drafts": Readable("drafts", told=customers_named),
    "/v1/agents/{agent_id}/mentions": Readable("notes", told=customers_in),
    "/v1/agents/{agent_id}/callbacks": Readable("callbacks", told=customers_in),
    "/v1/agents/{agent_id}/pullable": Readable("work", told=customers_named),
}
"""The other routes. Lists of work and offers are readings only of those whose names they tell."""
