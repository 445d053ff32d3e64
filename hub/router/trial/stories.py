"""What became of each interaction, told from facts alone: of what was recorded and of what was modelled in one way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.domain.agent.events import AgentSignedOn, AgentSkillsChanged
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionInterrupted,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.ports import Recorded

NOTHING = timedelta(0)


class Outcome(StrEnum):
    """What a customer met with."""

    OPEN = "open"
    """Nothing yet, when the story breaks off."""
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    EXPIRED = "expired"
    REFUSED = "refused"


Arrival = InteractionQueued | InteractionRefused | InteractionReopened


@dataclass(slots=True)
class Story:
    """A customer who came, and what followed. `queue` is the first they waited in, or that refused them; positions are
    those of the log it was told by."""

    stream: str
    arrival: Arrival
    position: int
    channel: str
    outcome: Outcome = Outcome.OPEN
    wait: timedelta = NOTHING
    """Until `outcome`, or the story breaks off. Who asked to be called later waits from then on."""
    agent_id: str = ""
    """Who answered first."""
    group: str = ""
    """What that agent could do."""
    offer_reasons: tuple[str, ...] = ()
    talk: timedelta = NOTHING
    """Of all agents who had it, holds included, without the time it was parked or paused."""
    wrap_up: timedelta = NOTHING
    handled: bool = False
    """Whether its wrap-up is completed."""
    asked: CallbackScheduled | None = None
    """The customer asked to be called."""
    called_back: bool = False
    """They were to be called, because they asked or because the policy says so."""
    dropped: bool = False
    """Their line broke."""
    answered_position: int | None = None
    ended_position: int | None = None
    wrapped_position: int | None = None
    left_position: int | None = None
    due: datetime | None = None
    running_since: datetime | None = None
    """Since when an agent has been on it without a break."""
    ended_at: datetime | None = None
    over: bool = False

    @property
    def at(self) -> datetime:
        """When they came."""
        return self.arrival.at

    @property
    def queue(self) -> str:
        """Where they waited first, or were refused."""
        return self.arrival.queue

    @property
    def rule(self) -> str:
        """Why they waited there."""
        return "; ".join(self.arrival.reasons)

    @property
    def again(self) -> bool:
        """It was over before and has its outcome already: in no figure."""
        return isinstance(self.arrival, InteractionReopened)

    def talked(self, until: datetime) -> timedelta:
        """As `talk`, up to this moment."""
        return self.talk + (until - self.running_since if self.running_since is not None else NOTHING)


def group_of(skills: dict[str, int], languages: tuple[str, ...], attributes: dict[str, str]) -> str:
    """Agents who can do the same, by what that is."""
    parts = [f"{name} {level}" for name, level in sorted(skills.items())]
    parts += [*languages, *(f"{name} {value}" for name, value in sorted(attributes.items()))]
    return ", ".join(parts) or "no skills"


@dataclass(slots=True)
class Stories:
    """Follows a log of one pool. Consultations are nobody's who came."""

    pool: str
    groups: dict[str, str] = field(default_factory=dict)
    """What each agent can do."""
    told: list[Story] = field(default_factory=list)
    """In the order in which they came."""
    by_stream: dict[str, Story] = field(default_factory=dict)
    """The newest of each stream."""
    reactions: list[timedelta] = field(default_factory=list)
    """From offer to acceptance, of each that was accepted."""
    offers: dict[str, InteractionOffered] = field(default_factory=dict)
    """Those that were not accepted so far, of what is not over."""

    def follow(self, recorded: Recorded) -> None:
        """One more fact."""
        event = recorded.event
        if isinstance(event, AgentSignedOn | AgentSkillsChanged):
            self.groups[event.agent_id] = group_of(event.skills, event.languages, event.attributes)
        elif isinstance(event, InteractionQueued | InteractionRefused | InteractionReopened):
            self._begin(recorded, event)
        elif (tell := _TELL.get(type(event))) is not None:
            story = self.by_stream.get(recorded.stream)
            if story is not None:
                tell(self, story, event, recorded.position)

    def forget(self) -> None:
        """Keep only what is not over."""
        self.told = [one for one in self.told if not one.over]
        self.by_stream = {one.stream: one for one in self.told}
        self.offers = {name: one for name, one in self.offers.items() if one.correlation in self.by_stream}
        self.reactions.clear()

    def break_off(self, at: datetime) -> None:
        """Nothing more is told from here on: who waits has waited so long."""
        for story in self.told:
            if story.outcome is Outcome.OPEN:
                story.wait = max(NOTHING, at - max(story.at, story.due or story.at))

    def _begin(self, recorded: Recorded, event: Arrival) -> None:
        if getattr(event, "pool", self.pool) != self.pool or getattr(event, "consult_of", ""):
            return
        before = self.by_stream.get(recorded.stream)
        channel = before.channel if isinstance(event, InteractionReopened) and before else getattr(event, "channel", "")
        story = Story(recorded.stream, event, recorded.position, str(channel))
        if isinstance(event, InteractionRefused):
            story.outcome, story.over = Outcome.REFUSED, True
        self.told.append(story)
        self.by_stream[recorded.stream] = story

    def accepted(self, event: OfferAccepted) -> tuple[str, ...]:
        """Why it was offered to who accepted it."""
        offer = self.offers.pop(event.offer_id, None)
        if offer is None:
            return ()
        self.reactions.append(event.at - offer.at)
        return offer.reasons


