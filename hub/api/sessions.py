"""Sessions: signing in by password, being here, locking, and signing out."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body
from hub.api.callers import AnyCall, Call, ForbiddenError
from hub.api.done import DONE, done
from hub.api.routes import Routes
from hub.api.rows import told
from hub.api.same_origin import is_foreign
from hub.api.services import Services
from hub.api.session_cookie import COOKIE, drop, keep
from hub.application.access.sessions import OpenedSession
from hub.application.access.sign_in import DemoRole
from hub.application.access.signed_in import Entry
from hub.domain.access.events import Role
from hub.domain.access.people.events import AgentSetup
from hub.domain.access.people.state import teams_of
from hub.domain.errors import NotFoundError, RefusedError

router = Routes("sessions")

Password = Annotated[str, Field(min_length=1, max_length=200)]
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class OidcProvider(BaseModel):
    """A provider to sign in by."""

    name: str = Field(description="What stands on the button")
    start: str = Field(description="Where to send the browser", examples=["/v1/session/oidc"])


class Providers(BaseModel):
    """How people sign in here."""

    password: bool
    oidc: OidcProvider | None
    demo: bool = Field(description="Anybody may sign in as somebody of the demo")
    demo_chat: str = Field(description="A page with the demo's chat on it; empty: there is none")
    demo_customer: str = Field(description="Phone number of who comes by every channel in the demo; empty: nobody")


class SessionTeam(BaseModel):
    """A team somebody is in."""

    team_id: str
    name: str


class Session(BaseModel):
    """Who asks, and what their page needs to begin with. By an API key `person_id` is empty."""

    person_id: str
    login: str
    name: str
    role: Role
    teams: list[SessionTeam]
    agent_id: str = Field(description="The agent they act for; empty: none")
    agent: AgentSetup = Field(description="What to sign on with")
    language: str = Field(description="Of their screens; empty: not chosen yet")
    locked: bool
    idle_seconds: int = Field(description="Without a command for so long it is locked; 0: never")
    expires_at: datetime | None = Field(description="Null: an API key's does not")
    unlock: Literal["password", "sign-in"] = Field(description="How they come back when it is locked")
    must_change_password: bool = Field(description="Nothing else is done before they have another")


class Credentials(Body):
    """Who it is."""

    login: str = Field(min_length=1, max_length=200)
    password: Password


class Unlock(Body):
    """The same person is back."""

    password: Password


class NewPassword(Body):
    """The password in use, and the next."""

    current: Password
    new: Password


class Speaks(Body):
    """A language tag."""

    language: str = Field(min_length=2, max_length=16, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$", examples=["fa"])


class AsDemo(Body):
    """Whom to be."""

    as_: DemoRole = Field(alias="as")


@router.get("/v1/session/providers", summary="How people sign in here", responses=told(Providers))
async def providers(request: Request) -> Response:
    """For everybody: what a sign-in page offers."""
    staff = _services(request).staff
    oidc = staff.oidc
    by = None if oidc is None else {"name": oidc.settings.name, "start": "/v1/session/oidc"}
    demo = {"demo": staff.is_demo, "demo_chat": staff.demo_chat, "demo_customer": staff.demo_customer}
    return answer({"password": True, "oidc": by, **demo})


@router.post("/v1/session", summary="Sign in", responses=told(Session))
async def sign_in(body: Credentials, request: Request) -> Response:
    """By login and password. The answer sets the cookie that the session lives in. A login that nobody has, a wrong
    password and somebody who may not sign in are one and the same 401; who fails too often waits (429)."""
    services = _from_own_page(request)
    opened = await services.staff.sign_in.by_password(body.login, body.password, address_of(request))
    await close_former(services, request)
    return signed_in(services, opened)


@router.post("/v1/session/demo", summary="Sign in as somebody of the demo", responses=told(Session))
async def sign_in_as_demo(body: AsDemo, request: Request) -> Response:
    """Where the hub is a demo, and listens on this machine alone; else 404."""
    services = _from_own_page(request)
    if not services.staff.is_demo:
        raise NotFoundError("this hub is no demo: sign in with a password")
    if request.headers.get("host", "").rsplit(":", 1)[0] not in _LOOPBACK:
        raise ForbiddenError("the demo is for this machine alone: open it at 127.0.0.1 or localhost")
    opened = await services.staff.sign_in.as_demo(body.as_)
    await close_former(services, request)
    return signed_in(services, opened)


@router.get("/v1/session", summary="Who is asking", responses=told(Session))
async def session(call: AnyCall) -> Response:
    """The session as it is; also when it is locked."""
    return answer(_told(call))


@router.delete("/v1/session", summary="Sign out", **DONE)
async def sign_out(call: AnyCall) -> Response:
    """At once and everywhere: its streams end."""
    await call.services.staff.sessions.close(_entry(call).session.session_id)
    response = done()
    drop(response)
    return response


@router.post("/v1/session/lock", summary="Lock the session", responses=told(Session))
async def lock(call: AnyCall) -> Response:
    """Takes no body. Until it is unlocked everything else is 423, and its streams end."""
    await call.services.staff.sessions.lock(_entry(call).session.session_id, "person")
    return answer(_told(call))


@router.post("/v1/session/unlock", summary="Unlock the session", responses=told(Session))
async def unlock(body: Unlock, call: AnyCall) -> Response:
    """By the password of the same person. Not locked: as if it were."""
    await call.services.staff.sign_in.unlock(_entry(call), body.password)
    return answer(_told(call))


@router.post("/v1/session/alive", summary="Say that somebody is at the desk", **DONE)
async def alive(call: AnyCall) -> Response:
    """Takes no body. Commands say so too; a heartbeat doesn't: a page sends it by itself."""
    _entry(call)
    return done()


