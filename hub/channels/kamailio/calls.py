"""All calls of one adapter: what happens to each, and what follows from it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from hub.channels.command import Command
from hub.channels.kamailio.decide import Action, arrived, refuse, ring, step, strayed, to_fallback
from hub.channels.kamailio.edges import Edges
from hub.channels.kamailio.reports import Reports
from hub.channels.kamailio.settings import KamailioSettings
from hub.channels.kamailio.standing import happened, is_strayed, turn
from hub.channels.kamailio.wire import Order, Stands, State, place
from hub.channels.phone.actions import Report, SetTimer, Signal
from hub.channels.phone.book import CallBook
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.happenings import Gone, Happening, Resumed, Told
from hub.channels.phone.limits import LONGEST_NUMBER, Limits, Verdict
from hub.channels.phone.refusals import KnownCall, Refusals
from hub.channels.phone.timers import Timers
from hub.ports import Clock

log = logging.getLogger(__name__)

_REMEMBERED = 20_000
_LINE_BROKE = 41
_BUSY_HERE, _ADDRESS_INCOMPLETE = 486, 484


@dataclass(slots=True, eq=False)
class _Life:
    call: Call
    timers: Timers = field(default_factory=Timers)
    outstanding: int = 0
    position: int = 0
    """In the hub's log, of the last command."""


