"""A stretch of the log, taken in for a trial: where it began, who came, and what people did of their own accord."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.domain.customer.events import ContactReceived
from hub.domain.interaction.events import ContactAttached, InteractionQueued, InteractionRefused
from hub.domain.pool.events import PolicyAdopted, PoolCommitted
from hub.ports import Recorded
from hub.router.explaining.retelling import Taken
from hub.router.pool.evolve import evolve
from hub.router.pool.state import PoolState
from hub.router.trial.shifts import REPEATED
from hub.router.trial.stories import Stories, Story

FOLLOWED = timedelta(hours=1)
"""The log is read on for so long after the last interaction of the stretch was over: in the model it may be later."""
_FORGET_EVERY = 10_000
_A_MOMENT = timedelta(microseconds=1)


class Recording:
    """Give it the log from its beginning, an event at a time. `states` are pools that know nothing; they are brought to
    where the pool was at the start. `since`: what came before only leads there; None: the beginning. Only what comes
    before `until` is counted; None: all."""

    def __init__(self, states: Sequence[PoolState], since: datetime | None, until: datetime | None) -> None:
        self.pool = states[0].pool
        self.states = states
        self.stories = Stories(self.pool)
        self.contacts: dict[str, Taken] = {}
        self.facts: list[Recorded] = []
        """All of the pool since the start."""
        self.acts: list[Recorded] = []
        """Those of them that come again whatever the policy."""
        self.talked: dict[str, timedelta] = {}
        """How long each interaction that was open at the start had been talked about."""
        self.offered_at: dict[str, datetime] = {}
        """When each offer that was open at the start had been made."""
        self.versions: list[str] = []
        """Of the policies that were in force, the first first."""
        self.groups: dict[str, str] = {}
        """What each agent could do at the start."""
        self.start: datetime | None = None
        self._since = since
        self._until = until
        self._foreign: set[str] = set()
        """Interactions of other pools."""
        self._open: set[str] = set()
        self._last: datetime | None = None
        self._over_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """What comes from here on is not counted."""
        return self._until or (self.horizon + _A_MOMENT)

    @property
    def horizon(self) -> datetime:
        """How far the log was read."""
        assert self._last is not None, "ask when something has come"
        return self._last

    @property
    def counted(self) -> list[Story]:
        """Of the customers who came in the stretch, once each."""
        return [one for one in self.stories.told if self._counts(one)]

    def take(self, recorded: Recorded) -> bool:
        """One more event. False: this and all behind it are not needed."""
        event = recorded.event
        if isinstance(event, ContactReceived):
            if event.pool == self.pool:
                self.contacts[event.contact_id] = Taken(event, recorded.stream)
            return True
        if isinstance(event, PoolCommitted) or not self._is_of_pool(recorded):
            return True
        if self.start is None and (self._since is None or event.at >= self._since):
            self._begin(self._since or event.at)
        if self.start is None:
            self._lead_up(recorded)
            return True
        if self._over_at is not None and event.at > self._over_at + FOLLOWED:
            return False
        self._note(recorded)
        return True

    def _begin(self, start: datetime) -> None:
        self.start = start
        self.stories.forget()
        self.talked = {one.stream: one.talked(start) for one in self.stories.told}
        self.offered_at = {name: offer.at for name, offer in self.stories.offers.items()}
        self.versions = [self.states[0].policy.version]
        self.groups = dict(self.stories.groups)

    def _lead_up(self, recorded: Recorded) -> None:
        for state in self.states:
            evolve(state, recorded.stream, recorded.version, recorded.event)
        self.stories.follow(recorded)
        if len(self.stories.told) > _FORGET_EVERY:
            self.stories.forget()
        self.contacts.pop(getattr(recorded.event, "contact_id", ""), None)

    def _note(self, recorded: Recorded) -> None:
        event, stream = recorded.event, recorded.stream
        self.facts.append(recorded)
        self.stories.follow(recorded)
        self._last = event.at if self._last is None else max(self._last, event.at)
        if isinstance(event, (*REPEATED, ContactAttached)):
            self.acts.append(recorded)
        if isinstance(event, PolicyAdopted) and event.version != self.versions[-1]:
            self.versions.append(event.version)
        story = self.stories.by_stream.get(stream)
        if story is not None:
            if story.over:
                self._open.discard(stream)
            elif self._counts(story):
                self._open.add(stream)
        if self._over_at is None and self._until is not None and event.at >= self._until and not self._open:
            self._over_at = event.at

    def _counts(self, story: Story) -> bool:
        return (
            self.start is not None
            and story.at >= self.start
            and (self._until is None or story.at < self._until)
            and not story.again
        )

    def _is_of_pool(self, recorded: Recorded) -> bool:
        stream, event = recorded.stream, recorded.event
        if stream.startswith("interaction-"):
            if isinstance(event, InteractionQueued | InteractionRefused) and event.pool != self.pool:
                self._foreign.add(stream)
            return stream not in self._foreign
        return stream.startswith(("agent-", "routing-"))
