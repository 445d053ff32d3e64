"""Who is asking, and whether they may: every route says in its signature which roles it is for."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from hub.api.services import Services
from hub.application.access import KeyRing
from hub.domain.access.decide import ApiKey
from hub.domain.access.events import Role
from hub.domain.errors import HubError

CALLER = "hub.caller"
"""Where the edge leaves the caller's key for the routes, in the ASGI scope."""
TRACE = "hub.trace"
"""Where it leaves what is told who reads."""


class UnauthenticatedError(HubError):
    """No API key, or one that is not good."""


class ForbiddenError(HubError):
    """A good API key that does not allow this."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in."""

    services: Services
    key: ApiKey

    @property
    def actor(self) -> str:
        """Who the events will say did it."""
        kind = "adapter" if self.key.role is Role.ADAPTER else "operator"
        return f"{kind}:{self.key.name}"

    def asked(self, actor: str = "") -> dict[str, Any]:
        """What every command brings: when, under which id, and who asks (unless given: the caller's own name)."""
        return {"at": self.services.clock.now(), "id": self.services.new_id(), "actor": actor or self.actor}

    def acting_for(self, agent_id: str) -> str:
        """Who the events will say did it, where it was done for this agent. Raises ForbiddenError for others."""
        if self.key.role is not Role.AGENT:
            return self.actor
        if self.key.agent_id not in ("", agent_id):
            raise ForbiddenError(f"this key is bound to agent {self.key.agent_id}: it can't act for {agent_id}")
        return f"agent:{agent_id}"


class Allow(SecurityBase):
    """Lets callers of these roles in, and admins always."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset((*roles, Role.ADMIN))
        self.model = HTTPBearer(description=f"API key of role {', '.join(sorted(self.roles))}")
        self.scheme_name = "API key"

    def admit(self, services: Services, key: ApiKey) -> Call:
        """The request, if the key's role may make it; else ForbiddenError."""
        if key.role not in self.roles:
            raise ForbiddenError(
                f"a key of role {key.role.value} can't do this: it takes {' or '.join(sorted(self.roles))}"
            )
        return Call(services, key)

    async def __call__(self, request: Request) -> Call:
        """For FastAPI."""
        call = self.admit(request.app.state.services, request.scope[CALLER])
        request.scope[TRACE].begin(call, request)
        return call


def caller(keys: KeyRing, authorization: bytes) -> ApiKey:
    """Whose key the `Authorization` header holds. Raises UnauthenticatedError."""
    scheme, _, token = authorization.partition(b" ")
    if not authorization:
        raise UnauthenticatedError("an API key is needed: send it as 'Authorization: Bearer <key>'")
    if scheme.lower() != b"bearer" or not token:
        raise UnauthenticatedError("the Authorization header is not 'Bearer <key>'")
    key = keys.find(token.strip())
    if key is None:
        raise UnauthenticatedError("this API key is unknown or was revoked")
    return key


ContactCall = Annotated[Call, Depends(Allow(Role.ADAPTER, Role.AGENT, Role.SUPERVISOR))]
AdapterCall = Annotated[Call, Depends(Allow(Role.ADAPTER))]
AgentCall = Annotated[Call, Depends(Allow(Role.AGENT, Role.SUPERVISOR))]
AdminCall = Annotated[Call, Depends(Allow())]
SupervisorCall = Annotated[Call, Depends(Allow(Role.SUPERVISOR))]
