"""The incremental matcher decides exactly what the slow, obviously right one decides."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.router.matching.agents import Seat
from hub.router.matching.candidates import Rule, candidates, canonical_match, choices, may_take, place, waiting_work
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice, Order
from hub.router.matching.waiting import Line, Work

SKILLS = ({}, {"sales": 3}, {"sales": 3, "support": 2}, {"support": 5, "english": 1}, {"sales": 5, "support": 5})
SPOKEN = ((), ("fa",), ("fa", "en"))
ATTRIBUTES = ({}, {"team": "red"})
ASKED = (
    {"skills": {}, "units": 100},
    {"skills": {"sales": 3}, "units": 100},
    {"skills": {"sales": 3}, "units": 30, "channel": "web"},
    {"skills": {"sales": 4}, "units": 100},
    {"skills": {"sales": 2, "support": 1}, "units": 50},
    {"skills": {"sales": 1, "support": 2}, "languages": ("en", "fa"), "units": 30, "channel": "web"},
    {"skills": {"support": 2}, "units": 100, "attributes": {"team": "red"}},
    {"skills": {}, "units": 20, "channel": "mail", "interruptible": True},
    {"skills": {"support": 1}, "units": 100, "channel": "phone", "interrupts": True},
)
"""What work asks for: few kinds, so that much of it competes."""

REFUSED_FOR = (0.0, 7.0, 30.0, 30.0, float("inf"))


class Centre(RuleBasedStateMachine):
    """Each rule says that something happened; now and then the matcher is asked for all that matches."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1020.0
        self.numbers = 0
        self.matcher = Matcher()
        self.seats: list[Seat] = []
        self.works: dict[str, Work] = {}
        self.waiting: set[Work] = set()
        self.held: list[tuple[Work, Seat]] = []
        self.choice: AgentChoice | None = None

    @initialize(
        order=st.sampled_from(Order),
        choice=st.one_of(st.none(), st.sampled_from(AgentChoice)),
        agents=st.lists(st.sampled_from(SKILLS), max_size=6),
        ceilings=st.sampled_from([None, {"mail": 1}]),
    )
    def begin(
        self, order: Order, choice: AgentChoice | None, agents: list[dict[str, int]], ceilings: dict[str, int] | None
    ) -> None:
        self.choice = choice
        self.matcher = Matcher(order)
        for number, skills in enumerate(agents):
            seat = self.matcher.seat(f"agent {number}")
            self.seats.append(seat)
            self.matcher.equip(seat, skills, ("fa",), {}, 100, ceilings, pace=number % 3)
            self.matcher.idle_since(seat, self.now)
            self.matcher.sign(seat, True)
            self.matcher.set_ready(seat, True)

    @rule(seconds=st.sampled_from([0.0, 0.0, 1.0, 7.0, 30.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(
        count=st.sampled_from([1, 1, 1, 2, 6]),
        data=st.data(),
        credit=st.sampled_from([0.0, 0.0, 0.0, 45.0, -45.0]),
        ask=st.booleans(),
    )
    def work_arrives(self, count: int, data: st.DataObject, credit: float, ask: bool) -> None:
        line = self._line(data)
        for _ in range(count):
            self.numbers += 1
            work = self.matcher.work(f"work {self.numbers}", self.now, line, credit)
            self.works[work.id] = work
            self._waits(work)
        self._ask(ask)

    @precondition(lambda self: len(self.seats) < 8)
    @rule(data=st.data(), ask=st.booleans())
    def agent_comes(self, data: st.DataObject, ask: bool) -> None:
        seat = self.matcher.seat(f"agent {len(self.seats)}")
        self.seats.append(seat)
        self._equip(seat, data)
        self.matcher.idle_since(seat, self.now)
        self.matcher.sign(seat, True)
        self.matcher.set_ready(seat, True)
        self._ask(ask)

    @precondition(lambda self: self.seats)
    @rule(data=st.data(), ask=st.booleans())
    def agent_can_do_other_things(self, data: st.DataObject, ask: bool) -> None:
        self._equip(self._seat(data), data)
        self._ask(ask)

    @precondition(lambda self: self.seats)
    @rule(data=st.data(), what=st.sampled_from(["ready", "not ready", "on", "off", "new"]), ask=st.booleans())
    def agent_is_there_or_not(self, data: st.DataObject, what: str, ask: bool) -> None:
        seat = self._seat(data)
        if what in ("ready", "not ready"):
            self.matcher.set_ready(seat, what == "ready")
        elif what == "new":
            self.matcher.forgive(seat)
        else:
            self.matcher.sign(seat, what == "on")
        self._ask(ask)

    @precondition(lambda self: self.seats)
    @rule(data=st.data())
    def agent_took_a_turn(self, data: st.DataObject) -> None:
        self.matcher.took_turn(self._seat(data))

    @precondition(lambda self: self.seats)
    @rule(data=st.data(), seconds=st.sampled_from([0.0, 5.0, 30.0]), ask=st.booleans())
    def agent_rests(self, data: st.DataObject, seconds: float, ask: bool) -> None:
        self.matcher.rest(self._seat(data), self.now + seconds)
        self._ask(ask)

    @precondition(lambda self: self.seats)
    @rule(
        data=st.data(),
        channels=st.sampled_from([frozenset(), frozenset(), frozenset({"web"}), frozenset({"mail", "phone"})]),
        ask=st.booleans(),
    )
    def agent_gets_nothing_of_channels(self, data: st.DataObject, channels: frozenset[str], ask: bool) -> None:
        self.matcher.set_closed(self._seat(data), channels)
        self._ask(ask)

    @precondition(lambda self: self.seats)
    @rule(data=st.data(), today=st.integers(0, 3))
    def agent_had_work_today(self, data: st.DataObject, today: int) -> None:
        self.matcher.counted(self._seat(data), today)

    @rule()
    def a_day_begins(self) -> None:
        self.matcher.new_day()
        assert all(seat.today == 0 for seat in self.seats)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), count=st.sampled_from([1, 1, 1, 3, 7]), ask=st.booleans())
    def work_is_finished(self, data: st.DataObject, count: int, ask: bool) -> None:
        for _ in range(min(count, len(self.held))):
            work, seat = self._let_go(data)
            self.matcher.idle_since(seat, self.now)
            if all(work is not held for held, _ in self.held) and work not in self.waiting:
                self.matcher.forget(work)
                del self.works[work.id]
        self._ask(ask)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), seconds=st.sampled_from(REFUSED_FOR), ask=st.booleans())
    def agent_declines(self, data: st.DataObject, seconds: float, ask: bool) -> None:
        work, seat = self._let_go(data)
        self.matcher.bar(seat, work, self.now + seconds)
        self._waits(work)
        self._ask(ask)

    @precondition(lambda self: self.works)
    @rule(data=st.data(), ask=st.booleans())
    def refusals_are_forgotten(self, data: st.DataObject, ask: bool) -> None:
        self.matcher.clear_bars(self._work(data))
        self._ask(ask)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), keeps=st.booleans(), stays=st.booleans(), ask=st.booleans())
    def work_waits_for_somebody_else(self, data: st.DataObject, keeps: bool, stays: bool, ask: bool) -> None:
        if keeps:
            work, seat = self.held[data.draw(st.integers(0, len(self.held) - 1))]
        else:
            work, seat = self._let_go(data)
        self.matcher.set_ready(seat, stays)
        self._waits(work)
        self._ask(ask)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), ask=st.booleans())
    def customer_leaves(self, data: st.DataObject, ask: bool) -> None:
        work = self._work(data, waiting=True)
        if data.draw(st.booleans()) and all(work is not held for held, _ in self.held):
            self.matcher.forget(work)
            del self.works[work.id]
        else:
            self.matcher.withdraw(work)
        self.waiting.discard(work)
        self._ask(ask)

    @precondition(lambda self: self.works)
    @rule(
        data=st.data(),
        earlier=st.sampled_from([None, None, 30.0, -1.0]),
        credit=st.sampled_from([None, None, 0.0, 50.0, -50.0]),
        ask=st.booleans(),
    )
    def work_moves(self, data: st.DataObject, earlier: float | None, credit: float | None, ask: bool) -> None:
        work = self._work(data)
        number, since, had = work.number, work.since, work.credit
        self.matcher.move(work, self._line(data), since=None if earlier is None else since - earlier, credit=credit)
        assert work.number == number
        assert work.since == (since if earlier is None else since - earlier)
        assert work.credit == (had if credit is None else credit)
        self._ask(ask)

    @precondition(lambda self: self.works and self.seats)
    @rule(data=st.data(), ask=st.booleans())
    def work_is_for_one_agent(self, data: st.DataObject, ask: bool) -> None:
        self.matcher.bind(self._work(data), self._seat(data))
        self._ask(ask)

    @precondition(lambda self: any(work.bound for work in self.works.values()))
    @rule(data=st.data(), ask=st.booleans())
    def work_is_for_anybody(self, data: st.DataObject, ask: bool) -> None:
        names = sorted(name for name, work in self.works.items() if work.bound)
        self.matcher.unbind(self.works[data.draw(st.sampled_from(names))])
        self._ask(ask)

    @precondition(lambda self: self.works)
    @rule(data=st.data(), besides=st.booleans())
    def work_is_offered_to_one_more(self, data: st.DataObject, besides: bool) -> None:
        work = self._work(data)
        left_out = {self._seat(data)} if besides and self.seats else set()
        seat = self.matcher.another(work, self.now, left_out)
        able = [
            one.agent_id for one in candidates(self.matcher, work, self.now)
            if one.rule is Rule.FITS and self.matcher.seat(one.agent_id) not in left_out
        ]  # fmt: skip
        assert (seat.agent_id if seat else None) == (able[0] if able else None)
        if seat is not None and work not in self.waiting:
            self._reserve(work, seat)

    @precondition(lambda self: any(seat.paused for seat in self.seats))
    @rule(data=st.data(), ask=st.booleans())
    def paused_work_goes_on(self, data: st.DataObject, ask: bool) -> None:
        seat = data.draw(st.sampled_from([seat for seat in self.seats if seat.paused]))
        for work in self.matcher.to_resume(seat):
            self.matcher.resume(work, seat)
        self._ask(ask)

    @precondition(lambda self: self.matcher.waiting.lines())
    @rule(keeps=st.booleans())
    def empty_lines_are_dropped(self, keeps: bool) -> None:
        lines = list(self.matcher.waiting.lines())
        self.matcher.keep(lines if keeps else ())
        self.matcher.waiting.clean_up()
        left = set(self.matcher.waiting.lines())
        assert left == {line for line in lines if keeps or line.count}
        assert all(line.is_listed == (line in left) for line in lines)

    @rule(order=st.sampled_from(Order), ask=st.booleans())
    def order_changes(self, order: Order, ask: bool) -> None:
        self.matcher.set_order(order)
        self._ask(ask)

    @rule()
    def matcher_is_asked(self) -> None:
        self._ask(True)

    @invariant()
    def what_waits_is_known(self) -> None:
        assert set(waiting_work(self.matcher)) == self.waiting
        assert {work for work in self.works.values() if work.waiting} == self.waiting
        for queue in "ab":
            waiting = [work for work in self.waiting if work.line.queue == queue]
            assert self.matcher.queue_length(queue) == len(waiting)
            in_order = sorted(waiting, key=lambda one: place(self.matcher, one, self.now))
            assert self.matcher.in_order(queue, self.now) == in_order
            assert [self.matcher.waiting_at(one, self.now) for one in in_order] == [*range(1, len(waiting) + 1)]
            oldest = min(waiting, key=lambda one: (one.since - one.credit, one.number), default=None)
            assert self.matcher.oldest(queue) is oldest

    @invariant()
    def room_is_what_is_left(self) -> None:
        for seat in self.seats:
            active = [need for work, need in seat.held.items() if work not in seat.paused]
            assert seat.free == seat.capacity - sum(need.units for need in active)
            assert seat.pausable == sum(need.units for need in active if need.interruptible)
            assert set(seat.held) == {work for work, at in self.held if at is seat}

    @invariant()
    def who_fits_is_counted(self) -> None:
        for need in self.matcher.roster.needs():
            fitting = [seat for seat in self.seats if seat.signed_on and seat.fits(need)]
            assert need.signed_on == len(fitting)
            assert {seat for one in need.abilities for seat in one.seats} == {
                seat for seat in self.seats if seat.fits(need)
            }
            assert self.matcher.somebody(need) == bool(fitting)

    def _ask(self, ask: bool) -> None:
        if not ask:
            return
        while True:
            expected = canonical_match(self.matcher, self.now)
            found = self.matcher.next(self.now)
            assert found == expected
            assert self.matcher.next(self.now) == found, "asking changes nothing until it is carried out"
            if found is None:
                break
            work, seat = found
            by_name = [one.agent_id for one in candidates(self.matcher, work, self.now)]
            assert by_name[0] == seat.agent_id
            assert choices(self.matcher, seat, self.now)[0].rule is Rule.FITS
            self._reserve(work, seat)
        change = self.matcher.next_change()
        assert change is None or change > self.now

    def _reserve(self, work: Work, seat: Seat) -> None:
        assert may_take(seat, work, self.now) is Rule.FITS
        for paused in self.matcher.to_pause(seat, work.need):
            self.matcher.pause(paused, seat)
        before, units = seat.free, self.matcher.units_for(seat, work.need)
        self.matcher.reserve(work, seat)
        assert 0 <= seat.free == before - units
        assert seat.held[work].units == units
        self.held.append((work, seat))
        self.waiting.discard(work)

    def _waits(self, work: Work) -> None:
        self.matcher.wait(work)
        self.waiting.add(work)

    def _let_go(self, data: st.DataObject) -> tuple[Work, Seat]:
        work, seat = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        self.matcher.release(work, seat)
        return work, seat

    def _line(self, data: st.DataObject) -> Line:
        asked = data.draw(st.sampled_from(ASKED))
        choice = self.choice or data.draw(st.sampled_from(AgentChoice))
        need = self.matcher.need(**asked, choice=choice)
        assert self.matcher.need(**asked, choice=choice) is need
        return self.matcher.line(
            data.draw(st.sampled_from("aaab")),
            need,
            priority=data.draw(st.sampled_from([0, 0, 0, 1])),
            weight=data.draw(st.sampled_from([0.0, 1.0, 1.0, 3.0])),
            target=data.draw(st.sampled_from([0.0, 20.0, 60.0])),
        )

    def _equip(self, seat: Seat, data: st.DataObject) -> None:
        used = sum(need.units for work, need in seat.held.items() if work not in seat.paused)
        self.matcher.equip(
            seat,
            data.draw(st.sampled_from(SKILLS)),
            data.draw(st.sampled_from(SPOKEN)),
            data.draw(st.sampled_from(ATTRIBUTES)),
            max(used, data.draw(st.sampled_from([100, 100, 60, 200]))),
            data.draw(st.sampled_from([None, None, {"web": 1}, {"web": 2, "mail": 1}])),
            data.draw(st.sampled_from([None, None, {"web": 10}, {"web": 60, "mail": 50, "phone": 70}])),
            pace=data.draw(st.sampled_from([1.0, 0.5])),
        )

    def _seat(self, data: st.DataObject) -> Seat:
        return data.draw(st.sampled_from(self.seats))

    def _work(self, data: st.DataObject, *, waiting: bool = False) -> Work:
        names = sorted(name for name, work in self.works.items() if work in self.waiting or not waiting)
        return self.works[data.draw(st.sampled_from(names))]


Centre.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCentre = Centre.TestCase
