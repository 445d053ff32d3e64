"""Who gets what: the first work in the order of all, and of the agents who may take it the one its need chooses.

The meaning, stated once: as long as some waiting work has an agent who may take it (see `candidates.may_take`), take
the first such work in the order of all and give it to the chosen one of its agents. In the order `skill` the agent has
a say: the longest idle agent who may take any work names the work they are best at, and of all who may take that the
chosen one gets it. `candidates.canonical_match` says the same as slowly as it is said here. What follows gets there by
looking only at what changed since nothing matched any more.
"""

from collections.abc import Collection, Iterable, Mapping

from hub.router.matching import booking, refusals
from hub.router.matching.agents import Need, Seat
from hub.router.matching.choice import choose
from hub.router.matching.order import AgentChoice, Order
from hub.router.matching.roster import Roster
from hub.router.matching.search import Search
from hub.router.matching.waiting import Line, WaitingWork, Work


class Matcher:
    """Waiting work and agents. Times are epoch seconds; nothing here reads a clock. Say what happened, then ask
    `next` and `reserve` what it answers, until it answers None."""

    __slots__ = ("_number", "_search", "roster", "waiting")

    def __init__(self, order: Order = Order.PRIORITY) -> None:
        self.roster = Roster()
        self.waiting = WaitingWork(order)
        self._search = Search(self.roster, self.waiting)
        self._number = 0

    @property
    def order(self) -> Order:
        """The order in which waiting work is taken."""
        return self.waiting.order

    def set_order(self, order: Order) -> None:
        """Take everything that waits in this order from now on."""
        self.waiting.set_order(order)
        self._search.begin_again()

    # What there is.

    def need(
        self,
        skills: Mapping[str, int],
        *,
        languages: Iterable[str] = (),
        attributes: Mapping[str, str] | None = None,
        channel: str = "",
        units: int = 100,
        interrupts: bool = False,
        interruptible: bool = False,
        choice: AgentChoice = AgentChoice.LONGEST_IDLE,
    ) -> Need:
        """What work asks for; the same object for the same. `units` is 1 or more."""
        return self.roster.need((
            tuple(sorted(skills.items())), tuple(sorted(languages)),
            tuple(sorted(attributes.items())) if attributes else (),
            channel, units, interrupts, interruptible, choice,
        ))  # fmt: skip

    def line(self, queue: str, need: Need, *, priority: int = 0, weight: float = 0.0, target: float = 0.0) -> Line:
        """Where such work waits; the same object for the same. `weight` is points of priority a minute of age,
        `target` seconds from arrival to answer: each counts in the order that goes by it."""
        return self.waiting.line((queue, need, priority, weight, target))

    def keep(self, lines: Iterable[Line]) -> None:
        """These lines stay, those of the policy in force; of all others those that are empty are dropped in time."""
        self.waiting.keep(lines)

    def work(self, work_id: str, since: float, line: Line, credit: float = 0.0) -> Work:
        """A new piece of work; of equals it comes behind all that there were before. `credit`: seconds of age on top,
        or less than none."""
        self._number += 1
        return Work(work_id, line, since, self._number, credit)

    def seat(self, agent_id: str) -> Seat:
        """The agent's seat, made when it is asked for the first time: without skills, not signed on."""
        return self.roster.seat(agent_id)

    # What happens to work.

    def wait(self, work: Work) -> None:
        """It waits for an agent: for the first time, or again with the age it has."""
        if work.entry is None:
            self.waiting.add(work)
            self._search.look_at(work)

    def withdraw(self, work: Work) -> None:
        """It waits no longer."""
        self.waiting.remove(work)

    def move(self, work: Work, line: Line, *, since: float | None = None, credit: float | None = None) -> None:
        """It belongs in this line now. It keeps its number, unless told its age, and waits or not as before; who has
        it keeps the room booked for it as it was."""
        was_waiting = work.entry is not None
        self.waiting.remove(work)
        credit = work.credit if credit is None else credit
        work.since = work.since if since is None else since
        work.place = work.since - credit
        work.line, work.need = line, line.need
        if was_waiting:
            self.wait(work)

    def bind(self, work: Work, seat: Seat) -> None:
        """Only this agent may take it, until it is unbound: whatever they can do, since a person has decided it; but
        they must be ready for it, have room for it, and not have refused it."""
        self._set_bound(work, seat)

    def unbind(self, work: Work) -> None:
        """Whoever fits may take it."""
        self._set_bound(work, None)

    def reserve(self, work: Work, seat: Seat, units: int | None = None) -> None:
        """It waits no longer and takes of this agent's room what it needs now, or the units given; others may hold it
        at the same time. A second reservation for the same agent changes nothing."""
        if work.entry is not None:
            self.waiting.remove(work)
        if booking.book(work, seat, units):
            self._number += 1
            seat.turn = self._number

    def release(self, work: Work, seat: Seat) -> None:
        """What was booked for it at this agent is free again."""
        if booking.give_back(work, seat):
            self._search.free(seat)

    def forget(self, work: Work) -> None:
        """It is over for matching: waits no longer, is bound to nobody and refused by nobody."""
        self.waiting.remove(work)
        work.bound = None
        self.clear_bars(work)

    def to_pause(self, seat: Seat, need: Need) -> list[Work]:
        """What this agent must pause before work with this need is reserved: the fewest pieces, the newest first."""
        return booking.to_pause(seat, need)

    def to_resume(self, seat: Seat) -> list[Work]:
        """What this agent has paused and has room for again, the longest held first."""
        return booking.to_resume(seat)

    def pause(self, work: Work, seat: Seat) -> None:
        """It takes no room of this agent for now. Only what may be interrupted can be paused."""
        booking.pause(work, seat)
        self._search.free(seat)

    def resume(self, work: Work, seat: Seat) -> None:
        """It takes room of this agent again; see `to_resume` for what there is room for."""
        booking.resume(work, seat)

    def bar(self, seat: Seat, work: Work, until: float) -> None:
        """The agent is not to get this work before then; `inf`: never, until the bars are cleared."""
        refusals.bar(self._search, seat, work, until)

    def clear_bars(self, work: Work) -> None:
        """Nobody has refused this work any more."""
        refusals.clear(self._search, work)

    def refused_by_all(self, work: Work, now: float) -> bool:
        """Whether it has been refused by everybody who is signed on and fits it, and by somebody at all."""
        return refusals.by_all(work, now)

    # What happens to agents.

    def sign(self, seat: Seat, on: bool) -> None:
        """Whether the agent is signed on. Nobody is ready before they say so, nor when they have signed off."""
        self.roster.sign(seat, on)
        if not on:
            seat.ready = False
        seat.open()
        self._search.free(seat)

    def forgive(self, seat: Seat) -> None:
        """Forget what the agent refused."""
        seat.barred = {}
        self._search.free(seat)

    def took_turn(self, seat: Seat) -> None:
        """The agent was given work, by what is known of it: others have had their turn less recently."""
        self._number += 1
        seat.turn = self._number

    def equip(
        self,
        seat: Seat,
        skills: Mapping[str, int],
        languages: Iterable[str] = (),
        attributes: Mapping[str, str] | None = None,
        capacity: int = 100,
        ceilings: Mapping[str, int] | None = None,
        units: Mapping[str, int] | None = None,
        pace: float = 1.0,
    ) -> None:
        """What the agent can do from now on; what they hold stays held. `ceilings`: the most pieces of work of a
        channel at once. `units`: what a piece of work of a channel takes of this agent, in the place of what its need
        says. `pace`: handle times are so many times the usual ones."""
        self.roster.equip(seat, skills, languages, attributes or {})
        seat.free += capacity - seat.capacity
        seat.capacity = capacity
        seat.pace = pace
        seat.limit(ceilings or {}, units or {}, seat.closed)
        # A new object: what needs remember of the agent is out of date.
        seat.idle = (seat.idle[0], seat.idle[1], seat)
        self._search.free(seat)

    def set_ready(self, seat: Seat, ready: bool) -> None:
        """Whether the agent may be given work at all, now that they are signed on."""
        seat.ready = ready
        seat.open()
        self._search.free(seat)

    def set_closed(self, seat: Seat, channels: frozenset[str]) -> None:
        """The agent gets nothing of these channels now."""
        seat.limit(seat.ceilings, seat.units, channels)
        self._search.free(seat)

    def rest(self, seat: Seat, until: float) -> None:
        """The agent gets nothing before then. A new rest takes the place of the one before."""
        seat.rest = until
        seat.open()
        self._search.free(seat)
        self._search.wake(until, seat, None)

    def idle_since(self, seat: Seat, since: float) -> None:
        """The agent's last piece of work was over then: they come behind all who are idle since then or longer."""
        self._number += 1
        seat.idle = (since, self._number, seat)
        self._search.free(seat)

    def counted(self, seat: Seat, today: int) -> None:
        """So many pieces of work the agent has had today."""
        is_fewer = today < seat.today
        seat.today = today
        if is_fewer:
            self._search.free(seat)

    def new_day(self) -> None:
        """Nobody has had any work today."""
        for seat in self.roster.seats.values():
            self.counted(seat, 0)

    # What to ask.

    def somebody(self, need: Need) -> bool:
        """Whether anybody who fits is signed on."""
        return need.signed_on > 0

    def units_for(self, seat: Seat, need: Need) -> int:
        """What work with this need takes of this agent's capacity."""
        return seat.units_for(need)

    def another(self, work: Work, now: float, besides: Collection[Seat] = ()) -> Seat | None:
        """Who is to get the same work as well: the chosen one of those who may take it, have it not yet and are not
        among these."""
        self._search.lift(now)
        self._search.show_freed()
        return choose(work, now, besides)

    def queue_length(self, queue: str) -> int:
        """How much waits in this queue."""
        return self.waiting.length_of(queue)

    def oldest(self, queue: str) -> Work | None:
        """What waits longest in this queue, credit counted."""
        return self.waiting.oldest_of(queue)

    def in_order(self, queue: str, now: float) -> list[Work]:
        """What waits in this queue, first in the order of all first: to tell all of it where it stands. Where the
        agent has a say in the order, by age."""
        return sorted(self.waiting.work_of(queue), key=lambda work: self.waiting.key(work, now))

    def waiting_at(self, work: Work, now: float) -> int:
        """Its place in that order, from 1. Looks at all that waits in the queue."""
        key = self.waiting.key
        own = key(work, now)
        return 1 + sum(key(other, now) < own for other in self.waiting.work_of(work.line.queue))

    def next_change(self) -> float | None:
        """When time alone may make something match."""
        return self._search.next_change()

    def reach(self, now: float) -> None:
        """Time has come so far: rests and refusals that end by now are over. `now` never goes back."""
        self._search.lift(now)

    def next(self, now: float) -> tuple[Work, Seat] | None:
        """The next match, not yet carried out; None when nothing matches any more. `now` never goes back."""
        return self._search.next(now)

    def _set_bound(self, work: Work, seat: Seat | None) -> None:
        if work.bound is seat:
            return
        was_waiting = work.entry is not None
        self.waiting.remove(work)
        work.bound = seat
        if was_waiting:
            self.wait(work)
