"""How many agents could take a customer now: what a call that we make needs."""

from hub.domain.contact import Channel
from hub.router.pool.state import PoolState


def free_agents(state: PoolState, channel: Channel) -> int:
    """Signed on, ready, and with room for one more of this channel."""
    name = channel.value
    units = state.policy.units(name)
    seats = (agent.seat for agent in state.agents.values())
    return sum(seat.is_open and seat.free >= seat.units.get(name, units) and name not in seat.closed for seat in seats)
