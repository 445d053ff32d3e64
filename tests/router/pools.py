"""A routing pool to play with: short words for commands, a clock that is moved by hand, and the log of it all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.ids import interaction_of_offer
from hub.domain.interaction.events import Phase
from hub.router import commands
from hub.router.commands import Command
from hub.router.decide import handle
from hub.router.evolve import evolve
from hub.router.policy import Policy, parse_policy
from hub.router.state import Decided, PoolState

START = datetime(2024, 3, 4, 8, 0, tzinfo=UTC)

POLICY = parse_policy("""
decline_backoff_seconds = 60

[channels.web]
units = 25

[queues.sales]
offer_timeout_seconds = 20
wrap_up = ["sold", "not_sold"]

[queues.general]
offer_timeout_seconds = 10

[[rules]]
service = "sales"
queue = "sales"
priority = 1
skills = { sales = 2 }

[[rules]]
queue = "general"
""")


def contact(contact_id: str, **given: Any) -> ContactReceived:
    """A contact as intake records it."""
    values: dict[str, Any] = {
        "at": START, "recorded_at": START, "causation": contact_id, "actor": "adapter:test",
        "contact_id": contact_id, "channel": Channel.PHONE, "address": "", "sender": "contact-centre",
        "thread": contact_id, "purpose": "service", "service": "", "language": "", "subject": "", "text": "",
        "standing": Standing(), "pool": "main",
    }  # fmt: skip
    return ContactReceived(**{**values, **given})


class PoolInHand:
    """Every method is a command at the present moment and returns its events; `log` has them all."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.state = PoolState(policy, "main")
        self.now = START
        self.log: list[Decided] = []
        self._number = 0

    def handle(self, kind: type[Command], actor: str = "test", **arguments: Any) -> list[Event]:
        self._number += 1
        decided = handle(self.state, kind(at=self.now, id=f"command-{self._number}", actor=actor, **arguments))
        self.log += decided
        return [one.event for one in decided]

    def arrives(self, contact_id: str, **given: Any) -> list[Event]:
        return self.handle(
            commands.TakeUp,
            contact=contact(contact_id, **given),
            customer_id="customer-1",
            interaction_id=f"interaction-{contact_id}",
        )

    def signs_on(self, agent_id: str, *, capacity: int = 100, languages: tuple[str, ...] = (), **skills: int) -> Any:
        return self.handle(
            commands.SignOn, agent_id=agent_id, name=agent_id, skills=skills, languages=languages, capacity=capacity
        )

    def becomes(self, agent_id: str, state: AgentState) -> list[Event]:
        return self.handle(commands.ChangeState, agent_id=agent_id, state=state)

    def signs_off(self, agent_id: str) -> list[Event]:
        return self.handle(commands.SignOff, agent_id=agent_id)

    def accepts(self, agent_id: str, offer_id: str) -> list[Event]:
        return self.handle(commands.Accept, agent_id=agent_id, offer_id=offer_id)

    def declines(self, agent_id: str, offer_id: str) -> list[Event]:
        return self.handle(commands.Decline, agent_id=agent_id, offer_id=offer_id)

    def ends(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.End, agent_id=agent_id, interaction_id=interaction_id)

    def wraps_up(self, agent_id: str, interaction_id: str, code: str = "sold") -> list[Event]:
        return self.handle(commands.CompleteWrapUp, agent_id=agent_id, interaction_id=interaction_id, code=code)

    def customer_leaves(self, thread: str, channel: str = "phone") -> list[Event]:
        return self.handle(commands.CustomerLeft, channel=channel, thread=thread)

    def passes(self, seconds: float) -> list[Event]:
        """Time goes on, and the hub notices."""
        self.now += timedelta(seconds=seconds)
        return self.handle(commands.Tick)

    def works_through(self, agent_id: str, offer_id: str, code: str = "sold") -> list[Event]:
        """The agent accepts, talks a minute, wraps up."""
        interaction_id = interaction_of_offer(offer_id)
        self.accepts(agent_id, offer_id)
        self.now += timedelta(seconds=60)
        self.ends(agent_id, interaction_id)
        return self.wraps_up(agent_id, interaction_id, code)


def rebuilt(pool: PoolInHand, log: list[Decided] | None = None) -> PoolState:
    """The state that the log alone leads to."""
    state = PoolState(pool.state.policy, pool.state.pool)
    for stream, version, event in pool.log if log is None else log:
        evolve(state, stream, version, event)
    return state


def open_work(pool: PoolInHand) -> list[Decided]:
    """What a projection of open work keeps of the log: see `test_recovery`."""
    last_signed, last_wrap_up = {}, {}
    for index, (stream, _, event) in enumerate(pool.log):
        if type(event).__name__ in ("AgentSignedOn", "AgentSignedOff"):
            last_signed[stream] = index
        if type(event).__name__ == "WrapUpCompleted":
            last_wrap_up[event.agent_id] = index
    kept = set(last_wrap_up.values())
    for index, (stream, _, _event) in enumerate(pool.log):
        if stream in pool.state.interactions or index >= last_signed.get(stream, len(pool.log)):
            kept.add(index)
    return [pool.log[index] for index in sorted(kept)]


def picture(state: PoolState, now: datetime) -> dict[str, Any]:
    """All of a state that can make a difference to what is decided from `now` on."""
    moment = now.timestamp()
    return {
        "interactions": {
            stream: (one.version, one.state, one.thread, sorted(one.contacts), one.work.waiting, one.work.key()[:2],
                     one.deadline if one.state.phase is Phase.OFFERED else None)
            for stream, one in state.interactions.items()
        },
        "order": [one.work.id for one in sorted(state.interactions.values(), key=lambda one: one.work.key())],
        "agents": {
            name: (agent.version, agent.state, sorted(agent.holds), agent.seat.free, agent.seat.ready,
                   agent.seat.idle[0], {work: until for work, until in agent.seat.barred.items()
                                        if until > moment and work in state.interactions})
            for name, agent in state.agents.items()
            if agent.state.state is not AgentState.SIGNED_OFF
        },
        "signed off": {
            name: agent.version
            for name, agent in state.agents.items()
            if agent.state.state is AgentState.SIGNED_OFF
        },
        "idle order": [idle[2].agent_id for idle in
                       sorted(one.idle for one in state.matcher.roster.seats.values() if one.ready)],
        "threads": state.threads,
        "contacts": state.contacts,
    }  # fmt: skip
