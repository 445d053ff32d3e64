"""All calls of one adapter: each lives by itself, one happening after the other, and does what follows."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from hub.channels.phone.actions import Action, Keep, Remember, Report, Request, SetTimer, Signal
from hub.channels.phone.ari import Ari, AriError
from hub.channels.phone.book import CallBook
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.decide import begin, decide
from hub.channels.phone.happenings import Arrived, Gone, Happening, NotSwitched, Recorded
from hub.channels.phone.reports import Reports
from hub.channels.phone.settings import PhoneSettings
from hub.channels.phone.timers import Timers
from hub.ports import Clock

log = logging.getLogger(__name__)

_NOBODY_THERE = 3
"""The hang-up cause of a call that could not be made."""


@dataclass(slots=True, eq=False)
class _Life:
    call: Call
    coming: asyncio.Queue[tuple[Happening, asyncio.Future[None] | None]] = field(default_factory=asyncio.Queue)
    timers: Timers = field(default_factory=Timers)
    task: asyncio.Task[None] | None = None
    outstanding: int = 0


class Calls:
    """The calls that stand, by thread and by channel."""

    def __init__(self, pbx: Ari, reports: Reports, book: CallBook, settings: PhoneSettings, clock: Clock) -> None:
        self._pbx = pbx
        self._reports = reports
        self._book = book
        self._settings = settings
        self._clock = clock
        self._lives: dict[str, _Life] = {}
        self._threads: dict[str, str] = {}
        self._background = set[asyncio.Task[None]]()

    def __len__(self) -> int:
        return len(self._lives)

    def __contains__(self, thread: str) -> bool:
        return thread in self._lives

    @property
    def standing(self) -> list[Call]:
        """As they are now."""
        return [life.call for life in self._lives.values()]

    def thread_of(self, channel: str) -> str:
        """Whose line it is; empty: nobody's."""
        return self._threads.get(channel, "")

    def take(self, call: Call) -> None:
        """Let it live here: one from the book, or one that begins without a line."""
        self._live(call)

    async def arrived(self, thread: str, happening: Arrived) -> None:
        """A customer calls. Heard twice it is the same call."""
        if thread not in self._lives:
            call, actions = begin(thread, happening, self._settings)
            self._book.write(call)
            life = self._live(call)
            self._spawn(self._begun(life, actions))

    def happened(self, thread: str, happening: Happening) -> asyncio.Future[None]:
        """In its turn; done when what follows is asked for. Of a call that is over nothing follows."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        life = self._lives.get(thread)
        if life is None:
            done.set_result(None)
        else:
            life.coming.put_nowait((happening, done))
        return done

    def close(self) -> None:
        """Leave the calls alone: they stand without us."""
        for life in self._lives.values():
            life.timers.cancel()
            if life.task is not None:
                life.task.cancel()
        for task in self._background:
            task.cancel()

    def _live(self, call: Call) -> _Life:
        life = self._lives[call.thread] = _Life(call)
        self._index(call)
        return life

    def _index(self, call: Call) -> None:
        if call.channel:
            self._threads[call.channel] = call.thread
        for leg in call.legs:
            self._threads[leg.id] = call.thread

    async def _begun(self, life: _Life, actions: list[Action]) -> None:
        for action in actions:
            await self._do(life, action)
        self.run(life.call.thread)

    def run(self, thread: str) -> None:
        """Begin to take what happens to it."""
        life = self._lives[thread]
        if life.task is None:
            life.task = asyncio.create_task(self._run(life), name=f"call {thread}")

    async def _run(self, life: _Life) -> None:
        while not (life.call.done and life.outstanding == 0 and life.coming.empty()):
            happening, done = await life.coming.get()
            try:
                await self._take_in(life, happening)
            except Exception:
                log.exception("call %s: %s", life.call.thread, type(happening).__name__)
            if done is not None and not done.done():
                done.set_result(None)
        self._over(life)

    async def _take_in(self, life: _Life, happening: Happening) -> None:
        call, actions = decide(life.call, happening, self._settings)
        log.debug("%s: %s -> %s", call.thread, happening, call.phase)
        if call is not life.call and call != life.call:
            life.call = call
            self._index(call)
            self._book.write(call)
        for action in actions:
            await self._do(life, action)

    def _over(self, life: _Life) -> None:
        thread = life.call.thread
        life.timers.cancel()
        self._book.remove(thread)
        del self._lives[thread]
        for channel in [one for one, of in self._threads.items() if of == thread]:
            del self._threads[channel]

    async def _do(self, life: _Life, action: Action) -> None:
        match action:
            case Request():
                await self._ask(life, action)
            case SetTimer():
                life.timers.set(action, self._clock.now(), lambda wake: life.coming.put_nowait((wake, None)))
            case Report():
                self._later(life, self._reports.contact(action.contact, life.call))
            case Signal():
                self._later(life, self._reports.signal(action))
            case Keep():
                self._later(life, self._reports.keep(action, life.call))
            case Remember():
                self._reports.remember(action)

    async def _ask(self, life: _Life, request: Request) -> None:
        try:
            status = await self._pbx.ask(request)
        except AriError as error:
            log.warning("%s", error)
            return
        if status >= 400 and request.calls:
            life.coming.put_nowait((Gone(self._clock.now(), request.calls, _NOBODY_THERE), None))
        if status >= 400 and request.records:
            log.error("call %s is not recorded: Asterisk answers %d", life.call.thread, status)
            life.coming.put_nowait((Recorded(self._clock.now(), request.records, 0, failed=True), None))
        if request.fulfils is not None:
            if status < 400:
                await self._do(life, request.fulfils)
            elif not request.records:
                log.error("call %s: Asterisk answers %d to %s", life.call.thread, status, request.path)
                life.coming.put_nowait((NotSwitched(self._clock.now()), None))

    def _later(self, life: _Life, report: Coroutine[Any, Any, Happening]) -> None:
        """The hub may be away for long: the call goes on meanwhile, and hears what came of it."""
        life.outstanding += 1

        async def until_known() -> None:
            happening = await report
            life.outstanding -= 1
            life.coming.put_nowait((happening, None))

        self._spawn(until_known())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def outbound(thread: str, address: str, asked_by: str, contact_id: str = "") -> Call:
    """A call that begins here: to this customer, asked for by this contact or command. Its lines are numbered apart
    from those of earlier calls of the thread, which may be forgotten: what Asterisk says late of one of them is said of
    no other, and that nobody answered once more is no repeat for the hub."""
    apart = int.from_bytes(sha256(asked_by.encode()).digest()[:4])
    return Call(thread, Phase.FREE, caller=address, contact_id=contact_id, number=apart)
