"""What happens at the desks of a branch: agents call the next visitor by hand, and what they did is so."""

from datetime import timedelta

from hub.domain.agent import decide as agent_rules
from hub.domain.agent.events import AgentChannelsClosed, AgentState
from hub.domain.contact import Channel
from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.ids import offer_id
from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import InteractionOffered, OfferAccepted
from hub.domain.interaction.state import Interaction, Phase, evolve
from hub.router.pool import conversing, handing_on, staffing, supervising
from hub.router.pool.commands import (
    Accept,
    CloseDesk,
    EndVisit,
    Move,
    OpenDesk,
    Park,
    ParkVisit,
    PassVisitOn,
    SignOff,
    SignOn,
    TakeVisit,
    Transfer,
    WantNext,
)
from hub.router.pool.decided import AWAY_FROM_WORK, here, known_agent, meta, numbered, of
from hub.router.pool.pacing import passed_over
from hub.router.pool.state import Decided, KnownAgent, OpenInteraction, PoolState

BRANCH, DESK = "branch", "desk"
"""Attributes of an agent at a desk: a queue that asks for the branch is served there alone."""
_CHANNEL = Channel.IN_PERSON.value
_BY_HAND = "calls the next visitor by hand"


def open_desk(state: PoolState, command: OpenDesk) -> list[Decided]:
    """They are ready for what else they do, and for visitors as soon as they call one. Who is signed on already can do
    what they could, and what the desk is for."""
    agent = state.agents.get(command.agent_id)
    at_desk = {BRANCH: command.branch, DESK: command.desk}
    if agent is None or agent.state.state in AWAY_FROM_WORK:
        arrives = SignOn(
            command.at, command.id, command.actor, command.agent_id, command.name or command.agent_id,
            command.skills, command.languages, attributes=at_desk,
        )  # fmt: skip
        arrived = staffing.sign_on(state, arrives)
        if not arrived:
            return []
        stream, version, _ = arrived[-1]
        return [*arrived, *numbered(stream, version, [_closed(command, command.agent_id, (_CHANNEL,))])]
    one = agent.state
    changed = agent_rules.change_skills(
        one, agent.id, {**one.skills, **command.skills}, tuple(dict.fromkeys((*one.languages, *command.languages))),
        {**one.attributes, **at_desk}, **meta(command),
    )  # fmt: skip
    holds_none = not any(held.queued.channel == _CHANNEL for held in agent.holds.values())
    closed = agent_rules.close_channels(one, agent.id, (_CHANNEL,), _BY_HAND, **meta(command)) if holds_none else []
    return of(agent, [*changed, *closed])


def close_desk(state: PoolState, command: CloseDesk) -> list[Decided]:
    """Who only came for the desk is signed off; what they still have waits again."""
    agent = known_agent(state, command.agent_id)
    if agent.state.state in AWAY_FROM_WORK or DESK not in agent.state.attributes:
        return []
    leaves = SignOff(command.at, command.id, command.actor, agent.id, "the desk is closed", forced=True)
    return staffing.sign_off(state, leaves)


def want_next(state: PoolState, command: WantNext) -> list[Decided]:
    """Who waits is matched by the same order as everybody; who does not want one any more is offered none."""
    agent = known_agent(state, command.agent_id)
    given = meta(command)
    if not command.wanted:
        back = staffing.take_offers_back(agent, _BY_HAND, command, channel=_CHANNEL)
        return [*back, *of(agent, agent_rules.close_channels(agent.state, agent.id, (_CHANNEL,), _BY_HAND, **given))]
    if agent.state.state is not AgentState.READY:
        return of(agent, agent_rules.change_state(agent.state, agent.id, AgentState.READY, "", **given))
    if _CHANNEL not in agent.state.closed:
        return []
    others = tuple(one for one in agent.state.closed if one != _CHANNEL)
    return of(agent, [_closed(command, agent.id, others, "calls the next visitor")])


