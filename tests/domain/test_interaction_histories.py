"""Whatever is asked of an interaction in whatever order: its bookkeeping never contradicts itself, and it ends once."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.interaction import decide
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionAbandoned,
    InteractionExpired,
    InteractionOffered,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.interaction.state import OVER, Interaction, Phase, evolve
from tests.domain.interactions import ELSEWHERE, META, NOON, OFFERED, QUEUED

ENDS = {WrapUpCompleted: Phase.COMPLETED, InteractionAbandoned: Phase.ABANDONED, InteractionExpired: Phase.EXPIRED}
ANSWERS = (OfferAccepted, OfferDeclined, OfferTimedOut, OfferRescinded)

agents = st.sampled_from(["anna", "ben", "cleo"])
HOLDER = "whoever has it"
holders = st.sampled_from([HOLDER, HOLDER, HOLDER, HOLDER, "anna", "ben"])
offers = st.integers(1, 6).map("offer-{}".format)
moments = st.none() | st.integers(1, 3).map(lambda hours: NOON + timedelta(hours=hours))
placements = st.sampled_from([ELSEWHERE, {**ELSEWHERE, "queue": "q"}])
reasons = st.sampled_from(["time", "supervisor"])

Asked = tuple[Callable[..., list[Event]], tuple[Any, ...], dict[str, Any]]


def asking(what: Callable[..., list[Event]], *arguments: Any, **named: Any) -> st.SearchStrategy[Asked]:
    return st.tuples(st.just(what), st.tuples(*arguments), st.fixed_dictionaries(named))


of_agents = st.one_of(
    asking(decide.hold, holders),
    asking(decide.resume, holders),
    asking(decide.interrupt, holders, st.just("interaction-2")),
    asking(decide.continue_, holders),
    asking(decide.end, holders),
    asking(decide.complete_wrap_up, holders, st.just("done")),
    asking(decide.park, holders, moments, reasons),
    asking(decide.transfer, holders, warm=st.booleans(), to_agent=agents | st.just(""), placement=placements),
    asking(decide.miss_callback, holders, st.sampled_from(decide.OUTCOMES), moments),
)
of_others = st.one_of(
    asking(decide.schedule_callback, moments, st.just("")),
    asking(decide.reopen, st.sampled_from(["c1", "c2", "c3"]), placements),
    asking(decide.rescind, reasons, agents | st.just("")),
    asking(decide.unpark, reasons),
    asking(decide.pull_back, reasons),
    asking(decide.prioritise, st.none() | st.integers(-2, 2), st.sampled_from([0.0, 60.0])),
    asking(decide.join, agents, st.sampled_from(decide.MODES)),
    asking(decide.leave, agents),
    asking(decide.flag, reasons),
    asking(decide.relax, st.integers(-1, 2), reasons),
    asking(decide.forget_declines, moments.filter(lambda moment: moment is not None)),
)


class Histories(RuleBasedStateMachine):
    """One interaction, and a second book of it: which offers are open, who has it, how often it ended."""

    def __init__(self) -> None:
        super().__init__()
        self.state = Interaction()
        self.queue = "q"
        self.open: dict[str, str] = {}
        self.ends: list[Phase] = []
        self.reopened = 0
        self.happened: Counter[str] = Counter()
        self.apply([QUEUED])

    @initialize(callback=st.booleans(), accepted=st.booleans())
    def begin(self, callback: bool, accepted: bool) -> None:
        if callback:
            self.apply(decide.schedule_callback(self.state, None, "", **META))
        if accepted:
            self.apply([OFFERED])
            self.ask((decide.accept, ("offer-1", "anna"), {}))

    def apply(self, events: list[Event]) -> None:
        for event in events:
            self.state = evolve(self.state, event)
            self.happened[type(event).__name__] += 1
            self.book(event)

    def book(self, event: Event) -> None:
        if isinstance(event, InteractionOffered):
            self.open[event.offer_id] = event.agent_id
        elif isinstance(event, ANSWERS):
            assert self.open.pop(event.offer_id) == event.agent_id, "an offer has one answer"
        elif isinstance(event, InteractionReopened):
            self.reopened += 1
        elif type(event) in ENDS:
            assert not self.open, "nobody is still asked when it ends"
            self.ends.append(ENDS[type(event)])
        self.queue = getattr(event, "queue", "") or self.queue
        if isinstance(event, InteractionTransferred):
            assert event.agent_id != event.to_agent

    def ask(self, asked: Asked) -> None:
        what, arguments, named = asked
        arguments = tuple(self.state.agent_id if one == HOLDER else one for one in arguments)
        asked = (what, arguments, named)
        over = self.state.phase in OVER
        try:
            events = what(self.state, *arguments, **named, **META)
        except HubError:
            return
        assert not over or not events or what is decide.reopen, "what is over stays over"
        self.apply(events)
        if not (what is decide.move and named["reason"] == "policy"):
            self.nothing_more(asked)

    def nothing_more(self, asked: Asked) -> None:
        """The same asked again at once, by who did not hear the answer."""
        what, arguments, named = asked
        if what is decide.move:
            named = {**named, "from_queue": self.queue}
        with suppress(HubError):
            assert what(self.state, *arguments, **named, **META) == []

    @precondition(lambda self: self.state.phase in (Phase.WAITING, Phase.OFFERED))
    @rule(agent=agents)
    def offer(self, agent: str) -> None:
        if agent not in self.open.values():
            number = f"offer-{self.state.offers + 1}"
            self.apply([OFFERED.model_copy(update={"offer_id": number, "agent_id": agent})])

    @precondition(lambda self: self.open)
    @rule(data=st.data(), answer=st.sampled_from([decide.accept, decide.accept, decide.decline, decide.time_out]))
    def answer(self, data: st.DataObject, answer: Callable[..., list[Event]]) -> None:
        offer = data.draw(st.sampled_from(sorted(self.open)))
        arguments = {decide.time_out: (offer,), decide.decline: (offer, self.open[offer], "no")}
        self.ask((answer, arguments.get(answer, (offer, self.open[offer])), {}))

    @rule(offer=offers, agent=agents)
    def answer_any(self, offer: str, agent: str) -> None:
        if self.open.get(offer) != agent:
            self.ask((decide.accept, (offer, agent), {}))

    @rule(what=st.sampled_from([decide.customer_left, decide.expire]), now=st.integers(0, 3))
    def be_over(self, what: Callable[..., list[Event]], now: int) -> None:
        if now == 0:
            self.ask((what, ("time",) if what is decide.expire else (), {}))

    @precondition(lambda self: self.state.phase in (Phase.ACTIVE, Phase.WRAP_UP, Phase.COMPLETED))
    @rule(asked=of_agents)
    def agent_asks(self, asked: Asked) -> None:
        self.ask(asked)

    @rule(asked=of_others)
    def others_ask(self, asked: Asked) -> None:
        self.ask(asked)

    @rule(placement=placements, reason=st.sampled_from(["overflow", "policy"]))
    def move(self, placement: dict[str, Any], reason: str) -> None:
        self.ask((decide.move, (), {"from_queue": self.queue, "reason": reason, "placement": placement}))

    @precondition(lambda self: self.state.phase not in OVER)
    @rule(now=st.integers(0, 3))
    def attach(self, now: int) -> None:
        if now == 0:
            self.apply([ContactAttached(**META, contact_id="more")])

    @invariant()
    def the_books_agree(self) -> None:
        state = self.state
        assert dict(state.open_offers) == self.open
        assert (state.phase is Phase.OFFERED) == bool(self.open)
        assert state.offers == self.happened["InteractionOffered"]
        assert state.answered == (self.happened["OfferAccepted"] > 0)
        if self.open:
            assert self.open[state.offer_id] == state.agent_id

    @invariant()
    def only_a_running_conversation_has_what_belongs_to_one(self) -> None:
        state = self.state
        if state.phase is Phase.ACTIVE:
            assert state.agent_id
            assert state.agent_id not in dict(state.participants)
        else:
            assert (state.on_hold, state.interrupted, state.participants) == (False, False, ())
        if state.phase is Phase.WAITING:
            assert (state.offer_id, state.agent_id) == ("", "")

    @invariant()
    def it_is_over_once(self) -> None:
        is_over = self.state.phase in OVER
        assert len(self.ends) - self.reopened == is_over
        assert not is_over or self.ends[-1] is self.state.phase

    def teardown(self) -> None:
        """However far it came, the ordinary ways out lead to one end."""
        phase = self.state.phase
        if phase in (Phase.WAITING, Phase.OFFERED, Phase.PARKED):
            self.apply(decide.expire(self.state, "waited too long", **META))
        if phase is Phase.ACTIVE:
            self.apply(decide.end(self.state, self.state.agent_id, **META))
        if self.state.phase is Phase.WRAP_UP:
            self.apply(decide.complete_wrap_up(self.state, self.state.agent_id, "done", **META))
        self.it_is_over_once()
        assert self.state.phase in OVER


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
