"""The short way of commands: what FastAPI would do with their requests, for a third of its time."""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive

from hub.api.callers import Allow
from hub.api.errors import TooLargeError
from hub.api.services import Services
from hub.domain.access.credential import Credential

LONGEST_BODY = 1_000_000
_SHAPE = re.compile(r"/v1/(?P<noun>\w+)(/\{\w+\}/(?P<verb>[\w-]+))?")


@dataclass(frozen=True, slots=True)
class Command:
    """A route that takes one JSON body or none, as its own signature says."""

    route: str
    """Its template."""
    endpoint: Callable[..., Awaitable[Response]]
    allow: Allow
    call_name: str
    body: type[BaseModel] | None
    body_name: str
    id_name: str
    """The parameter in its path; empty: there is none."""

    async def answer(
        self, services: Services, key: Credential, name: str, receive: Receive, named: str = ""
    ) -> Response:
        """Run it for this caller and the name from its path. `named`: what the command is called."""
        given: dict[str, Any] = {self.call_name: self.allow.admit(services, key, named)}
        if self.body is not None:
            given[self.body_name] = self.body.model_validate_json(await body(receive))
        if self.id_name:
            given[self.id_name] = name
        return await self.endpoint(**given)


class Shortcut:
    """Finds the command of a request: `METHOD /v1/noun` or `METHOD /v1/noun/{id}/verb`."""

    def __init__(self, routes: Iterable[object]) -> None:
        self._commands: dict[tuple[str, str, str], Command] = {}
        for route in routes:
            if not isinstance(route, APIRoute):
                continue
            command = _command(route)
            shape = _SHAPE.fullmatch(route.path)
            if command is not None and shape is not None:
                for method in route.methods or ():
                    self._commands[method, shape["noun"], shape["verb"] or ""] = command

    def find(self, method: str, path: str) -> tuple[Command, str] | None:
        """The command and the name in the path; None: not a command, FastAPI knows what it is."""
        parts = path.split("/")
        if len(parts) == 5:
            command = self._commands.get((method, parts[2], parts[4])) if parts[3] else None
            return None if command is None else (command, parts[3])
        if len(parts) == 3:
            command = self._commands.get((method, parts[2], ""))
            return None if command is None else (command, "")
        return None


async def body(receive: Receive) -> bytes:
    """The whole body of a request; TooLargeError beyond LONGEST_BODY bytes."""
    read: bytes = b""
    while True:
        message = await receive()
        read += message.get("body", b"")
        if len(read) > LONGEST_BODY:
            raise TooLargeError(f"the body is longer than {LONGEST_BODY} bytes: send large things by reference")
        if not message.get("more_body", False):
            return read


def _command(route: APIRoute) -> Command | None:
    """What the signature of a route's function says; None where it only reads, or takes more than a body and a name."""
    endpoint: Callable[..., Awaitable[Response]] = route.endpoint
    hints = get_type_hints(endpoint, include_extras=True)
    bodies = {name: kind for name, kind in hints.items() if inspect.isclass(kind) and issubclass(kind, BaseModel)}
    allows = {name: _allow(kind) for name, kind in hints.items() if _allow(kind) is not None}
    others = [name for name in hints if name not in (*bodies, *allows, "return")]
    if "GET" in (route.methods or ()) or len(bodies) > 1 or len(allows) != 1 or len(others) > 1:
        return None
    if any(hints[name] is not str for name in others):
        return None
    [(body_name, model)] = bodies.items() or [("", None)]
    [(call_name, allow)] = allows.items()
    assert allow is not None
    return Command(route.path, endpoint, allow, call_name, model, body_name, others[0] if others else "")


def _allow(kind: Any) -> Allow | None:
    for extra in getattr(kind, "__metadata__", ()):
        if isinstance(extra, Depends) and isinstance(extra.dependency, Allow):
            return extra.dependency
    return None
