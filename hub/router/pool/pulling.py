"""Work that agents take out of a queue by themselves, where it lets them: what they could be offered is theirs."""

from collections.abc import Iterator
from datetime import timedelta
from heapq import nsmallest

from hub.domain.errors import RefusedError
from hub.domain.ids import offer_id
from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import InteractionOffered, OfferAccepted
from hub.domain.interaction.state import Phase
from hub.router.matching.candidates import Rule, may_take
from hub.router.matching.waiting import Work
from hub.router.pool.commands import Pull
from hub.router.pool.decided import here, known_agent, meta, of, open_interaction
from hub.router.pool.interrupting import make_room
from hub.router.pool.state import Decided, KnownAgent, OpenInteraction, PoolState
from hub.router.pool.supervising import counted

MOST = 200
"""Pieces of work that an agent is shown at once."""
_ASKED_FOR = frozenset({Rule.FITS, Rule.DECLINED_BEFORE})
"""Who declined it may still think better of it."""
_WORDS = {
    Rule.NOT_READY: "is not ready",
    Rule.RESTING: "rests after an offer they did not take",
    Rule.SKILL: "has not the skills it asks for",
    Rule.LANGUAGE: "speaks none of the languages it asks for",
    Rule.ATTRIBUTE: "has not the attributes it asks for",
    Rule.RESERVED_FOR_ANOTHER: "can't have it yet: it waits for another agent first",
    Rule.ALREADY_OFFERED: "has it already",
    Rule.CHANNEL_CLOSED: "gets nothing of its channel until they say that they are ready",
    Rule.CEILING: "has as many pieces of work of its channel as they may",
    Rule.CAPACITY: "has no room for it",
}


def pull(state: PoolState, command: Pull) -> list[Decided]:
    """The agent has it, as if it had been offered to them and they had accepted at once."""
    interaction = open_interaction(state, command.interaction_id)
    one = interaction.state
    if one.phase is Phase.ACTIVE and one.agent_id == command.agent_id:
        return []
    agent = here(state, command.agent_id)
    given = meta(command, interaction.stream)
    asked = next((offer for offer, whom in one.open_offers if whom == agent.id), "")
    if asked:
        return of(interaction, rules.accept(one, asked, agent.id, counted(state, interaction, agent, command), **given))
    _refuse(state, interaction, agent, command.at.timestamp())
    need, rules_of_queue = interaction.work.need, state.rules_of(interaction.placement)
    offer, units = offer_id(interaction.stream, one.offers + 1), agent.seat.units_for(need)
    offered = InteractionOffered(
        **given, offer_id=offer, agent_id=agent.id, units=units, policy=state.policy.version,
        expires_at=command.at + timedelta(seconds=rules_of_queue.offer_timeout_seconds),
        reasons=(
            f"pulled by {agent.id} from queue {interaction.queue}, which lets agents choose",
            f"{units} units free",
        ),
    )  # fmt: skip
    accepted = OfferAccepted(**given, offer_id=offer, agent_id=agent.id, **counted(state, interaction, agent, command))
    room = make_room(state, agent, need, interaction.stream, command)
    return [*room, *of(interaction, [offered, accepted])]


def pullable(state: PoolState, agent_id: str, now: float, most: int = MOST) -> list[str]:
    """What this agent could pull now, first in the order of all first. Raises NotFoundError."""
    agent = known_agent(state, agent_id)
    key = state.matcher.waiting.key
    found = [work for work in _to_choose_from(state) if may_take(agent.seat, work, now) in _ASKED_FOR]
    return [work.id for work in nsmallest(most, found, key=lambda work: key(work, now))]


def _to_choose_from(state: PoolState) -> Iterator[Work]:
    """What waits in queues that let agents pull, also what is offered to nobody yet."""
    queues = {name for name, queue in state.policy.queues.items() if queue.pull}
    if queues:
        for one in state.interactions.values():
            if one.is_waiting and one.placement.queue in queues:
                yield one.work


def _refuse(state: PoolState, interaction: OpenInteraction, agent: KnownAgent, now: float) -> None:
    """Raises RefusedError where they may not have it."""
    phase = interaction.state.phase
    if phase is not Phase.WAITING:
        word = "asked of another agent" if phase is Phase.OFFERED else phase.value
        raise RefusedError(f"only waiting work can be pulled, and this is {word}")
    if not state.queue(interaction.queue).pull:
        raise RefusedError(f"queue {interaction.queue} does not let agents pull: its work is offered to them")
    rule = may_take(agent.seat, interaction.work, now)
    if rule not in _ASKED_FOR:
        raise RefusedError(f"agent {agent.id} {_WORDS.get(rule, 'may not take it')}")