@router.put("/v1/session/password", summary="Change one's password", responses=told(Session))
async def change_password(body: NewPassword, call: AnyCall) -> Response:
    """Every other session of the same person ends. 10 to 200 characters."""
    await call.services.staff.sign_in.change_password(_entry(call), body.current, body.new)
    return answer(_told(call))


@router.put("/v1/session/language", summary="Choose the language of one's screens", responses=told(Session))
async def choose_language(body: Speaks, call: AnyCall) -> Response:
    """It is the same wherever they sign in."""
    person_id = _entry(call).person.person_id
    await call.services.staff.people.choose_language(person_id, body.language, actor=call.actor)
    return answer(_told(call))


def signed_in(services: Services, opened: OpenedSession) -> Response:
    """Who they are, and the cookie."""
    response = answer(_row(services, opened.entry))
    response.headers["Cache-Control"] = "no-store"
    keep(response, opened.token, services.staff.signed_in.rules.hours * 3600)
    return response


async def close_former(services: Services, request: Request) -> None:
    """Who signs in again in the same browser is in one session."""
    former = request.cookies.get(COOKIE, "")
    entry = services.staff.signed_in.find(former) if former else None
    if entry is not None:
        await services.staff.sessions.close(entry.session.session_id)


def address_of(request: Request) -> str:
    """From where it was asked."""
    return request.client.host if request.client else ""


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _from_own_page(request: Request) -> Services:
    services = _services(request)
    if is_foreign(dict(request.headers.raw), services.staff.public_origin):
        raise ForbiddenError("a browser sent this from another site's page: sign in on the hub's own")
    return services


def _entry(call: Call) -> Entry:
    """The session that asks. Raises RefusedError for API keys."""
    entry = call.services.staff.signed_in.with_id(call.key.key_id) if call.key.person_id else None
    if entry is None:
        raise RefusedError("an API key has no session: people who sign in have")
    return entry


def _told(call: Call) -> dict[str, object]:
    entry = call.services.staff.signed_in.with_id(call.key.key_id) if call.key.person_id else None
    if entry is not None:
        return _row(call.services, entry)
    return {
        "person_id": "",
        "login": "",
        "name": call.key.name,
        "role": call.key.role,
        "teams": [],
        "agent_id": call.key.agent_id,
        "agent": AgentSetup().model_dump(),
        "language": "",
        "locked": False,
        "idle_seconds": 0,
        "expires_at": None,
        "unlock": "sign-in",
        "must_change_password": False,
    }


def _row(services: Services, entry: Entry) -> dict[str, object]:
    person = entry.person
    teams = teams_of(services.staff.people.staff, person)
    return {
        "person_id": person.person_id,
        "login": person.login,
        "name": person.name,
        "role": entry.credential.role,
        "teams": [{"team_id": team.team_id, "name": team.name} for team in teams],
        "agent_id": person.agent_id,
        "agent": person.agent.model_dump(),
        "language": person.language,
        "locked": entry.is_locked,
        "idle_seconds": services.staff.signed_in.rules.idle_seconds,
        "expires_at": entry.session.expires_at,
        "unlock": "password" if person.password_hash else "sign-in",
        "must_change_password": person.must_change,
    }
