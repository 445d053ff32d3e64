"""API keys, for programs: made, listed and revoked by admins."""

from datetime import datetime
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body
from hub.api.callers import AdminCall
from hub.api.done import DONE, done
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.access.events import Role

router = Routes("keys")


class NewKey(Body):
    """Whose it is to be."""

    name: str = Field(min_length=1, max_length=100)
    role: Role
    agent_id: str = Field(default="", max_length=64, description="Binds an agent's key to this agent")


class KeyRow(BaseModel):
    """A key, without what it is good by."""

    key_id: str
    name: str
    role: Role
    agent_id: str
    issued_at: datetime
    revoked_at: datetime | None


class Keys(BaseModel):
    """All that were ever made, the oldest first."""

    keys: list[KeyRow]


class MadeKey(BaseModel):
    """A key just made."""

    key_id: str
    token: str = Field(description="Told this once")


@router.get("/v1/keys", summary="All API keys", responses=told(Keys))
async def keys(call: AdminCall) -> Response:
    """Also those that were revoked."""
    found = await call.services.staff.keys.list()
    return answer({"keys": [{name: getattr(key, name) for name in KeyRow.model_fields} for key in found]})


@router.post("/v1/keys", status_code=HTTPStatus.CREATED, summary="Make an API key",
             responses={201: {"model": MadeKey}, **PROBLEMS})  # fmt: skip
async def make(body: NewKey, call: AdminCall) -> Response:
    """Its token is in the answer, and nowhere else ever again; a repeat under its `Idempotency-Key` is told it again.
    The token follows from that key and the installation's: take one that nobody guesses."""
    made = await call.services.staff.keys.issue(
        body.role, body.name, body.agent_id, request=call.request(""), actor=call.actor
    )
    response = answer({"key_id": made.key_id, "token": made.token}, HTTPStatus.CREATED)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.delete("/v1/keys/{key_id}", summary="Revoke an API key", **DONE)
async def revoke(key_id: str, call: AdminCall) -> Response:
    """It is good no longer, at once and in every process; its streams end."""
    await call.services.staff.keys.revoke(key_id, actor=call.actor)
    return done()
