"""What the figures keep of an interaction that is not over, and how its times add up."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from hub.domain.customer.decide import HISTORY_POOL

COLUMNS = (
    "no, start_ms, queue, pool, queued_ms, contact_ms, units, consult, again, answered, transferred, callback,"
    " due_ms, estimate_ms, offers, accepted_ms, held_ms, paused, talk_ms, hold_ms, ended_ms, taken_ms, taken_by,"
    " channel, segment, tier, stage"
)
DDL = """
CREATE TABLE metrics_open (
    no INTEGER PRIMARY KEY, start_ms INTEGER NOT NULL, queue TEXT NOT NULL, pool TEXT NOT NULL,
    queued_ms INTEGER NOT NULL, contact_ms INTEGER NOT NULL, units INTEGER NOT NULL, consult INTEGER NOT NULL,
    again INTEGER NOT NULL, answered INTEGER NOT NULL, transferred INTEGER NOT NULL, callback INTEGER NOT NULL,
    due_ms INTEGER, estimate_ms INTEGER, offers TEXT NOT NULL, accepted_ms INTEGER, held_ms INTEGER,
    paused INTEGER NOT NULL, talk_ms INTEGER NOT NULL, hold_ms INTEGER NOT NULL, ended_ms INTEGER, taken_ms INTEGER,
    taken_by TEXT NOT NULL, channel TEXT NOT NULL, segment TEXT NOT NULL, tier TEXT NOT NULL, stage TEXT NOT NULL
)
"""


@dataclass(slots=True)
class Work:
    """An interaction that is not over. History books agents' times by interaction, live work by the agents' clocks."""

    start_ms: int
    """The interval and the queue that its outcome is booked in: those in which it was queued first."""
    queue: str
    pool: str
    queued_ms: int
    contact_ms: int
    """When the contact that opened it happened; `queued_ms` where the log does not say."""
    units: int
    consult: int = 0
    """An agent asks another one: in no figure of customers."""
    again: int = 0
    """It was over before and has its outcome already."""
    answered: int = 0
    transferred: int = 0
    callback: int = 0
    """Its customer is to be called, and was not reached yet."""
    due_ms: int | None = None
    """When the customer asked to be called."""
    estimate_ms: int | None = None
    """The wait that was expected."""
    offers: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Open offers: their units, and when they were made."""
    accepted_ms: int | None = None
    """Since when its agent has been on it without a break."""
    held_ms: int | None = None
    paused: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    ended_ms: int | None = None
    taken_ms: int | None = None
    """When an agent accepted it last, and who."""
    taken_by: str = ""
    channel: str = ""
    segment: str = ""
    """Where the customer stood when it was queued first; of work that was over before it is not known any more."""
    tier: str = ""
    stage: str = ""

    @property
    def past(self) -> bool:
        """Whether it was recorded elsewhere."""
        return self.pool == HISTORY_POOL

    @property
    def has_no_outcome(self) -> bool:
        """Whether what comes now decides what became of it."""
        return not (self.answered or self.again)

    @property
    def is_active(self) -> bool:
        """Whether an agent has it who may have its customer on the line."""
        return self.accepted_ms is not None or self.paused != 0

    def wait_ms(self, at_ms: int) -> int:
        """How long the customer waited. Who asked to be called later waits from then on."""
        return max(0, at_ms - max(self.queued_ms, self.due_ms or 0))

    def stop(self, at_ms: int) -> None:
        """Its agent is on it no longer, or not for the moment."""
        if self.accepted_ms is not None:
            self.talk_ms += max(0, at_ms - self.accepted_ms)
            self.accepted_ms = None
        self.resume(at_ms)

    def resume(self, at_ms: int) -> None:
        """The customer is off hold."""
        if self.held_ms is not None:
            held = max(0, at_ms - self.held_ms)
            self.hold_ms += held
            self.talk_ms -= held
            self.held_ms = None

    def values(self) -> tuple[Any, ...]:
        """The row that keeps it, without its key."""
        return (
            self.start_ms, self.queue, self.pool, self.queued_ms, self.contact_ms, self.units, self.consult, self.again,
            self.answered, self.transferred, self.callback, self.due_ms, self.estimate_ms,
            orjson.dumps(self.offers).decode() if self.offers else "", self.accepted_ms, self.held_ms, self.paused,
            self.talk_ms, self.hold_ms, self.ended_ms, self.taken_ms, self.taken_by, self.channel,
            self.segment, self.tier, self.stage,
        )  # fmt: skip


def work_of(row: tuple[Any, ...]) -> Work:
    """What a row keeps, without its key."""
    values = list(row)
    values[_OFFERS] = orjson.loads(values[_OFFERS]) if values[_OFFERS] else {}
    return Work(*values)


_OFFERS = 13
