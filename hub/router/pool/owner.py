"""The owner of a routing pool: follows the log, decides, commits, and only then lets a decision out."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence

from hub.carried_out import carried_out
from hub.domain.customer.events import ContactReceived
from hub.domain.errors import ConflictError, NotFoundError
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.ports import Clock, Committed, Journal, Recorded
from hub.router.policy.book import routing_book
from hub.router.policy.parsing import Policy
from hub.router.pool.asked import Answer, Asked, PoolUnavailableError, fail_all
from hub.router.pool.awaited import Awaited
from hub.router.pool.commands import Command, Consult, Tick
from hub.router.pool.deadlines import next_deadline, reset_deadlines
from hub.router.pool.deciding import Deciding
from hub.router.pool.fence import Fence, PoolLostError
from hub.router.pool.figures import PoolFigures
from hub.router.pool.flight import Flight
from hub.router.pool.recovery import OpenWork, is_of, recover
from hub.router.pool.repeat import is_repeat, told_in, work_of
from hub.router.pool.state import Decided, PoolState
from hub.router.pool.told_by_log import adopt, take_up
from hub.router.pool.view import PoolView

log = logging.getLogger(__name__)

BATCH = 128
"""Most commands in one transaction: a thousand agents who sign on at once must hold no offer up."""
IN_FLIGHT = 2
"""Transactions under way at once: while one is written the next is decided, and goes into the store's next commit."""
RETRY_SECONDS = 1.0
CHECKPOINT_POSITIONS = 10_000
"""Log positions after which the owner says how far it is, even if it decided nothing: what recovery need not read."""

_FAILED = "the hub could not commit the decision: ask again"
_ENDED = "the hub no longer owns this pool: ask again when it does"


