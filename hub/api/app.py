"""The API as one ASGI application: who asks is known before anything else happens, and every answer is timed."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub import __version__
from hub.api import (
    accounts,
    agent_history,
    agent_phones,
    agents,
    attachments,
    board,
    callbacks,
    canned_answers,
    cases,
    channels,
    colleagues,
    consents,
    contacts,
    conversations,
    customer_search,
    customers,
    desk,
    drafts,
    draining,
    export,
    forgetting,
    grants,
    health,
    identity,
    interactions,
    keys,
    messages,
    next_best_actions,
    notes,
    offers,
    outbound,
    path_decisions,
    path_explanations,
    path_policies,
    people,
    policies,
    queues,
    readings,
    recordings,
    rejects,
    reports,
    sessions,
    sessions_oidc,
    signs,
    standing,
    stream,
    supervision,
    surveys,
    teams,
    texting,
)
from hub.api.callers import CALLER, NAMED, TRACE
from hub.api.described import Described
from hub.api.errors import add_handlers, name_media_type, problem
from hub.api.identifying import identify
from hub.api.once import Once, asks_once
from hub.api.pages import ROOT, Pages
from hub.api.services import Services
from hub.api.shortcut import Shortcut
from hub.api.tracing import Trace

ROUTERS = (
    contacts.router,
    attachments.router,
    offers.router,
    interactions.router,
    messages.router,
    callbacks.router,
    notes.router,
    canned_answers.router,
    drafts.router,
    texting.router,
    next_best_actions.router,
    conversations.router,
    signs.router,
    supervision.router,
    desk.router,
    agents.router,
    agent_history.router,
    agent_phones.router,
    colleagues.router,
    identity.router,
    customer_search.router,
    customers.router,
    export.router,
    forgetting.router,
    consents.router,
    accounts.router,
    cases.router,
    surveys.router,
    standing.router,
    readings.router,
    recordings.router,
    queues.router,
    board.router,
    reports.router,
    rejects.router,
    channels.router,
    draining.router,
    policies.router,
    path_policies.router,
    outbound.router,
    path_decisions.router,
    path_explanations.router,
    grants.router,
    sessions.router,
    sessions_oidc.router,
    people.router,
    teams.router,
    keys.router,
    stream.router,
    health.router,
)

_SHORTCUT = Shortcut(route for router in ROUTERS for route in router.routes)
_TITLE = "Contact Path Manager"
_DESCRIPTION = """
An event-sourced omnichannel interaction hub. Everything under `/v1` takes an API key as `Authorization: Bearer <key>`,
or the cookie of a session.
Commands answer after their commit, with the events they led to; asking again for what is so already is 200 without
events. Errors are problem details (RFC 9457) that name the field to blame.
"""


class Api(FastAPI):
    """FastAPI, with the caller's key found and every answer timed around it, and a short way for commands."""

    def __init__(self, services: Services) -> None:
        super().__init__(title=_TITLE, version=__version__, description=_DESCRIPTION)
        self.state.services = services
        self._services = services
        self._once = Once(self, self._who)
        for router in ROUTERS:
            self.router.routes.extend(router.routes)
        add_handlers(self)
        self._pages = Pages(services.pages or ROOT, services.phones.origin)
        self._unknown = self.router.default
        self.router.default = self._beyond
        self._shortcut = _SHORTCUT

    def setup(self) -> None:
        """FastAPI's own pages, but for the document that they show: FastAPI would make it on the loop."""
        self.router.add_route(self.openapi_url or "", Described().answer, include_in_schema=False)
        super().setup()

    def openapi(self) -> dict[str, Any]:
        """The document, made here and now, once."""
        if self.openapi_schema is None:
            self.openapi_schema = document()
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if asks_once(scope):
            await self._once(scope, receive, send)
            return
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        started = perf_counter()
        response: Response | None = None
        route, status = "", 0
        path: str = scope["path"]
        if path.startswith("/v1/"):
            try:
                method: str = scope["method"]
                scope[CALLER] = key = await identify(self._services, method, path, _headers(scope))
                found = self._shortcut.find(method, path)
                if found is not None and key is not None:
                    command, name = found
                    route = command.route
                    response = await command.answer(self._services, key, name, receive, scope.get(NAMED, ""))
            except Exception as error:
                response = problem(error)
        if response is not None:
            status = response.status_code
            await response(scope, receive, send)
        else:
            status = await self._long_way(scope, receive, send)
            route = getattr(scope.get("route"), "path", "")
        if route != _STREAM:
            self._services.instruments.answered(scope["method"], route or "other", status, perf_counter() - started)

    async def _beyond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is no route of the API is the application's, but for what looks like one."""
        beyond = scope["type"] == "http" and not scope["path"].startswith("/v1/")
        await (self._pages if beyond else self._unknown)(scope, receive, send)

    async def _who(self, scope: Scope) -> str:
        key = await identify(self._services, scope["method"], scope["path"], _headers(scope))
        return key.key_id if key is not None and scope["path"].startswith("/v1/") else ""

    async def _long_way(self, scope: Scope, receive: Receive, send: Send) -> int:
        trace = scope[TRACE] = Trace(scope, receive, send)
        try:
            await super().__call__(scope, receive, trace.send)
        except Exception:
            # The error handlers have logged and answered it; only without an answer is the server to know.
            if not trace.status:
                raise
        finally:
            await trace.close()
        return trace.status


def create_app(services: Services) -> FastAPI:
    """The API on these services."""
    return Api(services)


def document() -> dict[str, Any]:
    """What the API can do, as an OpenAPI document; it takes no running hub."""
    described = FastAPI(title=_TITLE, version=__version__, description=_DESCRIPTION)
    for router in ROUTERS:
        described.include_router(router)
    made = described.openapi()
    name_media_type(made)
    return made


_STREAM = "/v1/stream"


_ASKED = frozenset((b"authorization", b"cookie", b"host", b"origin", b"sec-fetch-site"))


def _headers(scope: Scope) -> Mapping[bytes, bytes]:
    """Those that say who asks; of several of a name all, as one."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _ASKED:
            found[name] = found[name] + b"; " + value if name in found else value
    return found
