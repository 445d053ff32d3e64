"""Whatever is asked of a pool, in whatever order: its promises hold, and the log alone leads to the same state."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel
from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionOffered
from hub.domain.interaction.state import OVER, Phase
from hub.router.matching.candidates import canonical_match
from hub.router.policy.parsing import Policy
from hub.router.pool.commands import Tick
from hub.router.pool.deadlines import next_deadline, reset_deadlines
from hub.router.pool.decide import handle
from hub.router.pool.state import Decided
from tests.router.any_policy import POLICIES
from tests.router.pictures import differences, open_work, picture, rebuilt
from tests.router.pools import PoolInHand
from tests.router.promises import Promises, every_choice_was_the_first, recoverable, structure_holds

AGENTS = ("anna", "ben", "carl", "dora")
QUEUES = ("sales", "general", "desk")
_TALKS = ("holds", "resumes", "misses_callback", "misses_callback", "pauses_recording", "switches_recording")
NUMBERS = st.integers(0, 11).map(str)


class EveryCommand(RuleBasedStateMachine):
    @initialize(
        policy=st.sampled_from(POLICIES),
        agents=st.sampled_from([(), ("anna",), ("anna", "ben"), ("anna", "ben", "carl")]),
        works=st.integers(0, 6),
        channel=st.sampled_from([Channel.PHONE, Channel.WEB, Channel.EMAIL]),
    )
    def begins(self, policy: Policy, agents: tuple[str, ...], works: int, channel: Channel) -> None:
        self.pool = PoolInHand(policy)
        self.promises = Promises()
        self.matched_at = self.pool.now
        self.consults = 0
        for agent in agents:
            self.pool.signs_on(agent, sales=3, desk=1)
        for number in range(works):
            self.pool.arrives(f"first{number}", service=("sales", "")[number % 2], channel=channel)

    def ask(self, command: Callable[..., Any], *arguments: Any, **named: Any) -> list[Event]:
        """Refusals are answers too: they must change nothing. What was just done is done: again changes nothing."""
        before, written = picture(self.pool.state, self.pool.now), len(self.pool.log)
        try:
            events = command(*arguments, **named)
        except HubError:
            assert not (different := differences(picture(self.pool.state, self.pool.now), before)), different
            assert len(self.pool.log) == written
            return []
        self.matched_at = self.pool.now
        self.ceilings_held(self.pool.log[written:])
        return events

    def ceilings_held(self, decided: list[Decided]) -> None:
        for stream, _, event in decided:
            work = self.pool.state.interactions.get(stream)
            if isinstance(event, InteractionOffered) and work is not None:
                seat, channel = self.pool.state.agents[event.agent_id].seat, work.work.need.channel
                pieces = sum(need.channel == channel for need in seat.held.values())
                assert pieces <= seat.ceilings.get(channel, pieces)

    def agent_of(self, stream: str, data: st.DataObject) -> str:
        """Mostly who has it."""
        state = self.pool.state.interactions[stream].state
        return data.draw(st.sampled_from([state.agent_id] * 4 + ["carl"]))

    def a_work(self, data: st.DataObject, *phases: Phase) -> str:
        """Mostly one in one of these phases."""
        works = self.pool.state.interactions
        fitting = [stream for stream, one in works.items() if one.state.phase in phases]
        return data.draw(st.sampled_from(sorted(fitting) or sorted(works) or ["interaction-none"]))

    # Customers

    @rule(
        number=NUMBERS,
        customer=st.sampled_from(["customer-1", "customer-2", "customer-3"]),
        service=st.sampled_from(["sales", "desk", ""]),
        channel=st.sampled_from([Channel.PHONE, Channel.WEB, Channel.EMAIL]),
        thread=st.sampled_from(["", "", "t1", "t2"]),
        known=st.sampled_from([{}, {}, {"direct": "anna"}, {"account_owner": "ben"}]),
    )
    def contact_arrives(self, number: str, thread: str, known: dict[str, str], **given: Any) -> None:
        if f"interaction-{number}" not in self.promises.versions or number in self.pool.state.contacts:
            self.ask(self.pool.arrives, number, thread=thread or number, known_agents=known, **given)

    @rule(
        thread=st.one_of(NUMBERS, st.sampled_from(["t1", "t2"])),
        channel=st.sampled_from(["phone", "web", "email"]),
        dropped=st.booleans(),
    )
    def customer_leaves(self, thread: str, channel: str, dropped: bool) -> None:
        self.ask(self.pool.customer_leaves, thread, channel, dropped=dropped)

    @rule(data=st.data(), seconds=st.sampled_from([None, 15, 60]))
    def customer_wants_to_be_called(self, data: st.DataObject, seconds: float | None) -> None:
        stream = self.a_work(data, Phase.WAITING, Phase.OFFERED)
        work = self.pool.state.interactions.get(stream)
        if work is not None:
            self.ask(self.pool.asks_for_callback, work.thread[1], seconds, work.thread[0])

    # Agents

    @rule(
        agent=st.sampled_from(AGENTS),
        skills=st.sampled_from([{}, {"sales": 1}, {"sales": 3, "desk": 2}, {"sales": 5}, {"desk": 4}]),
        languages=st.sampled_from([(), ("fa",)]),
        capacity=st.sampled_from([100, 100, 60, 200]),
        ceilings=st.sampled_from([{}, {}, {"email": 1}]),
        units=st.sampled_from([{}, {}, {"web": 50}, {"email": 20, "phone": 60}]),
    )
    def agent_signs_on(self, agent: str, skills: dict[str, int], **given: Any) -> None:
        self.ask(self.pool.signs_on, agent, **given, **skills)

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from([AgentState.READY, AgentState.READY, AgentState.AWAY]))
    def agent_changes_state(self, agent: str, state: AgentState) -> None:
        self.ask(self.pool.becomes, agent, state)

    @rule(agent=st.sampled_from(AGENTS), skills=st.sampled_from([{}, {"sales": 3}, {"desk": 1}]))
    def agent_changes_skills(self, agent: str, skills: dict[str, int]) -> None:
        self.ask(self.pool.changes_skills, agent, **skills)

    @rule(
        agent=st.sampled_from(AGENTS),
        capacity=st.sampled_from([40, 100, 180]),
        units=st.sampled_from([{}, {"web": 45}, {"email": 70, "phone": 30}]),
        web=st.sampled_from([1, 3]),
    )
    def agent_changes_capacity(self, agent: str, capacity: int, units: dict[str, int], web: int) -> None:
        self.ask(self.pool.changes_capacity, agent, capacity, units, web=web)

    @rule(
        agent=st.sampled_from(AGENTS),
        what=st.sampled_from(
            ["falls_silent", "is_missing", "is_back", "is_back", "is_locked", "is_unlocked", "is_signed_off", "plans"]
        ),
    )
    def desktop_comes_and_goes(self, agent: str, what: str) -> None:
        self.ask(getattr(self.pool, what), agent)

    @rule(agent=st.sampled_from(AGENTS))
    def agent_signs_off(self, agent: str) -> None:
        self.ask(self.pool.signs_off, agent)

    # Conversations

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), takes=st.sampled_from([True, True, False]), busy=st.booleans())
    def agent_answers_an_offer(self, data: st.DataObject, takes: bool, busy: bool) -> None:
        stream = self.a_work(data, Phase.OFFERED)
        offers = self.pool.state.interactions[stream].state.open_offers or (("offer-none-1", "anna"),)
        offer, agent = data.draw(st.sampled_from(offers))
        if takes:
            self.twice(self.pool.accepts, agent, offer)
        else:
            self.twice(self.pool.declines, agent, offer, busy=busy)

    def twice(self, command: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        """An agent's click that comes again, right behind the first one, changes nothing."""
        if self.ask(command, *arguments, **named):
            assert not set(map(type, command(*arguments, **named))) - {InteractionOffered}

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), goes_on=st.booleans())
    def agent_comes_to_an_end(self, data: st.DataObject, goes_on: bool) -> None:
        stream = self.a_work(data, Phase.WRAP_UP if goes_on else Phase.ACTIVE)
        agent = self.agent_of(stream, data)
        if self.pool.state.interactions[stream].state.phase is Phase.WRAP_UP:
            self.ask(self.pool.wraps_up, agent, stream)
        else:
            self.ask(self.pool.ends, agent, stream)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), seconds=st.sampled_from([None, 10, 40]))
    def agent_lays_aside(self, data: st.DataObject, seconds: float | None) -> None:
        stream = self.a_work(data, Phase.ACTIVE)
        self.twice(self.pool.parks, self.agent_of(stream, data), stream, seconds)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), agent=st.sampled_from(AGENTS))
    def agent_takes_up_again(self, data: st.DataObject, agent: str) -> None:
        self.ask(self.pool.unparks, agent, self.a_work(data, Phase.PARKED))

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), what=st.sampled_from(_TALKS))
    def agent_talks(self, data: st.DataObject, what: str) -> None:
        stream = self.a_work(data, Phase.ACTIVE)
        agent = self.agent_of(stream, data)
        if self.ask(getattr(self.pool, what), agent, stream) and stream in self.pool.state.interactions:
            assert not set(map(type, getattr(self.pool, what)(agent, stream))) - {InteractionOffered}

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), agent=st.sampled_from(AGENTS), outcome=st.sampled_from(["no_answer", "busy", "failed"]))
    def phone_cannot_be_reached(self, data: st.DataObject, agent: str, outcome: str) -> None:
        stream = self.a_work(data, Phase.ACTIVE, Phase.OFFERED)
        whose = data.draw(st.sampled_from([self.agent_of(stream, data), agent]))
        self.ask(self.pool.misses_agent, whose, stream, outcome)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), agent=st.sampled_from(AGENTS))
    def phone_hangs_up(self, data: st.DataObject, agent: str) -> None:
        stream = self.a_work(data, Phase.ACTIVE)
        whose = data.draw(st.sampled_from([self.agent_of(stream, data), agent]))
        self.ask(self.pool.hangs_up, whose, stream)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), queue=st.sampled_from(["", *QUEUES]), to_agent=st.sampled_from(["", *AGENTS]))
    def agent_transfers(self, data: st.DataObject, queue: str, to_agent: str) -> None:
        stream = self.a_work(data, Phase.ACTIVE)
        self.ask(self.pool.transfers, self.agent_of(stream, data), stream, queue, to_agent)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), queue=st.sampled_from(["", *QUEUES]), to_agent=st.sampled_from(["", *AGENTS]))
    def agent_asks_for_advice(self, data: st.DataObject, queue: str, to_agent: str) -> None:
        self.consults += 1
        stream = self.a_work(data, Phase.ACTIVE)
        self.twice(
            self.pool.consults, self.agent_of(stream, data), stream, f"advice{self.consults}", queue, to_agent
        )  # fmt: skip

    @precondition(lambda self: any(one.consults for one in self.pool.state.interactions.values()))
    @rule(data=st.data(), what=st.sampled_from(["completes_transfer", "confers"]))
    def agent_has_advice(self, data: st.DataObject, what: str) -> None:
        works = self.pool.state.interactions
        asking = sorted(stream for stream, one in works.items() if one.consults)
        stream = data.draw(st.sampled_from(asking))
        self.twice(getattr(self.pool, what), self.agent_of(stream, data), stream)

    @precondition(lambda self: self.pool.state.interactions)
    @rule()
    def all_offers_are_accepted(self) -> None:
        for _, work in sorted(self.pool.state.interactions.items()):
            for offer, agent in work.state.open_offers[:1]:
                self.ask(self.pool.accepts, agent, offer)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(wrapped_up=st.booleans())
    def all_conversations_end(self, wrapped_up: bool) -> None:
        for stream, work in sorted(self.pool.state.interactions.items()):
            agent = work.state.agent_id
            if work.state.phase is Phase.ACTIVE:
                self.ask(self.pool.ends, agent, stream)
            if work.state.phase is Phase.WRAP_UP and wrapped_up:
                self.ask(self.pool.wraps_up, agent, stream)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), agent=st.sampled_from(AGENTS))
    def agent_pulls(self, data: st.DataObject, agent: str) -> None:
        self.twice(self.pool.pulls, agent, self.a_work(data, Phase.WAITING, Phase.OFFERED))

    # Supervisors

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), agent=st.sampled_from(AGENTS))
    def supervisor_assigns(self, data: st.DataObject, agent: str) -> None:
        self.ask(self.pool.assigns, self.a_work(data, Phase.WAITING, Phase.OFFERED), agent)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), queue=st.sampled_from(QUEUES))
    def supervisor_moves(self, data: st.DataObject, queue: str) -> None:
        self.ask(self.pool.moves, self.a_work(data, Phase.WAITING, Phase.OFFERED), queue)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), priority=st.sampled_from([None, 0, 7]), credit=st.sampled_from([0.0, 90.0, -30.0]))
    def supervisor_prioritises(self, data: st.DataObject, priority: int | None, credit: float) -> None:
        self.ask(self.pool.prioritises, self.a_work(data, Phase.WAITING), priority, credit)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data())
    def supervisor_pulls_back(self, data: st.DataObject) -> None:
        self.ask(self.pool.pulls_back, self.a_work(data, Phase.ACTIVE, Phase.OFFERED))

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), mode=st.sampled_from(["monitor", "coach", "barge"]), joins=st.booleans())
    def supervisor_listens(self, data: st.DataObject, mode: str, joins: bool) -> None:
        stream = self.a_work(data, Phase.ACTIVE)
        if joins:
            self.ask(self.pool.joins, stream, "super", mode)
        else:
            self.ask(self.pool.leaves, stream, "super")

    @rule(
        queue=st.sampled_from(QUEUES),
        intake=st.sampled_from(["open", "open", "paused", "draining"]),
        to=st.sampled_from(QUEUES),
    )
    def supervisor_closes_a_queue(self, queue: str, intake: str, to: str) -> None:
        self.ask(self.pool.sets_intake, queue, intake, to if intake == "draining" else "")

    @rule(policy=st.sampled_from(POLICIES), waiting=st.booleans())
    def policy_changes(self, policy: Policy, waiting: bool) -> None:
        self.ask(self.pool.adopts, policy, waiting=waiting)

    # Time

    @rule(seconds=st.sampled_from([0, 1, 5, 10, 25, 60]))
    def time_passes(self, seconds: float) -> None:
        self.ask(self.pool.passes, seconds)
        due = next_deadline(self.pool.state)
        if due is not None and due <= self.pool.now.timestamp():
            self.ask(self.pool.passes, 0)  # what was taken back for urgent work had waited long enough
            due = next_deadline(self.pool.state)
        assert due is None or due > self.pool.now.timestamp(), "everything due has happened"

    @rule()
    def time_passes_unnoticed(self) -> None:
        self.pool.now += timedelta(seconds=10)

    @rule()
    def the_log_is_read_again(self) -> None:
        log_only = picture(rebuilt(self.pool), self.pool.now)
        assert not (different := differences(log_only, picture(self.pool.state, self.pool.now))), different

    @rule()
    def the_hub_restarts(self) -> None:
        """From the open work alone; then all that is due happens."""
        now = self.pool.now
        restarted = rebuilt(self.pool, open_work(self.pool))
        live, recovered = (recoverable(picture(state, now)) for state in (self.pool.state, restarted))
        assert not (different := differences(recovered, live)), different
        reset_deadlines(restarted, now)
        handle(restarted, Tick(at=now, id="recovery", actor="test"))
        structure_holds(restarted)
        assert canonical_match(restarted.matcher, now.timestamp()) is None

    # Promises

    @invariant()
    def the_log_keeps_its_promises(self) -> None:
        self.promises.hold(self.pool.log)
        state = self.pool.state
        for stream, work in self.promises.works.items():
            here = state.interactions.get(stream)
            assert (here is None) == (work.phase in OVER), "over is over"
            assert here is None or here.state == work, "the aggregate and the pool say the same"
            if work.phase in (Phase.ACTIVE, Phase.WRAP_UP):
                held = state.agents[work.agent_id].seat.held[state.interactions[stream].work]
                assert held.units == self.promises.booked[stream], "capacity is booked as the log says"

    @invariant()
    def agents_and_work_agree(self) -> None:
        structure_holds(self.pool.state)

    @invariant()
    def nobody_waits_for_an_agent_who_may_take_it(self) -> None:
        assert canonical_match(self.pool.state.matcher, self.matched_at.timestamp()) is None

    def teardown(self) -> None:
        if not hasattr(self, "pool"):
            return
        self.the_log_is_read_again()
        every_choice_was_the_first(self.pool)


EveryCommand.TestCase.settings = settings(
    max_examples=100, stateful_step_count=80, deadline=None, suppress_health_check=list(HealthCheck)
)
TestEveryCommand = EveryCommand.TestCase


def test_every_policy_is_another() -> None:
    assert len({policy.version for policy in POLICIES}) == len(POLICIES)