def take_visit(state: PoolState, command: TakeVisit) -> list[Decided]:
    """The agent has it, whoever it was offered to; whom else they were offered goes to others. Refused where they have
    no room for it."""
    interaction = conversing.on_thread(state, command.channel, command.thread)
    one, given = interaction.state, meta(command, interaction.stream)
    if one.phase is Phase.ACTIVE and one.agent_id == command.agent_id:
        return []
    agent = here(state, command.agent_id)
    back = staffing.take_offers_back(agent, _BY_HAND, command, but=interaction, channel=_CHANNEL)
    asked = next((offer for offer, asked in one.open_offers if asked == agent.id), "")
    if one.phase is Phase.OFFERED and asked:
        accept = Accept(command.at, command.id, command.actor, agent.id, asked)
        return [*back, *conversing.accept(state, accept)]
    units = _room(agent, interaction, {decided.stream for decided in back})
    freed = _freed(interaction, command)
    offer = offer_id(interaction.stream, one.offers + 1)
    timeout = timedelta(seconds=state.rules_of(interaction.placement).offer_timeout_seconds)
    offered = InteractionOffered(
        **given, offer_id=offer, agent_id=agent.id, expires_at=command.at + timeout, units=units,
        policy=state.policy.version, reasons=(f"called to desk {agent.state.attributes.get(DESK, '')}",),
    )  # fmt: skip
    pace = passed_over(state.paces.get(interaction.queue), command.at)
    accepted = OfferAccepted(
        **given, offer_id=offer, agent_id=agent.id, queue=interaction.queue, today=agent.answered + 1, **pace.fields
    )
    return [*back, *of(interaction, [*freed, offered, accepted])]


def _freed(interaction: OpenInteraction, command: TakeVisit) -> list[Event]:
    """So that it can be given."""
    one, given = interaction.state, meta(command, interaction.stream)
    match one.phase:
        case Phase.WAITING:
            return []
        case Phase.OFFERED:
            return rules.rescind(one, "called to another desk", **given)
        case Phase.PARKED:
            return rules.unpark(one, "agent", command.agent_id, None, **given)
        case Phase.ACTIVE:
            return rules.pull_back(one, reason="called to another desk", **given)
        case _:
            raise RefusedError(f"this visit can't be called: it is {one.phase.value}")


def _room(agent: KnownAgent, interaction: OpenInteraction, freed: set[str]) -> int:
    """What it takes of them. Raises RefusedError where they don't have that."""
    seat, need = agent.seat, interaction.work.need
    units = seat.units_for(need)
    free = seat.free + sum(booked.units for work, booked in seat.held.items() if work.id in freed)
    if free < units:
        raise RefusedError(f"agent {agent.id} has no room for {units} units of channel {need.channel} now")
    return units


def park_visit(state: PoolState, command: ParkVisit) -> list[Decided]:
    """It rests until they take it up, where the policy lets visits be parked."""
    interaction = conversing.on_thread(state, command.channel, command.thread)
    return conversing.park(
        state, Park(command.at, command.id, command.actor, command.agent_id, interaction.stream)
    )  # fmt: skip


def pass_visit_on(state: PoolState, command: PassVisitOn) -> list[Decided]:
    """From the agent who has it; or else it waits elsewhere."""
    interaction = conversing.on_thread(state, command.channel, command.thread)
    asked = (command.at, command.id, command.actor)
    if command.agent_id:
        given = Transfer(*asked, command.agent_id, interaction.stream, command.queue, command.to_agent, command.reason)
        return handing_on.transfer(state, given)
    if interaction.queue == command.queue:
        return []
    return supervising.move(state, Move(*asked, interaction.stream, command.queue, command.reason))


def end_visit(state: PoolState, command: EndVisit) -> list[Decided]:
    """Over, with nothing left to do: the next visitor may be called. The code is the branch's own. Whom nobody has
    given up waiting."""
    interaction = conversing.on_thread(state, command.channel, command.thread)
    one, given = interaction.state, meta(command, interaction.stream)
    first: list[Event] = []
    if one.phase is Phase.PARKED:
        first = rules.unpark(one, "agent", **given)
    after = _after(one, first)
    if after.phase in (Phase.WAITING, Phase.OFFERED):
        return of(interaction, [*first, *rules.customer_left(after, **given)])
    ended = rules.end(one, command.agent_id, command.ended_by, **given)
    over = rules.complete_wrap_up(_after(one, ended), command.agent_id, command.code, **given)
    return of(interaction, [*ended, *over])


def _after(one: Interaction, events: list[Event]) -> Interaction:
    for event in events:
        one = evolve(one, event)
    return one


def _closed(
    command: OpenDesk | WantNext, agent_id: str, channels: tuple[str, ...], reason: str = _BY_HAND
) -> AgentChannelsClosed:
    return AgentChannelsClosed(agent_id=agent_id, channels=channels, reason=reason, **meta(command))
