"""What becomes of an agent who did not answer, or whose phone could not be reached: they get nothing more, of this
channel or at all, until they say that they are ready."""

from hub.domain.agent import decide as rules
from hub.domain.agent.events import AgentState
from hub.router.policy.fields import NotAnswering
from hub.router.pool.commands import Command
from hub.router.pool.decided import by_policy, of
from hub.router.pool.staffing import take_offers_back
from hub.router.pool.state import Decided, KnownAgent, OpenInteraction, PoolState

NOT_ANSWERING = "agent is not answering"


def not_answering(
    state: PoolState, agent: KnownAgent, interaction: OpenInteraction, reason: str, command: Command
) -> list[Decided]:
    """As the policy says. What else is offered to them goes to others."""
    given = by_policy(state, command, interaction.stream)
    match state.policy.agents.not_answering:
        case NotAnswering.NONE:
            return []
        case NotAnswering.CHANNEL:
            channel = interaction.queued.channel.value
            closed = (*agent.state.closed, channel)
            return [
                *of(agent, rules.close_channels(agent.state, agent.id, closed, reason, **given)),
                *take_offers_back(agent, NOT_ANSWERING, command, interaction, channel),
            ]
        case _:
            new = AgentState.NOT_ANSWERING
            return [
                *of(agent, rules.change_state(agent.state, agent.id, new, reason, **given)),
                *take_offers_back(agent, NOT_ANSWERING, command, interaction),
            ]
