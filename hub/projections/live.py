"""The figures of this moment, for the terminal board, the API and monitoring."""

import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub.projections.activity import Activity
from hub.projections.agents_doing import activities, occupancy
from hub.projections.cases import counts
from hub.projections.metrics import contacts_by_channel, totals
from hub.projections.projection import moment
from hub.projections.queues import backlog_by_age, open_now


@dataclass(frozen=True, slots=True)
class Live:
    """Counts of now (from `in_queue` to `signed_off`), and figures of what was queued since the moment asked for."""

    events: int
    """In the log, the pools' own checkpoints excepted."""
    contacts: int
    contacts_by_channel: dict[str, int]
    in_queue: int
    """Customers who wait for an agent: waiting, or offered to one."""
    waiting: int
    """Of these, offered to nobody."""
    unanswered: int
    """What no agent has ever accepted, of what is not over: in queue for the first time, or to be called later."""
    oldest_waiting_since: datetime | None
    backlog_by_age: dict[str, int]
    """Those of `in_queue` by their age, youngest class first."""
    active: int
    """Conversations; `on_contact` counts the agents."""
    on_hold: int
    """Of these, those whose customer is on hold."""
    parked: int
    """Rests until a time or the customer's answer."""
    flagged: int
    """What a supervisor should look at."""
    consults: int
    """Agents' questions to other agents: in no other count of work."""
    available: int
    offered: int
    on_contact: int
    in_wrap_up: int
    away: int
    not_answering: int
    gone: int
    signed_off: int
    offered_to_queue: int
    answered: int
    abandoned: int
    expired: int
    refused: int
    service_level: float | None
    service_level_variant: str
    asa_s: float | None
    aht_s: float | None
    first_response_s: float | None
    resolution_s: float | None
    abandonment_rate: float | None
    occupancy: float | None
    cases_open: int
    cases_overdue: int
    """Of these, those that should have been settled by now."""

    def as_row(self) -> dict[str, Any]:
        """The same by name."""
        return asdict(self)


def live(connection: sqlite3.Connection, since: datetime | None = None, as_of: datetime | None = None) -> Live:
    """`since`: counts and figures take the intervals from there on, None: everything. Agents' running times and
    the ages of what waits count up to `as_of`, the newest event's time unless given."""
    events, latest_ms = connection.execute("SELECT events, latest_ms FROM metrics_totals").fetchone()
    now = as_of or moment(latest_ms)
    work, doing, figures = open_now(connection), activities(connection), totals(connection, since)
    cases = counts(connection, now)
    channels = {name: sum(counts.values()) for name, counts in contacts_by_channel(connection, since).items()}
    return Live(
        events=events,
        contacts=sum(channels.values()),
        contacts_by_channel=channels,
        in_queue=work.in_queue,
        oldest_waiting_since=work.oldest_waiting_since,
        backlog_by_age=backlog_by_age(connection, work.in_queue, now),
        waiting=work.waiting,
        unanswered=work.unanswered,
        active=work.active,
        on_hold=work.on_hold,
        parked=work.parked,
        flagged=work.flagged,
        consults=work.consults,
        available=doing[Activity.AVAILABLE],
        offered=doing[Activity.OFFERED],
        on_contact=doing[Activity.ON_CONTACT],
        in_wrap_up=doing[Activity.WRAP_UP],
        away=doing[Activity.AWAY],
        not_answering=doing[Activity.NOT_ANSWERING],
        gone=doing[Activity.GONE],
        signed_off=doing[Activity.SIGNED_OFF],
        offered_to_queue=figures.offered,
        answered=figures.answered,
        abandoned=figures.abandoned,
        expired=figures.expired,
        refused=figures.refused,
        service_level=figures.service_level,
        service_level_variant=figures.service_level_variant,
        asa_s=figures.asa_s,
        aht_s=figures.aht_s,
        first_response_s=figures.first_response_s,
        resolution_s=figures.resolution_s,
        abandonment_rate=figures.abandonment_rate,
        occupancy=occupancy(connection, since, as_of=as_of),
        cases_open=cases.open,
        cases_overdue=cases.overdue,
    )
