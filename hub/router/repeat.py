"""Commands that come again after the work has left memory: answered from the log, so that repeats stay harmless."""

from hub.domain.event import Event
from hub.domain.ids import interaction_of_offer
from hub.domain.interaction import decide
from hub.domain.interaction.events import Interaction, evolve
from hub.ports import Journal
from hub.router.commands import Accept, Command, CompleteWrapUp, Decline, End
from hub.router.decided import meta


async def is_repeat(journal: Journal, command: Command) -> bool:
    """Whether a command about work that is over was carried out before. False: there never was such work.
    Raises RefusedError when there was, and the command comes too late."""
    match command:
        case Accept() | Decline():
            stream = interaction_of_offer(command.offer_id)
        case End() | CompleteWrapUp():
            stream = command.interaction_id
        case _:
            return False
    history = (await journal.load([stream])).get(stream, []) if stream else []
    if not history:
        return False
    state = Interaction()
    for recorded in history:
        state = evolve(state, recorded.event)
    return not _decide(state, command)


def _decide(state: Interaction, command: Accept | Decline | End | CompleteWrapUp) -> list[Event]:
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
