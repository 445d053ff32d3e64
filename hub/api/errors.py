"""Errors as problem details (RFC 9457): the one place where an error gets its HTTP status."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.api.answers import json_bytes
from hub.api.callers import ForbiddenError, LockedError, PasswordDueError, UnauthenticatedError
from hub.application.access.sessions import StaleError
from hub.application.access.sign_in import NoTeamError, SignInError, ThrottledError
from hub.application.conversations.files import FilesAwayError, RefusedFileError
from hub.application.explaining.explainer import ExplanationError
from hub.application.intake.recorder import ContendedError
from hub.application.intake.recordings import UnheardError
from hub.application.linking.duplicate_list import SearchingError
from hub.application.paths.action_responses import UnansweredError
from hub.application.privacy.readings import UntracedError
from hub.bus.connection import BusError
from hub.domain.errors import ConflictError, ContactConflictError, HubError, InvalidError, NotFoundError, RefusedError
from hub.journal.errors import StoreError
from hub.router.policy.parsing import PolicyError
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.fence import PoolLostError

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
T = TypeVar("T")


class TooLargeError(HubError):
    """A body that is longer than the hub takes."""


class FieldProblem(BaseModel):
    """One field that can't be taken, dotted, and why."""

    field: str
    message: str
    line: int = Field(0, description="Where it stands in a text of several lines; 0: there is none.")


class Problem(BaseModel):
    """What is wrong, as RFC 9457 describes it."""

    type: str = Field(examples=["urn:hub:problem:invalid"])
    title: str
    status: int
    detail: str
    code: str = Field("", description="What exactly is wrong, a word for programs; absent where the type says it all.")
    field: str = Field("", description="The field to blame, dotted; absent where it is none.")
    errors: list[FieldProblem] = Field([], description="Every field that can't be taken, where it is more than one.")


STATUS: Mapping[type[Exception], tuple[HTTPStatus, str]] = {
    UnauthenticatedError: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    SignInError: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    ForbiddenError: (HTTPStatus.FORBIDDEN, "forbidden"),
    NoTeamError: (HTTPStatus.FORBIDDEN, "no-team"),
    PasswordDueError: (HTTPStatus.FORBIDDEN, "password-due"),
    LockedError: (HTTPStatus.LOCKED, "locked"),
    ThrottledError: (HTTPStatus.TOO_MANY_REQUESTS, "throttled"),
    StaleError: (HTTPStatus.CONFLICT, "conflict"),
    NotFoundError: (HTTPStatus.NOT_FOUND, "not-found"),
    RefusedError: (HTTPStatus.CONFLICT, "refused"),
    ConflictError: (HTTPStatus.CONFLICT, "conflict"),
    ContactConflictError: (HTTPStatus.CONFLICT, "contact-conflict"),
    TooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large"),
    RefusedFileError: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "refused-file"),
    InvalidError: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"),
    ValidationError: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"),
    RequestValidationError: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"),
    PolicyError: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"),
    ContendedError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    ExplanationError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    FilesAwayError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    PoolUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    SearchingError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    UnheardError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    UntracedError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    PoolLostError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    StoreError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    BusError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
}

TOLD: Mapping[type[Exception], str] = {
    FilesAwayError: "files can't be kept or read now: ask again; the hub's log says why",
    StoreError: "the event store can't be used now: ask again; the hub's log says why",
    BusError: "the bus can't be used now: ask again; the hub's log says why",
}
"""What is said of errors whose own message names files and addresses of the hub's machine."""

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "What is wrong"},
    "5XX": {"model": Problem, "description": "503: the hub can't do it now, ask again after `Retry-After` seconds"},
}
"""How routes document their errors."""


def problem(error: Exception) -> Response:
    """The answer to a request that failed with this error. What nobody foresaw is logged, and told without detail."""
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return _answer(status, status.phrase.lower().replace(" ", "-"), str(error.detail), headers=error.headers)
    status, slug = _status(error)
    if isinstance(error, ValidationError | RequestValidationError):
        # FastAPI says first where the field stands: body, query, path, header.
        skip = isinstance(error, RequestValidationError)
        blamed = [FieldProblem(field=_dotted(found["loc"][skip:]), message=_said(found)) for found in error.errors()]
        return _answer(
            status, slug, f"{blamed[0].field or 'body'}: {blamed[0].message}", field=blamed[0].field, errors=blamed
        )
    if isinstance(error, InvalidError):
        return _answer(status, slug, str(error), code=error.code, field=error.field)
    if isinstance(error, PolicyError):
        mistakes = [FieldProblem(field=one.field, message=one.message, line=one.line) for one in error.findings]
        return _answer(status, slug, str(error), field="text", errors=mistakes)
    if isinstance(error, UnansweredError):
        missing = [FieldProblem(field=f"responses.{one}", message="has no response yet") for one in error.propositions]
        return _answer(status, slug, str(error), errors=missing)
    if isinstance(error, RefusedError):
        return _answer(status, slug, str(error), code=error.code, field=error.field)
    if isinstance(error, ContactConflictError):
        return _answer(status, slug, str(error), field="id")
    if isinstance(error, ThrottledError):
        return _answer(status, slug, str(error), headers={"Retry-After": str(ceil(error.seconds))})
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("a request can't be done now: %s", error)
        return _answer(status, slug, _of_kind(TOLD, error) or str(error), headers=_HEADERS[status])
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _answer(status, slug, str(error), headers=_HEADERS.get(status))
    log.error("a request failed", exc_info=error)
    return _answer(status, slug, "the hub could not do this; its log says why")


def add_handlers(app: FastAPI) -> None:
    """Let errors of FastAPI's own routes be answered the same way."""

    async def answer(_request: Request, error: Exception) -> Response:
        return problem(error)

    for kind in (HubError, ValidationError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def name_media_type(document: Mapping[str, Any]) -> None:
    """In an OpenAPI document, say of documented errors that they are problem details, not just JSON."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for status in PROBLEMS:
                content = operation["responses"].get(status, {}).get("content", {})
                if "application/json" in content:
                    content[PROBLEM_JSON] = content.pop("application/json")


_HEADERS: Mapping[HTTPStatus, Mapping[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "1"},
}


def _status(error: Exception) -> tuple[HTTPStatus, str]:
    return _of_kind(STATUS, error) or (HTTPStatus.INTERNAL_SERVER_ERROR, "internal")


def _of_kind(table: Mapping[type[Exception], T], error: Exception) -> T | None:
    return next((table[kind] for kind in type(error).__mro__ if kind in table), None)


def _answer(
    status: HTTPStatus,
    slug: str,
    detail: str,
    *,
    code: str = "",
    field: str = "",
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:hub:problem:{slug}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if code:
        body["code"] = code
    if field:
        body["field"] = field
    if len(errors) > 1 or any(error.line or (error.field and not field) for error in errors):
        body["errors"] = [error.model_dump(exclude_defaults=True) for error in errors]
    return Response(json_bytes(body), status.value, dict(headers or {}), PROBLEM_JSON)


def _said(found: Mapping[str, Any]) -> str:
    if found["type"] == "extra_forbidden":
        return "there is no such field here: leave it out, or see /docs for those there are"
    return str(found["msg"]).removeprefix("Value error, ")


def _dotted(location: Sequence[str | int]) -> str:
    return ".".join(str(place) for place in location)