class Pool(PoolView):
    """One routing pool. `run` owns it until `stop`; `execute` asks for a command; `on_log` follows the log.

    It decides by the policy that was published last; by `policy` as long as none was."""

    def __init__(
        self, journal: Journal, clock: Clock, policy: Policy, key: bytes, open_work: OpenWork, name: str = "main"
    ) -> None:
        super().__init__(PoolState(policy, name), clock)
        self.name = name
        self.figures = PoolFigures()
        self.consumed = 0
        self._journal = journal
        self._policy = policy
        self._key = key
        self._open_work = open_work
        self._fence = Fence(journal, clock, name)
        self._deciding = Deciding(self.figures)
        self._seen = 0
        self._durable = 0
        self._decided_to = 0
        self._flights: deque[Flight] = deque()
        self._asked: deque[Asked] = deque()
        self._wake = asyncio.Event()
        self._awaited = Awaited()
        self._stopping = self._ended = self._recovering = False

    @property
    def recovering(self) -> bool:
        """Whether a commit failed and the pool has not come back from the log yet."""
        return self._recovering

    async def take(self) -> int:
        """Become the owner and recover; returns the log position from which `on_log` must be fed."""
        consumed, position = await self._fence.take(self._actor)
        await self._recover(consumed, position)
        log.info("owns pool %s: epoch %d, log position %d", self.name, self._fence.epoch, position)
        return position

    async def _recover(self, consumed: int, head: int) -> None:
        published = [one.event for one in (await self._journal.load([ROUTING])).get(ROUTING, [])]
        book = routing_book(self._policy)
        for event in published:
            if isinstance(event, PolicyPublished):
                book.add(event.version, event.text)
        state, pending = await recover(
            self._journal, self._open_work, PoolState(self._policy, self.name, book), consumed=consumed, head=head
        )
        reset_deadlines(state, self._clock.now())
        # From here on nothing awaits. What the log brought meanwhile stands behind what was read again.
        newer = [one for one in self._asked if one.position > head or not one.position]
        self._asked.clear()
        self._state = state
        self.consumed = self._durable = self._decided_to = consumed
        self._seen = max(head, self._seen)
        self.figures.recoveries += 1
        self._take_up(pending)
        if published and isinstance(published[-1], PolicyPublished):
            self._ask(adopt(published[-1], self._clock.now()))
        self._asked.append(Asked(Tick(at=self._clock.now(), id=f"recovery-{self._fence.epoch}", actor=self._actor)))
        self._asked.extend(newer)

    def on_log(self, batch: Sequence[Recorded]) -> None:
        """The log went on: new contacts of this pool are taken up, a new policy is adopted."""
        for one in batch:
            if one.position <= self._seen:
                continue
            if is_of(self.name, one.event):
                self._take_up([one])
            elif isinstance(one.event, PolicyPublished):
                self._ask(adopt(one.event, self._clock.now()))
        self._seen = max(self._seen, batch[-1].position)
        if self._awaited:
            self._wake.set()

    async def execute(self, command: Command) -> list[Decided]:
        """The events a command led to, after their commit; for a repeat none, or, where the command is named for good,
        the same again. Raises HubError when refused."""
        if self._stopping:
            raise PoolUnavailableError("the hub is shutting down: ask again when it is back")
        if before := await carried_out(self._journal, command.id, told_in(command, self.name)):
            return [Decided(one.stream, one.version, one.event) for one in before]
        if isinstance(command, Consult) and await self._is_consulted(command):
            return []
        answer: Answer = asyncio.get_running_loop().create_future()
        self._ask(command, answer)
        try:
            return await answer
        except NotFoundError:
            is_over = work_of(command) not in self._state.interactions
            if is_over and await is_repeat(self._journal, command):
                return []
            raise

    async def _is_consulted(self, command: Consult) -> bool:
        """Whether this very consultation was asked for before; when it is over, the log alone knows."""
        known = command.consult_id in self._state.interactions
        return not known and await self._journal.last(command.consult_id) is not None

    async def reached(self, position: int) -> None:
        """Wait until every contact up to this log position has been taken up, durably."""
        if self.consumed >= position:
            return
        if self._ended:
            raise PoolUnavailableError(_ENDED)
        there = self._awaited.add(position)
        self._wake.set()
        await there

    async def run(self) -> None:
        """Decide and commit until `stop`. Raises PoolLostError when another process took over."""
        try:
            while not (self._stopping and not self._asked and not self._flights):
                await self._wait()
                try:
                    self._settle()
                    self._begin()
                except PoolLostError:
                    raise
                except Exception:
                    log.exception("pool %s could not commit: forgets what it had decided and recovers", self.name)
                    await self._retake()
                self._tell_who_waits()
        finally:
            self._stopping = self._ended = True
            self._drop_flights(_ENDED)
            self._drop_asked(_ENDED)
            self._awaited.fail(_ENDED)

    def stop(self) -> None:
        """Finish what was asked, then let `run` return."""
        self._stopping = True
        self._wake.set()

    async def _wait(self) -> None:
        """Until there may be something to do."""
        may_decide = len(self._flights) < IN_FLIGHT
        is_told = bool(self._flights) and self._flights[0].is_over
        if is_told or (self._asked and may_decide) or (self._stopping and not self._flights):
            await asyncio.sleep(0)
            return
        self._wake.clear()
        deadline = next_deadline(self._state) if may_decide else None
        timeout = None if deadline is None else self._seconds_until(deadline)
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            self._ask(Tick(at=self._clock.now(), id="deadline", actor=self._actor))

    def _seconds_until(self, deadline: float) -> float:
        """Of the wall's time; `deadline` is epoch seconds of the hub's."""
        return max(0.0, deadline - self._clock.now().timestamp()) / self._clock.speed

    def _begin(self) -> None:
        """Decide everything asked by now, in order, and have it written, all of it in one transaction. What was decided
        before need not be durable: should it fail, the journal refuses this too."""
        if not self._asked or len(self._flights) >= IN_FLIGHT:
            return
        loop = asyncio.get_running_loop()
        started = loop.time()
        asked = [self._asked.popleft() for _ in range(min(BATCH, len(self._asked)))]
        self._decided_to = max([self._decided_to, *(one.position for one in asked)]) if self._asked else self._seen
        try:
            decided = self._deciding.decide(self._state, asked)
        except BaseException:
            fail_all(asked, _FAILED)
            raise
        for report in self.figures.on_batch:
            report(len(asked), loop.time() - started)
        flight = Flight(asked, len(decided), self._decided_to)
        self._flights.append(flight)
        if decided or self._decided_to - self._durable >= CHECKPOINT_POSITIONS:
            unit = self._fence.unit(
                decided, asked, consumed=self._decided_to, policy=self._state.policy.version, actor=self._actor
            )
            flight.write(self._journal.commit([unit]), self._wake.set)

    def _settle(self) -> None:
        """Tell what has become durable."""
        while self._flights and (flight := self._flights[0]).is_over:
            outcome = flight.outcome()
            if isinstance(outcome, Committed):
                self._durable = flight.consumed
                self.figures.commits += 1
                self.figures.events += flight.events
            elif outcome is not None:
                self._refused(flight.asked, outcome)
            self._flights.popleft()
            self.consumed = flight.consumed
            self.figures.commands += len(flight.asked)
            flight.tell()

    def _refused(self, asked: Sequence[Asked], outcome: Exception) -> None:
        if isinstance(outcome, ConflictError) and outcome.stream != self._fence.stream:
            self._deciding.taken_up_before(asked, outcome)
        raise outcome

    async def _retake(self) -> None:
        """The commit failed. If another owner came, step down; else start again from the log."""
        self._recovering = True
        await self._land()
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                await self._fence.require_held()
                self._drop_asked("the hub is recovering: ask again")
                await self.take()
                self._recovering = False
                return
            except PoolLostError:
                raise
            except Exception:
                log.exception("pool %s could not recover: tries again", self.name)

    async def _land(self) -> None:
        """Tell what became durable of what was under way; from the first that failed on, nothing did."""
        for flight in self._flights:
            await flight.landed()
        try:
            self._settle()
        except Exception as error:
            log.warning("pool %s: not written: %r", self.name, error)
            self._drop_flights(_FAILED)

    def _drop_flights(self, message: str) -> None:
        for flight in self._flights:
            flight.fail(message)
        self._flights.clear()

    def _drop_asked(self, message: str) -> None:
        fail_all(self._asked, message)
        self._asked.clear()

    def _take_up(self, batch: Iterable[Recorded]) -> None:
        for recorded in batch:
            contact = recorded.event
            assert isinstance(contact, ContactReceived)
            if self._deciding.passes_over(contact.contact_id):
                continue
            command = take_up(recorded, contact, self._key, self._clock.now(), self._actor)
            self._asked.append(Asked(command, position=recorded.position))
            self._wake.set()

    def _ask(self, command: Command, answer: Answer | None = None) -> None:
        self._asked.append(Asked(command, answer))
        self._wake.set()

    def _tell_who_waits(self) -> None:
        if not self._asked and not self._flights:
            self.consumed = max(self.consumed, self._seen)
        self._awaited.tell(self.consumed)

    @property
    def _actor(self) -> str:
        return self._state.actor
