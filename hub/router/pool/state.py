"""What a routing pool's owner knows: open interactions and agents, as the log says, kept ready for deciding."""

from collections.abc import Iterator
from typing import NamedTuple

from hub.domain.agent.events import Agent
from hub.domain.event import Event
from hub.domain.ids import agent_stream
from hub.domain.interaction.events import InteractionQueued
from hub.domain.interaction.placement import Placement, RequirementStep
from hub.domain.interaction.state import Interaction
from hub.router.matching.agents import Need, Seat
from hub.router.matching.matcher import Matcher
from hub.router.matching.waiting import Line, Work
from hub.router.policy.book import PolicyBook, routing_book
from hub.router.policy.classify import Classifier
from hub.router.policy.fields import CONTACT_LANGUAGE
from hub.router.policy.parsing import Policy, Queue
from hub.router.policy.requirement import Requirement, required_of, steps_of
from hub.router.pool.pacing import Pace
from hub.router.pool.timers import Timers

REMEMBERED = 200_000
"""Customers whose last agent is kept in mind."""


class Decided(NamedTuple):
    """An event a command led to. `version` is its place in its stream, from 1."""

    stream: str
    version: int
    event: Event


class OpenInteraction:
    """An interaction that is not over, or may be reopened."""

    __slots__ = (
        "barred", "callback_of", "consulted", "consults", "contacts", "credit", "is_waiting", "over_at", "place_by",
        "place_version", "placed", "placement", "queued", "quiet_since", "since", "state", "step", "stream", "thread",
        "version", "work",
    )  # fmt: skip

    def __init__(self, stream: str, queued: InteractionQueued, work: Work) -> None:
        self.stream = stream
        self.queued = queued
        """The fact that opened it: customer, channel, service, what it was classified by."""
        self.version = 0
        self.state = Interaction()
        self.placement: Placement = queued
        """Where it was put last, and what it asks for there."""
        self.placed = 0
        """Version of that fact, or of the one that parked or ended it: what was due by an earlier one counts no
        longer."""
        self.place_version, self.place_by = 0, ""
        """Of the fact by which a supervisor changed its place last, and who did; 0: nobody."""
        self.step = -1
        """Which step of the placement is in force; -1: its first requirement."""
        self.since = 0.0
        """Its age counts from here, epoch seconds."""
        self.credit = 0.0
        """Artificial age, seconds."""
        self.work = work
        self.thread = (queued.channel, queued.thread)
        self.contacts = [queued.contact_id] if queued.contact_id else []
        self.barred: set[str] = set()
        """Agents who declined it or let it time out, until that is forgotten."""
        self.consults: dict[str, None] = {}
        """Open consultations its agent asked for."""
        self.consulted: set[str] = set()
        """All consultations its agents asked for, those that are over too."""
        self.quiet_since = 0.0
        """When a contact or an agent touched it last, epoch seconds."""
        self.callback_of = ""
        """The contact whose address is called back."""
        self.is_waiting = False
        """Whether it counts as waiting in its queue."""
        self.over_at = 0.0
        """When it was over, epoch seconds; for what may be reopened."""

    @property
    def queue(self) -> str:
        """Where it waits, or waited last."""
        return self.placement.queue

    @property
    def priority(self) -> int:
        """What it has by its present step."""
        return self.work.line.priority


class KnownAgent:
    """An agent, signed on or not. `holds` are the interactions that take of their capacity, in the order they came."""

    __slots__ = ("answered", "bound", "holds", "id", "interrupted", "seat", "state", "stream", "version")

    def __init__(self, agent_id: str, seat: Seat) -> None:
        self.id = agent_id
        self.stream = agent_stream(agent_id)
        self.version = 0
        self.state = Agent()
        self.seat = seat
        self.holds: dict[str, OpenInteraction] = {}
        self.interrupted: dict[str, OpenInteraction] = {}
        """Work of theirs that rests for more urgent work: it takes no capacity."""
        self.bound: dict[str, OpenInteraction] = {}
        """Work that waits for this agent alone."""
        self.answered = 0
        """Offers accepted this day."""


class Left(NamedTuple):
    """A customer whose line dropped: what they get back when they return soon."""

    queue: str
    since: float
    agent_id: str
    at: float


class Intake(NamedTuple):
    """A queue a supervisor closed."""

    intake: str
    to: str


