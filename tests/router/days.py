"""A routing pool's day in virtual time: contacts, agents who take them, decline, let offers time out, hand on, park,
and supervisors who interfere; all by production `handle`, so that its log is what a hub would have written."""

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from hub.domain.agent.events import AgentState, AgentStateChanged
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.ids import consult_id
from hub.domain.interaction.events import InteractionEnded, InteractionOffered, InteractionParked, OfferAccepted
from hub.domain.interaction.state import Phase
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.ports import ContactRow, Recorded
from hub.router.policy.book import routing_book
from hub.router.policy.parsing import Policy, parse_policy
from hub.router.pool import commands as ask
from hub.router.pool.deadlines import next_deadline
from hub.router.pool.decide import handle
from hub.router.pool.state import PoolState
from tests.router.pools import START, contact
from tests.support.memory import MemoryJournal

Before = Callable[[PoolState, Any], None]


class Day:
    """`log` is the whole day's, in order, positions from 1. Everything random comes from the seed."""

    def __init__(self, policy: Policy, seed: int = 1, start: datetime = START, before: Before | None = None) -> None:
        self.random = Random(seed)
        self.policy = policy
        self.now = start
        self.state = PoolState(policy, "main", routing_book(policy))
        self.log: list[Recorded] = []
        self.refusals = 0
        self.commands = 0
        self.on_offer: Callable[[str, InteractionOffered], None] = self.somebody_answers
        self.talk = lambda _stream: self.random.expovariate(1 / 90)
        self.restless = 0.25
        """Share of conversations and offers that take another way than the straight one."""
        self._before = before
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count(1)
        self.versions: Counter[str] = Counter()
        """Of streams that others than the pool write."""

    # What happens.

    def at(self, moment: datetime, happens: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (moment.timestamp(), next(self._numbers), happens))

    def after(self, seconds: float, happens: Callable[[], None]) -> None:
        self.at(self.now + timedelta(seconds=seconds), happens)

    def run(self, until: datetime) -> None:
        zone = self.now.tzinfo
        while True:
            due = next_deadline(self.state)
            planned = self._agenda[0][0] if self._agenda else None
            first = min((one for one in (due, planned) if one is not None), default=None)
            if first is None or first > until.timestamp():
                self.now = until
                return
            self.now = max(self.now, datetime.fromtimestamp(first, zone))
            if due is not None and (planned is None or due <= planned):
                while self.now.timestamp() < due:  # datetimes have microseconds, deadlines are floats
                    self.now += timedelta(microseconds=1)
                self.do(ask.Tick, actor=self.state.actor)
            else:
                heapq.heappop(self._agenda)[2]()

    def do(self, kind: type[Any], actor: str = "agent:somebody", **arguments: Any) -> bool:
        """A command; whether it was not refused."""
        self.commands += 1
        command = kind(at=self.now, id=f"command-{self.commands}", actor=actor, **arguments)
        if self._before is not None:
            self._before(self.state, command)
        try:
            decided = handle(self.state, command)
        except HubError:
            self.refusals += 1
            return False
        self.log += [Recorded(at, *one) for at, one in enumerate(decided, len(self.log) + 1)]
        for stream, _, event in decided:
            self._follow(stream, event)
        return True

    def publish(self, policy: Policy, text: str, *, waiting: bool = False) -> None:
        given = {"at": self.now, "recorded_at": self.now, "causation": f"publish-{self.versions[ROUTING]}"}
        event = PolicyPublished(
            **given, actor="operator:somebody", kind="routing", version=policy.version, text=text, waiting=waiting
        )
        self._note(ROUTING, event)
        self.do(ask.AdoptPolicy, actor="operator:somebody", version=policy.version, text=text, waiting=waiting)

    def arrives(
        self, contact_id: str, customer: str = "customer-1", patience: float | None = None, **given: Any
    ) -> None:
        received: ContactReceived = contact(contact_id, **{"at": self.now, "recorded_at": self.now, **given})
        self._note(customer, received)
        self.do(
            ask.TakeUp, actor="adapter:test", contact=received, customer_id=customer,
            interaction_id=f"interaction-{contact_id}",
        )  # fmt: skip
        if patience is not None:
            stream = f"interaction-{contact_id}"
            self.after(patience, lambda: self._hang_up(stream, received.channel.value, received.thread))

    def _note(self, stream: str, event: Event) -> None:
        self.versions[stream] += 1
        self.log.append(Recorded(len(self.log) + 1, stream, self.versions[stream], event))

    def signs_on(self, agent_id: str, skills: dict[str, int], **given: Any) -> None:
        self.do(ask.SignOn, agent_id=agent_id, name=agent_id, skills=skills, **given)

    # How people behave.

    def _follow(self, stream: str, event: Any) -> None:
        if isinstance(event, InteractionOffered):
            self.on_offer(stream, event)
        elif isinstance(event, OfferAccepted):
            self.after(self.talk(stream), lambda: self.conversation_goes_on(stream, event.agent_id))
        elif isinstance(event, InteractionEnded):
            self.after(self.random.uniform(0, 40), lambda: self._wrap_up(stream, event.agent_id))
        elif isinstance(event, AgentStateChanged) and event.state in (AgentState.NOT_ANSWERING, AgentState.AWAY):
            self.after(self.random.uniform(5, 300), lambda: self._ready(event.agent_id))
        elif isinstance(event, InteractionParked) and event.until is None:
            self.after(self.random.uniform(10, 600), lambda: self._writes_again(stream))

    def somebody_answers(self, _: str, offer: InteractionOffered) -> None:
        dice = self.random.random() / self.restless if self.restless else 1.0
        given = {"agent_id": offer.agent_id, "offer_id": offer.offer_id}
        if dice < 0.15:
            return  # nobody answers it in time
        delay = self.random.choice([0.0, 1.0, self.random.uniform(0.2, 8)])
        if dice < 0.4:
            self.after(delay, lambda: self.do(ask.Decline, **given, reason="no", busy=self.random.random() < 0.3))
        else:
            self.after(delay, lambda: self.do(ask.Accept, **given))

    def conversation_goes_on(self, stream: str, agent_id: str) -> None:
        one = self.state.interactions.get(stream)
        if one is None or one.state.phase is not Phase.ACTIVE or one.state.agent_id != agent_id:
            return
        given = {"agent_id": agent_id, "interaction_id": stream}
        channel = one.queued.channel
        dice = self.random.random() / self.restless if self.restless else 1.0
        later = lambda: self.after(self.talk(stream), lambda: self.conversation_goes_on(stream, agent_id))  # noqa: E731
        queue = self.random.choice(sorted(self.state.policy.queues))
        colleague = self.random.choice(sorted(self.state.agents))
        if dice < 0.1:
            if not self.do(ask.Transfer, **given, queue=queue):
                later()
        elif dice < 0.2:
            if not self.do(ask.Transfer, **given, to_agent=colleague):
                later()
        elif dice < 0.35:
            advice = consult_id(stream, f"{self.commands}")
            if self.do(ask.Consult, **given, consult_id=advice, queue=queue):
                done = self.random.choice([ask.CompleteTransfer, ask.Conference])
                self.after(self.random.uniform(5, 60), lambda: self.do(done, **given))
            later()
        elif dice < 0.5 and channel not in (Channel.PHONE, Channel.IN_PERSON):
            until = None if self.random.random() < 0.5 else self.now + timedelta(seconds=self.random.uniform(20, 900))
            if not self.do(ask.Park, **given, until=until):
                later()
        elif dice < 0.6:
            self.do(ask.Hold, **given)
            self.after(5, lambda: self.do(ask.Resume, **given))
            later()
        elif dice < 0.7 and channel is Channel.PHONE:
            self.do(
                ask.CustomerLeft, actor="adapter:test", channel=channel.value, thread=one.queued.thread, dropped=True
            )
        else:
            self.do(ask.End, **given)

    def supervisor_interferes(self) -> None:
        """One thing or another, at random."""
        streams = sorted(self.state.interactions)
        agents = sorted(self.state.agents)
        queues = sorted(self.state.policy.queues)
        if not streams or not agents:
            return
        pick = self.random.choice
        stream, agent, queue = pick(streams), pick(agents), pick(queues)
        seat = self.state.agents[agent]
        by = "supervisor:s"
        choices: list[Callable[[], Any]] = [
            lambda: self.do(ask.Assign, by, interaction_id=stream, agent_id=agent),
            lambda: self.do(ask.Move, by, interaction_id=stream, queue=queue),
            lambda: self.do(ask.Prioritise, by, interaction_id=stream, priority=pick([None, 1, 20]),
                            credit_seconds=pick([0.0, 60.0, -30.0])),
            lambda: self.do(ask.PullBack, by, interaction_id=stream),
            lambda: self._close(queue, pick([one for one in queues if one != queue] or [queue])),
            lambda: self.do(ask.SignOff, by, agent_id=agent, forced=True),
            lambda: self.do(ask.ChangeState, agent_id=agent, state=AgentState.AWAY, reason="break"),
            lambda: self.do(ask.ChangeSkills, agent_id=agent, skills={**seat.state.skills, "sales": pick([1, 3, 5])},
                            languages=seat.state.languages, attributes=seat.state.attributes),
            lambda: self.do(ask.ChangeCapacity, agent_id=agent, capacity=pick([50, 100, 150]),
                            ceilings=pick([{}, {"web": 2}])),
            lambda: self._gone(agent),
        ]  # fmt: skip
        pick(choices)()

    def _close(self, queue: str, other: str) -> None:
        given = {"intake": "draining", "to": other} if self.random.random() < 0.5 else {"intake": "paused"}
        if self.do(ask.SetIntake, "supervisor:s", queue=queue, **given):
            self.after(120, lambda: self.do(ask.SetIntake, "supervisor:s", queue=queue, intake="open"))

    def _gone(self, agent_id: str) -> None:
        self.do(ask.AgentSilent, "hub", agent_id=agent_id)
        if self.random.random() < 0.5:
            self.after(20, lambda: self.do(ask.AgentMissing, "hub", agent_id=agent_id))
        self.after(60, lambda: self.do(ask.AgentBack, "hub", agent_id=agent_id))

    def _ready(self, agent_id: str) -> None:
        if self.state.agents[agent_id].state.state is not AgentState.SIGNED_OFF:
            self.do(ask.ChangeState, agent_id=agent_id, state=AgentState.READY)

    def _wrap_up(self, stream: str, agent_id: str) -> None:
        one = self.state.interactions.get(stream)
        if one is not None and one.state.phase is Phase.WRAP_UP:
            codes = self.state.rules_of(one.placement).wrap_up
            given = {"agent_id": agent_id, "interaction_id": stream}
            self.do(ask.CompleteWrapUp, **given, code=self.random.choice(codes) if codes else "")

    def _hang_up(self, stream: str, channel: str, thread: str) -> None:
        one = self.state.interactions.get(stream)
        if one is not None and one.state.phase in (Phase.WAITING, Phase.OFFERED):
            dropped = self.random.random() < 0.3
            if self.random.random() < 0.1:
                self.do(ask.RequestCallback, "adapter:test", channel=channel, thread=thread)
            else:
                self.do(ask.CustomerLeft, "adapter:test", channel=channel, thread=thread, dropped=dropped)

    def _writes_again(self, stream: str) -> None:
        one = self.state.interactions.get(stream)
        if one is not None:
            number = next(self._numbers)
            self.arrives(
                f"again-{number}", one.queued.customer_id, channel=one.queued.channel, thread=one.queued.thread,
                service=one.queued.service,
            )  # fmt: skip


