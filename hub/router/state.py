"""What a routing pool's owner knows: open interactions and agents, as the log says, kept ready for deciding."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, NamedTuple

from hub.domain.agent import events as agent_facts
from hub.domain.agent.events import Agent, AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.event import Event
from hub.domain.ids import agent_stream
from hub.domain.interaction import events as interaction_facts
from hub.domain.interaction.events import (
    ContactAttached,
    Interaction,
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    Phase,
    WrapUpCompleted,
)
from hub.router.agents import Seat
from hub.router.classify import Classifier
from hub.router.matching import Matcher
from hub.router.policy import Policy
from hub.router.waiting import Work


class Decided(NamedTuple):
    """An event a command led to. `version` is its place in its stream, from 1."""

    stream: str
    version: int
    event: Event


class OpenInteraction:
    """An interaction that is not over. `deadline` (epoch seconds) is that of its open offer."""

    __slots__ = ("contacts", "deadline", "state", "stream", "thread", "units", "version", "work")

    def __init__(self, stream: str, work: Work, thread: tuple[str, str], contact_id: str) -> None:
        self.stream = stream
        self.version = 0
        self.state = Interaction()
        self.work = work
        self.thread = thread
        self.contacts = [contact_id]
        self.units = 0
        self.deadline = 0.0


class KnownAgent:
    """An agent, signed on or not. `holds` are the interactions that take of their capacity, in the order they came."""

    __slots__ = ("holds", "id", "seat", "state", "stream", "version")

    def __init__(self, agent_id: str, seat: Seat) -> None:
        self.id = agent_id
        self.stream = agent_stream(agent_id)
        self.version = 0
        self.state = Agent()
        self.seat = seat
        self.holds: dict[str, OpenInteraction] = {}


class PoolState:
    """Everything deciding needs. Changed by `evolve` alone, whether an event was just decided or comes from the log;
    the heaps of deadlines are only an index into it."""

    def __init__(self, policy: Policy, pool: str) -> None:
        self.policy = policy
        self.pool = pool
        self.actor = f"policy:{policy.version}"
        self.classifier = Classifier(policy)
        self.matcher = Matcher()
        self.interactions: dict[str, OpenInteraction] = {}
        self.agents: dict[str, KnownAgent] = {}
        self.threads: dict[tuple[str, str], str] = {}
        """The newest open interaction of each channel and thread."""
        self.contacts: dict[str, str] = {}
        """The open interaction of each contact that was taken up."""
        self.deadlines: list[tuple[float, str, str]] = []
        """Of open offers: when, interaction, offer; some are out of date."""


def evolve(state: PoolState, stream: str, version: int, event: Event) -> None:
    """The state after one more fact of the log. Facts about interactions that are over, or of other pools, and of
    other kinds change nothing."""
    apply = _EVOLVE.get(type(event))
    if apply is not None:
        apply(state, stream, version, event)


def next_deadline(state: PoolState) -> float | None:
    """When (epoch seconds) something becomes due that only a Tick brings about; None: nothing will."""
    deadlines = state.deadlines
    while deadlines and not _is_open(state, deadlines[0]):
        heappop(deadlines)
    bar = state.matcher.next_change()
    if not deadlines:
        return bar
    return deadlines[0][0] if bar is None else min(bar, deadlines[0][0])


def pop_due(state: PoolState, now: float) -> OpenInteraction | None:
    """The next interaction whose open offer's time is up by now."""
    deadlines = state.deadlines
    while deadlines and deadlines[0][0] <= now:
        due = heappop(deadlines)
        if _is_open(state, due):
            return state.interactions[due[1]]
    return None


def reset_deadlines(state: PoolState, at: datetime) -> None:
    """Give every open offer its full time again, from `at` on: the hub's downtime must cost no agent their offer."""
    state.deadlines = []
    for interaction in state.interactions.values():
        if interaction.state.phase is Phase.OFFERED:
            queue = state.policy.queue(interaction.work.line.queue)
            _set_deadline(state, interaction, at.timestamp() + queue.offer_timeout_seconds)


def _is_open(state: PoolState, deadline: tuple[float, str, str]) -> bool:
    _, stream, offer_id = deadline
    interaction = state.interactions.get(stream)
    return (
        interaction is not None and interaction.state.phase is Phase.OFFERED and interaction.state.offer_id == offer_id
    )


def _set_deadline(state: PoolState, interaction: OpenInteraction, due: float) -> None:
    interaction.deadline = due
    heappush(state.deadlines, (due, interaction.stream, interaction.state.offer_id))


def _agent(state: PoolState, agent_id: str) -> KnownAgent:
    agent = state.agents.get(agent_id)
    if agent is None:
        agent = state.agents[agent_id] = KnownAgent(agent_id, state.matcher.roster.seat(agent_id))
    return agent