class PoolState:
    """Everything deciding needs. Changed by `evolve` alone, whether an event was just decided or comes from the log;
    the timers are only an index into it."""

    def __init__(self, policy: Policy, pool: str, policies: PolicyBook | None = None) -> None:
        self.pool = pool
        self.version = 0
        """Of the stream of facts about the whole pool."""
        self.adopted = ""
        """The version that the log says is in force; empty: it says nothing yet."""
        self.policies = policies or routing_book(policy)
        """By version: all that the log may name."""
        self.matcher = Matcher(policy.order)
        self.use(policy)
        self.interactions: dict[str, OpenInteraction] = {}
        self.agents: dict[str, KnownAgent] = {}
        self.threads: dict[tuple[str, str], str] = {}
        """The newest open interaction of each channel and thread."""
        self.closed: dict[str, OpenInteraction] = {}
        """What is over and may be reopened, by stream; what was over last comes last."""
        self.closed_threads: dict[tuple[str, str], str] = {}
        """The newest of them of each channel and thread."""
        self.contacts: dict[str, str] = {}
        """The open interaction of each contact that was taken up."""
        self.timers = Timers()
        self.stepped: dict[Need, dict[str, OpenInteraction]] = {}
        """Work in line that asks for less when nobody who meets this need is signed on."""
        self.refused: dict[str, OpenInteraction] = {}
        """Waiting work that some agents declined or let time out."""
        self.intakes: dict[str, Intake] = {}
        self.paces: dict[str, Pace] = {}
        self.last_agents: dict[str, tuple[str, float]] = {}
        """The agent each customer spoke to last, and when; the customers who were there last come last."""
        self.left: dict[tuple[str, str], Left] = {}
        """By customer and channel: those who may come back to their place."""
        self.freed: dict[str, KnownAgent] = {}
        """Agents with interrupted work who may have room for it since it was looked at last."""
        self.waiting_in: dict[str, int] = {}
        """How many wait in each queue."""
        self.day_ends = 0.0
        """Epoch seconds; what agents did this day is counted until then."""

    def use(self, policy: Policy) -> None:
        """Decide by this policy from now on."""
        self.policy = policy
        self.actor = f"policy:{policy.version}"
        self.classifier = Classifier(policy)
        self.counts_days = any(queue.agent_choice == "fewest_today" for queue in policy.queues.values())
        self.hours = {name: hours for name in policy.queues if (hours := policy.hours_of(name)) is not None}
        self.matcher.set_order(policy.order)
        self.matcher.keep(self._prepared())

    def _prepared(self) -> Iterator[Line]:
        """Where work will wait by what the policy names, so that its first contact finds at once who fits. What asks
        for the contact's own language, or comes by a channel that is not named, is looked for when it comes."""
        policy = self.policy
        for rule in policy.rules:
            steps = steps_of(policy, rule)
            if not any(CONTACT_LANGUAGE in step.languages for step in steps):
                for channel in (rule.channel,) if rule.channel else policy.channels:
                    yield from self.lines(required_of(policy, rule.queue, steps, channel, None, ""), channel)
        for queue in policy.queues:
            for channel in policy.channels:
                yield from self.lines(self.classifier.of_queue(queue, channel, ""), channel)

    def queue(self, name: str) -> Queue:
        """The rules of a queue."""
        return self.policy.queue(name)

    def rules_of(self, placement: Placement) -> Queue:
        """The rules of the queue as they were when work was put there; the present ones where the log knows no more."""
        if placement.policy == self.policy.version or placement.policy not in self.policies:
            return self.policy.queue(placement.queue)
        return self.policies.get(placement.policy).queue(placement.queue)

    def agent(self, agent_id: str) -> KnownAgent:
        """The agent; one who was not heard of before has no skills and is not signed on."""
        agent = self.agents.get(agent_id)
        if agent is None:
            agent = self.agents[agent_id] = KnownAgent(agent_id, self.matcher.seat(agent_id))
        return agent

    def lines(self, requirement: Requirement, channel: str) -> Iterator[Line]:
        """Where new work would wait, by each step of its requirement."""
        rules = self.queue(requirement.queue)
        for step in requirement.steps:
            need = self.matcher.need(
                step.skills,
                languages=step.languages,
                attributes=step.attributes,
                channel=channel,
                units=requirement.units,
                interrupts=requirement.interrupts,
                interruptible=requirement.interruptible,
                choice=rules.agent_choice,
            )
            yield self.matcher.line(
                requirement.queue,
                need,
                priority=step.priority,
                weight=rules.age_weight,
                target=rules.service_level.seconds,
            )

    def line(self, queued: InteractionQueued, placement: Placement, step: int) -> Line:
        """Where work waits by this step of its placement."""
        return self.line_for(queued, placement, placement.steps[step] if step >= 0 else None)

    def line_for(self, queued: InteractionQueued, placement: Placement, step: RequirementStep | None) -> Line:
        """The same for a step given; None: the first requirement."""
        asked = placement if step is None else step
        rules = self.rules_of(placement)
        need = self.matcher.need(
            asked.skills,
            languages=asked.languages,
            attributes=asked.attributes,
            channel=queued.channel.value,
            units=placement.units,
            interrupts=queued.interrupts,
            interruptible=queued.interruptible,
            choice=rules.agent_choice,
        )
        return self.matcher.line(
            placement.queue,
            need,
            priority=asked.priority,
            weight=rules.age_weight,
            target=rules.service_level.seconds,
        )
