"""Who is asking, and whether they may: every route says in its signature which roles it is for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from hub.api.services import Services
from hub.application.access.keys import KeyRing
from hub.carried_out import request_of
from hub.domain.access.credential import Credential, credential_of_key
from hub.domain.access.events import Role
from hub.domain.errors import HubError

CALLER = "hub.caller"
"""Where the edge leaves the caller's credential for the routes, in the ASGI scope."""
NAMED = "hub.named"
"""Where it leaves what a command is called that has an `Idempotency-Key`."""
TRACE = "hub.trace"
"""Where it leaves what is told who reads."""


class UnauthenticatedError(HubError):
    """No API key and no session, or one that is not good."""


class ForbiddenError(HubError):
    """A good API key or session that does not allow this."""


class LockedError(HubError):
    """A session at whose desk nobody is."""


class PasswordDueError(HubError):
    """A session of somebody whose password another chose."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in."""

    services: Services
    key: Credential
    named: str = ""
    """The command's name for good, where the caller gave it one (`Idempotency-Key`); empty: it has none."""
    _asked: Iterator[int] = field(default_factory=count, compare=False, repr=False)

    @property
    def actor(self) -> str:
        """Who the events will say did it."""
        if self.key.person_id:
            return f"person:{self.key.person_id}"
        kind = "adapter" if self.key.role is Role.ADAPTER else "operator"
        return f"{kind}:{self.key.name}"

    def command_id(self) -> str:
        """What a command is called. The first of a request that names itself is called the same however often it is
        sent, also over a restart."""
        return self.services.new_id() if next(self._asked) else self.named or self.services.new_id()

    def asked(self, actor: str = "") -> dict[str, Any]:
        """What every command brings: when, under which id, and who asks (unless given: the caller's own name)."""
        return {"at": self.services.clock.now(), "id": self.command_id(), "actor": actor or self.actor}

    def request(self, given: str) -> str:
        """What a command is told apart by from others of its kind for ever: the caller's `request_id`, else the name
        that its `Idempotency-Key` gives it; empty: nothing does."""
        return given or request_of(self.named)

    def acting_for(self, agent_id: str) -> str:
        """Who the events will say did it, where it was done for this agent. Raises ForbiddenError for others."""
        key = self.key
        if key.role is not Role.AGENT:
            if agent_id and key.person_id and key.agent_id == agent_id:
                return f"agent:{agent_id}"
            self.supervising(agent_id=agent_id)
            return self.actor
        if key.person_id and key.agent_id != agent_id:
            raise ForbiddenError(f"you act for your own agent: not for {agent_id}")
        if key.agent_id not in ("", agent_id):
            raise ForbiddenError(f"this key is bound to agent {key.agent_id}: it can't act for {agent_id}")
        return self.actor if agent_id == key.person_id else f"agent:{agent_id}"

    def looking_at(self, agent_id: str) -> None:
        """Whether they may see what is told of this agent: agents see their own. Raises ForbiddenError."""
        if self.key.role is Role.AGENT:
            self.acting_for(agent_id)

    def supervising(self, *, agent_id: str = "", queue: str = "") -> None:
        """Whether this supervisor acts on that agent, that queue. Raises ForbiddenError where their teams say no."""
        reach = self.key.reach
        if queue and reach.queues is not None and queue not in reach.queues:
            raise ForbiddenError(f"your teams don't supervise queue {queue}")
        if agent_id and reach.agents is not None and agent_id not in reach.agents:
            raise ForbiddenError(f"your teams don't lead agent {agent_id}")

    async def supervising_work(self, interaction_id: str) -> None:
        """The same of the queue that some work is in."""
        if self.key.reach.queues is None:
            return
        row: Any = await self.services.views.interaction(interaction_id)
        if row is not None:
            self.supervising(queue=row["queue"] or "(none)")

    def watch(self, ended: Callable[[], None]) -> Callable[[], None]:
        """Call `ended` once when what this request was made with is good no longer, or allows something else. What is
        handed back ends the watch."""
        watched = self.services.staff.signed_in if self.key.person_id else self.services.keys
        return watched.watch(self.key.key_id, ended)


class Allow(SecurityBase):
    """Lets callers of these roles in, and admins always."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset((*roles, Role.ADMIN))
        self.model = HTTPBearer(description=f"API key of role {', '.join(sorted(self.roles))}")
        self.scheme_name = "API key"

    def admit(self, services: Services, key: Credential, named: str = "") -> Call:
        """The request, if the caller's role may make it; else ForbiddenError. `named`: what its command is called."""
        if key.role not in self.roles:
            raise ForbiddenError(
                f"{'somebody' if key.person_id else 'a key'} of role {key.role.value} can't do this: "
                f"it takes {' or '.join(sorted(self.roles))}"
            )
        return Call(services, key, named)

    async def __call__(self, request: Request) -> Call:
        """For FastAPI."""
        call = self.admit(request.app.state.services, request.scope[CALLER], request.scope.get(NAMED, ""))
        request.scope[TRACE].begin(call, request)
        return call


def caller(keys: KeyRing, authorization: bytes) -> Credential:
    """Whose key the `Authorization` header holds. Raises UnauthenticatedError."""
    scheme, _, token = authorization.partition(b" ")
    if not authorization:
        raise UnauthenticatedError("an API key is needed, as 'Authorization: Bearer <key>', or a session: sign in")
    if scheme.lower() != b"bearer" or not token:
        raise UnauthenticatedError("the Authorization header is not 'Bearer <key>'")
    key = keys.find(token.strip())
    if key is None:
        raise UnauthenticatedError("this API key is unknown or was revoked")
    return credential_of_key(key)


AnyCall = Annotated[Call, Depends(Allow(*Role))]
ContactCall = Annotated[Call, Depends(Allow(Role.ADAPTER, Role.AGENT, Role.SUPERVISOR))]
AdapterCall = Annotated[Call, Depends(Allow(Role.ADAPTER))]
AgentCall = Annotated[Call, Depends(Allow(Role.AGENT, Role.SUPERVISOR))]
AdminCall = Annotated[Call, Depends(Allow())]
SupervisorCall = Annotated[Call, Depends(Allow(Role.SUPERVISOR))]
