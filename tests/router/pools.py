"""A routing pool to play with: short words for commands, a clock that is moved by hand, and the log of it all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.agent.events import AgentState, Shift
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.ids import interaction_of_offer
from hub.router import commands
from hub.router.agents import Need, Seat
from hub.router.candidates import waiting_work
from hub.router.commands import Command
from hub.router.decide import handle
from hub.router.evolve import evolve
from hub.router.policy import Policy, parse_policy
from hub.router.state import Decided, OpenInteraction, PoolState, counts
from hub.router.waiting import Work

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
        self.first_policy = policy
        self.state = PoolState(policy, "main")
        self.now = START
        self.log: list[Decided] = []
        self._number = 0

    def handle(self, kind: type[Command], actor: str = "test", **arguments: Any) -> list[Event]:
        self._number += 1
        decided = handle(
            self.state,
            kind(at=self.now, id=f"command-{self._number}", actor=actor, **arguments),
        )
        self.log += decided
        return [one.event for one in decided]

    def arrives(self, contact_id: str, *, customer: str = "customer-1", **given: Any) -> list[Event]:
        return self.handle(
            commands.TakeUp,
            contact=contact(contact_id, **given),
            customer_id=customer,
            interaction_id=f"interaction-{contact_id}",
        )

    def signs_on(
        self, agent_id: str, *, capacity: int = 100, languages: tuple[str, ...] = (),
        ceilings: dict[str, int] | None = None, **skills: int,
    ) -> Any:  # fmt: skip
        return self.handle(
            commands.SignOn, agent_id=agent_id, name=agent_id, skills=skills, languages=languages, capacity=capacity,
            ceilings=ceilings or {},
        )  # fmt: skip

    def becomes(self, agent_id: str, state: AgentState, reason: str = "") -> list[Event]:
        return self.handle(commands.ChangeState, agent_id=agent_id, state=state, reason=reason)

    def signs_off(self, agent_id: str) -> list[Event]:
        return self.handle(commands.SignOff, agent_id=agent_id)

    def accepts(self, agent_id: str, offer_id: str) -> list[Event]:
        return self.handle(commands.Accept, agent_id=agent_id, offer_id=offer_id)

    def declines(self, agent_id: str, offer_id: str, *, busy: bool = False) -> list[Event]:
        return self.handle(commands.Decline, agent_id=agent_id, offer_id=offer_id, busy=busy)

    def holds(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.Hold, agent_id=agent_id, interaction_id=interaction_id)

    def resumes(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.Resume, agent_id=agent_id, interaction_id=interaction_id)

    def parks(self, agent_id: str, interaction_id: str, seconds: float | None = None) -> list[Event]:
        until = None if seconds is None else self.now + timedelta(seconds=seconds)
        return self.handle(commands.Park, agent_id=agent_id, interaction_id=interaction_id, until=until)

    def unparks(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.Unpark, agent_id=agent_id, interaction_id=interaction_id)

    def transfers(self, agent_id: str, interaction_id: str, queue: str = "", to_agent: str = "") -> list[Event]:
        return self.handle(
            commands.Transfer,
            agent_id=agent_id,
            interaction_id=interaction_id,
            queue=queue,
            to_agent=to_agent,
        )

    def consults(
        self, agent_id: str, interaction_id: str, consult: str, queue: str = "", to_agent: str = ""
    ) -> list[Event]:  # fmt: skip
        return self.handle(
            commands.Consult, agent_id=agent_id, interaction_id=interaction_id, consult_id=f"interaction-{consult}",
            queue=queue, to_agent=to_agent,
        )  # fmt: skip

    def completes_transfer(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.CompleteTransfer, agent_id=agent_id, interaction_id=interaction_id)

    def confers(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.Conference, agent_id=agent_id, interaction_id=interaction_id)

    def misses_callback(self, agent_id: str, interaction_id: str, outcome: str = "no_answer") -> list[Event]:
        return self.handle(
            commands.MissCallback,
            agent_id=agent_id,
            interaction_id=interaction_id,
            outcome=outcome,
        )

    def asks_for_callback(self, thread: str, seconds: float | None = None, channel: str = "phone") -> list[Event]:
        due = None if seconds is None else self.now + timedelta(seconds=seconds)
        return self.handle(commands.RequestCallback, channel=channel, thread=thread, due=due)

    def changes_skills(self, agent_id: str, **skills: int) -> list[Event]:
        return self.handle(commands.ChangeSkills, agent_id=agent_id, skills=skills)

    def changes_capacity(self, agent_id: str, capacity: int, **ceilings: int) -> list[Event]:
        return self.handle(
            commands.ChangeCapacity,
            agent_id=agent_id,
            capacity=capacity,
            ceilings=ceilings,
        )

    def plans(self, agent_id: str, hours: int = 8) -> list[Event]:
        end = self.now + timedelta(hours=hours)
        shifts = (Shift(start=self.now, end=end),)
        return self.handle(
            commands.PlanShifts,
            agent_id=agent_id,
            start=self.now,
            end=end,
            shifts=shifts,
        )

    def falls_silent(self, agent_id: str) -> list[Event]:
        return self.handle(commands.AgentSilent, agent_id=agent_id)

    def is_missing(self, agent_id: str) -> list[Event]:
        return self.handle(commands.AgentMissing, agent_id=agent_id)

    def is_back(self, agent_id: str) -> list[Event]:
        return self.handle(commands.AgentBack, agent_id=agent_id)

    def is_signed_off(self, agent_id: str) -> list[Event]:
        return self.handle(commands.SignOff, actor="operator:super", agent_id=agent_id, forced=True)

    def assigns(self, interaction_id: str, agent_id: str) -> list[Event]:
        return self.handle(
            commands.Assign,
            actor="operator:super",
            interaction_id=interaction_id,
            agent_id=agent_id,
        )

    def moves(self, interaction_id: str, queue: str) -> list[Event]:
        return self.handle(
            commands.Move,
            actor="operator:super",
            interaction_id=interaction_id,
            queue=queue,
        )

    def prioritises(
        self, interaction_id: str, priority: int | None = None, credit_seconds: float = 0.0
    ) -> list[Event]:  # fmt: skip
        return self.handle(
            commands.Prioritise, actor="operator:super", interaction_id=interaction_id, priority=priority,
            credit_seconds=credit_seconds,
        )  # fmt: skip

    def pulls_back(self, interaction_id: str) -> list[Event]:
        return self.handle(commands.PullBack, actor="operator:super", interaction_id=interaction_id)

    def joins(self, interaction_id: str, agent_id: str, mode: str = "monitor") -> list[Event]:
        return self.handle(commands.Join, interaction_id=interaction_id, agent_id=agent_id, mode=mode)

    def leaves(self, interaction_id: str, agent_id: str) -> list[Event]:
        return self.handle(commands.Leave, interaction_id=interaction_id, agent_id=agent_id)

    def sets_intake(self, queue: str, intake: str, to: str = "") -> list[Event]:
        return self.handle(
            commands.SetIntake,
            actor="operator:super",
            queue=queue,
            intake=intake,
            to=to,
        )

    def adopts(self, policy: Policy, *, waiting: bool = False) -> list[Event]:
        return self.handle(
            commands.AdoptPolicy,
            version=policy.version,
            text=policy.text,
            waiting=waiting,
        )

    def ends(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.End, agent_id=agent_id, interaction_id=interaction_id)

    def wraps_up(self, agent_id: str, interaction_id: str, code: str = "sold") -> list[Event]:
        return self.handle(
            commands.CompleteWrapUp,
            agent_id=agent_id,
            interaction_id=interaction_id,
            code=code,
        )

    def customer_leaves(self, thread: str, channel: str = "phone", *, dropped: bool = False) -> list[Event]:
        return self.handle(commands.CustomerLeft, channel=channel, thread=thread, dropped=dropped)

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
    state = PoolState(pool.first_policy, pool.state.pool, pool.state.policies)
    for stream, version, event in pool.log if log is None else log:
        evolve(state, stream, version, event)
    return state


def open_work(pool: PoolInHand) -> list[Decided]:
    """What a projection of open work keeps of the log: all of what is open or kept for later, each agent since they
    signed on, and the last word on whatever has but one."""
    log, last, since = pool.log, dict[Any, int](), dict[str, int]()
    for index, (stream, _, event) in enumerate(log):
        name = type(event).__name__
        if name in ("AgentSignedOn", "AgentSignedOff"):
            since[stream] = index
            last.pop((f"WrapUpCompleted {event.agent_id}"), None)
        elif name in ("WrapUpCompleted", "InteractionOffered", "OfferAccepted"):
            last[f"{name} {event.agent_id}"] = index
        if name == "OfferAccepted":
            last[f"pace {event.queue}"] = index
        if name in ("PolicyAdopted", "DayBegan", "ShiftsPlanned"):
            last[f"{name} {stream}"] = index
        if name == "QueueIntakeChanged":
            last[f"intake {event.queue}"] = index
    kept = set(last.values())
    state = pool.state
    whole = {
        *state.interactions,
        *state.closed,
        *(left.stream for left in may_return(pool)),
    }
    for index, (stream, _, _event) in enumerate(log):
        is_agents = stream.startswith("agent-") and index >= since.get(stream, len(log))
        if stream in whole or is_agents:
            kept.add(index)
    return [log[index] for index in sorted(kept)]


def may_return(pool: PoolInHand) -> list[Decided]:
    """The last events of work whose customers' lines broke."""
    ends = ("InteractionAbandoned", "InteractionEnded")
    return [one for one in pool.log if type(one.event).__name__ in ends
            and (getattr(one.event, "dropped", False) or getattr(one.event, "ended_by", "") == "dropped")]  # fmt: skip


