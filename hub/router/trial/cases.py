"""The customers of a stretch of the log, with what could not be known of them drawn: patience, handle times."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from statistics import median_low
from typing import NamedTuple

from hub.domain.contact import Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.errors import HubError
from hub.domain.interaction.events import InteractionQueued, InteractionRefused
from hub.router.explaining.retelling import Taken
from hub.router.trial.patience import LEAST_LEFT, Patience, patience
from hub.router.trial.stories import NOTHING, Outcome, Story

_NEVER = timedelta(days=3650)
"""Longer than anybody waits."""


class UnknownHandleTimeError(HubError):
    """Nobody was answered in this stretch of the log, so nothing is known of handle times: take a longer one."""

    def __init__(self) -> None:
        super().__init__(str(type(self).__doc__))


class Handle(NamedTuple):
    """What an interaction takes of an agent."""

    talk: timedelta
    wrap_up: timedelta


@dataclass(frozen=True, slots=True)
class Case:
    """A customer who comes, whatever the policy. `patience` counts from when they came; None: they never leave."""

    story: Story
    """As recorded."""
    taken: Taken
    handle: Handle | None
    """None: nobody was ever answered."""
    patience: timedelta | None

    @property
    def stream(self) -> str:
        """The interaction they open; who came back to what was over may have to open another one."""
        return f"{self.story.stream}-{self.story.position}" if self.story.again else self.story.stream

    def handled(self) -> Handle:
        """What it takes. Raises UnknownHandleTimeError."""
        if self.handle is None:
            raise UnknownHandleTimeError
        return self.handle


class Patiences:
    """A curve for each queue and channel, over the waits in a stretch of the log: who writes a mail waits otherwise
    than who is on the line."""

    def __init__(self, stories: Iterable[Story]) -> None:
        waits: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
        of_channel: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        for story in stories:
            if story.outcome is not Outcome.REFUSED and not story.again:
                wait = _waited(story).total_seconds(), story.outcome is Outcome.ABANDONED
                waits[story.queue, story.channel].append(wait)
                of_channel[story.channel].append(wait)
        self.of_queue = {key: patience(found) for key, found in sorted(waits.items())}
        """By queue and channel."""
        self._of_channel = {channel: patience(found) for channel, found in of_channel.items()}

    def is_borrowed(self, queue: str, channel: str) -> bool:
        """Whether too few left this queue on this channel: then the curve is that of the channel in all queues."""
        own = self.of_queue.get((queue, channel))
        return own is None or own.left < LEAST_LEFT

    def of(self, queue: str, channel: str) -> Patience:
        """The curve to draw from."""
        if self.is_borrowed(queue, channel):
            return self._of_channel.get(channel) or patience(())
        return self.of_queue[queue, channel]


class Handles:
    """What interactions took, for those of which it is not known."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._of_queue: dict[str, list[Handle]] = defaultdict(list)
        for story in stories:
            if story.handled:
                self._of_queue[story.queue].append(Handle(story.talk, story.wrap_up))
        self._all = [one for found in self._of_queue.values() for one in found]

    def of(self, story: Story, random: Random, until: Callable[[Story], timedelta]) -> Handle | None:
        """What was recorded; else what another one of the queue took, no less than is known of this one already."""
        if story.handled:
            return Handle(story.talk, story.wrap_up)
        known = self._of_queue.get(story.queue) or self._all
        if not known:
            return None
        least = until(story)
        drawn = random.choice([one for one in known if one.talk >= least] or known)
        talk = story.talk if story.ended_at is not None else max(drawn.talk, least)
        return Handle(talk, drawn.wrap_up)


def cases_of(
    stories: Sequence[Story],
    contacts: Mapping[str, Taken],
    patiences: Patiences,
    handles: Handles,
    *,
    seed: int,
    until: Callable[[Story], timedelta],
) -> list[Case]:
    """One for each story, the same for the same seed. `until`: how long it was talked about for sure."""
    cases = []
    for story in stories:
        handle = handles.of(story, random_of(seed, "handle", story), until)
        taken = contacts.get(story.arrival.contact_id) or _taken(story)
        cases.append(Case(story, taken, handle, _patience(story, patiences, random_of(seed, "patience", story))))
    return cases


def random_of(seed: int, purpose: str, story: Story) -> Random:
    """Chance of one purpose for one story: the same whatever becomes of others."""
    name = f"{seed}/{purpose}/{story.stream}/{story.arrival.contact_id}"
    return Random(int.from_bytes(hashlib.sha256(name.encode()).digest()[:16]))


def usual_reaction(reactions: Sequence[timedelta]) -> timedelta:
    """From offer to acceptance: the (lower) median; nothing where nothing was accepted."""
    return median_low(reactions) if reactions else NOTHING


def _waited(story: Story) -> timedelta:
    """As long as the customer was on the line for sure."""
    if story.asked is not None:
        return max(NOTHING, story.asked.at - story.at)
    return NOTHING if story.called_back else story.wait


def _patience(story: Story, patiences: Patiences, random: Random) -> timedelta | None:
    if story.outcome is Outcome.ABANDONED:
        return story.wait
    seconds = patiences.of(story.queue, story.channel).draw(random.random(), _waited(story).total_seconds())
    return timedelta(seconds=seconds) if math.isfinite(seconds) and seconds < _NEVER.total_seconds() else None


def _taken(story: Story) -> Taken:
    """The contact of a customer who was forgotten, as far as its interaction tells."""
    event = story.arrival
    standing, language, known = Standing(), "", {}
    customer_id, channel, thread, service = "", "phone", "", ""
    if isinstance(event, InteractionQueued | InteractionRefused):
        customer_id, channel, thread, service = event.customer_id, event.channel, event.thread, event.service
    if isinstance(event, InteractionQueued):
        given = {"segment": event.segment, "value_tier": event.value_tier, "lifecycle_stage": event.lifecycle_stage}
        standing = Standing(**{name: value for name, value in given.items() if value})
        language, known = event.language, event.known_agents
    contact = ContactReceived(
        at=event.at, recorded_at=event.at, causation=event.contact_id, actor=event.actor, contact_id=event.contact_id,
        channel=channel, address="", sender="", thread=thread, purpose="", service=service, language=language,
        subject="", text="", standing=standing, pool=getattr(event, "pool", "main"), known_agents=known,
    )  # fmt: skip
    return Taken(contact, customer_id)
