"""The processes that decide for a campaign side by side, each on the store by itself, and who hands them the work."""

import asyncio
import multiprocessing
import random
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import NamedTuple, Self, cast

import uvloop

from hub.application.imports.bulk import at_full_speed
from hub.application.paths.bulk import BulkDecisions, Campaign, Entry, Refusal, Row, Tally
from hub.application.paths.capacities import Unlimited
from hub.application.paths.decisions import PathDecisions
from hub.application.paths.in_force import Responses, RulesInForce
from hub.application.paths.together import Together
from hub.application.paths.whole import Wholes
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.clock import WallClock
from hub.domain.customer.consent.point import contact_point
from hub.domain.errors import HubError
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import generations, open_store
from hub.settings import Settings

AT_ONCE = 2
"""Batches that a worker decides at the same time: while one waits for the store the other is decided."""
AHEAD = AT_ONCE + 1
"""Batches that a worker has, those it is at among them."""
_LARGEST_SEED = 2**31


class Came(NamedTuple):
    """What came of a batch. `decided`: row by row, where that is asked for."""

    rows: int
    tally: Tally
    refused: Sequence[Refusal]
    decided: Sequence[Entry]


class CampaignStoppedError(HubError):
    """A campaign could not go on; what was decided stays, and running it again goes on from there."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; what was decided stays: run it again, and it goes on from there")


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to know. `pretend`: nothing is written."""

    settings: Settings
    campaign: Campaign
    responses: Responses
    actor: str
    pretend: bool
    tells_each: bool
    """What was decided is told row by row, not only counted."""


class Workers:
    """So many processes, as long as this is entered; they end with it, however it ends."""

    def __init__(self, task: Task, processes: int) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for number in range(processes):
            here, there = spawning.Pipe()
            process = spawning.Process(target=work, args=(task, there), name=f"campaign {number}", daemon=True)
            process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def answers(self, batches: Iterable[Sequence[Row]]) -> Iterator[Came]:
        """What came of each batch, as they are done. Raises CampaignStoppedError."""
        waiting = iter(batches)
        at_work = dict.fromkeys(self._pipes, 0)
        for pipe in self._pipes * AHEAD:
            at_work[pipe] += _hand(pipe, waiting)
        while busy := [pipe for pipe, batches_left in at_work.items() if batches_left]:
            for pipe in cast(list[Connection], wait(busy)):
                found = _told(pipe)
                at_work[pipe] += _hand(pipe, waiting) - 1
                yield found


def _hand(pipe: Connection, waiting: Iterator[Sequence[Row]]) -> int:
    """Give a worker the next batch: 1, or 0 where there is none."""
    batch = next(waiting, None)
    if batch is None:
        return 0
    try:
        pipe.send(batch)
    except OSError:
        raise CampaignStoppedError("one of its processes ended: see its message above") from None
    return 1


def _told(pipe: Connection) -> Came:
    try:
        told: Came | str = pipe.recv()
    except (EOFError, OSError):
        raise CampaignStoppedError("one of its processes ended: see its message above") from None
    if isinstance(told, str):
        raise CampaignStoppedError(told)
    return told


def work(task: Task, pipe: Connection) -> None:
    """A worker's whole life: until nobody hands it anything any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a signal to the whole group: who hands out the work ends first
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            uvloop.run(_work(task, pipe))
        except HubError as error:
            pipe.send(str(error))


async def _work(task: Task, pipe: Connection) -> None:
    settings = task.settings
    journal = EventJournal(open_store(settings))
    try:
        with closing(generations(settings)) as forgotten:
            clock, key = WallClock(settings.clock_start, settings.clock_speed), installation_key(settings)
            together = Together(journal, writes=not task.pretend)
            in_force = PathPolicyInForce()
            rules = RulesInForce(in_force)
            decisions = PathDecisions(
                together, clock, Wholes(together, key, forgotten.lineage), rules, task.responses,
                partial(contact_point, key), Unlimited(), partial(random.Random().randrange, _LARGEST_SEED),
            )  # fmt: skip
            bulk, policies, one_by_one = BulkDecisions(decisions, clock), PathPolicies(journal, clock), asyncio.Lock()

            async def decide_on() -> None:
                while True:
                    async with one_by_one:
                        await _readable(pipe)
                        rows: Sequence[Row] = pipe.recv()
                    await in_force.start(policies)
                    pipe.send(came(await bulk.decide(task.campaign, rows, rules.rules, task.actor), task.tells_each))

            with at_full_speed():
                await asyncio.gather(*(decide_on() for _ in range(AT_ONCE)))
    finally:
        await journal.close()


async def _readable(pipe: Connection) -> None:
    """Wait until there is something to read, or nobody writes any more."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pipe.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(pipe.fileno())


def came(answers: Iterable[Entry | Refusal], tells_each: bool) -> Came:
    """What there is to tell of a batch."""
    refused: list[Refusal] = []
    decided: list[Entry] = []
    for one in answers:
        if isinstance(one, Refusal):
            refused.append(one)
        else:
            decided.append(one)
    tally = Tally()
    tally.add((*refused, *decided))
    return Came(len(refused) + len(decided), tally, refused, decided if tells_each else ())
