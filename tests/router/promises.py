"""What must hold of a pool and of its log, whatever is asked of it."""

from collections import Counter
from typing import Any

from hub.domain.agent.events import AgentSignedOn, AgentState
from hub.domain.event import Event
from hub.domain.interaction.events import (
    DeclinesForgotten,
    InteractionAbandoned,
    InteractionExpired,
    InteractionInterrupted,
    InteractionOffered,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.interaction.state import OVER, Interaction, Phase
from hub.domain.interaction.state import evolve as evolve_interaction
from hub.router.matching.agents import Seat
from hub.router.matching.candidates import canonical_match
from hub.router.matching.waiting import Work
from hub.router.pool.evolve import evolve
from hub.router.pool.interrupting import URGENT
from hub.router.pool.state import Decided, PoolState
from tests.router.pools import PoolInHand

Match = tuple[Work, Seat]
OUTCOMES = (WrapUpCompleted, InteractionAbandoned, InteractionExpired)


class Promises:
    """What must hold of the log, checked as it grows."""

    def __init__(self) -> None:
        self.read = 0
        self.versions: Counter[str] = Counter()
        self.works: dict[str, Interaction] = {}
        self.outcomes: Counter[str] = Counter()
        self.refusals: dict[tuple[str, str], float] = {}
        self.offers: dict[str, int] = {}
        self.booked: dict[str, int | None] = {}
        """What work takes of the agent who has it."""

    def hold(self, log: list[Decided]) -> None:
        for stream, version, event in log[self.read :]:
            self.versions[stream] += 1
            assert version == self.versions[stream], "streams have no gaps"
            if stream.startswith("interaction-"):
                self.of_work(stream, event)
            elif isinstance(event, AgentSignedOn):
                self.refusals = {key: at for key, at in self.refusals.items() if key[1] != event.agent_id}
        self.read = len(log)

    def of_work(self, stream: str, event: Event) -> None:
        work = self.works[stream] = evolve_interaction(self.works.get(stream, Interaction()), event)
        self.outcomes[stream] += isinstance(event, OUTCOMES) - isinstance(event, InteractionReopened)
        assert 0 <= self.outcomes[stream] <= 1, "work ends in one outcome"
        assert (self.outcomes[stream] == 1) == (work.phase in OVER and work.phase is not Phase.REFUSED)
        self.of_capacity(stream, event)
        match event:
            case OfferDeclined() | OfferTimedOut():
                self.refusals[stream, event.agent_id] = float("inf")
            case OfferAccepted():
                self.refusals = {key: at for key, at in self.refusals.items() if key[0] != stream}
            case DeclinesForgotten():
                for key, until in self.refusals.items():
                    if key[0] == stream and until == float("inf"):
                        self.refusals[key] = event.after.timestamp()
            case InteractionOffered() if event.actor.startswith("policy:"):
                assert self.refusals.get((stream, event.agent_id), 0.0) <= event.at.timestamp(), "declines are kept"

    def of_capacity(self, stream: str, event: Event) -> None:
        match event:
            case InteractionOffered():
                self.offers[event.offer_id] = event.units
            case OfferAccepted():
                self.booked[stream] = self.offers[event.offer_id]
            case InteractionTransferred(warm=True):
                self.booked[stream] = event.to_units


def every_choice_was_the_first(pool: PoolInHand) -> None:
    """All that was offered was the first in the order of all, and went to the first of the agents who might take it,
    by what was known before room was made for it."""
    state = PoolState(pool.first_policy, "main", pool.state.policies)
    expected: Match | None = None
    for stream, version, event in pool.log:
        makes_room = isinstance(event, InteractionInterrupted) or getattr(event, "reason", "") == URGENT
        if makes_room and expected is None:
            expected = canonical_match(state.matcher, event.at.timestamp())
        if isinstance(event, InteractionOffered):
            if event.actor.startswith("policy:") and not state.interactions[stream].state.open_offers:
                expected = expected or canonical_match(state.matcher, event.at.timestamp())
                assert expected is not None
                assert (stream, event.agent_id) == (expected[0].id, expected[1].agent_id), "first come, first chosen"
            expected = None
        evolve(state, stream, version, event)


def structure_holds(state: PoolState) -> None:
    """Each interaction is with those it says it is with, nobody holds more than they can, and lines have what waits."""
    for stream, interaction in state.interactions.items():
        one = interaction.state
        match one.phase:
            case Phase.OFFERED:
                owners = sorted(agent for _, agent in one.open_offers)
            case Phase.ACTIVE | Phase.WRAP_UP:
                owners = [one.agent_id]
            case _:
                owners = []
        holding = [agent.id for agent in state.agents.values() if stream in agent.holds or stream in agent.interrupted]
        assert sorted(holding) == owners
        assert interaction.is_waiting == (one.phase is Phase.WAITING)
        assert not interaction.work.waiting or interaction.is_waiting
        assert interaction.work.bound is None or stream in state.agents[interaction.work.bound.agent_id].bound
        assert all(state.interactions[advice].queued.consult_of == stream for advice in interaction.consults)
        assert not interaction.consults or one.phase is Phase.ACTIVE
        conferring = {agent for agent, mode in one.participants if mode == "conference"}
        assert conferring <= {state.interactions[advice].state.agent_id for advice in interaction.consults}
        if one.phase is Phase.ACTIVE:
            assert one.interrupted == (stream in state.agents[one.agent_id].interrupted)
    for agent in state.agents.values():
        seat = agent.seat
        assert not set(agent.holds) & set(agent.interrupted)
        assert {work.id for work in seat.held} == {*agent.holds, *agent.interrupted}
        assert {work.id for work in seat.paused} == set(agent.interrupted)
        used = sum(need.units for work, need in seat.held.items() if work not in seat.paused)
        assert seat.free == seat.capacity - used
        assert agent.state.state is AgentState.SIGNED_OFF or (seat.free >= 0 and seat.capacity == agent.state.capacity)
        assert not seat.held or agent.state.state is not AgentState.SIGNED_OFF
        assert set(agent.bound) <= set(state.interactions)
    for queue in state.waiting_in:
        waiting = sum(one.is_waiting and one.queue == queue for one in state.interactions.values())
        assert state.waiting_in.get(queue, 0) == waiting
    assert set(state.threads.values()) <= set(state.interactions)
    assert set(state.contacts.values()) <= set(state.interactions)
    for thread, stream in state.closed_threads.items():
        assert state.closed[stream].thread == thread
    assert len(state.closed) == len(state.closed_threads)


def recoverable(picture: dict[str, Any]) -> dict[str, Any]:
    """What recovery promises: all but whose turn it is after a warm transfer, and that a place was given back already
    to a customer whose new work is over too."""
    return {name: value for name, value in picture.items() if name not in ("turns", "left")}
