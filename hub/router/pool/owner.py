"""The owner of a routing pool: follows the log, decides, commits, and only then lets a decision out."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.customer.events import ContactReceived
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError
from hub.domain.ids import interaction_id, pool_stream
from hub.domain.interaction.state import Phase
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.domain.pool.events import PoolCommitted, PoolTaken
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit
from hub.router.policy.book import routing_book
from hub.router.policy.parsing import Policy
from hub.router.pool.asked import Answer, Asked, PoolUnavailableError, fail_all
from hub.router.pool.commands import AdoptPolicy, Command, Consult, TakeUp, Tick, as_tuple
from hub.router.pool.deadlines import next_deadline, reset_deadlines
from hub.router.pool.decide import handle
from hub.router.pool.flight import Flight
from hub.router.pool.joining import Estimate, estimate_of
from hub.router.pool.pulling import pullable
from hub.router.pool.recovery import OpenWork, is_of, recover
from hub.router.pool.repeat import is_repeat, work_of
from hub.router.pool.state import Decided, PoolState
from hub.router.pool.supervising import require_way_out

log = logging.getLogger(__name__)

BATCH = 128
"""Most commands in one transaction: a thousand agents who sign on at once must hold no offer up."""
IN_FLIGHT = 2
"""Transactions under way at once: while one is written the next is decided, and goes into the store's next commit."""
RETRY_SECONDS = 1.0
CHECKPOINT_POSITIONS = 10_000
"""Log positions after which the owner says how far it is, even if it decided nothing: what recovery need not read."""

_FAILED = "the hub could not commit the decision: ask again"
_BROKEN = "the hub broke off carrying this out, and passes over it now: its log says why, please report it"
_ENDED = "the hub no longer owns this pool: ask again when it does"


class PoolLostError(HubError):
    """Another process took the pool over: this one must decide nothing more."""

    def __init__(self, pool: str, epoch: int) -> None:
        super().__init__(
            f"routing pool {pool!r} was taken over by another process (epoch {epoch}): this one steps down"
        )


@dataclass(slots=True)
class PoolFigures:
    """What the owner did since it started, for metrics."""

    commands: int = 0
    refused: int = 0
    commits: int = 0
    events: int = 0
    recoveries: int = 0
    unrouted: int = 0
    """Contacts whose taking up broke: a fault of the hub. The log names them; the others go on."""
    on_batch: list[Callable[[int, float], None]] = field(default_factory=list)
    """Called with (commands, seconds of deciding) of each batch."""


