"""What a routing policy consists of: each section of the file, its fields and their defaults."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from hub.domain.agent.events import FULL_CAPACITY
from hub.domain.contact import Channel
from hub.policies.hours import WEEKDAYS, Hours, Span, zone_of
from hub.policies.sections import Section, Text, Texts
from hub.policies.times import Day, Spans, TimeZone
from hub.projections.formulas import ServiceLevelVariant
from hub.router.matching.order import AgentChoice, Order
from hub.router.policy.desk import Labels, Locale
from hub.router.policy.fields import (
    REFUSE,
    WAIT,
    Action,
    Attributes,
    Choice,
    Days,
    Delay,
    Diversion,
    LongTime,
    NotAnswering,
    Priority,
    Seconds,
    Skills,
    SpokenTags,
    Tag,
    Tags,
    Who,
    WrapUpRule,
)

CONDITIONS = ("segment", "value_tier", "lifecycle_stage", "channel", "service", "language")
"""What a rule may ask of a contact and its customer."""
ANYTHING = "*"
"""Written for a condition: the same as leaving it out."""
ASYNCHRONOUS = frozenset({Channel.EMAIL, Channel.SMS, Channel.WEB})
"""Channels whose work may be parked, unless the policy says otherwise."""


class AgentRules(Section):
    """What holds for all agents."""

    heartbeat_seconds: Seconds = 30.0
    """A desktop gone for so long takes its agent out of routing."""
    grace_seconds: Delay = 120.0
    """After so much more, what the agent was handling is flagged to the supervisor."""
    not_answering: Annotated[NotAnswering, Field(strict=False)] = NotAnswering.ALL
    after_decline_seconds: Delay = 0.0
    after_no_answer_seconds: Delay = 0.0
    after_busy_seconds: Delay = 0.0
    known_agent_seconds: Seconds = 60.0
    """How long work waits for the agent it was meant for: asked for by name, who parked it, to whom it was given."""
    away_reasons: Texts = ()
    """What an agent who goes away may name; empty: anything or nothing."""


class ChannelPolicy(Section):
    """What work of a channel takes of an agent's 100 units, and how it is handled."""

    units: int = Field(default=FULL_CAPACITY, ge=1, le=10_000)
    ceiling: int | None = Field(default=None, ge=1, le=10_000)
    """Most pieces of it at once an agent; None: only capacity limits them."""
    interruptible: bool = False
    interrupts: bool = False
    """May pause work that is interruptible."""
    asynchronous: bool = False
    """May be parked. A file that does not say gets what ASYNCHRONOUS says of the channel."""
    close_after_silence_seconds: LongTime | None = None
    reopen_within_days: Days = 0.0


class ServiceLevel(Section):
    """`share` of the interactions are to be answered within `seconds`, counted by `variant`."""

    seconds: Seconds = 20.0
    share: float = Field(default=0.8, gt=0, le=1)
    variant: Annotated[ServiceLevelVariant, Field(strict=False)] = ServiceLevelVariant.WITHOUT_SHORT_ABANDONED


class Holiday(Section):
    """A date that is not like its weekday; `open` says when it is open nevertheless."""

    name: Text
    open: Spans = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        return {"name": written} if isinstance(written, str) else written


class WeekHours(Section):
    """Business hours by weekday. `time_zone` empty: the policy's; `holidays` names a table of dates."""

    time_zone: TimeZone | None = None
    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()
    holidays: Text | None = None

    @property
    def week(self) -> tuple[tuple[Span, ...], ...]:
        """The days, monday first."""
        return tuple(getattr(self, day) for day in WEEKDAYS)


class Base(Section):
    """What an agent must be able to do to serve a queue at all."""

    skills: Skills = Field(default_factory=dict)
    languages: SpokenTags = ()
    attributes: Attributes = Field(default_factory=dict)


class Overflow(Section):
    """What has waited for `after_seconds` moves to queue `to`, with its age."""

    after_seconds: Seconds
    to: Text


class Callback(Section):
    """How often a customer is called back, and how long after a failed attempt."""

    attempts: int = Field(default=3, ge=1, le=100)
    retry_seconds: Seconds = 900.0


class Queue(Section):
    """A waiting line: its target, who may join it and when, how it is served and left."""

    service_level: ServiceLevel = ServiceLevel()
    short_abandon_seconds: float = Field(default=5.0, ge=0)
    """Who leaves within this time does not count against the service level."""
    offer_timeout_seconds: Seconds = 20.0
    offer_to: int = Field(default=1, ge=1, le=10)
    """So many agents are offered it at once; the first to accept gets it."""
    agent_choice: Choice = AgentChoice.LONGEST_IDLE
    pull: bool = False
    """Agents may take waiting work out of it by themselves."""
    wrap_up: Texts = ()
    """Codes an agent may close with; empty: any."""
    wrap_up_rule: Annotated[WrapUpRule, Field(strict=False)] = WrapUpRule.UNTIL_COMPLETED
    wrap_up_seconds: Seconds = 30.0
    """When the hub completes a timed wrap-up."""
    priority: Priority = 0
    """Of work whose rule names none; higher goes first."""
    age_weight: float = Field(default=0.0, ge=0, le=1000)
    """Points of priority a minute of waiting is worth, for order growing."""
    serves: Base = Base()
    """What 'anyone in the queue' must be able to do."""
    entry_delay_seconds: Delay = 0.0
    hours: Text | None = None
    closed: Diversion = WAIT
    limit: int | None = Field(default=None, ge=0, le=1_000_000)
    """Most that may wait."""
    full: Diversion = REFUSE
    max_estimated_wait_seconds: Seconds | None = None
    long_wait: Diversion = REFUSE
    nobody: Diversion = WAIT
    """When nobody who is signed on can serve it."""
    overflow: Overflow | None = None
    leave_after_seconds: LongTime | None = None
    callback: Callback | None = None
    """None: not offered."""
    reentry_seconds: Delay = 0.0
    """A dropped call that comes back within this time gets its place back."""
    announce_every_seconds: Seconds = 30.0
    """How often estimated wait and position are told to the channel."""

    def diversions(self) -> Iterator[tuple[str, Diversion]]:
        """The fields that may send work elsewhere, and where."""
        for name in ("closed", "full", "long_wait", "nobody"):
            yield name, getattr(self, name)

    def targets(self) -> Iterator[tuple[str, str]]:
        """The field and the queue of every way by which work leaves for another queue."""
        for name, diversion in self.diversions():
            if diversion.action is Action.MOVE:
                yield name, diversion.to
        if self.overflow is not None:
            yield "overflow", self.overflow.to


