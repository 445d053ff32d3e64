"""Whom an event concerns: the agents, the queues and the customer whose screens show it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from hub.api.open_interaction import AGENTS, ALL, QUEUES, OpenInteraction, Topic, topics_of
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    ContactAttached,
    InteractionAbandoned,
    InteractionExpired,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    ParticipantJoined,
    ParticipantLeft,
    WrapUpCompleted,
)
from hub.domain.policy.events import PolicyPublished
from hub.domain.pool.events import PolicyAdopted, QueueIntakeChanged
from hub.ports import Recorded

__all__ = ("AGENTS", "ALL", "QUEUES", "REMEMBERED", "Told", "Topic", "Topics")

REMEMBERED = 10_000
"""Interactions that are over, and contacts that nothing has taken up yet, of each the newest: for work that its
customer opens again."""


class _Coming(NamedTuple):
    customer_id: str
    channel: str
    service: str


@dataclass(frozen=True, slots=True)
class Told:
    """An event, whom it concerns, and what the screens of those get beside the event itself."""

    recorded: Recorded
    topics: tuple[Topic, ...]
    offer: dict[str, Any] | None = None
    """For InteractionOffered: all that the agent needs in order to answer."""


class Topics:
    """Routes events, in log order; remembers the open interactions, and a few of those that are over."""

    def __init__(self) -> None:
        self._open: dict[str, OpenInteraction] = {}
        self._over: dict[str, OpenInteraction] = {}
        self._coming: dict[str, _Coming] = {}

    @property
    def remembered(self) -> int:
        """How many interactions are open."""
        return len(self._open)

    def knows(self, recorded: Recorded) -> bool:
        """Whether all that `tell` needs for this event is at hand."""
        return (
            not recorded.stream.startswith("interaction-")
            or recorded.stream in self._open
            or recorded.stream in self._over
            or isinstance(recorded.event, InteractionQueued | InteractionRefused)
        )

    def restore(self, history: Iterable[Recorded]) -> None:
        """Take in events that were told before."""
        for recorded in history:
            self.tell(recorded)

    def tell(self, recorded: Recorded) -> Told:
        """Whom this event concerns; the next event in the log is expected next."""
        event, stream = recorded.event, recorded.stream
        route = _ROUTES.get(type(event))
        if route is not None:
            return route(self, recorded, event)
        if stream.startswith("customer-"):
            return Told(recorded, (Topic("customer", stream),))
        agent = getattr(event, "agent_id", "")
        if stream.startswith("agent-"):
            return Told(recorded, (Topic("agent", agent),) if agent else ())
        known = self._open.get(stream)
        return Told(recorded, topics_of(known, agent)) if known or agent else Told(recorded, ())

    def _contact(self, recorded: Recorded, event: ContactReceived) -> Told:
        self._coming[event.contact_id] = _Coming(recorded.stream, event.channel.value, event.service)
        _bound(self._coming)
        return Told(recorded, (Topic("customer", recorded.stream),))

    def _queued(self, recorded: Recorded, event: InteractionQueued) -> Told:
        self._coming.pop(event.contact_id, None)
        opened = OpenInteraction(
            queue=Topic("queue", event.queue),
            customer=None if event.consult_of else Topic("customer", event.customer_id),
            customer_id=event.customer_id,
            channel=event.channel.value,
            service=event.service,
            contact_id=event.contact_id,
            queued_at=event.at,
        )
        if event.consult_of and (asking := self._open.get(event.consult_of)) and asking.agent_id:
            opened.others.append(asking.agent_id)
        self._open[recorded.stream] = opened
        return Told(recorded, topics_of(opened))

    def _refused(self, recorded: Recorded, event: InteractionRefused) -> Told:
        self._coming.pop(event.contact_id, None)
        return Told(
            recorded,
            (Topic("queue", event.queue), Topic("customer", event.customer_id)),
        )

    def _reopened(self, recorded: Recorded, event: InteractionReopened) -> Told:
        came, queue = (
            self._coming.pop(event.contact_id, None),
            Topic("queue", event.queue),
        )
        known = self._over.pop(recorded.stream, None)
        if known is None:
            customer, channel, service = came or _Coming("", "", "")
            told_to = Topic("customer", customer) if customer else None
            known = OpenInteraction(queue, told_to, customer, channel, service, event.contact_id, event.at)
        known.contact_id, known.queued_at = event.contact_id, event.at
        self._open[recorded.stream] = known
        return self._placed(recorded, known, queue, had=known.agent_id)

    def _attached(self, recorded: Recorded, event: ContactAttached) -> Told:
        self._coming.pop(event.contact_id, None)
        known = self._open.get(recorded.stream)
        return Told(recorded, topics_of(known)) if known else Told(recorded, ())

    def _offered(self, recorded: Recorded, event: InteractionOffered) -> Told:
        known = self._open.get(recorded.stream)
        if known is None:
            return Told(recorded, topics_of(None, event.agent_id))
        known.asked.append(event.agent_id)
        return Told(
            recorded,
            topics_of(known, event.agent_id),
            _offer(recorded.stream, event, known),
        )

    def _accepted(self, recorded: Recorded, event: OfferAccepted) -> Told:
        known = self._open.get(recorded.stream)
        if known is not None:
            _drop(known.asked, event.agent_id)
            known.agent_id = event.agent_id
        return Told(recorded, topics_of(known, event.agent_id))

    def _not_taken(self, recorded: Recorded, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> Told:
        known = self._open.get(recorded.stream)
        if known is not None:
            _drop(known.asked, event.agent_id)
        return Told(recorded, topics_of(known, event.agent_id))

    def _moved(self, recorded: Recorded, event: InteractionMoved) -> Told:
        known = self._open.get(recorded.stream)
        return self._placed(recorded, known, Topic("queue", event.queue)) if known else Told(recorded, ())

    def _transferred(self, recorded: Recorded, event: InteractionTransferred) -> Told:
        known = self._open.get(recorded.stream)
        if known is None:
            return Told(recorded, (Topic("agent", event.agent_id),))
        if event.to_agent:
            _drop(known.others, event.to_agent)
        told = self._placed(
            recorded,
            known,
            Topic("queue", event.queue),
            had=event.agent_id,
            gets=event.to_agent,
        )
        if event.warm:
            known.agent_id = event.to_agent
        return told

    def _placed(
        self,
        recorded: Recorded,
        known: OpenInteraction,
        queue: Topic,
        *,
        had: str = "",
        gets: str = "",
    ) -> Told:
        """The queue it leaves and the one it enters, who had it and who gets it."""
        left, known.queue = known.queue, queue
        topics = topics_of(known, had)
        if gets and gets != had:
            topics = (Topic("agent", gets), *topics)
        if had:
            known.agent_id, known.others = "", []
        return Told(recorded, topics if left == queue else (*topics, left))

    def _given_back(
        self,
        recorded: Recorded,
        event: InteractionPulledBack | InteractionParked | CallbackMissed,
    ) -> Told:
        known = self._open.get(recorded.stream)
        topics = topics_of(known, event.agent_id)
        if known is not None:
            known.agent_id, known.others = "", []
            if isinstance(event, InteractionParked):
                known.agent_id = event.agent_id
        return Told(recorded, topics)

    def _unparked(self, recorded: Recorded, event: InteractionUnparked) -> Told:  # noqa: ARG002
        known = self._open.get(recorded.stream)
        topics = topics_of(known)
        if known is not None:
            known.agent_id = ""
        return Told(recorded, topics)

    def _participant(self, recorded: Recorded, event: ParticipantJoined | ParticipantLeft) -> Told:
        known = self._open.get(recorded.stream)
        if known is None:
            return Told(recorded, (Topic("agent", event.agent_id),))
        if event.agent_id not in known.others:
            known.others.append(event.agent_id)
        topics = topics_of(known)
        if isinstance(event, ParticipantLeft):
            _drop(known.others, event.agent_id)
        return Told(recorded, topics)

    def _finished(
        self,
        recorded: Recorded,
        event: InteractionAbandoned | InteractionExpired | WrapUpCompleted,
    ) -> Told:
        known = self._open.pop(recorded.stream, None)
        agent = event.agent_id if isinstance(event, WrapUpCompleted) else ""
        topics = topics_of(known, agent)
        if known is not None:
            known.agent_id, known.asked, known.others = agent, [], []
            self._over[recorded.stream] = known
            _bound(self._over)
        return Told(recorded, topics)

    def _of_all_queues(self, recorded: Recorded, _: PolicyPublished | PolicyAdopted) -> Told:
        return Told(recorded, (QUEUES,))

    def _intake(self, recorded: Recorded, event: QueueIntakeChanged) -> Told:
        queues = dict.fromkeys((event.queue, event.to)) if event.to else (event.queue,)
        return Told(recorded, tuple(Topic("queue", queue) for queue in queues))


_ROUTES: dict[type[Event], Callable[[Topics, Recorded, Any], Told]] = {
    ContactReceived: Topics._contact,
    InteractionQueued: Topics._queued,
    InteractionRefused: Topics._refused,
    InteractionReopened: Topics._reopened,
    ContactAttached: Topics._attached,
    InteractionOffered: Topics._offered,
    OfferAccepted: Topics._accepted,
    OfferDeclined: Topics._not_taken,
    OfferTimedOut: Topics._not_taken,
    OfferRescinded: Topics._not_taken,
    InteractionMoved: Topics._moved,
    InteractionTransferred: Topics._transferred,
    InteractionPulledBack: Topics._given_back,
    InteractionParked: Topics._given_back,
    CallbackMissed: Topics._given_back,
    InteractionUnparked: Topics._unparked,
    ParticipantJoined: Topics._participant,
    ParticipantLeft: Topics._participant,
    InteractionAbandoned: Topics._finished,
    InteractionExpired: Topics._finished,
    WrapUpCompleted: Topics._finished,
    PolicyPublished: Topics._of_all_queues,
    PolicyAdopted: Topics._of_all_queues,
    QueueIntakeChanged: Topics._intake,
}


def _drop(agents: list[str], agent_id: str) -> None:
    if agent_id in agents:
        agents.remove(agent_id)


def _bound(remembered: dict[str, Any]) -> None:
    if len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]


def _offer(interaction_id: str, event: InteractionOffered, known: OpenInteraction) -> dict[str, Any]:
    return {
        "offer_id": event.offer_id,
        "interaction_id": interaction_id,
        "agent_id": event.agent_id,
        "queue": known.queue.name,
        "channel": known.channel,
        "service": known.service,
        "customer_id": known.customer_id,
        "contact_id": known.contact_id,
        "queued_at": known.queued_at,
        "waited_s": round((event.at - known.queued_at).total_seconds(), 3),
        "expires_at": event.expires_at,
        "units": event.units,
        "reasons": event.reasons,
    }