class Pool:
    """One routing pool. `run` owns it until `stop`; `execute` asks for a command; `on_log` follows the log.

    It decides by the policy that was published last; by `policy` as long as none was."""

    def __init__(
        self, journal: Journal, clock: Clock, policy: Policy, key: bytes, open_work: OpenWork, name: str = "main"
    ) -> None:
        self.name = name
        self.figures = PoolFigures()
        self.consumed = 0
        self._journal = journal
        self._clock = clock
        self._policy = policy
        self._key = key
        self._open_work = open_work
        self._stream = pool_stream(name)
        self._state = PoolState(policy, name)
        self._epoch = 0
        self._version = 0
        self._seen = 0
        self._durable = 0
        self._decided_to = 0
        self._flights: deque[Flight] = deque()
        self._passed_over: set[str] = set()
        self._broken: set[str] = set()
        self._asked: deque[Asked] = deque()
        self._wake = asyncio.Event()
        self._moved: list[tuple[int, asyncio.Future[None]]] = []
        self._stopping = self._ended = self._recovering = False

    @property
    def state(self) -> PoolState:
        """The pool as decided, which may be a few transactions ahead of the log."""
        return self._state

    @property
    def policy(self) -> Policy:
        """What it decides by now."""
        return self._state.policy

    def estimate(self, queue: str) -> Estimate:
        """What somebody who joins this queue now has to expect. Raises NotFoundError."""
        return estimate_of(self._state, queue)

    def in_line(self, queue: str) -> list[str]:
        """The interactions that wait in a queue or are offered from it."""
        found = (one for one in self._state.interactions.values() if one.queue == queue)
        return [one.stream for one in found if one.state.phase in (Phase.WAITING, Phase.OFFERED)]

    def require_way_out(self, queue: str, to: str) -> None:
        """Raises RefusedError where a queue that is drained into that one would be drained into itself in the end."""
        require_way_out(self._state, queue, to)

    def knows_agent(self, agent_id: str) -> bool:
        """Whether this agent ever signed on."""
        return agent_id in self._state.agents

    def pullable(self, agent_id: str) -> list[str]:
        """The interactions that an agent could pull now, first in order first. Raises NotFoundError."""
        return pullable(self._state, agent_id, self._clock.now().timestamp())

    def in_hand(self, agent_id: str) -> dict[str, str]:
        """The interactions that an agent was offered or has, each with its customer."""
        agent = self._state.agents.get(agent_id)
        held = (*agent.holds.values(), *agent.interrupted.values()) if agent else ()
        return {one.stream: one.queued.customer_id for one in held}

    @property
    def recovering(self) -> bool:
        """Whether a commit failed and the pool has not come back from the log yet."""
        return self._recovering

    async def take(self) -> int:
        """Become the owner and recover; returns the log position from which `on_log` must be fed."""
        last = await self._journal.last(self._stream)
        if last and not isinstance(last.event, PoolTaken | PoolCommitted):
            raise HubError(
                f"stream {self._stream} ends with {type(last.event).__name__}, which no owner writes: "
                "restore the store from a backup"
            )
        fact = last.event if last else None
        consumed = fact.consumed if isinstance(fact, PoolTaken | PoolCommitted) else 0
        epoch = (fact.epoch if isinstance(fact, PoolTaken | PoolCommitted) else 0) + 1
        taken = PoolTaken(**self._meta("pool owner"), pool=self.name, epoch=epoch, consumed=consumed)
        [outcome] = await self._journal.commit([Unit([Append(self._stream, last.version if last else 0, [taken])])])
        if not isinstance(outcome, Committed):
            raise PoolLostError(self.name, epoch)
        self._epoch, self._version = epoch, (last.version if last else 0) + 1
        await self._recover(consumed, outcome.last)
        log.info("owns pool %s: epoch %d, log position %d", self.name, epoch, outcome.last)
        return outcome.last

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
            self._adopt(published[-1])
        self._asked.append(Asked(Tick(at=self._clock.now(), id=f"recovery-{self._epoch}", actor=self._actor)))
        self._asked.extend(newer)

    def on_log(self, batch: Sequence[Recorded]) -> None:
        """The log went on: new contacts of this pool are taken up, a new policy is adopted."""
        for one in batch:
            if one.position <= self._seen:
                continue
            if is_of(self.name, one.event):
                self._take_up([one])
            elif isinstance(one.event, PolicyPublished):
                self._adopt(one.event)
        self._seen = max(self._seen, batch[-1].position)
        if self._moved:
            self._wake.set()

    async def execute(self, command: Command) -> list[Decided]:
        """The events a command led to, after their commit; none for a repeat. Raises HubError when refused."""
        if self._stopping:
            raise PoolUnavailableError("the hub is shutting down: ask again when it is back")
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
        moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._moved.append((position, moved))
        self._wake.set()
        await moved

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
            for _, moved in self._moved:
                if not moved.done():
                    moved.set_exception(PoolUnavailableError(_ENDED))

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
            decided = self._decide(asked)
        except BaseException:
            fail_all(asked, _FAILED)
            raise
        for report in self.figures.on_batch:
            report(len(asked), loop.time() - started)
        flight = Flight(asked, len(decided), self._decided_to)
        self._flights.append(flight)
        if decided or self._decided_to - self._durable >= CHECKPOINT_POSITIONS:
            flight.write(self._journal.commit([self._unit(decided, asked)]), self._wake.set)

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

    def _decide(self, asked: Sequence[Asked]) -> list[Decided]:
        decided: list[Decided] = []
        for one in asked:
            try:
                if one.command.id in self._broken:
                    raise InvalidError(_BROKEN, "id")
                one.outcome = handle(self._state, one.command)
                decided += one.outcome
            except HubError as refusal:
                one.outcome = refusal
                self.figures.refused += 1
            except Exception as fault:
                self._set_aside(one, fault)
                raise
        return decided

    def _set_aside(self, asked: Asked, fault: BaseException) -> None:
        """Deciding this broke: pass over it from now on, or it would stop all others for ever: a contact is on record,
        and whoever reports something else comes again until it is taken."""
        command = asked.command
        if isinstance(command, Tick):
            return
        if isinstance(command, TakeUp):
            self._passed_over.add(command.id)
            self.figures.unrouted += 1
            log.critical("contact %s can't be routed: %r. It is on record; please report this", command.id, fault)
        else:
            self._broken.add(command.id)
            log.critical("%s %s can't be done: %r. Please report this", type(command).__name__, command.id, fault)

    def _unit(self, decided: Sequence[Decided], asked: Sequence[Asked]) -> Unit:
        fence = PoolCommitted(
            **self._meta(asked[0].command.id),
            pool=self.name,
            epoch=self._epoch,
            consumed=self._decided_to,
            commands=tuple(as_tuple(one.command) for one in asked if not one.refused),
            policy=self._state.policy.version,
        )
        self._version += 1
        return Unit([Append(self._stream, self._version - 1, [fence]), *_runs(decided)])

    def _refused(self, asked: Sequence[Asked], outcome: Exception) -> None:
        if isinstance(outcome, ConflictError) and outcome.stream != self._stream:
            self._pass_over(asked, outcome)
        raise outcome

    def _pass_over(self, asked: Sequence[Asked], conflict: ConflictError) -> None:
        """A stream that only this owner writes has moved on. If that is work which a contact was to open, it was opened
        before: the contact is not taken up again."""
        for one in asked:
            if isinstance(one.command, TakeUp) and one.command.interaction_id == conflict.stream:
                self._passed_over.add(one.command.id)
                log.warning("contact %s had been taken up before", one.command.id)

    async def _retake(self) -> None:
        """The commit failed. If another owner came, step down; else start again from the log."""
        self._recovering = True
        await self._land()
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                last = await self._journal.last(self._stream)
                if last and isinstance(last.event, PoolTaken | PoolCommitted) and last.event.epoch > self._epoch:
                    raise PoolLostError(self.name, last.event.epoch)
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
            if contact.contact_id in self._passed_over:
                continue
            command = TakeUp(
                at=self._clock.now(),
                id=contact.contact_id,
                actor=self._actor,
                contact=contact,
                customer_id=recorded.stream,
                interaction_id=interaction_id(self._key, contact.contact_id),
            )
            self._asked.append(Asked(command, position=recorded.position))
            self._wake.set()

    def _adopt(self, published: PolicyPublished) -> None:
        self._ask(
            AdoptPolicy(
                at=self._clock.now(),
                id=published.causation,
                actor=published.actor,
                version=published.version,
                text=published.text,
                waiting=published.waiting,
            )
        )

    def _ask(self, command: Command, answer: Answer | None = None) -> None:
        self._asked.append(Asked(command, answer))
        self._wake.set()

    def _tell_who_waits(self) -> None:
        if not self._asked and not self._flights:
            self.consumed = max(self.consumed, self._seen)
        waiting = self._moved
        self._moved = [(position, moved) for position, moved in waiting if position > self.consumed]
        for position, moved in waiting:
            if position <= self.consumed and not moved.done():
                moved.set_result(None)

    @property
    def _actor(self) -> str:
        return self._state.actor

    def _meta(self, causation: str) -> dict[str, Any]:
        now = self._clock.now()
        return {"at": now, "recorded_at": now, "causation": causation, "actor": self._actor}


def _runs(decided: Sequence[Decided]) -> list[Append]:
    """The events in the order they were decided, neighbours of one stream together: the log must tell the story in
    the order it happened, or capacity would seem exceeded in between."""
    appends: list[Append] = []
    for stream, version, event in decided:
        if appends and appends[-1].stream == stream:
            appends[-1].events.append(event)  # type: ignore[attr-defined]
        else:
            appends.append(Append(stream, version - 1, [event]))
    return appends
