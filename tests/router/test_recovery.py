"""Whatever is asked of a pool: its promises hold, and the log alone leads to the same state and the same decisions."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel
from hub.domain.errors import HubError
from hub.domain.interaction.events import InteractionOffered, Phase
from hub.router.commands import Tick
from hub.router.decide import handle
from hub.router.policy import parse_policy
from hub.router.state import next_deadline, reset_deadlines
from tests.router.pools import PoolInHand, open_work, picture, rebuilt

POLICY = parse_policy("""
decline_backoff_seconds = 25

[channels]
web = { units = 30 }

[queues.sales]
offer_timeout_seconds = 20
[queues.general]
offer_timeout_seconds = 10
priority = 1

[[rules]]
service = "sales"
queue = "sales"
skills = { sales = 2 }

[[rules]]
service = "sales"
value_tier = "standard"
channel = "web"
queue = "sales"
priority = 2
languages = ["fa"]

[[rules]]
queue = "general"
""")
AGENTS = ("anna", "ben", "carl")
INTERACTIONS = st.integers(0, 11).map(str)


class AnyPool(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.pool = PoolInHand(POLICY)

    def ask(self, command, *arguments, **named) -> None:
        """Refusals are answers too: they must change nothing."""
        before = picture(self.pool.state, self.pool.now)
        written = len(self.pool.log)
        try:
            command(*arguments, **named)
        except HubError:
            assert picture(self.pool.state, self.pool.now) == before
            assert len(self.pool.log) == written

    @rule(
        number=INTERACTIONS,
        service=st.sampled_from(["sales", ""]),
        channel=st.sampled_from([Channel.PHONE, Channel.WEB]),
        thread=st.sampled_from(["", "", "t1", "t2"]),
    )
    def contact_arrives(self, number: str, service: str, channel: Channel, thread: str) -> None:
        opened = any(one.stream == f"interaction-{number}" for one in self.pool.log)
        if not opened or number in self.pool.state.contacts:
            self.ask(self.pool.arrives, number, service=service, channel=channel, thread=thread or number)

    @rule(
        agent=st.sampled_from(AGENTS),
        skills=st.sampled_from([{}, {"sales": 1}, {"sales": 3}]),
        languages=st.sampled_from([(), ("fa",)]),
        capacity=st.sampled_from([100, 60, 200]),
    )
    def agent_signs_on(self, agent: str, skills: dict, languages: tuple, capacity: int) -> None:
        self.ask(self.pool.signs_on, agent, languages=languages, capacity=capacity, **skills)

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from([AgentState.READY, AgentState.AWAY]))
    def agent_changes_state(self, agent: str, state: AgentState) -> None:
        self.ask(self.pool.becomes, agent, state)

    @rule(agent=st.sampled_from(AGENTS))
    def agent_signs_off(self, agent: str) -> None:
        self.ask(self.pool.signs_off, agent)

    @precondition(lambda self: self.pool.state.interactions)
    @rule(data=st.data(), right_agent=st.sampled_from([True, True, True, False]))
    def agent_goes_on(self, data: st.DataObject, right_agent: bool) -> None:
        stream = data.draw(st.sampled_from(sorted(self.pool.state.interactions)))
        state = self.pool.state.interactions[stream].state
        agent = state.agent_id if right_agent else "carl"
        match state.phase:
            case Phase.OFFERED if data.draw(st.booleans()):
                self.ask(self.pool.declines, agent, state.offer_id)
            case Phase.OFFERED | Phase.WAITING:
                self.ask(self.pool.accepts, agent, state.offer_id)
            case Phase.ACTIVE:
                self.ask(self.pool.ends, agent, stream)
            case _:
                self.ask(self.pool.wraps_up, agent, stream)

    @rule(thread=st.one_of(INTERACTIONS, st.sampled_from(["t1", "t2"])), channel=st.sampled_from(["phone", "web"]))
    def customer_leaves(self, thread: str, channel: str) -> None:
        self.ask(self.pool.customer_leaves, thread, channel)

    @rule(seconds=st.sampled_from([0, 1, 10, 25]))
    def time_passes(self, seconds: float) -> None:
        self.pool.passes(seconds)
        due = next_deadline(self.pool.state)
        assert due is None or due > self.pool.now.timestamp(), "everything due has happened"

    @rule()
    def time_passes_unnoticed(self) -> None:
        self.pool.now += timedelta(seconds=10)

    @rule()
    def the_hub_restarts(self) -> None:
        """From the open work alone, with all that is due later."""
        restarted = rebuilt(self.pool, open_work(self.pool))
        reset_deadlines(restarted, self.pool.now)
        reset_deadlines(self.pool.state, self.pool.now)
        assert picture(restarted, self.pool.now) == picture(self.pool.state, self.pool.now)
        tick = Tick(at=self.pool.now, id="recovery", actor="test")
        expected = handle(self.pool.state, tick)
        assert handle(restarted, tick) == expected
        self.pool.log += expected
        self.pool.state = restarted

    @invariant()
    def the_log_leads_to_the_same_state(self) -> None:
        log_only = rebuilt(self.pool)
        for stream, interaction in self.pool.state.interactions.items():
            log_only.interactions[stream].deadline = interaction.deadline
        assert picture(log_only, self.pool.now) == picture(self.pool.state, self.pool.now)

    @invariant()
    def streams_have_no_gaps(self) -> None:
        versions: Counter[str] = Counter()
        for stream, version, _ in self.pool.log:
            versions[stream] += 1
            assert version == versions[stream]

    @invariant()
    def capacity_is_never_exceeded_and_each_interaction_has_one_owner(self) -> None:
        state = self.pool.state
        owners = Counter(stream for agent in state.agents.values() for stream in agent.holds)
        for stream, interaction in state.interactions.items():
            held = interaction.state.phase in (Phase.OFFERED, Phase.ACTIVE, Phase.WRAP_UP)
            assert owners[stream] == held
            assert interaction.work.waiting == (interaction.state.phase is Phase.WAITING)
            assert not held or stream in state.agents[interaction.state.agent_id].holds
        assert set(owners) <= set(state.interactions)
        for agent in state.agents.values():
            used = sum(one.units for one in agent.holds.values())
            assert agent.state.state is AgentState.SIGNED_OFF or used <= agent.state.capacity
            assert agent.seat.free == agent.seat.capacity - used
            assert not agent.holds or agent.state.state is not AgentState.SIGNED_OFF

    @invariant()
    def nobody_waits_for_an_agent_who_is_there(self) -> None:
        now = self.pool.now.timestamp()
        for interaction in self.pool.state.interactions.values():
            need = interaction.work.need
            for agent in self.pool.state.agents.values() if interaction.work.waiting else ():
                fits = agent.state.state is AgentState.READY and need.fits(agent.state.skills, agent.state.languages)
                barred_until = agent.seat.barred.get(interaction.stream, 0.0)
                came_due_unnoticed = 0.0 < barred_until <= now
                assert not fits or agent.seat.free < need.units or barred_until > now or came_due_unnoticed

    @invariant()
    def every_offer_went_to_an_agent_who_was_ready(self) -> None:
        for (_, _, event), (_, _, after) in pairwise(self.pool.log):
            if isinstance(after, InteractionOffered):
                assert after.at >= event.at
                assert after.expires_at > after.at


AnyPool.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyPool = AnyPool.TestCase
