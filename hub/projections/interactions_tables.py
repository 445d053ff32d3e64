"""The tables of interactions on screen, and one interaction in a batch that changes them."""

from dataclasses import dataclass, field
from typing import Any

from hub.domain.interaction.events import InteractionUnparked
from hub.domain.interaction.placement import Placement
from hub.domain.interaction.state import OVER
from hub.projections.projection import milliseconds

OPEN = "phase IN ('waiting', 'offered', 'active', 'wrap_up', 'parked')"
"""SQL: not over. Partial indexes are used only where a query repeats these very words."""
HELD = "phase IN ('active', 'wrap_up')"
"""SQL: an agent has it. Who is asked only is in `interactions_offers`."""

CONSTANT = (
    "no, id, pool, channel, service, customer, contact, thread, queued_ms, place, estimated_wait_s, consult_of,"
    " customer_key"
)
PLACED = "queue, since_ms, known_agent, known_until_ms"
CHANGING = (
    "priority, phase, contacts, offers, agent, offer, expires_ms, units, outcome, offered_ms, accepted_ms, ended_ms,"
    " completed_ms, ended_by, code"
)
MORE = (
    "on_hold, interrupted, callback, due_ms, attempts, participants, parked_until_ms, parked_by, step, transfers,"
    " flagged, recording, place_version"
)
SHOWN = {
    **dict.fromkeys(
        (
            "no", "id", "pool", "queue", "priority", "channel", "service", "customer", "contact", "thread", "queued_ms",
            "phase", "contacts", "offers", "agent", "offer", "expires_ms", "units", "outcome", "offered_ms",
            "accepted_ms", "ended_ms", "completed_ms", "ended_by", "code", "since_ms", "place", "estimated_wait_s",
            "consult_of", "known_agent", "known_until_ms",
        ),
        "",
    ),
    "on_hold": "0", "interrupted": "0", "callback": "0", "due_ms": "", "attempts": "0", "participants": "''",
    "parked_until_ms": "", "parked_by": "''", "step": "", "transfers": "0", "flagged": "''",
    "recording": "''", "place_version": "0",
}  # fmt: skip
"""The columns of an interaction as it is shown, and what stands for each where it has no row in `interactions_more`."""