SERVICES = ("sales", "support", "complaints", "")
SEGMENTS = ("B2B", "B2C", "unknown")


def busy_day(
    policy: Policy, *, seed: int, hours: float, contacts_per_hour: int, agents: int,
    policies: Sequence[tuple[Policy, str]] = (), start: datetime = START, before: Before | None = None,
    end: datetime | None = None,
) -> Day:  # fmt: skip
    """A day on which everything happens, lived until `end`; each of `policies` is published at its time, evenly
    spread."""
    day = Day(policy, seed, start, before)
    random, seconds = day.random, hours * 3600
    for number in range(agents):
        day.after(random.uniform(0, 60), lambda number=number: _signs_on(day, number))  # type: ignore[misc]
    for number in range(int(contacts_per_hour * hours)):
        day.after(random.uniform(0, seconds), lambda number=number: _arrives(day, number))  # type: ignore[misc]
    for number in range(int(hours * 60)):
        day.after(number * 60 + 30, day.supervisor_interferes)
    for number, (one, text) in enumerate(policies, 1):
        waiting = number % 2 == 0
        when = number * seconds / (len(policies) + 1)
        day.after(when, lambda one=one, text=text, waiting=waiting: day.publish(one, text, waiting=waiting))  # type: ignore[misc]
    day.run(end or start + timedelta(seconds=seconds))
    return day


