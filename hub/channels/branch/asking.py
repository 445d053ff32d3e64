"""How a request becomes a wish, and what went wrong an answer."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError

LARGEST = 32 * 1024
W = TypeVar("W", bound=BaseModel)
Handle = Callable[[Request], Awaitable[Response]]


class DeniedError(HubError):
    """Whoever asks may not. `status`: 401, 403 or 429."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def told(body: Any, status: int = 200) -> Response:
    """As JSON."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(orjson.dumps(body), status, headers, "application/json")


def answering(handle: Handle) -> Handle:
    """The same, with what went wrong in words."""

    async def answer(request: Request) -> Response:
        try:
            return await handle(request)
        except DeniedError as error:
            return _wrong(error.status, error)
        except InvalidError as error:
            return _wrong(422, error)
        except NotFoundError as error:
            return _wrong(404, error)
        except RefusedError as error:
            return _wrong(409, error)
        except HubError as error:
            return _wrong(503, error)

    return answer


def _wrong(status: int, error: HubError) -> Response:
    code = getattr(error, "code", "") or CODES.get(status, "")
    about = getattr(error, "about", {})
    return told({"reason": str(error), "field": getattr(error, "field", ""), "code": code, "about": about}, status)


CODES = {404: "unknown", 429: "too_much", 503: "away"}
"""Where nothing closer is known."""


async def body_of(request: Request) -> bytes:
    """What was sent. Raises InvalidError where it is too long."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise InvalidError(f"this is longer than {LARGEST:,} bytes")
    return bytes(data)


async def wish(request: Request, kind: type[W]) -> W:
    """What is asked for. Raises InvalidError."""
    return parsed(await body_of(request) or b"{}", kind)


def parsed(data: bytes, kind: type[W]) -> W:
    """The same of bytes. Raises InvalidError."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors()[0]
        raise InvalidError(str(problem["msg"]), ".".join(map(str, problem["loc"]))) from None


def token_of(request: Request) -> str:
    """As it was given at the sign-in."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def first_word(text: str) -> str:
    """The token that a WebSocket begins with; empty: none."""
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    return str(said.get("token", "")) if isinstance(said, Mapping) else ""
