"""Random valid histories: a small world of customers, agents and work that writes the events the hub would."""

import bisect
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    CustomerRegistered,
    IdentifierObserved,
    LifecycleStageChanged,
    ProfileChanged,
    SegmentChanged,
)
from hub.domain.customer.notes import AgentMentioned
from hub.domain.event import Event
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Interaction, Phase, evolve
from hub.domain.pool.events import PoolCommitted
from hub.domain.reading.events import PersonalDataRead, reading_stream
from hub.journal.codec import Codec
from hub.ports import Stored
from tests.projections import happenings
from tests.projections.happenings import placement

CHANCE = st.integers(0, 2**32).map(random.Random)
"""Histories are told by a seed: a failing one is shrunk to fewer steps."""
LIVES = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
QUEUES = {"sales": Channel.PHONE, "service": Channel.EMAIL, "chat": Channel.WEB}


class Log:
    """A log in memory, as the store would give it: rows with positions that have gaps."""

    def __init__(self, gap: int = 1) -> None:
        self.codec = Codec()
        self.rows: list[Stored] = []
        self.events: list[tuple[str, Event]] = []
        self.versions: dict[str, int] = {}
        self.gap = gap

    def add(self, stream: str, event: Event) -> int:
        self.versions[stream] = self.versions.get(stream, 0) + 1
        position = (self.rows[-1].position if self.rows else 0) + self.gap
        self.rows.append(Stored(position, stream, self.versions[stream], *self.codec.encode(stream, event)))
        self.events.append((stream, event))
        return position

    def read(self, after: int, limit: int) -> Sequence[Stored]:
        start = bisect.bisect_right(self.rows, after, key=lambda row: row.position)
        return self.rows[start : start + limit]

    def decode(self, stream: str, topic: str, state: bytes) -> Event:
        return self.codec.decode(stream, topic, state)


