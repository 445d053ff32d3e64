"""Whom an event concerns: the agents, the queues and the customer whose screens show it."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hub.api.open_interaction import AGENTS, ALL, QUEUES, STEWARD, OpenInteraction, Topic, topics_of
from hub.application.views.customer_view import TRAITS
from hub.domain.account.identity import ACCOUNT
from hub.domain.customer.callbacks.events import CallbackCancelled, CallbackChanged, CallbackOpened, CallbackPromised
from hub.domain.customer.events import ContactReceived
from hub.domain.customer.links.events import LINK_EVENTS
from hub.domain.customer.notes import AgentMentioned, MentionRead
from hub.domain.decision.events import PathDecided
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
from hub.router.pool.reasons import why_of

__all__ = ("AGENTS", "ALL", "QUEUES", "REMEMBERED", "Told", "Topic", "Topics")

REMEMBERED = 10_000
"""Interactions that are over, and contacts that nothing has taken up yet, of each the newest: for work that its
customer opens again."""


Concerned = tuple[Topic, ...]


class _Coming(NamedTuple):
    customer_id: str
    channel: str
    service: str


class Told(NamedTuple):
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
            or type(recorded.event) in (InteractionQueued, InteractionRefused)
        )

    def restore(self, history: Iterable[Recorded]) -> None:
        """Take in events that were told before, or that nobody listens to."""
        for _, stream, _, event in history:
            route = _ROUTES.get(type(event))
            if route is not None:
                route(self, stream, event)

    def tell(self, recorded: Recorded) -> Told:
        """Whom this event concerns; the next event in the log is expected next."""
        stream, event = recorded.stream, recorded.event
        route = _ROUTES.get(type(event))
        if route is not None:
            topics = route(self, stream, event)
            if type(event) is InteractionOffered and (known := self._open.get(stream)):
                return Told(recorded, topics, _offer(stream, event, known))
            return Told(recorded, topics)
        if isinstance(event, AgentMentioned | MentionRead):
            return Told(recorded, (Topic("agent", event.agent_id), Topic("customer", stream)))
        if isinstance(event, CallbackPromised | CallbackChanged | CallbackCancelled | CallbackOpened):
            named = (getattr(event, "agent_id", ""), getattr(event, "for_agent", ""), *getattr(event, "agents", ()))
            agents = dict.fromkeys(filter(None, named))
            return Told(recorded, (*(Topic("agent", one) for one in agents), Topic("customer", stream)))
        if stream.startswith("customer-"):
            case = getattr(event, "case_id", "")
            mine = Topic("customer", stream)
            if isinstance(event, LINK_EVENTS):
                return Told(recorded, (mine, STEWARD))
            return Told(recorded, (mine, Topic("case", case)) if case else (mine,))
        if stream.startswith(ACCOUNT):
            return Told(recorded, (Topic("account", stream),))
        agent = getattr(event, "agent_id", "")
        if stream.startswith("agent-"):
            return Told(recorded, (Topic("agent", agent),) if agent else ())
        return Told(recorded, topics_of(self._open.get(stream), agent))

    def _contact(self, stream: str, event: ContactReceived) -> Concerned:
        self._coming[event.contact_id] = _Coming(stream, event.channel.value, event.service)
        _bound(self._coming)
        return (Topic("customer", stream),)

    def _queued(self, stream: str, event: InteractionQueued) -> Concerned:
        self._coming.pop(event.contact_id, None)
        consult_of = event.consult_of
        self._open[stream] = opened = OpenInteraction(
            Topic("queue", event.queue),
            None if consult_of else Topic("customer", event.customer_id),
            event.customer_id,
            event.channel.value,
            event.service,
            event.contact_id,
            event.at,
            (event.segment, event.value_tier, event.lifecycle_stage, event.language),
        )
        if consult_of and (asking := self._open.get(consult_of)) and asking.agent_id:
            opened.others = (asking.agent_id,)
        return topics_of(opened)

    def _refused(self, _: str, event: InteractionRefused) -> Concerned:
        self._coming.pop(event.contact_id, None)
        return Topic("queue", event.queue), Topic("customer", event.customer_id)

    def _reopened(self, stream: str, event: InteractionReopened) -> Concerned:
        came, queue = self._coming.pop(event.contact_id, None), Topic("queue", event.queue)
        known = self._over.pop(stream, None)
        if known is None:
            customer, channel, service = came or _Coming("", "", "")
            told_to = Topic("customer", customer) if customer else None
            known = OpenInteraction(queue, told_to, customer, channel, service, event.contact_id, event.at)
        known.contact_id, known.queued_at = event.contact_id, event.at
        self._open[stream] = known
        return _placed(known, queue, had=known.agent_id)

    def _attached(self, stream: str, event: ContactAttached) -> Concerned:
        self._coming.pop(event.contact_id, None)
        return topics_of(self._open.get(stream))

    def _offered(self, stream: str, event: InteractionOffered) -> Concerned:
        known = self._open.get(stream)
        if known is not None:
            known.asked = (*known.asked, event.agent_id)
        return topics_of(known, event.agent_id)

    def _accepted(self, stream: str, event: OfferAccepted) -> Concerned:
        known = self._open.get(stream)
        if known is not None:
            known.asked = _without(known.asked, event.agent_id)
            known.agent_id = event.agent_id
        return topics_of(known, event.agent_id)

    def _not_taken(self, stream: str, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> Concerned:
        known = self._open.get(stream)
        if known is not None:
            known.asked = _without(known.asked, event.agent_id)
        return topics_of(known, event.agent_id)

    def _moved(self, stream: str, event: InteractionMoved) -> Concerned:
        known = self._open.get(stream)
        return _placed(known, Topic("queue", event.queue)) if known else ()

    def _transferred(self, stream: str, event: InteractionTransferred) -> Concerned:
        known = self._open.get(stream)
        if known is None:
            return (Topic("agent", event.agent_id),)
        if event.to_agent:
            known.others = _without(known.others, event.to_agent)
        topics = _placed(known, Topic("queue", event.queue), had=event.agent_id, gets=event.to_agent)
        if event.warm:
            known.agent_id = event.to_agent
        return topics

    def _given_back(self, stream: str, event: InteractionPulledBack | InteractionParked | CallbackMissed) -> Concerned:
        known = self._open.get(stream)
        topics = topics_of(known, event.agent_id)
        if known is not None:
            known.agent_id, known.others = "", ()
            if isinstance(event, InteractionParked):
                known.agent_id = event.agent_id
        return topics

    def _unparked(self, stream: str, _: InteractionUnparked) -> Concerned:
        known = self._open.get(stream)
        topics = topics_of(known)
        if known is not None:
            known.agent_id = ""
        return topics

    def _participant(self, stream: str, event: ParticipantJoined | ParticipantLeft) -> Concerned:
        known = self._open.get(stream)
        if known is None:
            return (Topic("agent", event.agent_id),)
        if event.agent_id not in known.others:
            known.others = (*known.others, event.agent_id)
        topics = topics_of(known)
        if isinstance(event, ParticipantLeft):
            known.others = _without(known.others, event.agent_id)
        return topics

    def _gone(self, stream: str, _: InteractionAbandoned | InteractionExpired) -> Concerned:
        return self._finished(stream, "")

    def _wrapped_up(self, stream: str, event: WrapUpCompleted) -> Concerned:
        return self._finished(stream, event.agent_id)

    def _finished(self, stream: str, agent: str) -> Concerned:
        known = self._open.pop(stream, None)
        topics = topics_of(known, agent)
        if known is not None:
            known.agent_id, known.asked, known.others = agent, (), ()
            self._over[stream] = known
            _bound(self._over)
        return topics

    def _decided(self, stream: str, event: PathDecided) -> Concerned:
        """Who has the interaction it was decided for, or is asked to take it: what they may say in it is there."""
        known = self._open.get(event.asked.interaction_id)
        agents = (topic for topic in topics_of(known) if topic.kind == "agent")
        return (Topic("customer", stream), *agents)

    def _of_all_queues(self, _: str, __: PolicyPublished | PolicyAdopted) -> Concerned:
        return (QUEUES,)

    def _intake(self, _: str, event: QueueIntakeChanged) -> Concerned:
        queues = dict.fromkeys((event.queue, event.to)) if event.to else (event.queue,)
        return tuple(Topic("queue", queue) for queue in queues)


def _placed(known: OpenInteraction, queue: Topic, *, had: str = "", gets: str = "") -> Concerned:
    """The queue it leaves and the one it enters, who had it and who gets it."""
    left = known.queue
    known.enter(queue)
    topics = topics_of(known, had)
    if gets and gets != had:
        topics = (Topic("agent", gets), *topics)
    if had:
        known.agent_id, known.others = "", ()
    return topics if left == queue else (*topics, left)


_ROUTES: dict[type[Event], Callable[[Topics, str, Any], Concerned]] = {
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
    InteractionAbandoned: Topics._gone,
    InteractionExpired: Topics._gone,
    WrapUpCompleted: Topics._wrapped_up,
    PathDecided: Topics._decided,
    PolicyPublished: Topics._of_all_queues,
    PolicyAdopted: Topics._of_all_queues,
    QueueIntakeChanged: Topics._intake,
}
"""Of events that change who is told of the next ones, or that concern others than those they name."""


def _without(agents: tuple[str, ...], agent_id: str) -> tuple[str, ...]:
    """Without the first mention of that agent."""
    if agent_id not in agents:
        return agents
    at = agents.index(agent_id)
    return agents[:at] + agents[at + 1 :]


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
        **dict(zip(TRAITS, known.traits, strict=True)),
        "waited_s": round((event.at - known.queued_at).total_seconds(), 3),
        "expires_at": event.expires_at,
        "units": event.units,
        "reasons": event.reasons,
        "why": why_of(event.reasons),
    }
