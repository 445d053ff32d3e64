"""Signing in by a provider: the browser is sent there, and comes back with a code."""

import hmac
import logging
from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.services import Services
from hub.api.session_cookie import keep
from hub.api.sessions import close_former
from hub.application.access.oidc import Oidc, OidcError
from hub.application.access.sessions import StaleError
from hub.application.access.sign_in import NoTeamError, SignInError
from hub.domain.errors import HubError, InvalidError, NotFoundError

log = logging.getLogger(__name__)
router = Routes("sessions")

CALLBACK = "/v1/session/oidc/callback"
COOKIE = "__Host-hub-oidc"
MINUTES = 10
"""How long somebody may take at the provider's page."""
_TO_PROVIDER = {302: {"description": "To the provider's page, or back to `/?sign_in=unavailable`"}, **PROBLEMS}
_TO_PAGE = {
    302: {
        "description": "To `/`, signed in; else to `/?sign_in=` and why not: `refused` by the provider, `stale` (took "
        "too long, or another browser), `unknown` here, `no-team`, or `unavailable`"
    },
    **PROBLEMS,
}


@router.get("/v1/session/oidc", summary="Sign in by the provider", response_class=Response, responses=_TO_PROVIDER)
async def start(request: Request) -> Response:
    """For a browser to be sent to: it goes on to the provider, and comes back signed in."""
    services, oidc = _services(request)
    try:
        begun = await oidc.start(_callback(services, request))
    except OidcError as error:
        return _back(error)
    response = RedirectResponse(begun.url, HTTPStatus.FOUND)
    kept = f"{begun.state}.{begun.nonce}.{begun.verifier}"
    # Lax: it comes back by a link from the provider's site.
    response.set_cookie(COOKIE, kept, max_age=60 * MINUTES, path="/", secure=True, httponly=True, samesite="lax")
    return response


@router.get(CALLBACK, summary="Come back from the provider", response_class=Response, responses=_TO_PAGE)
async def callback(
    request: Request,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Where the provider sends the browser: register this address there."""
    services, oidc = _services(request)
    if error:  # said with `state` or, by some providers, without it: nobody is signed in by it
        log.warning("the provider signed nobody in: %r", error)
        return _done(RedirectResponse("/?sign_in=refused", HTTPStatus.FOUND))
    begun = request.cookies.get(COOKIE, "").split(".")
    if len(begun) != 3 or not hmac.compare_digest(begun[0].encode(), state.encode()):
        return _done(RedirectResponse("/?sign_in=stale", HTTPStatus.FOUND))
    if not code:
        return _done(RedirectResponse("/?sign_in=refused", HTTPStatus.FOUND))
    try:
        identity = await oidc.finish(code, begun[2], begun[1], _callback(services, request))
        opened = await services.staff.sign_in.by_provider(identity)
    except HubError as failure:
        return _done(_back(failure))
    await close_former(services, request)
    response = RedirectResponse("/", HTTPStatus.FOUND)
    keep(response, opened.token, services.staff.signed_in.rules.hours * 3600)
    return _done(response)


def _services(request: Request) -> tuple[Services, Oidc]:
    services: Services = request.app.state.services
    if services.staff.oidc is None:
        raise NotFoundError("nobody signs in by a provider here: HUB_OIDC names none")
    return services, services.staff.oidc


def _callback(services: Services, request: Request) -> str:
    origin = services.staff.public_origin or f"{request.url.scheme}://{request.url.netloc}"
    return origin + CALLBACK


def _back(error: HubError) -> Response:
    log.warning("somebody could not sign in by the provider: %s", error)
    match error:
        case NoTeamError():
            why = "no-team"
        case SignInError() | InvalidError():
            why = "unknown"
        case StaleError():
            why = "stale"
        case _:
            why = "unavailable"
    return RedirectResponse(f"/?sign_in={why}", HTTPStatus.FOUND)


def _done(response: Response) -> Response:
    """The browser keeps nothing more of it."""
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response
