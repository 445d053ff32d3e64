"""Whom an event concerns: the agent, the queue and the customer whose screens show it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentStateChanged
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.ports import Recorded

ALL = "*"


class Topic(NamedTuple):
    """What a stream can be about. `name` is an id, or `*` for all of the kind."""

    kind: str
    """`agent`, `queue` or `customer`."""
    name: str


AGENTS = Topic("agent", ALL)
QUEUES = Topic("queue", ALL)


@dataclass(slots=True)
class OpenInteraction:
    """What the later events of an interaction don't repeat."""

    queue: Topic
    customer: Topic
    channel: str
    service: str
    contact_id: str
    queued_at: datetime
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An event, whom it concerns, and what the screens of those get beside the event itself."""

    recorded: Recorded
    topics: tuple[Topic, ...]
    offer: dict[str, Any] | None = None
    """For InteractionOffered: all that the agent needs in order to answer."""


class Topics:
    """Routes events, in log order; remembers the open interactions only."""

    def __init__(self) -> None:
        self._open: dict[str, OpenInteraction] = {}

    @property
    def remembered(self) -> int:
        """How many interactions are open."""
        return len(self._open)

    def knows(self, recorded: Recorded) -> bool:
        """Whether all that `tell` needs for this event is at hand."""
        event = recorded.event
        return (
            not recorded.stream.startswith("interaction-")
            or recorded.stream in self._open
            or isinstance(event, InteractionQueued)
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
            return route(self, recorded)
        if stream.startswith("customer-"):
            return Told(recorded, (Topic("customer", stream),))
        known = self._open.get(stream)
        return Told(recorded, _topics(known, known.agent_id)) if known else Told(recorded, ())

    def _queued(self, recorded: Recorded) -> Told:
        event = recorded.event
        assert isinstance(event, InteractionQueued)
        opened = OpenInteraction(
            queue=Topic("queue", event.queue),
            customer=Topic("customer", event.customer_id),
            channel=event.channel.value,
            service=event.service,
            contact_id=event.contact_id,
            queued_at=event.at,
        )
        self._open[recorded.stream] = opened
        return Told(recorded, _topics(opened, ""))

    def _offered(self, recorded: Recorded) -> Told:
        event, known = recorded.event, self._open.get(recorded.stream)
        assert isinstance(event, InteractionOffered)
        if known is None:
            return Told(recorded, _topics(None, event.agent_id))
        known.agent_id = event.agent_id
        return Told(recorded, _topics(known, event.agent_id), _offer(recorded.stream, event, known))

    def _held(self, recorded: Recorded) -> Told:
        return Told(recorded, _topics(self._open.get(recorded.stream), _agent_of(recorded.event)))

    def _given_back(self, recorded: Recorded) -> Told:
        known = self._open.get(recorded.stream)
        if known is not None:
            known.agent_id = ""
        return Told(recorded, _topics(known, _agent_of(recorded.event)))

    def _over(self, recorded: Recorded) -> Told:
        return Told(recorded, _topics(self._open.pop(recorded.stream, None), _agent_of(recorded.event)))

    def _agent(self, recorded: Recorded) -> Told:
        return Told(recorded, (Topic("agent", _agent_of(recorded.event)),))


_ROUTES: dict[type[Event], Callable[[Topics, Recorded], Told]] = {
    InteractionQueued: Topics._queued,
    InteractionOffered: Topics._offered,
    OfferAccepted: Topics._held,
    InteractionEnded: Topics._held,
    OfferDeclined: Topics._given_back,
    OfferTimedOut: Topics._given_back,
    OfferRescinded: Topics._given_back,
    InteractionAbandoned: Topics._over,
    WrapUpCompleted: Topics._over,
    AgentSignedOn: Topics._agent,
    AgentStateChanged: Topics._agent,
    AgentSignedOff: Topics._agent,
}


def _agent_of(event: Event) -> str:
    return getattr(event, "agent_id", "")


def _topics(known: OpenInteraction | None, agent_id: str) -> tuple[Topic, ...]:
    agent = (Topic("agent", agent_id),) if agent_id else ()
    return agent if known is None else (*agent, known.queue, known.customer)


def _offer(interaction_id: str, event: InteractionOffered, known: OpenInteraction) -> dict[str, Any]:
    return {
        "offer_id": event.offer_id,
        "interaction_id": interaction_id,
        "agent_id": event.agent_id,
        "queue": known.queue.name,
        "channel": known.channel,
        "service": known.service,
        "customer_id": known.customer.name,
        "contact_id": known.contact_id,
        "queued_at": known.queued_at,
        "waited_s": round((event.at - known.queued_at).total_seconds(), 3),
        "expires_at": event.expires_at,
        "units": event.units,
        "reasons": event.reasons,
    }