def _signs_on(day: Day, number: int) -> None:
    random = day.random
    skills = {name: random.randint(1, 5) for name in ("sales", "support", "complaints") if random.random() < 0.7}
    languages = random.choice([("fa",), ("en",), ("fa", "en")])
    day.signs_on(
        f"a{number:03}", skills, languages=languages, attributes={"site": random.choice(["tehran", "shiraz"])},
        capacity=random.choice([100, 100, 200]),
    )  # fmt: skip
    if random.random() < 0.3:
        day.after(random.uniform(600, 3600), lambda: day.do(ask.SignOff, agent_id=f"a{number:03}"))
        day.after(random.uniform(3600, 4500), lambda: _signs_on(day, number))


def _arrives(day: Day, number: int) -> None:
    random = day.random
    channel = random.choice([Channel.PHONE, Channel.PHONE, Channel.WEB, Channel.EMAIL, Channel.SMS])
    customer = f"customer-{random.randint(1, 60)}"
    known: dict[str, str] = {}
    if day.state.agents and random.random() < 0.2:
        who = random.choice(["direct", "account_owner", "case_agent"])
        known = {who: random.choice(sorted(day.state.agents))}
    standing = Standing(segment=random.choice(SEGMENTS), value_tier=random.choice(["high", "standard"]))
    thread = f"thread-{customer}-{channel.value}" if channel is not Channel.PHONE else f"call-{number}"
    patience = random.expovariate(1 / 200) if channel is Channel.PHONE else None
    day.arrives(
        f"c{number}", customer, patience, channel=channel, thread=thread, service=random.choice(SERVICES),
        language=random.choice(["fa", "en", "fa-IR", ""]), standing=standing, known_agents=known,
    )  # fmt: skip