class KnownAgent(Section):
    """Whom the customer knows goes first, for `seconds` of the work's age: the first of `who` there is. `days` is how
    long a last agent is remembered; with `only_ready` one who could not take it at once is not waited for."""

    who: Annotated[tuple[Annotated[Who, Field(strict=False)], ...], Field(strict=False, min_length=1)] = tuple(Who)
    seconds: Seconds = 30.0
    days: Days = 30.0
    only_ready: bool = False


class RuleStep(Section):
    """What is asked from an age on: what is not named stays as it was; `anyone` asks for what the queue serves."""

    after_seconds: Seconds
    skills: Skills | None = None
    languages: Tags | None = None
    attributes: Attributes | None = None
    priority: Priority | None = None
    anyone: bool = False


class Rule(Section):
    """One row of the decision table: what it asks for (nothing named: anything), and what follows."""

    segment: Text | None = None
    value_tier: Text | None = None
    lifecycle_stage: Text | None = None
    channel: Text | None = None
    service: Text | None = None
    language: Tag | None = None
    """Of the contact: its whole tag, or the first part of it."""
    queue: Text
    priority: Priority | None = None
    skills: Skills = Field(default_factory=dict)
    languages: Tags = ()
    """The agent speaks one of these; empty: it does not matter; 'contact': the contact's own."""
    attributes: Attributes = Field(default_factory=dict)
    known_agent: KnownAgent | None = None
    steps: Annotated[tuple[RuleStep, ...], Field(strict=False)] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        """Without the conditions that are "*"."""
        if not isinstance(written, dict):
            return written
        return {name: value for name, value in written.items() if not (name in CONDITIONS and value == ANYTHING)}

    @property
    def conditions(self) -> tuple[str | None, ...]:
        """What it asks for, in the order of CONDITIONS; None: anything."""
        return (self.segment, self.value_tier, self.lifecycle_stage, self.channel, self.service, self.language)


class Staff(Section):
    """Agents the policy may count on when it is checked; routing never looks at them."""

    count: int = Field(default=1, ge=1, le=1_000_000)
    skills: Skills = Field(default_factory=dict)
    languages: SpokenTags = ()
    attributes: Attributes = Field(default_factory=dict)


class Policy(Section):
    """All of it. `version` is derived from the text, so that equal texts are equal policies."""

    version: str
    text: str = ""
    """The file as it was written."""
    decline_backoff_seconds: Seconds = 60.0
    """How long an agent is not asked again about what they declined or let time out; all who fit: asked anew then."""
    time_zone: TimeZone = "UTC"
    """Of the day that 'fewest today' counts, and of hours that name none."""
    order: Annotated[Order, Field(strict=False)] = Order.PRIORITY
    agents: AgentRules = AgentRules()
    channels: dict[Text, ChannelPolicy] = Field(default_factory=dict)
    hours: dict[Text, WeekHours] = Field(default_factory=dict)
    holidays: dict[Text, dict[Day, Holiday]] = Field(default_factory=dict)
    queues: dict[Text, Queue]
    rules: Annotated[tuple[Rule, ...], Field(strict=False)]
    staff: Annotated[tuple[Staff, ...], Field(strict=False)] = ()
    locale: Locale = Locale()
    labels: Labels = Labels()

    @field_validator("channels", mode="before")
    @classmethod
    def _channels(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        return {
            name: {"asynchronous": name in ASYNCHRONOUS, **fields} if isinstance(fields, dict) else fields
            for name, fields in written.items()
        }

    def channel(self, name: str) -> ChannelPolicy:
        """The channel, or the defaults for one the file does not name."""
        return self.channels.get(name) or ChannelPolicy(asynchronous=name in ASYNCHRONOUS)

    def units(self, channel: str) -> int:
        """What work of this channel takes of an agent."""
        named = self.channels.get(channel)
        return named.units if named else FULL_CAPACITY

    def ceilings(self) -> dict[str, int]:
        """Most pieces of work at once an agent, of the channels that have such a bound."""
        return {name: one.ceiling for name, one in self.channels.items() if one.ceiling is not None}

    def queue(self, name: str) -> Queue:
        """The queue, or the defaults for one that an earlier policy knew."""
        return self.queues.get(name, _FORGOTTEN_QUEUE)

    def hours_of(self, queue: str) -> Hours | None:
        """When a queue is open; None: always."""
        name = self.queue(queue).hours
        if name is None:
            return None
        written = self.hours[name]
        dates = self.holidays[written.holidays] if written.holidays else {}
        holidays = {day: holiday.open for day, holiday in dates.items()}
        return Hours(zone_of(written.time_zone or self.time_zone), written.week, holidays)


_FORGOTTEN_QUEUE = Queue()