DDL = f"""
CREATE TABLE interactions (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    pool TEXT NOT NULL, channel TEXT NOT NULL, service TEXT NOT NULL, customer TEXT NOT NULL, contact TEXT NOT NULL,
    thread TEXT NOT NULL, queued_ms INTEGER NOT NULL, place INTEGER NOT NULL, estimated_wait_s REAL,
    consult_of TEXT NOT NULL, customer_key INTEGER NOT NULL,
    queue TEXT NOT NULL, since_ms INTEGER NOT NULL, known_agent TEXT NOT NULL, known_until_ms INTEGER,
    priority INTEGER NOT NULL, phase TEXT NOT NULL, contacts INTEGER NOT NULL, offers INTEGER NOT NULL,
    agent TEXT NOT NULL, offer TEXT NOT NULL, expires_ms INTEGER, units INTEGER NOT NULL, outcome TEXT NOT NULL,
    offered_ms INTEGER, accepted_ms INTEGER, ended_ms INTEGER, completed_ms INTEGER,
    ended_by TEXT NOT NULL, code TEXT NOT NULL
);
CREATE INDEX interactions_by_queue ON interactions (queue);
CREATE INDEX interactions_open ON interactions (queue, phase, consult_of, outcome, since_ms, agent) WHERE {OPEN};
CREATE INDEX interactions_held ON interactions (agent, phase, units) WHERE {HELD};
CREATE INDEX interactions_open_of_customer ON interactions (customer_key) WHERE {OPEN};
CREATE TABLE interactions_more (
    no INTEGER PRIMARY KEY, on_hold INTEGER NOT NULL, interrupted INTEGER NOT NULL, callback INTEGER NOT NULL,
    due_ms INTEGER, attempts INTEGER NOT NULL, participants TEXT NOT NULL, parked_until_ms INTEGER,
    parked_by TEXT NOT NULL, step INTEGER, transfers INTEGER NOT NULL, flagged TEXT NOT NULL,
    recording TEXT NOT NULL, place_version INTEGER NOT NULL
);
CREATE TABLE interactions_offers (
    no INTEGER NOT NULL, offer TEXT NOT NULL, agent TEXT NOT NULL, units INTEGER NOT NULL, offered_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (no, offer)
) WITHOUT ROWID;
CREATE INDEX interactions_offers_of_agent ON interactions_offers (agent);
CREATE TABLE interactions_timeline (
    no INTEGER NOT NULL, position INTEGER NOT NULL, at_ms INTEGER NOT NULL, type TEXT NOT NULL, actor TEXT NOT NULL,
    agent TEXT NOT NULL, offer TEXT NOT NULL, detail TEXT NOT NULL, policy TEXT NOT NULL, reasons TEXT NOT NULL,
    PRIMARY KEY (no, position)
) WITHOUT ROWID;
CREATE TABLE interactions_counts (
    queue TEXT NOT NULL, phase TEXT NOT NULL, consult INTEGER NOT NULL, outcome TEXT NOT NULL,
    on_hold INTEGER NOT NULL, flagged INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (queue, phase, consult, outcome, on_hold, flagged)
) WITHOUT ROWID
"""
"""`interactions_more` has a row for those only to which something less usual happened. `interactions_counts` says how
many are open of each kind, kept with each batch so that nobody has to count them."""
TABLES = (
    "interactions", "interactions_more", "interactions_offers", "interactions_timeline", "interactions_counts",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """What changes of an interaction: `CHANGING`, in order."""

    priority: int
    phase: str
    contacts: int = 1
    offers: int = 0
    agent: str = ""
    offer: str = ""
    expires_ms: int | None = None
    units: int = 0
    outcome: str = ""
    offered_ms: int | None = None
    accepted_ms: int | None = None
    ended_ms: int | None = None
    completed_ms: int | None = None
    ended_by: str = ""
    code: str = ""

    def values(self) -> tuple[Any, ...]:
        """The columns."""
        return (
            self.priority, self.phase, self.contacts, self.offers, self.agent, self.offer, self.expires_ms, self.units,
            self.outcome, self.offered_ms, self.accepted_ms, self.ended_ms, self.completed_ms, self.ended_by, self.code,
        )  # fmt: skip


@dataclass(slots=True)
class More:
    """What happens to few: `MORE`, in order."""

    on_hold: int = 0
    interrupted: int = 0
    callback: int = 0
    due_ms: int | None = None
    attempts: int = 0
    participants: str = ""
    parked_until_ms: int | None = None
    parked_by: str = ""
    step: int | None = None
    transfers: int = 0
    flagged: str = ""
    recording: str = ""
    place_version: int = 0

    def values(self) -> tuple[Any, ...]:
        """The columns."""
        return (
            self.on_hold, self.interrupted, self.callback, self.due_ms, self.attempts, self.participants,
            self.parked_until_ms, self.parked_by, self.step, self.transfers, self.flagged, self.recording,
            self.place_version,
        )  # fmt: skip


_OVER = frozenset(phase.value for phase in OVER)
Kind = tuple[str, str, bool, str, int, bool]
"""Queue, phase, whether it is a consultation, outcome, whether on hold, whether flagged."""
Offer = tuple[str, int, int, int]
"""Agent, units, when it was made and until when it stands."""


@dataclass(slots=True)
class Work:
    """One interaction in a batch. `placed` has what it was placed by last, if it was in this batch: `PLACED`."""

    no: int
    queue: str
    row: Row
    new: tuple[Any, ...] | None = None
    placed: tuple[Any, ...] | None = None
    since_ms: int = 0
    more: More | None = None
    offers: dict[str, Offer] = field(default_factory=dict)
    stored_offers: tuple[str, ...] = ()
    asked: bool = False
    """Whether its offers changed."""
    consult: bool = False
    counted: Kind | None = None
    """As what the tables count it; None: not at all."""

    def kind(self) -> Kind | None:
        """As what it is counted, None once it is over."""
        row, more = self.row, self.more
        if row.phase in _OVER:
            return None
        if more is None:
            return self.queue, row.phase, self.consult, row.outcome, 0, False
        return self.queue, row.phase, self.consult, row.outcome, more.on_hold, more.flagged != ""

    def rare(self) -> More:
        """Its row of what happens to few."""
        if self.more is None:
            self.more = More()
        return self.more

    def reach(self) -> None:
        """Its customer is on the line: whoever was to be called is so no more, and was answered."""
        if self.more is not None and self.more.callback:
            self.more.callback = 0
            self.row.outcome = self.row.outcome or "answered"

    def close_offers(self) -> None:
        """Nobody is asked any more."""
        if self.offers:
            self.offers, self.asked = {}, True

    def waits_again(self, phase: str = "waiting", agent: str = "") -> None:
        """It is with nobody; `agent` is who had it, where that is to be shown."""
        row, more = self.row, self.more
        row.phase, row.agent, row.offer, row.expires_ms = phase, agent, "", None
        self.close_offers()
        if more is not None:
            more.on_hold = more.interrupted = 0
            more.participants = more.flagged = ""
            more.step = None

    def place(self, event: Placement, since_ms: int) -> None:
        """It waits in this queue, or with this agent, from now on; `since_ms` holds where the event says nothing."""
        self.queue, self.row.units, self.row.priority = event.queue, event.units, event.priority
        self.wait_since(since_ms if event.since is None else milliseconds(event.since), event)

    def free_for_all(self) -> None:
        """The agent who alone might have it is not waited for any longer."""
        self.placed = (self.queue, self.since_ms, "", None)

    def wait_since(self, since_ms: int, event: Placement | InteractionUnparked) -> None:
        """Its age counts from there."""
        self.since_ms = since_ms
        until = None if event.known_until is None else milliseconds(event.known_until)
        self.placed = (self.queue, since_ms, event.known_agent, until)
