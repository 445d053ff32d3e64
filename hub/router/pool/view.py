"""What may be seen of a routing pool as it stands, changing nothing."""

from hub.domain.interaction.state import Phase
from hub.ports import Clock
from hub.router.policy.parsing import Policy
from hub.router.pool.joining import Estimate, estimate_of
from hub.router.pool.pulling import pullable
from hub.router.pool.state import PoolState
from hub.router.pool.supervising import require_way_out


class PoolView:
    """The pool as decided, which may be a few transactions ahead of the log."""

    def __init__(self, state: PoolState, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    @property
    def state(self) -> PoolState:
        """All that is known of it."""
        return self._state

    @property
    def policy(self) -> Policy:
        """What it decides by now."""
        return self._state.policy

    def estimate(self, queue: str) -> Estimate:
        """What somebody who joins this queue now has to expect. Raises NotFoundError."""
        return estimate_of(self._state, queue)

    def in_line(self, queue: str) -> list[str]:
        """The interactions that wait in a queue or are offered from it."""
        found = (one for one in self._state.interactions.values() if one.queue == queue)
        return [one.stream for one in found if one.state.phase in (Phase.WAITING, Phase.OFFERED)]

    def require_way_out(self, queue: str, to: str) -> None:
        """Raises RefusedError where a queue that is drained into that one would be drained into itself in the end."""
        require_way_out(self._state, queue, to)

    def knows_agent(self, agent_id: str) -> bool:
        """Whether this agent ever signed on."""
        return agent_id in self._state.agents

    def pullable(self, agent_id: str) -> list[str]:
        """The interactions that an agent could pull now, first in order first. Raises NotFoundError."""
        return pullable(self._state, agent_id, self._clock.now().timestamp())

    def in_hand(self, agent_id: str) -> dict[str, str]:
        """The interactions that an agent was offered or has, each with its customer."""
        agent = self._state.agents.get(agent_id)
        held = (*agent.holds.values(), *agent.interrupted.values()) if agent else ()
        return {one.stream: one.queued.customer_id for one in held}