def _offer(stories: Stories, _: Story, event: InteractionOffered, __: int) -> None:
    stories.offers[event.offer_id] = event


def _accept(stories: Stories, story: Story, event: OfferAccepted, position: int) -> None:
    reasons = stories.accepted(event)
    story.running_since = event.at
    if story.outcome is Outcome.OPEN:
        _decide(story, Outcome.ANSWERED, event)
        story.agent_id, story.group = event.agent_id, stories.groups.get(event.agent_id, "")
        story.offer_reasons = reasons
        story.answered_position = position


def _decide(story: Story, outcome: Outcome, event: Event) -> None:
    if story.outcome is Outcome.OPEN:
        story.outcome = outcome
        story.wait = max(NOTHING, event.at - max(story.at, story.due or story.at))


def _abandon(_: Stories, story: Story, event: InteractionAbandoned, position: int) -> None:
    _decide(story, Outcome.ABANDONED, event)
    story.left_position, story.dropped, story.over = position, event.dropped, True


def _expire(_: Stories, story: Story, event: InteractionExpired, __: int) -> None:
    _decide(story, Outcome.EXPIRED, event)
    story.over = True


def _lay_aside(_: Stories, story: Story, event: Event, __: int) -> None:
    story.talk, story.running_since = story.talked(event.at), None


def _go_on(_: Stories, story: Story, event: Event, __: int) -> None:
    story.running_since = event.at


def _transfer(stories: Stories, story: Story, event: InteractionTransferred, position: int) -> None:
    if not event.warm:
        _lay_aside(stories, story, event, position)


def _call_back(_: Stories, story: Story, event: CallbackScheduled, __: int) -> None:
    story.due, story.called_back = event.due, True
    if event.causation != story.arrival.causation and story.asked is None:
        story.asked = event


def _end(stories: Stories, story: Story, event: InteractionEnded, position: int) -> None:
    _lay_aside(stories, story, event, position)
    story.ended_at, story.ended_position = event.at, position
    story.dropped = event.ended_by == "dropped"


def _wrap_up(_: Stories, story: Story, event: WrapUpCompleted, position: int) -> None:
    if story.ended_at is not None:
        story.wrap_up = event.at - story.ended_at
    story.wrapped_position, story.handled, story.over = position, True, True


_TELL: dict[type[Event], Callable[[Stories, Story, Any, int], None]] = {
    CallbackMissed: _lay_aside,
    CallbackScheduled: _call_back,
    InteractionAbandoned: _abandon,
    InteractionContinued: _go_on,
    InteractionEnded: _end,
    InteractionExpired: _expire,
    InteractionInterrupted: _lay_aside,
    InteractionOffered: _offer,
    InteractionParked: _lay_aside,
    InteractionPulledBack: _lay_aside,
    InteractionTransferred: _transfer,
    OfferAccepted: _accept,
    WrapUpCompleted: _wrap_up,
}