class World:
    """Makes life happen, one step at a time. Everything random comes from `chance`."""

    def __init__(self, chance: random.Random, log: Log | None = None) -> None:
        self.chance = chance
        self.log = log or Log()
        self.now = START
        self.contacts = 0
        self.customers: list[str] = []
        self.work: dict[str, dict[str, Any]] = {}
        self.done: dict[str, dict[str, Any]] = {}
        self.states: dict[str, Interaction] = {}
        self.agents: dict[str, AgentState] = {}

    def run(self, steps: int) -> Log:
        actions: list[Callable[..., None]] = [self.contact] * 4 + [
            self.offer,
            self.answer,
            self.answer,
            self.finish,
            self.finish,
            self.wrap_up,
        ]
        actions += [self.sign_on, self.sign_off, self.change_state, self.leave, self.write_out, self.past_call]
        actions += happenings.ALL
        for _ in range(steps):
            self.now += timedelta(milliseconds=self.chance.choice([0, 1, 900, 5_000, 61_000, 700_000]))
            action = self.chance.choice(actions)
            if action in happenings.ALL:
                action(self)
            else:
                action()
        return self.log

    def add(self, stream: str, event: type[Event], **fields: Any) -> None:
        common = {"at": self.now, "recorded_at": self.now, "causation": "test", "actor": "test"}
        fact = event(**{**common, **fields})
        self.log.add(stream, fact)
        if stream.startswith("interaction-"):
            self.states[stream] = evolve(self.states.get(stream, Interaction()), fact)

    def customer(self) -> str:
        if self.customers and self.chance.random() < 0.5:
            return self.chance.choice(self.customers)
        customer = f"customer-{len(self.customers):032x}"
        self.customers.append(customer)
        self.add(customer, CustomerRegistered)
        kind = self.chance.choice(["phone", "email"])
        self.add(customer, IdentifierObserved, kind=kind, value=f"{kind}-{len(self.customers)}", verified=False)
        if self.chance.random() < 0.3:
            self.add(customer, ProfileChanged, name=f"Name {customer[-4:]}")
            self.add(customer, SegmentChanged, segment="B2B", value_tier="gold", reason="test")
            self.add(customer, LifecycleStageChanged, lifecycle_stage="retention", reason="test")
        return customer

    def touch(self, customer: str, channel: Channel, pool: str = "main", **fields: Any) -> str:
        self.contacts += 1
        contact = f"contact-{self.contacts}"
        self.add(
            customer, ContactReceived, contact_id=contact, channel=channel, address="a", sender="contact-centre",
            thread=contact, purpose="service", service="", language="", subject=f"Subject {contact}",
            text="text " * 60, standing=Standing(), pool=pool, **fields,
        )  # fmt: skip
        return contact

    def contact(self) -> None:
        customer, (queue, channel) = self.customer(), self.chance.choice(list(QUEUES.items()))
        contact = self.touch(customer, channel)
        mine = [one for one, work in self.work.items() if work["customer"] == customer]
        if mine and self.chance.random() < 0.4:
            self.add(mine[0], ContactAttached, contact_id=contact)
        else:
            self.queue(customer, contact, queue, channel, "main")

    def queue(
        self, customer: str, contact: str, queue: str, channel: Channel, pool: str, name: str = "", **fields: Any
    ) -> str:
        interaction = f"interaction-{name or contact}"
        self.add(
            interaction, InteractionQueued, pool=pool, contact_id=contact, customer_id=customer, channel=channel,
            thread=contact, service="", **{**placement(queue), **fields},
        )  # fmt: skip
        if pool != "history":
            self.work[interaction] = {"customer": customer, "queue": queue, "channel": channel}
        return interaction

    def offer(self) -> None:
        interaction = self.pick(Phase.WAITING)
        if interaction:
            self.offer_to_somebody(interaction)

    def offer_to_somebody(self, interaction: str) -> None:
        """To an agent who is ready and has no offer of it yet, if there is one."""
        state = self.states[interaction]
        asked = {agent for _, agent in state.open_offers}
        ready = [one for one, how in self.agents.items() if how is AgentState.READY and one not in asked]
        if ready:
            self.add(
                interaction, InteractionOffered, offer_id=f"offer-{interaction}-{state.offers + 1}", policy="p1",
                agent_id=self.chance.choice(ready), expires_at=self.now + timedelta(seconds=15),
                units=100 if self.work[interaction]["queue"] == "sales" else 25, reasons=("idle longest",),
            )  # fmt: skip

    def answer(self) -> None:
        interaction = self.pick(Phase.OFFERED)
        if interaction is None:
            return
        kind = self.chance.choice([OfferAccepted] * 6 + [OfferDeclined, OfferTimedOut, OfferRescinded])
        if kind is OfferAccepted:
            self.accept(interaction)
            return
        offer, agent = self.chance.choice(self.states[interaction].open_offers)
        reason = {"reason": "r"} if kind is not OfferTimedOut else {}
        self.add(interaction, kind, offer_id=offer, agent_id=agent, **reason)
        if kind is OfferTimedOut and self.agents[agent] is AgentState.READY:
            self.agents[agent] = AgentState.NOT_ANSWERING
            self.add(f"agent-{agent}", AgentStateChanged, agent_id=agent, state=AgentState.NOT_ANSWERING)

    def accept(self, interaction: str) -> None:
        """One of those asked takes it, and the others are told."""
        offer, agent = self.chance.choice(self.states[interaction].open_offers)
        self.add(interaction, OfferAccepted, offer_id=offer, agent_id=agent)
        for other, loser in self.states[interaction].open_offers:
            self.add(interaction, OfferRescinded, offer_id=other, agent_id=loser, reason="taken by another agent")

    def finish(self) -> None:
        interaction = self.pick(Phase.ACTIVE)
        if interaction:
            self.add(interaction, InteractionEnded, agent_id=self.states[interaction].agent_id, ended_by="agent")

    def wrap_up(self) -> None:
        interaction = self.pick(Phase.WRAP_UP)
        if interaction:
            self.over(interaction, WrapUpCompleted, agent_id=self.states[interaction].agent_id, code="done")

    def leave(self) -> None:
        interaction = self.pick(Phase.WAITING)
        if interaction:
            self.over(interaction, InteractionAbandoned)

    def over(self, interaction: str, how: type[Event], **fields: Any) -> None:
        self.add(interaction, how, **fields)
        self.done[interaction] = self.work.pop(interaction)

    def sign_on(self) -> None:
        agent = f"ann{self.chance.randrange(4)}"
        self.agents[agent] = AgentState.READY
        self.add(
            f"agent-{agent}", AgentSignedOn, pool="main", agent_id=agent, name=agent.title(), skills={"sales": 3},
            languages=("en",), capacity=100,
        )  # fmt: skip

    def sign_off(self) -> None:
        here = [agent for agent, state in self.agents.items() if state is not AgentState.SIGNED_OFF]
        if here:
            agent = self.chance.choice(here)
            self.agents[agent] = AgentState.SIGNED_OFF
            self.add(f"agent-{agent}", AgentSignedOff, agent_id=agent)

    def change_state(self) -> None:
        here = [agent for agent, state in self.agents.items() if state is not AgentState.SIGNED_OFF]
        if here:
            agent, state = self.chance.choice(here), self.chance.choice([AgentState.READY, AgentState.AWAY])
            self.agents[agent] = state
            self.add(f"agent-{agent}", AgentStateChanged, agent_id=agent, state=state, reason="lunch")

    def write_out(self) -> None:
        """News to anybody, or an answer on a thread that has work open, by somebody who has looked at a customer."""
        customer, running = self.customer(), list(self.work.items())
        if running and self.contacts % 2:
            interaction, work = running[self.contacts % len(running)]
            self.send(work["customer"], QUEUES[work["queue"]], interaction.removeprefix("interaction-"))
        else:
            self.send(customer, Channel.SMS, "t")
        self.add(reading_stream(customer), PersonalDataRead, customer_id=customer, what="customer")
        note = {"note_id": "note-1", "interaction_id": "interaction-1", "agent_id": "ann1"}
        self.add(customer, AgentMentioned, by="ben1", **note)
        self.add(
            "pool-main", PoolCommitted, pool="main", epoch=1, consumed=1, commands=(("tick", 1.0),), policy="p1"
        )  # fmt: skip

    def send(self, customer: str, channel: Channel, thread: str) -> str:
        self.contacts += 1
        contact = f"contact-{self.contacts}"
        self.add(
            customer, ContactSent, contact_id=contact, channel=channel, address="a", sender="dealer", thread=thread,
            purpose="marketing", service="", language="", subject="", text="hello", standing=Standing(),
        )  # fmt: skip
        return contact

    def past_call(self) -> None:
        """A recorded call, whole, with its own times: long before everything else."""
        customer = self.customer()
        at = START - timedelta(days=400, seconds=self.chance.randrange(100_000))
        contact = self.touch(customer, Channel.PHONE, pool="history", at=at)
        interaction = self.queue(customer, contact, "bank", Channel.PHONE, "history", at=at)
        at += timedelta(seconds=self.chance.randrange(40))
        if self.chance.random() < 0.2:
            self.add(interaction, InteractionAbandoned, at=at)
            return
        given = {"agent_id": "DORIT"}
        self.add(
            interaction, InteractionOffered, offer_id="offer-1", policy="record", reasons=(), units=100,
            expires_at=at, at=at, **given,
        )  # fmt: skip
        self.add(interaction, OfferAccepted, offer_id="offer-1", at=at, **given)
        at += timedelta(seconds=self.chance.randrange(4000))
        self.add(interaction, InteractionEnded, ended_by="agent", at=at, **given)
        self.add(interaction, WrapUpCompleted, code="", at=at, **given)

    def pick(self, phase: Phase) -> str | None:
        found = [one for one in self.work if self.states[one].phase is phase]
        return self.chance.choice(found) if found else None