class Calls:
    """By thread. Nothing here waits: what is asked of Kamailio is on its way when a method returns, what is told to
    the hub is told until it knows."""

    def __init__(
        self, edges: Edges, reports: Reports, refusals: Refusals, book: CallBook, settings: KamailioSettings,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._edges = edges
        self._reports = reports
        self._refusals = refusals
        self._book = book
        self._settings = settings
        self._clock = clock
        self._limits = Limits(settings.phone)
        self._lives: dict[str, _Life] = {}
        self._let_go: OrderedDict[str, Order | None] = OrderedDict()
        """Calls that are over for the hub, and what Kamailio was told last of each."""
        self._background = set[asyncio.Task[None]]()

    def __contains__(self, thread: str) -> bool:
        return thread in self._lives

    def take_up(self, calls: list[Call]) -> None:
        """Those of the book: what was not told is told."""
        for call in calls:
            self._lives[call.thread] = _Life(call)
            self.happened(call.thread, Resumed(self._clock.now()))

    def of(self, edge: str) -> list[str]:
        """The threads that stand in this Kamailio, as far as known."""
        return [thread for thread in self._lives if place(thread)[0] == edge]

    def heard(self, stands: Stands) -> None:
        """How a call stands in Kamailio."""
        life = self._lives.get(stands.thread)
        if life is None:
            self._new(stands)
            return
        if life.call.phase is Phase.OVER:
            self._say_again(stands)
            return
        for happening in happened(life.call, stands, self._clock.now()):
            self.happened(stands.thread, happening)
        self._mend(life, stands)

    def lost(self, thread: str, run: str) -> None:
        """Kamailio, running since `run`, has it no more. Who spoke when an earlier one ended speaks on, unheard."""
        life = self._lives.get(thread)
        if life is None or life.call.phase is Phase.OVER:
            return
        _, key = place(thread)
        if any(leg.up for leg in life.call.legs) and float(key.rpartition(".")[0]) < float(run):
            return
        self.happened(thread, Gone(self._clock.now(), life.call.channel, _LINE_BROKE))

    def told(self, command: Command) -> None:
        """The hub says. Heard twice it is the same."""
        life = self._lives.get(command.thread)
        if life is None:
            return
        position = command.id.rpartition(".")[2]
        if position.isdigit():
            if int(position) <= life.position:
                return
            life.position = int(position)
        self.happened(command.thread, Told(self._clock.now(), command))

    def happened(self, thread: str, happening: Happening) -> None:
        """To a call, and what follows from it. Of a call that is over nothing follows."""
        life = self._lives.get(thread)
        if life is not None:
            self._follow(life, *step(life.call, happening, self._settings))

    def close(self) -> None:
        """Leave the calls alone: they stand without us."""
        for life in self._lives.values():
            life.timers.cancel()
        for task in self._background:
            task.cancel()

    def _new(self, stands: Stands) -> None:
        if stands.state not in (State.WAITING, State.RINGING):
            return
        if stands.thread in self._let_go:
            self._say_again(stands)
            return
        now = asyncio.get_running_loop().time()
        match self._limits.judge(stands.caller, len(self._lives), now):
            case Verdict.TAKEN:
                life = self._lives[stands.thread] = _Life(Call(stands.thread, Phase.ENTERING))
                self._follow(life, *arrived(stands, self._settings))
            case Verdict.PBX:
                log.warning("call %s goes to the fallback: %d calls stand", stands.thread, len(self._lives))
                self._turn_away(stands.thread, to_fallback(stands.thread, self._settings))
            case Verdict.BUSY:
                log.warning("call %s is turned away: its caller called too often within a minute", stands.thread)
                self._turn_away(stands.thread, refuse(stands.thread, _BUSY_HERE))
            case Verdict.UNREADABLE:
                self._turn_away(stands.thread, refuse(stands.thread, _ADDRESS_INCOMPLETE))
                known = KnownCall(
                    thread=stands.thread, caller=stands.caller, dialled=stands.dialled, began=stands.began
                )
                reason = f"the caller's number has more than {LONGEST_NUMBER} characters"
                self._spawn(self._refusals.refuse(known, reason, "caller"))

    def _turn_away(self, thread: str, order: Order) -> None:
        self._remember(thread, order)
        self._edges.order(order)

    def _say_again(self, stands: Stands) -> None:
        """The hub is done with it, and Kamailio is not: an order was lost, or came while a phone was ringing."""
        order = self._let_go.get(stands.thread)
        if order is not None and stands.state is not State.OVER:
            if stands.state is State.RINGING:
                self._edges.order(Order(order.edge, "unring", order.key, stands.turn))
            self._edges.order(order)

    def _mend(self, life: _Life, stands: Stands) -> None:
        """The same for phones: Kamailio rings one at a time, and none where it heard no order."""
        call = life.call
        if call.phase is Phase.OVER:
            return
        turns = {turn(leg): leg for leg in call.legs if not leg.up}
        if is_strayed(call, stands):
            self._follow(life, *strayed(call, self._clock.now()))
        elif stands.state is State.WAITING:
            for leg in (leg for number, leg in turns.items() if number > stands.turn):
                self._edges.order(ring(call, leg, self._settings))
        elif stands.state is State.RINGING and stands.turn not in turns:
            self._edges.order(Order(stands.edge, "unring", stands.key, stands.turn))

    def _follow(self, life: _Life, call: Call, actions: list[Action]) -> None:
        before, life.call = life.call, call
        if call != before:
            self._book.write(call)
        for action in actions:
            self._do(life, action)
        self._perhaps_over(life)

    def _do(self, life: _Life, action: Action) -> None:
        match action:
            case Order():
                if life.call.phase is Phase.OVER or not life.call.channel:
                    self._remember(life.call.thread, action)
                self._edges.order(action)
            case SetTimer():
                life.timers.set(action, self._clock.now(), lambda wake: self.happened(life.call.thread, wake))
            case Report():
                self._later(life, self._reports.contact(action.contact, life.call))
            case Signal():
                self._later(life, self._reports.signal(action))

    def _later(self, life: _Life, report: Coroutine[Any, Any, Happening]) -> None:
        life.outstanding += 1

        async def until_known() -> None:
            happening = await report
            life.outstanding -= 1
            self._follow(life, *step(life.call, happening, self._settings))

        self._spawn(until_known())

    def _perhaps_over(self, life: _Life) -> None:
        thread = life.call.thread
        if life.call.done and not life.outstanding and thread in self._lives:
            life.timers.cancel()
            self._book.remove(thread)
            del self._lives[thread]
            self._remember(thread, self._let_go.get(thread))

    def _remember(self, thread: str, order: Order | None) -> None:
        self._let_go[thread] = order
        if len(self._let_go) > _REMEMBERED:
            self._let_go.popitem(last=False)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
