"""How much of each channel an agent has in hand and could have more: what a bar of their capacity is drawn from."""

from dataclasses import dataclass

from hub.domain.agent.events import AgentState
from hub.projections.agents import AgentNow
from hub.router.policy.parsing import Policy


@dataclass(frozen=True, slots=True)
class ChannelRoom:
    """`units` a piece of work of this channel takes of the agent's capacity; `ceiling`: most pieces at once, null: only
    capacity bounds them; `in_hand`: pieces they have or are asked to take, `units_in_use` by these; `room`: how many
    more there is room for now, whether they are ready or not."""

    channel: str
    units: int
    ceiling: int | None
    in_hand: int
    units_in_use: int
    closed: bool
    room: int


def rooms_of(agent: AgentNow, policy: Policy) -> list[ChannelRoom]:
    """By channel, those that the policy names and those of what they have in hand."""
    channels = dict.fromkeys([*policy.channels, *(one.channel for one in agent.interactions)])
    return [_room_of(agent, policy, channel) for channel in channels]


def _room_of(agent: AgentNow, policy: Policy, channel: str) -> ChannelRoom:
    held = [one for one in agent.interactions if one.channel == channel]
    units = agent.units.get(channel, policy.units(channel))
    ceiling = agent.ceilings.get(channel, policy.ceilings().get(channel))
    is_closed = channel in agent.closed_channels
    room = max(0, agent.capacity - agent.units_in_use) // units
    if ceiling is not None:
        room = min(room, max(0, ceiling - len(held)))
    is_here = agent.state not in (AgentState.SIGNED_OFF, AgentState.GONE)
    return ChannelRoom(
        channel=channel,
        units=units,
        ceiling=ceiling,
        in_hand=len(held),
        units_in_use=sum(one.units for one in held),
        closed=is_closed,
        room=room if is_here and not is_closed else 0,
    )
