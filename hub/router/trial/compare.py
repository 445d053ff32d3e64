"""What another policy would have done with the same customers: a stretch of the log lived through twice, under the
policies that were in force and under another one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.event import Event
from hub.domain.pool.events import PolicyAdopted
from hub.ports import Recorded
from hub.router.policy.book import PolicyBook
from hub.router.policy.parsing import Policy, Queue
from hub.router.pool import commands as ask
from hub.router.trial.cases import Case, Handles, Patiences, cases_of, usual_reaction
from hub.router.trial.clocks import Clocks
from hub.router.trial.figures import Account
from hub.router.trial.recording import Recording
from hub.router.trial.run import TrialRun
from hub.router.trial.stories import Stories, Story

SEED = 1
"""Of the draws; the same for both runs."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was recorded, what the model makes of it under the same policies, and what under the other one."""

    start: datetime | None
    """None: nothing was recorded in the stretch."""
    end: datetime | None
    in_force: tuple[str, ...]
    tried: str
    seed: int
    reaction: timedelta
    patiences: Patiences
    recorded: Account
    same: Account
    other: Account
    joined: tuple[int, int]
    """Customers who in the model found their thread's earlier work still open: under the same policies, the other."""
    refused: tuple[int, int]
    """What was recorded and could not be done in the model."""


def try_policy(recording: Recording, book: PolicyBook, policy: Policy, seed: int = SEED) -> Trial:
    """Uses up the states of the recording, two of them. Raises UnknownHandleTimeError."""
    if recording.start is not None:
        recording.stories.break_off(recording.horizon)
    counted, told = recording.counted, recording.stories
    patiences = Patiences(counted)
    cases = cases_of(
        told.told if recording.start is not None else (), recording.contacts, patiences, Handles(told.told), seed=seed,
        until=lambda story: story.talked(recording.horizon),
    )  # fmt: skip
    past = [book.get(version) for version in recording.versions]
    was = _Watched(recording, told, _rules(past))
    again = _Watched(recording, Stories(told.pool, dict(recording.groups)), _rules(past))
    tried = _Watched(recording, Stories(told.pool, dict(recording.groups)), _rules([*past, policy]))
    reaction = usual_reaction(told.reactions)
    runs = _runs(recording, cases, reaction, policy) if recording.start is not None else []
    was.follow(recording.facts)
    for watched, run in zip((again, tried), runs, strict=False):
        watched.tell(run.log)
    same, other = again.account(counted), tried.account(counted)
    return Trial(
        start=recording.start, end=recording.end if recording.start is not None else None,
        in_force=tuple(recording.versions), tried=policy.version, seed=seed, reaction=reaction, patiences=patiences,
        recorded=was.account(counted), same=same, other=other,
        joined=(len(counted) - len(same.stories), len(counted) - len(other.stories)),
        refused=(runs[0].refused, runs[1].refused) if runs else (0, 0),
    )  # fmt: skip


def _runs(recording: Recording, cases: Sequence[Case], reaction: timedelta, policy: Policy) -> list[TrialRun]:
    """Under the policies that were in force, and under the other one: it holds from the start, for what waits too."""
    assert recording.start is not None, "an empty stretch has no runs"
    by_stream = {case.stream if case.story.at >= recording.start else case.story.stream: case for case in cases}
    runs = []
    for state, other in zip(recording.states, (None, policy), strict=True):
        run = TrialRun(
            state, recording.start, recording.horizon, by_stream, reaction,
            recording.contacts, recording.talked, recording.offered_at,
        )  # fmt: skip
        if other is not None:
            run.do(ask.AdoptPolicy, version=other.version, text=other.text, waiting=True)
        run.plan(one for one in recording.acts if other is None or not isinstance(one.event, PolicyAdopted))
        run.welcome(case for case in cases if case.story.at >= recording.start)
        run.run()
        runs.append(run)
    return runs


class _Watched:
    """What a log of the stretch tells: its stories, and how agents spent their time. Make it before the pool's state
    at the start is used up."""

    def __init__(self, recording: Recording, stories: Stories, rules: Callable[[str], Queue]) -> None:
        self._recording = recording
        self._stories = stories
        self._rules = rules
        self._clocks: Clocks | None = None
        if recording.start is not None:
            self._clocks = Clocks(recording.start, recording.end, recording.pool, self._queue_of)
            self._clocks.begin(recording.states[0])

    def tell(self, log: Iterable[Recorded]) -> None:
        """Follow a log whose stories are not known yet."""
        for recorded in log:
            self._stories.follow(recorded)
            self._follow(recorded.stream, recorded.event)
        self._stories.break_off(self._recording.horizon)

    def follow(self, log: Iterable[Recorded]) -> None:
        """The same for one whose stories are known."""
        for recorded in log:
            self._follow(recorded.stream, recorded.event)

    def account(self, counted: Sequence[Story]) -> Account:
        """Of those customers who are counted in the record."""
        if self._clocks is not None:
            self._clocks.stop()
        known = {story.stream: story for story in self._stories.told if not story.again}
        found = [known[story.stream] for story in counted if story.stream in known]
        return Account(found, self._clocks, self._rules)

    def _follow(self, stream: str, event: Event) -> None:
        if self._clocks is not None:
            self._clocks.follow(stream, event)

    def _queue_of(self, stream: str) -> str:
        story = self._stories.by_stream.get(stream) or self._recording.stories.by_stream.get(stream)
        return story.queue if story is not None else ""


def _rules(policies: Sequence[Policy]) -> Callable[[str], Queue]:
    """The rules of a queue by the newest of these policies that has it."""

    def rules(queue: str) -> Queue:
        return next(policy.queue(queue) for policy in reversed(policies) if queue in policy.queues)

    return rules
