"""A stretch of the log lived through again in virtual time: recorded customers and shifts, the production rules, and
people who behave as the record says they did."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.ids import interaction_of_offer
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionContinued,
    InteractionEnded,
    InteractionInterrupted,
    InteractionOffered,
    InteractionQueued,
    InteractionReopened,
    OfferAccepted,
)
from hub.domain.interaction.state import Phase
from hub.ports import Recorded
from hub.router.explaining.retelling import Taken
from hub.router.pool import commands as ask
from hub.router.pool.deadlines import next_deadline
from hub.router.pool.decide import handle
from hub.router.pool.state import PoolState
from hub.router.trial.cases import Case, Handle
from hub.router.trial.shifts import Shifts
from hub.router.trial.stories import NOTHING

_A_MOMENT = timedelta(milliseconds=1)
_LAST = 1 << 62
"""Behind all positions of a log."""

Happening = tuple[datetime, int, int, Callable[[], None]]
"""When; of equal times by the position the same thing has in the record, then as it came."""


@dataclass(slots=True)
class Conversation:
    """What is left of an interaction for its agent."""

    agent_id: str
    left: Handle
    since: datetime | None
    """None: it is paused."""


@dataclass(slots=True)
class TrialRun:
    """One run, from `start` up to and with `end`. `state` is the pool's at the start; it is used up. `cases` are by
    stream, those that are open at the start too; `log` has all that was decided, `refused` counts what was recorded
    and could not be done here."""

    state: PoolState
    start: datetime
    end: datetime
    cases: Mapping[str, Case]
    reaction: timedelta
    """From an offer to its acceptance."""
    contacts: Mapping[str, Taken] = field(default_factory=dict)
    """Those that joined what was open."""
    talked: Mapping[str, timedelta] = field(default_factory=dict)
    """How long each interaction had been talked about at the start."""
    offered_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each offer that was open at the start had been made."""
    log: list[Recorded] = field(default_factory=list)
    refused: int = 0
    now: datetime = field(init=False)
    _agenda: list[Happening] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)
    _acting: dict[str, Case] = field(default_factory=dict)
    """The case an interaction is about now."""
    _talks: dict[str, Conversation] = field(default_factory=dict)
    _shifts: Shifts = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.start
        self._shifts = Shifts(self.state, self.do)

    def plan(self, recorded: Iterable[Recorded]) -> None:
        """What agents and supervisors did, and further contacts on a thread, comes again at its time."""
        for one in recorded:
            self._at(one.event.at, one.position, lambda one=one: self._again(one))  # type: ignore[misc]

    def welcome(self, cases: Iterable[Case]) -> None:
        """These customers come at their times."""
        for case in cases:
            self._at(case.story.at, case.story.position, lambda case=case: self._arrives(case))  # type: ignore[misc]

    def run(self) -> None:
        """Live through all of it."""
        self._take_over()
        while True:
            due = next_deadline(self.state)
            moment = None if due is None else self._moment(due)
            planned = self._agenda[0][0] if self._agenda else None
            first = min((one for one in (moment, planned) if one is not None), default=None)
            if first is None or first > self.end:
                return
            self.now = max(self.now, first)
            if first == moment:
                self.do(ask.Tick, actor=self.state.actor)
            else:
                heappop(self._agenda)[3]()

    def do(self, kind: type[Any], actor: str = "", **arguments: Any) -> Sequence[Event]:
        """A command at the present moment, and what people do next because of it."""
        command = kind(at=self.now, id=f"trial-{next(self._numbers)}", actor=actor or "trial", **arguments)
        try:
            decided = handle(self.state, command)
        except HubError:
            self.refused += 1
            return ()
        self.log += [Recorded(at, *one) for at, one in enumerate(decided, len(self.log) + 1)]
        for stream, _, event in decided:
            follow = _FOLLOW.get(type(event))
            if follow is not None:
                follow(self, stream, event)
        self._shifts.leave()
        return [one.event for one in decided]

    def _moment(self, due: float) -> datetime:
        """Datetimes have microseconds, deadlines are floats."""
        moment = max(self.now, datetime.fromtimestamp(due, self.now.tzinfo))
        while moment.timestamp() < due:
            moment += timedelta(microseconds=1)
        return moment

    def _at(self, moment: datetime, position: int | None, happens: Callable[[], None]) -> None:
        heappush(self._agenda, (moment, _LAST if position is None else position, next(self._numbers), happens))

    def _case(self, stream: str) -> Case | None:
        return self._acting.get(stream) or self.cases.get(stream)

    # What is open at the start goes on.

    def _take_over(self) -> None:
        for stream, one in self.state.interactions.items():
            case = self._case(stream)
            if case is None:
                continue
            for offer, agent_id in one.state.open_offers:
                moment = self.offered_at.get(offer, self.start) + self.reaction
                self._at(max(self.start, moment), case.story.answered_position, self._accepting(agent_id, offer))
            if one.state.phase in (Phase.ACTIVE, Phase.WRAP_UP):
                self._carry_on(stream, case, one.state.agent_id, one.state.interrupted)
            elif one.state.phase in (Phase.WAITING, Phase.OFFERED):
                self._waits(stream, case)

    def _carry_on(self, stream: str, case: Case, agent_id: str, paused: bool) -> None:
        ended_at = case.story.ended_at
        if ended_at is not None and ended_at <= self.start:
            self._wrap_up_at(stream, agent_id, max(self.start, ended_at + case.handled().wrap_up))
            return
        self._talks[stream] = Conversation(agent_id, self._left(stream, case), None)
        if not paused:
            self._speak(stream)

    def _left(self, stream: str, case: Case) -> Handle:
        talk, wrap_up = case.handled()
        so_far = NOTHING if stream in self._acting else self.talked.get(stream, NOTHING)
        return Handle(max(NOTHING, talk - so_far), wrap_up)

    # What comes from the record.

    def _arrives(self, case: Case) -> None:
        contact, customer_id = case.taken
        events = self.do(
            ask.TakeUp, actor=contact.actor, contact=contact, customer_id=customer_id, interaction_id=case.stream
        )
        if events and isinstance(events[0], InteractionReopened):
            stream = self.state.contacts[contact.contact_id]
            self._acting[stream] = case
            self._waits(stream, case)

    def _again(self, recorded: Recorded) -> None:
        event = recorded.event
        if not isinstance(event, ContactAttached):
            self._shifts.repeat(event)
        elif (taken := self.contacts.get(event.contact_id)) is not None:
            contact = taken.contact
            if self.state.threads.get((contact.channel, contact.thread)) == recorded.stream:
                self.do(
                    ask.TakeUp, actor=contact.actor, contact=contact, customer_id=taken.customer_id,
                    interaction_id=recorded.stream,
                )  # fmt: skip

    # What people do because of what was decided.

    def _queued(self, stream: str, _: InteractionQueued) -> None:
        case = self._case(stream)
        if case is not None:
            self._waits(stream, case)

    def _waits(self, stream: str, case: Case) -> None:
        story = case.story
        if story.asked is not None and story.asked.at >= self.now:
            self._at(story.asked.at, None, lambda: self._asks_for_call(stream, case))
        if case.patience is not None:
            moment = max(self.now, story.at + case.patience)
            self._at(moment, story.left_position, lambda: self._leaves(stream, case))

    def _is_on_line(self, stream: str, case: Case) -> bool:
        one, contact = self.state.interactions.get(stream), case.taken.contact
        return (
            one is not None
            and one.state.phase in (Phase.WAITING, Phase.OFFERED)
            and not one.state.callback
            and self.state.threads.get((contact.channel, contact.thread)) == stream
        )

    def _leaves(self, stream: str, case: Case) -> None:
        contact = case.taken.contact
        if self._is_on_line(stream, case):
            given = {"channel": contact.channel.value, "thread": contact.thread}
            self.do(ask.CustomerLeft, actor=contact.actor, dropped=case.story.dropped, **given)

    def _asks_for_call(self, stream: str, case: Case) -> None:
        contact, asked = case.taken.contact, case.story.asked
        if asked is not None and self._is_on_line(stream, case):
            given = {"channel": contact.channel.value, "thread": contact.thread}
            self.do(ask.RequestCallback, actor=contact.actor, due=asked.due, address_of=asked.address_of, **given)

    def _offered(self, stream: str, event: InteractionOffered) -> None:
        case = self._case(stream)
        moment = max(event.at, min(event.at + self.reaction, event.expires_at - _A_MOMENT))
        self._at(
            moment, case.story.answered_position if case else None, self._accepting(event.agent_id, event.offer_id)
        )

    def _accepting(self, agent_id: str, offer: str) -> Callable[[], None]:
        def accept() -> None:
            one = self.state.interactions.get(interaction_of_offer(offer))
            if one is not None and (offer, agent_id) in one.state.open_offers:
                self.do(ask.Accept, actor=f"agent:{agent_id}", agent_id=agent_id, offer_id=offer)

        return accept

    def _accepted(self, stream: str, event: OfferAccepted) -> None:
        case = self._case(stream)
        before = self._talks.get(stream)
        if case is not None:
            left = before.left if before is not None else self._left(stream, case)
            self._talks[stream] = Conversation(event.agent_id, left, None)
            self._speak(stream)

    def _speak(self, stream: str) -> None:
        talk, case = self._talks[stream], self._case(stream)
        talk.since = since = self.now
        position = case.story.ended_position if case else None
        self._at(self.now + talk.left.talk, position, lambda: self._ends(stream, talk, since))

    def _interrupted(self, stream: str, _: InteractionInterrupted) -> None:
        talk = self._talks.get(stream)
        if talk is not None and talk.since is not None:
            talk.left = talk.left._replace(talk=max(NOTHING, talk.left.talk - (self.now - talk.since)))
            talk.since = None

    def _continued(self, stream: str, _: InteractionContinued) -> None:
        if stream in self._talks:
            self._speak(stream)

    def _ends(self, stream: str, talk: Conversation, since: datetime) -> None:
        one = self.state.interactions.get(stream)
        is_so = self._talks.get(stream) is talk and talk.since == since
        if one is None or not is_so or one.state.phase is not Phase.ACTIVE:
            return
        queued, case = one.queued, self._case(stream)
        on_thread = self.state.threads.get((queued.channel, queued.thread)) == stream
        if case is not None and case.story.dropped and on_thread and not one.state.callback:
            self.do(ask.CustomerLeft, channel=queued.channel.value, thread=queued.thread, dropped=True)
        else:
            self.do(ask.End, actor=f"agent:{talk.agent_id}", agent_id=talk.agent_id, interaction_id=stream)

    def _ended(self, stream: str, event: InteractionEnded) -> None:
        talk = self._talks.pop(stream, None)
        self._wrap_up_at(stream, event.agent_id, self.now + (talk.left.wrap_up if talk else NOTHING))

    def _wrap_up_at(self, stream: str, agent_id: str, moment: datetime) -> None:
        case = self._case(stream)
        self._at(moment, case.story.wrapped_position if case else None, lambda: self._wraps_up(stream, agent_id))

    def _wraps_up(self, stream: str, agent_id: str) -> None:
        one = self.state.interactions.get(stream)
        if one is not None and one.state.phase is Phase.WRAP_UP:
            codes = self.state.rules_of(one.placement).wrap_up
            given = {"agent_id": agent_id, "interaction_id": stream, "code": codes[0] if codes else ""}
            self.do(ask.CompleteWrapUp, actor=f"agent:{agent_id}", **given)


_FOLLOW: dict[type[Event], Callable[[TrialRun, str, Any], None]] = {
    InteractionQueued: TrialRun._queued,
    InteractionOffered: TrialRun._offered,
    OfferAccepted: TrialRun._accepted,
    InteractionInterrupted: TrialRun._interrupted,
    InteractionContinued: TrialRun._continued,
    InteractionEnded: TrialRun._ended,
}