def picture(state: PoolState, now: datetime) -> dict[str, Any]:
    """All of a state that can make a difference to what is decided from `now` on."""
    moment = now.timestamp()
    seats = state.matcher.roster.seats.values()
    return {
        "policy": (state.policy.version, state.version, state.day_ends),
        "interactions": {
            stream: _open_work(one) for stream, one in state.interactions.items()
        },
        "order": [work.id for work in sorted(waiting_work(state.matcher), key=lambda one: (one.place, one.number))],
        "agents": {
            name: (agent.version, agent.state, sorted(agent.holds), sorted(agent.interrupted), sorted(agent.bound),
                   agent.answered, *_seat(state, agent.seat, moment))
            for name, agent in state.agents.items()
            if agent.state.state is not AgentState.SIGNED_OFF
        },
        "signed off": {
            name: agent.version
            for name, agent in state.agents.items()
            if agent.state.state is AgentState.SIGNED_OFF and agent.version
        },
        "idle order": [idle[2].agent_id for idle in sorted(one.idle for one in seats if one.ready)],
        "turns": [one.agent_id for one in sorted(seats, key=lambda one: one.turn) if one.ready and one.turn],
        "threads": state.threads,
        "contacts": state.contacts,
        "closed": ({stream: _open_work(one) for stream, one in state.closed.items()}, state.closed_threads),
        "stepped": {need: sorted(works) for need, works in _stepped(state)},
        "refused": sorted(state.refused),
        "intakes": state.intakes,
        "paces": state.paces,
        "left": state.left,
        "waiting": {queue: count for queue, count in state.waiting_in.items() if count},
        "timers": sorted((one.at, one.due, one.stream, one.mark) for one in set(current_timers(state))),
    }  # fmt: skip


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Where two pictures are not the same, and how."""
    return {
        name: differences(one[name], other[name])
        if isinstance(one.get(name), dict) and isinstance(other.get(name), dict)
        else (one.get(name), other.get(name))
        for name in {**one, **other}
        if one.get(name) != other.get(name)
    }


def _open_work(one: OpenInteraction) -> tuple[Any, ...]:
    work = one.work
    return (
        one.version, one.state, one.thread, sorted(one.contacts), one.placement, one.placed, one.step, one.since,
        one.credit, sorted(one.barred), list(one.consults), one.quiet_since, one.callback_of, one.is_waiting,
        work.waiting, work.since, work.place, _line(work), work.bound and work.bound.agent_id,
    )  # fmt: skip


def _line(work: Work) -> tuple[Any, ...]:
    line, need = work.line, work.need
    return line.queue, line.priority, line.weight, line.target, _need(need)


def _need(need: Need) -> tuple[Any, ...]:
    return (need.skills, need.languages, need.attributes, need.channel, need.units, need.interrupts,
            need.interruptible, need.choice)  # fmt: skip


def _seat(state: PoolState, seat: Seat, moment: float) -> tuple[Any, ...]:
    barred = {work: until for work, until in seat.barred.items() if until > moment and work in state.interactions}
    return (
        seat.free, seat.capacity, seat.pausable, seat.ready, seat.signed_on, seat.rest if seat.rest > moment else 0.0,
        seat.idle[0], seat.today, barred, seat.closed, dict(seat.ceilings), seat.profile.key,
        {work.id: _need(need) for work, need in seat.held.items()}, sorted(work.id for work in seat.paused),
    )  # fmt: skip


def _stepped(state: PoolState) -> list[tuple[Any, Any]]:
    return [(_need(need), works) for need, works in state.stepped.items() if works]


def current_timers(state: PoolState) -> list[tuple[float, str, str, str | float]]:
    """What will come up, each once."""
    return [one._replace(number=0) for one in state.timers._heap if counts(state, one)]
