"""The process that decides what agents may say, beside a hub: it reads the store itself, and hands back what the hub is
to write."""

import logging
import os
import random
import select
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import closing

import uvloop

from hub.application.imports.bulk import at_full_speed
from hub.application.paths.actions_drafting import ActionsDrafting, DecidedBy
from hub.application.paths.asked_beside import Asked, asked_in, telling
from hub.application.paths.capacities import PathCapacities
from hub.application.paths.in_force import COUNTED, RulesInForce
from hub.application.paths.parts import LARGEST_SEED
from hub.application.paths.together import Together
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.clock import ToldClock
from hub.domain.capacity.events import PathCapacityTold
from hub.domain.customer.events import CustomerForgotten
from hub.domain.customer.normalise import speller
from hub.domain.policy.events import PathPolicyPublished
from hub.journal.codec import Codec
from hub.journal.errors import StoreError
from hub.journal.generations import Generations
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.personal_keys import PersonalKeys
from hub.journal.reading_here import ReadingHere
from hub.journal.store import generations, open_store, personal_keys
from hub.logs import configure
from hub.operations.responses import responses_now
from hub.settings import Settings

TOGETHER = 16
"""Conversations that are read about at once."""
_NICE = 5
"""Offers go first: the hub's own process must never wait for this one."""
_FOLLOWED = (*COUNTED, PathPolicyPublished, PathCapacityTold, CustomerForgotten)
_LARGEST_READ = 1 << 18
_IDLE_MS = 1_000
"""When nothing is asked the log is followed all the same: who asks must not wait for what was imported meanwhile."""

log = logging.getLogger(__name__)


def decide_actions(settings: Settings, stdin: int = 0, stdout: int = 1) -> None:
    """The child's whole life: until stdin ends."""
    configure(settings)
    for number in (signal.SIGINT, signal.SIGTERM):  # a signal to the whole group: the hub ends first, then stdin
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICE)
    try:
        uvloop.run(_decide(settings, stdin, stdout))
    except BrokenPipeError:
        log.info("the hub is gone: what agents may say is decided no more")


async def _decide(settings: Settings, stdin: int, stdout: int) -> None:
    keys = personal_keys(settings)
    journal = EventJournal(open_store(settings, Codec(keys=keys)))
    try:
        with closing(generations(settings)) as known:
            child = ActionsChild(settings, journal, keys, known)
            await child.start()
            with at_full_speed():
                await child.answer(stdin, stdout)
    finally:
        await journal.close()


class ActionsChild:
    """Decides by the log as it is when it is asked."""

    def __init__(self, settings: Settings, journal: EventJournal, keys: PersonalKeys, known: Generations) -> None:
        self._settings = settings
        self._journal = journal
        self._keys = keys
        self._known = known
        self._clock = ToldClock(settings.clock_speed)
        self._in_force = PathPolicyInForce()
        self._plain = Codec()

    async def start(self) -> None:
        """By all that is in the log so far."""
        self._responses = await responses_now(self._settings, self._journal)
        self._seen = self._responses.seen
        self._capacities = PathCapacities(self._journal, self._clock)
        await self._capacities.start()
        policies = PathPolicies(self._journal, self._clock)
        await self._in_force.start(policies)
        by = DecidedBy(
            self._clock, installation_key(self._settings), self._known.lineage, RulesInForce(self._in_force), policies,
            self._responses, self._capacities, speller(self._settings.phone_region),
            lambda: random.SystemRandom().randrange(LARGEST_SEED),
        )  # fmt: skip
        self._drafting = ActionsDrafting(Together(ReadingHere(self._journal.store)), by)

    async def answer(self, stdin: int, stdout: int) -> None:
        """Whatever is asked, some at a time, until nobody can ask any more."""
        asked: deque[Asked] = deque()
        lines = _Lines(stdin)
        while True:
            for line in lines.read(0 if asked else _IDLE_MS):
                now, more = asked_in(line)
                self._clock.told(now)
                asked += more
            if lines.ended:
                return
            await self._follow()
            some = [asked.popleft() for _ in range(min(TOGETHER, len(asked)))]
            if some:
                _tell(stdout, telling(await self._drafting.draft(some), self._plain.encode))

    async def _follow(self) -> None:
        """What decisions go by, as far as the log has come."""
        store = self._journal.store
        try:
            head = store.head()
            batch = store.scan(self._seen, head, _FOLLOWED) if head > self._seen else []
        except StoreError as error:
            log.warning("the log can't be followed, trying on: %s", error)
            return
        if batch:
            self._keys.drop(one.stream for one in batch if type(one.event) is CustomerForgotten)
            for follower in (self._in_force.follow, self._responses.follow, self._capacities.follow):
                follower(batch)
        self._seen = head


class _Lines:
    """Whole lines of a pipe, as they come."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._rest = b""
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN | select.POLLHUP)
        self.ended = False

    def read(self, timeout_ms: int) -> Iterator[bytes]:
        """What has come by then."""
        if self._poll.poll(timeout_ms):
            data = os.read(self._pipe, _LARGEST_READ)
            self.ended = not data
            *lines, self._rest = (self._rest + data).split(b"\n")
            yield from lines


def _tell(pipe: int, line: bytes) -> None:
    while line:
        line = line[os.write(pipe, line) :]