def journal_of(log: Sequence[Recorded]) -> MemoryJournal:
    """A store that holds this log."""
    journal = MemoryJournal()
    journal.log = list(log)
    for one in log:
        if isinstance(one.event, ContactReceived):
            contact_id = one.event.contact_id
            journal.rows[contact_id] = ContactRow(contact_id, one.stream, b"")
    return journal


def full_centre() -> list[tuple[Policy, str]]:
    """The example that uses most of what a policy can say, and the same with every other order and agent choice."""
    text = (EXAMPLES / "full_centre.toml").read_text()
    texts = [text]
    for order, choice in zip(("priority", "age", "deadline", "skill"), AGENT_CHOICES, strict=False):
        other = text.replace('order = "growing"', f'order = "{order}"')
        other = other.replace('agent_choice = "highest_level"', f'agent_choice = "{choice}"')
        other = other.replace('not_answering = "channel"', f'not_answering = "{"all" if order == "age" else "none"}"')
        texts.append(other)
    return [(parse_policy(one), one) for one in texts]


OPEN = datetime(2024, 3, 4, 4, 45, tzinfo=UTC)
"""A quarter past eight in the morning, in the example's time zone."""
EXAMPLES = Path(__file__).parents[2] / "examples" / "policies"
AGENT_CHOICES = ("fewest_today", "round_robin", "least_occupied", "longest_idle")
