"""Commands that come again after the work has left memory: answered from the log, so that repeats stay harmless."""

from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.ids import agent_stream, interaction_of_offer, routing_stream
from hub.domain.interaction import decide
from hub.domain.interaction.events import InteractionQueued
from hub.domain.interaction.state import Interaction, evolve
from hub.ports import Journal
from hub.router.pool.commands import (
    Accept,
    AgentLeft,
    Command,
    CompleteWrapUp,
    Consult,
    Decline,
    End,
    MissAgent,
    MissCallback,
    Park,
)
from hub.router.pool.decided import meta


async def is_repeat(journal: Journal, command: Command) -> bool:
    """Whether a command about work that is over was carried out before. False: there never was such work.
    Raises RefusedError when there was, and the command comes too late."""
    stream = work_of(command)
    history = (await journal.load([stream])).get(stream, []) if stream else []
    if not history:
        return False
    state = Interaction()
    for recorded in history:
        state = evolve(state, recorded.event)
    first = history[0].event
    if isinstance(command, End) and isinstance(first, InteractionQueued) and first.consult_of:
        return True  # who asked for advice ends it too
    return not _decide(state, command)


def work_of(command: Command) -> str:
    """The interaction a command is about; empty: none."""
    if isinstance(command, Accept | Decline):
        return interaction_of_offer(command.offer_id)
    return str(getattr(command, "interaction_id", ""))


def told_in(command: Command, pool: str) -> str:
    """The stream in which it is told that a command was carried out."""
    agent = str(getattr(command, "agent_id", ""))
    if isinstance(command, Consult):
        return command.consult_id
    return work_of(command) or (agent_stream(agent) if agent else routing_stream(pool))


def _decide(state: Interaction, command: Command) -> list[Event]:
    given = meta(command)
    match command:
        case Accept():
            return decide.accept(state, command.offer_id, command.agent_id, **given)
        case Decline():
            return decide.decline(state, command.offer_id, command.agent_id, command.reason, **given)
        case End():
            return decide.end(state, command.agent_id, **given)
        case CompleteWrapUp():
            return decide.complete_wrap_up(state, command.agent_id, command.code, **given)
        case MissCallback():
            return decide.miss_callback(state, command.agent_id, command.outcome, None, **given)
        case MissAgent() | AgentLeft():
            return []  # whoever hung up, or was not there, has nothing of it any more
        case Park():
            return decide.park(state, command.agent_id, command.until, command.reason, **given)
        case _:
            raise RefusedError(f"nothing can be asked of this interaction any more: it is {state.phase.value}")