def _queued(state: PoolState, stream: str, version: int, event: InteractionQueued) -> None:
    if event.pool != state.pool:
        return
    work = state.matcher.work(
        stream,
        event.at.timestamp(),
        queue=event.queue,
        priority=event.priority,
        skills=event.skills,
        languages=event.languages,
        units=event.units,
    )
    interaction = OpenInteraction(stream, work, (event.channel, event.thread), event.contact_id)
    interaction.version = version
    interaction.state = interaction_facts.evolve(interaction.state, event)
    state.interactions[stream] = interaction
    state.threads[interaction.thread] = stream
    state.contacts[event.contact_id] = stream
    state.matcher.wait(work)


def _offered(state: PoolState, interaction: OpenInteraction, event: InteractionOffered) -> None:
    agent = _agent(state, event.agent_id)
    agent.holds[interaction.stream] = interaction
    interaction.units = event.units
    state.matcher.reserve(interaction.work, agent.seat, event.units)
    _set_deadline(state, interaction, event.expires_at.timestamp())


def _refused(state: PoolState, interaction: OpenInteraction, event: OfferDeclined | OfferTimedOut) -> None:
    until = event.at.timestamp() + state.policy.decline_backoff_seconds
    state.matcher.bar(_agent(state, event.agent_id).seat, interaction.work, until)
    _waits_on(state, interaction, event)


def _waits_on(
    state: PoolState, interaction: OpenInteraction, event: OfferDeclined | OfferTimedOut | OfferRescinded
) -> None:
    _let_go(state, interaction, event.agent_id)
    state.matcher.wait(interaction.work)


def _abandoned(state: PoolState, interaction: OpenInteraction, event: InteractionAbandoned) -> None:  # noqa: ARG001
    state.matcher.withdraw(interaction.work)
    _forget(state, interaction)


def _attached(state: PoolState, interaction: OpenInteraction, event: ContactAttached) -> None:
    interaction.contacts.append(event.contact_id)
    state.contacts[event.contact_id] = interaction.stream


def _stays(state: PoolState, interaction: OpenInteraction, event: OfferAccepted | InteractionEnded) -> None:
    """It is with its agent since the offer, and stays there until the wrap-up is done."""


def _wrapped_up(state: PoolState, stream: str, version: int, event: WrapUpCompleted) -> None:  # noqa: ARG001
    """Also of an interaction that is over and forgotten: recovery reads each agent's last one, for their idle time."""
    interaction = state.interactions.get(stream)
    if interaction is not None:
        _let_go(state, interaction, event.agent_id)
        _forget(state, interaction)
    agent = state.agents.get(event.agent_id)
    if agent is not None and event.at.timestamp() >= agent.seat.idle[0]:
        state.matcher.idle_since(agent.seat, event.at.timestamp())


def _let_go(state: PoolState, interaction: OpenInteraction, agent_id: str) -> None:
    agent = _agent(state, agent_id)
    if agent.holds.pop(interaction.stream, None) is not None:
        state.matcher.release(agent.seat, interaction.units)


def _forget(state: PoolState, interaction: OpenInteraction) -> None:
    del state.interactions[interaction.stream]
    for contact_id in interaction.contacts:
        state.contacts.pop(contact_id, None)
    if state.threads.get(interaction.thread) == interaction.stream:
        del state.threads[interaction.thread]


def _signed_on(state: PoolState, stream: str, version: int, event: AgentSignedOn) -> None:  # noqa: ARG001
    if event.pool != state.pool:
        return
    agent = _agent(state, event.agent_id)
    agent.version = version
    agent.state = agent_facts.evolve(agent.state, event)
    agent.seat.barred = {}
    matcher = state.matcher
    matcher.roster.equip(agent.seat, event.skills, event.languages, event.capacity)
    matcher.idle_since(agent.seat, event.at.timestamp())
    matcher.set_ready(agent.seat, True)


def _agent_changed(
    state: PoolState, stream: str, version: int, event: AgentStateChanged | AgentSignedOff  # noqa: ARG001
) -> None:  # fmt: skip
    agent = _agent(state, event.agent_id)
    agent.version = version
    agent.state = agent_facts.evolve(agent.state, event)
    state.matcher.set_ready(agent.seat, agent.state.state is AgentState.READY)


def _of_interaction(effect: Callable[[PoolState, OpenInteraction, Any], None]) -> Callable[..., None]:
    """A fact of an open interaction: its own state first, then its effect on agents and matching."""

    def apply(state: PoolState, stream: str, version: int, event: Event) -> None:
        interaction = state.interactions.get(stream)
        if interaction is not None:
            interaction.version = version
            interaction.state = interaction_facts.evolve(interaction.state, event)
            effect(state, interaction, event)

    return apply


_EVOLVE: dict[type[Event], Callable[..., None]] = {
    InteractionQueued: _queued,
    ContactAttached: _of_interaction(_attached),
    InteractionOffered: _of_interaction(_offered),
    OfferAccepted: _of_interaction(_stays),
    OfferDeclined: _of_interaction(_refused),
    OfferTimedOut: _of_interaction(_refused),
    OfferRescinded: _of_interaction(_waits_on),
    InteractionAbandoned: _of_interaction(_abandoned),
    InteractionEnded: _of_interaction(_stays),
    WrapUpCompleted: _wrapped_up,
    AgentSignedOn: _signed_on,
    AgentStateChanged: _agent_changed,
    AgentSignedOff: _agent_changed,
}
