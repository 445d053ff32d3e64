"""What Prometheus reads: counted from the log and at the edge, cheaply, and written out when it is asked for."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.application.views.channel_health import AdapterSeen
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.event import Event
from hub.domain.pool.events import PoolCommitted
from hub.domain.satisfaction.decide import NotAsked
from hub.domain.satisfaction.events import SurveyKind
from hub.ports import Recorded

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
DECISION_BUCKETS = (0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.025, 0.1)


class Due(Protocol):
    """What waits for next best actions."""

    @property
    def due(self) -> int:
        """How many conversations."""

    @property
    def conflicts(self) -> int:
        """How often one was decided again."""

    def oldest(self) -> float:
        """For how many seconds the first of them."""


class Instruments(Collector):
    """Counters and gauges of one hub process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.unrouted: Callable[[], int] = int
        """How many contacts on record could not be routed, through a fault of the hub."""
        self.rejected = 0
        """Contacts and conversation events that were set aside, since the start."""
        self.subscribers = 0
        self.ready = False
        """Whether contacts are taken in and routed."""
        self.channels: Sequence[AdapterSeen] = ()
        """How the channels' adapters are."""
        self.lag = 0
        """Log positions that the read models are behind."""
        self.waiting: dict[str, int] = {}
        self.agents: dict[str, int] = {}
        self.service_level: dict[str, float] = {}
        """Share answered in time since midnight UTC, by queue."""
        self.cases: dict[str, int] = {}
        """Cases that are not settled, by state."""
        self.adapters: Callable[[], Mapping[str, str]] = dict
        """What keeps each adapter inside this process from running; empty: it runs."""
        self.actions: Due | None = None
        """What waits for what an agent may say in it."""
        self._surveys: Counter[tuple[str, str]] = Counter()
        self._contacts: Counter[tuple[str, str]] = Counter()
        self._events: Counter[type[Event]] = Counter()
        self._decision = Histogram(
            "hub_decision_seconds", "Time to decide one command", buckets=DECISION_BUCKETS, registry=self.registry
        )
        self._request = Histogram(
            "hub_api_request_seconds",
            "Time to answer a request",
            ["method", "route", "status"],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self._requests: dict[tuple[str, str, int], Histogram] = {}
        self._actions = Histogram(
            "hub_actions_seconds",
            "From an offer to what its agent may say being on record",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(self)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        self._events.update([type(one.event) for one in batch])
        for one in batch:
            event: Any = one.event
            kind = type(event)  # pydantic's instance checks cost more than all the rest
            if kind is ContactReceived:
                self._contacts[event.channel.value, "inbound"] += 1
            elif kind is ContactSent:
                self._contacts[event.channel.value, "outbound"] += 1

    def survey(self, kind: SurveyKind, why_not: NotAsked | None) -> None:
        """Somebody was to be asked how it was, and was, or was not."""
        self._surveys[kind.value, "asked" if why_not is None else why_not.value] += 1

    def actions_there(self, seconds: float) -> None:
        """What an agent may say was on record so long after the offer."""
        self._actions.observe(seconds)

    def decided(self, commands: int, seconds: float) -> None:
        """The pool decided on so many commands in that time."""
        self._decision.observe(seconds / commands)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is its template, so that ids don't become labels."""
        of = (method, route, status)
        child = self._requests.get(of)
        if child is None:
            child = self._requests[of] = self._request.labels(*map(str, of))
        child.observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """For prometheus-client."""
        contacts = CounterMetricFamily("hub_contacts", "Contacts recorded", labels=["channel", "direction"])
        for labels, count in self._contacts.items():
            contacts.add_metric(labels, count)
        yield contacts
        events = CounterMetricFamily("hub_events", "Events followed in the log", labels=["type"])
        for kind, count in self._events.items():
            events.add_metric([kind.__name__], count)
        yield events
        commits = self._events[PoolCommitted]
        yield CounterMetricFamily("hub_pool_commits", "Transactions of the routing pool", value=commits)
        yield CounterMetricFamily("hub_contacts_rejected", "Messages set aside", value=self.rejected)
        yield CounterMetricFamily("hub_contacts_unrouted", "Contacts whose routing broke", value=self.unrouted())
        waiting = GaugeMetricFamily("hub_waiting", "Interactions that wait", labels=["queue"])
        for queue, count in self.waiting.items():
            waiting.add_metric([queue], count)
        yield waiting
        levels = GaugeMetricFamily("hub_service_level", "Share answered in time since midnight UTC", labels=["queue"])
        for queue, level in self.service_level.items():
            levels.add_metric([queue], level)
        yield levels
        agents = GaugeMetricFamily("hub_agents", "Agents by state", labels=["state"])
        for state, count in self.agents.items():
            agents.add_metric([state], count)
        yield agents
        yield from self._cases_and_surveys()
        yield from self._due_actions()
        yield from self._adapters()
        yield GaugeMetricFamily("hub_ready", "Whether contacts are taken in and routed", value=self.ready)
        yield GaugeMetricFamily("hub_projector_lag_events", "Events the read models are behind", value=self.lag)
        yield GaugeMetricFamily("hub_stream_subscribers", "Open event streams", value=self.subscribers)

    def _cases_and_surveys(self) -> Iterator[Metric]:
        cases = GaugeMetricFamily("hub_cases", "Cases that are not settled", labels=["state"])
        for state, count in self.cases.items():
            cases.add_metric([state], count)
        yield cases
        surveys = CounterMetricFamily(
            "hub_surveys", "Times a customer was to be asked how it was", labels=["kind", "outcome"]
        )
        for labels, count in self._surveys.items():
            surveys.add_metric(labels, count)
        yield surveys

    def _adapters(self) -> Iterator[Metric]:
        labels = ["adapter", "channel"]
        up = GaugeMetricFamily("hub_adapter_up", "Whether a channel's adapter runs", labels=labels)
        troubles = GaugeMetricFamily("hub_adapter_troubles", "What an adapter can't reach, counted", labels=labels)
        oldest = GaugeMetricFamily(
            "hub_adapter_troubles_oldest_seconds", "For how long it can't reach the first of them", labels=labels
        )
        for one in self.channels:
            of = (one.name, one.channel)
            up.add_metric(of, one.running)
            if one.troubles is not None and one.oldest_seconds is not None:
                troubles.add_metric(of, one.troubles)
                oldest.add_metric(of, one.oldest_seconds)
        yield from (up, troubles, oldest)

    def _due_actions(self) -> Iterator[Metric]:
        due = self.actions
        waiting, oldest, conflicts = (due.due, due.oldest(), due.conflicts) if due is not None else (0, 0.0, 0)
        yield GaugeMetricFamily("hub_actions_due", "Conversations whose next best actions are due", value=waiting)
        yield GaugeMetricFamily("hub_actions_oldest_seconds", "For how long the oldest of them waits", value=oldest)
        yield CounterMetricFamily(
            "hub_actions_conflicts", "Next best actions decided again: a customer's stream moved on", value=conflicts
        )

    def exposition(self) -> bytes:
        """All of it as Prometheus text."""
        return generate_latest(self.registry)
