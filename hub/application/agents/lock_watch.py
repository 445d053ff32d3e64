"""Nobody sees an offer behind a lock: who locks their screens gets no work until they are back."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from hub.application.access.signed_in import SignedIn
from hub.application.agents.presence import PresencePool
from hub.domain.access.sessions.events import SessionLocked, SessionOpened, SessionUnlocked
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.ports import Clock, Recorded
from hub.router.pool.commands import AgentLocked, AgentUnlocked, Command

log = logging.getLogger(__name__)

ACTOR = "policy:lock"
RETRY_SECONDS = 1.0


class LockWatch:
    """The log tells of sessions; `run` tells the pool of their agents, in order, until it has heard."""

    def __init__(self, pool: PresencePool, clock: Clock, signed_in: SignedIn, new_id: Callable[[], str]) -> None:
        self._pool = pool
        self._clock = clock
        self._signed_in = signed_in
        self._new_id = new_id
        self._ask: list[Command] = []
        self._wake = asyncio.Event()

    def start(self, away: Sequence[str]) -> None:
        """What was said while the hub was down. `away`: the agents that a lock keeps from work."""
        there, locked = self._signed_in.at_desks()
        for agent_id in sorted(locked - there):
            self._tell(AgentLocked, agent_id)
        for agent_id in away:
            if agent_id in there:
                self._tell(AgentUnlocked, agent_id)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on. Who has another session on show is there, whatever happens to this one."""
        for recorded in batch:
            match recorded.event:
                case SessionLocked(session_id=one, actor=actor):
                    agent_id = self._agent(actor)
                    if agent_id and not self._signed_in.is_on_show(actor.removeprefix("person:"), but=one):
                        self._tell(AgentLocked, agent_id)
                case SessionUnlocked(actor=actor) | SessionOpened(actor=actor):
                    agent_id = self._agent(actor)
                    if agent_id:
                        self._tell(AgentUnlocked, agent_id)

    async def run(self) -> None:
        """Tell the pool, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._ask:
                try:
                    await self._pool.execute(self._ask[0])
                except (NotFoundError, RefusedError, InvalidError):
                    pass  # not signed on: nothing to keep them from
                except HubError as error:
                    log.warning("the pool can't be told of a lock now, trying on: %s", error)
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                self._ask.pop(0)

    def _agent(self, actor: str) -> str:
        person = self._signed_in.staff.people.get(actor.removeprefix("person:"))
        return person.agent_id if person else ""

    def _tell(self, kind: type[AgentLocked | AgentUnlocked], agent_id: str) -> None:
        self._ask.append(kind(self._clock.now(), self._new_id(), ACTOR, agent_id))
        self._wake.set()
