"""What agents' phones make happen: nobody answers there, or somebody hangs up."""

from hub.domain.agent.events import AgentState
from hub.domain.contact import CallbackOutcome
from hub.domain.event import Event
from hub.domain.interaction import decide as rules
from hub.domain.interaction.state import Phase
from hub.router.pool.commands import AgentLeft, MissAgent
from hub.router.pool.decided import in_words, known_agent, meta, of, open_interaction
from hub.router.pool.not_answering import not_answering
from hub.router.pool.state import Decided, OpenInteraction, PoolState

BUSY = CallbackOutcome.BUSY.value


def miss_agent(state: PoolState, command: MissAgent) -> list[Decided]:
    """The customer waits on, at the age they have, and the agent rests as who let an offer pass; as who declined it, if
    their line was busy. Who only listened in is out again. Nothing to do for who has nothing of it any more."""
    interaction = _where(state, command.interaction_id, command.agent_id)
    agent = known_agent(state, command.agent_id) if command.agent_id in state.agents else None
    missed = of(interaction, _missed(interaction, command))
    if agent is None or not missed:
        return missed
    is_theirs = interaction.state.agent_id == agent.id or _offer(interaction, agent.id)
    if not is_theirs or command.outcome == BUSY or agent.state.state is not AgentState.READY:
        return missed
    reason = f"their phone could not be reached: {command.outcome}"
    return [*missed, *not_answering(state, agent, interaction, reason, command)]


def agent_left(state: PoolState, command: AgentLeft) -> list[Decided]:
    """Who has the conversation ends it, who advises in it ends that, who listens is out. Nothing to do for who has
    nothing of it any more."""
    interaction = _where(state, command.interaction_id, command.agent_id)
    given, one = meta(command, interaction.stream), interaction.state
    if one.phase is Phase.ACTIVE and one.agent_id == command.agent_id:
        return of(interaction, rules.end(one, command.agent_id, **given))
    return of(interaction, rules.leave(one, command.agent_id, **given))


def _missed(interaction: OpenInteraction, command: MissAgent) -> list[Event]:
    given, one, agent_id = meta(command, interaction.stream), interaction.state, command.agent_id
    if offer := _offer(interaction, agent_id):
        if command.outcome == BUSY:
            return rules.decline(one, offer, agent_id, busy=True, **in_words(interaction, ""), **given)
        return rules.time_out(one, offer, **given)
    return rules.miss_agent(one, agent_id, command.outcome, **given) or rules.leave(one, agent_id, **given)


def _where(state: PoolState, interaction_id: str, agent_id: str) -> OpenInteraction:
    """The conversation, or the consultation about it that this agent has."""
    interaction = open_interaction(state, interaction_id)
    if interaction.state.agent_id == agent_id or _offer(interaction, agent_id):
        return interaction
    advice = (state.interactions[stream] for stream in interaction.consults)
    theirs = (one for one in advice if one.state.agent_id == agent_id or _offer(one, agent_id))
    return next(theirs, interaction)


def _offer(interaction: OpenInteraction, agent_id: str) -> str:
    """The open offer of it to this agent; empty: there is none."""
    return next((offer for offer, asked in interaction.state.open_offers if asked == agent_id), "")
