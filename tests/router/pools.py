"""A routing pool to play with: short words for commands, a clock that is moved by hand, and the log of it all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.agent.events import AgentState, Shift
from hub.domain.contact import Channel, RecordingState, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.ids import interaction_of_offer
from hub.router.policy.parsing import Policy, parse_policy
from hub.router.pool import commands
from hub.router.pool.commands import Command
from hub.router.pool.decide import handle
from hub.router.pool.state import Decided, PoolState

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
        ceilings: dict[str, int] | None = None, units: dict[str, int] | None = None, **skills: int,
    ) -> Any:  # fmt: skip
        return self.handle(
            commands.SignOn, agent_id=agent_id, name=agent_id, skills=skills, languages=languages, capacity=capacity,
            ceilings=ceilings or {}, units=units or {},
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

    def pauses_recording(self, agent_id: str, interaction_id: str) -> list[Event]:
        state = RecordingState.PAUSED
        return self.handle(commands.AskRecording, agent_id=agent_id, interaction_id=interaction_id, state=state)

    def switches_recording(self, agent_id: str, interaction_id: str) -> list[Event]:
        state = RecordingState.RUNNING
        return self.handle(commands.SwitchRecording, agent_id=agent_id, interaction_id=interaction_id, state=state)

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

    def misses_agent(self, agent_id: str, interaction_id: str, outcome: str = "no_answer") -> list[Event]:
        return self.handle(
            commands.MissAgent, actor="adapter:phone", agent_id=agent_id, interaction_id=interaction_id, outcome=outcome
        )

    def hangs_up(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.AgentLeft, agent_id=agent_id, interaction_id=interaction_id)

    def asks_for_callback(self, thread: str, seconds: float | None = None, channel: str = "phone") -> list[Event]:
        due = None if seconds is None else self.now + timedelta(seconds=seconds)
        return self.handle(commands.RequestCallback, channel=channel, thread=thread, due=due)

    def changes_skills(self, agent_id: str, **skills: int) -> list[Event]:
        return self.handle(commands.ChangeSkills, agent_id=agent_id, skills=skills)

    def changes_capacity(
        self, agent_id: str, capacity: int, units: dict[str, int] | None = None, **ceilings: int
    ) -> list[Event]:  # fmt: skip
        return self.handle(
            commands.ChangeCapacity,
            agent_id=agent_id,
            capacity=capacity,
            ceilings=ceilings,
            units=units or {},
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

    def is_locked(self, agent_id: str) -> list[Event]:
        return self.handle(commands.AgentLocked, agent_id=agent_id)

    def is_unlocked(self, agent_id: str) -> list[Event]:
        return self.handle(commands.AgentUnlocked, agent_id=agent_id)

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
        self, interaction_id: str, priority: int | None = None, credit_seconds: float = 0.0, *,
        seen: int | None = None, actor: str = "operator:super",
    ) -> list[Event]:  # fmt: skip
        return self.handle(
            commands.Prioritise, actor=actor, interaction_id=interaction_id, priority=priority,
            credit_seconds=credit_seconds, expected_version=seen,
        )  # fmt: skip

    def pulls(self, agent_id: str, interaction_id: str) -> list[Event]:
        return self.handle(commands.Pull, actor=f"agent:{agent_id}", agent_id=agent_id, interaction_id=interaction_id)

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
