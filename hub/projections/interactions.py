"""Interactions as screens see them: one row each, its timeline, and lists by queue, phase and agent."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from hub.domain.ids import agent_stream
from hub.domain.interaction.state import OVER
from hub.projections.interactions_fold import FOLDS, apply
from hub.projections.interactions_tables import DDL, HELD, OPEN, SHOWN, TABLES
from hub.projections.projection import Projection, moment, moment_or_none
from hub.projections.rows import key_of, numbers
from hub.projections.streams import NUMBER_OF, TABLE

__all__ = ("HELD", "OPEN", "Consult", "InteractionFact", "InteractionRow", "Participant", "consults",
           "held_by", "interaction", "interactions", "offer_reasons", "offers", "open_of_customer", "these",
           "timeline")  # fmt: skip

_COLUMNS = ", ".join(f"coalesce({column}, {default})" if default else column for column, default in SHOWN.items())
_TIMES = tuple(place for place, name in enumerate(SHOWN) if name.endswith("_ms"))
_FLAGS = tuple(place for place, name in enumerate(SHOWN) if name in ("on_hold", "interrupted", "callback"))
_PARTICIPANTS = tuple(SHOWN).index("participants")
OPEN_ONES = "interactions INDEXED BY interactions_open"
"""SQL: to look through what is open alone, which by its number is spread over all there ever was."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody else in the conversation; mode `conference`, `monitor`, `coach` or `barge`."""

    agent_id: str
    mode: str


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One interaction. `no` orders them by when they were queued and pages lists; `agent` is who has it, parked it, or
    had it last, of several open offers the agent of the last; `priority` that of the queue it entered, or what a
    supervisor gave it. `outcome` is empty until it is `answered`, `abandoned`, `refused` or `expired`: the first of
    these stays, whatever happens later. A callback is `answered` when its customer is reached. `accepted_at` belongs to
    the `outcome`: when the agent accepted it who answered first (until then: who accepted last). `offered_at` is of the
    newest offer, so that it is the later one after a transfer; the timeline has all."""

    no: int
    id: str
    pool: str
    queue: str
    priority: int
    channel: str
    service: str
    customer_id: str
    contact_id: str
    thread: str
    queued_at: datetime
    phase: str
    contacts: int
    offers: int
    agent_id: str
    offer_id: str
    expires_at: datetime | None
    units: int
    outcome: str
    offered_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    completed_at: datetime | None
    ended_by: str
    code: str
    since: datetime
    """Its age on the boards counts from here: when it was queued, unless it brought an age with it; anew when it is
    taken up again after it was parked or over."""
    place: int
    """In its queue when it came, from 1; 0: not counted."""
    estimated_wait_s: float | None
    """What was expected when it came."""
    consult_of: str
    """The interaction whose agent asks for advice; empty for a customer's contact."""
    known_agent_id: str
    """Who alone may have it until `known_until`."""
    known_until: datetime | None
    on_hold: bool
    interrupted: bool
    """Its agent is on something more urgent; it takes none of their capacity meanwhile."""
    callback: bool
    """The customer is to be called."""
    callback_due: datetime | None
    attempts: int
    """Calls back nobody answered."""
    participants: tuple[Participant, ...]
    parked_until: datetime | None
    parked_by: str
    step: int | None
    """How far its requirement is relaxed: index into its steps, -1 for the first requirement without the known agent;
    None: not at all."""
    transfers: int
    flagged: str
    """Why a supervisor should look at it; empty: they need not."""
    recording: str
    """What was asked or reported last of the recording: `running`, `paused`, `off`; empty: nothing."""
    place_version: int
    """Of its place in the order of waiting work: another one when a supervisor has changed it; 0: none did."""


@dataclass(frozen=True, slots=True)
class Consult:
    """A consultation that is open: who is asked, as soon as somebody is."""

    interaction_id: str
    phase: str
    agent_id: str
    agent_name: str


@dataclass(frozen=True, slots=True)
class InteractionFact:
    """One line of an interaction's timeline. `detail`: the contact that joined, the reason given, where it went, until
    when it rests, the wrap-up code or who ended it, as the type says."""

    position: int
    at: datetime
    type: str
    actor: str
    agent_id: str
    offer_id: str
    detail: str
    policy: str
    reasons: tuple[str, ...]


def interaction(connection: sqlite3.Connection, interaction_id: str) -> InteractionRow | None:
    """One interaction, None if there is no such."""
    found = _select(connection, f"WHERE no = {NUMBER_OF}", interaction_id)
    return found[0] if found else None


def timeline(connection: sqlite3.Connection, interaction_id: str) -> list[InteractionFact]:
    """All that happened to an interaction, oldest first."""
    rows = connection.execute(
        "SELECT position, at_ms, type, actor, agent, offer, detail, policy, reasons FROM interactions_timeline"
        f" WHERE no = {NUMBER_OF} ORDER BY position",
        (interaction_id,),
    )
    return [
        InteractionFact(position, moment(at), kind, actor, agent, offer, detail, policy, tuple(reasons.splitlines()))
        for position, at, kind, actor, agent, offer, detail, policy, reasons in rows
    ]


def interactions(
    connection: sqlite3.Connection,
    queue: str | None = None,
    phase: str | None = None,
    *,
    agent: str = "",
    customers: Sequence[str] = (),
    channel: str = "",
    limit: int = 50,
    after: int = 0,
    newest_first: bool = False,
) -> list[InteractionRow]:
    """A page of interactions in the order they were queued, from the one after `no` = `after` on (0: the first). Of an
    agent or of customers without a phase: those that are open."""
    where, arguments = _conditions(queue, phase, agent, customers, channel)
    if after:
        where.append(f"no {'<' if newest_first else '>'} ?")
        arguments.append(after)
    condition = f"WHERE {' AND '.join(where)} " if where else ""
    order = f"ORDER BY no {'DESC' if newest_first else 'ASC'} LIMIT ?"
    source = OPEN_ONES if OPEN in where and not customers else "interactions"
    return _select(connection, f"{condition}{order}", *arguments, limit, source=source)


def _conditions(
    queue: str | None, phase: str | None, agent: str, customers: Sequence[str], channel: str
) -> tuple[list[str], list[object]]:
    """Those in SQL, and what their question marks stand for."""
    where: list[str] = []
    arguments: list[object] = []
    if queue is not None:
        where.append("queue = ?")
        arguments.append(queue)
    if phase is not None:
        if phase not in OVER:
            where.append(OPEN)
        where.append("phase = ?")
        arguments.append(phase)
    elif agent or customers:
        where.append(OPEN)
    if agent:
        where.append("agent = ?")
        arguments.append(agent)
    if customers:
        among = ", ".join("?" * len(customers))
        where.append(f"customer_key IN ({among}) AND customer IN ({among})")
        arguments += [*map(key_of, customers), *customers]
    if channel:
        where.append("channel = ?")
        arguments.append(channel)
    return where, arguments


def these(connection: sqlite3.Connection, ids: Sequence[str]) -> list[InteractionRow]:
    """Those of these interactions that there are, in their order."""
    found = _select(
        connection,
        f"WHERE no IN (SELECT no FROM {TABLE} WHERE stream IN (SELECT value FROM json_each(?)))",
        orjson.dumps(ids).decode(),
    )
    rows = {row.id: row for row in found}
    return [rows[one] for one in ids if one in rows]


def offer_reasons(connection: sqlite3.Connection, offers: Sequence[InteractionRow]) -> dict[str, tuple[str, ...]]:
    """Why each of these open offers was made to its agent."""
    rows = connection.execute(
        "SELECT offer, reasons FROM interactions_timeline"
        " WHERE no IN (SELECT value FROM json_each(?)) AND type = 'InteractionOffered'",
        (numbers({row.no for row in offers}),),
    )
    return {offer: tuple(reasons.splitlines()) for offer, reasons in rows}


def held_by(connection: sqlite3.Connection, agent_id: str) -> list[InteractionRow]:
    """What an agent has been offered, is on, or wraps up, oldest first."""
    held = _select(connection, f"WHERE {HELD} AND agent = ? ORDER BY no", agent_id)
    return sorted([*held, *offers(connection, agent_id)], key=lambda row: row.no)


def open_of_customer(connection: sqlite3.Connection, customer_id: str) -> list[InteractionRow]:
    """A customer's interactions that are not over, oldest first; what agents ask each other is not theirs."""
    who = key_of(customer_id), customer_id
    return _select(
        connection, f"WHERE {OPEN} AND customer_key = ? AND customer = ? AND consult_of = '' ORDER BY no", *who
    )


def consults(connection: sqlite3.Connection, interaction_id: str) -> list[Consult]:
    """By which the agent of an interaction asks others for advice now, oldest first."""
    rows = connection.execute(
        "SELECT advice.id, advice.phase, advice.agent FROM interactions AS asking JOIN interactions AS advice"
        " ON advice.customer_key = asking.customer_key AND advice.consult_of = asking.id"
        f" WHERE asking.no = {NUMBER_OF} AND advice.{OPEN} ORDER BY advice.no",
        (interaction_id,),
    ).fetchall()
    return [Consult(one, phase, agent, _name_of(connection, agent)) for one, phase, agent in rows]


def _name_of(connection: sqlite3.Connection, agent_id: str) -> str:
    found = connection.execute("SELECT name FROM agents WHERE stream = ?", (agent_stream(agent_id),)).fetchone()
    return str(found[0]) if found else ""


def offers(connection: sqlite3.Connection, agent_id: str | None = None) -> list[InteractionRow]:
    """Open offers, of one agent or of all, oldest interaction first: the interaction, once for each of its open offers,
    with that offer's agent, deadline, units and time."""
    found = connection.execute(
        "SELECT no, offer, agent, units, offered_ms, expires_ms FROM interactions_offers"
        " WHERE ?1 IS NULL OR agent = ?1 ORDER BY no, offered_ms, offer",
        (agent_id,),
    ).fetchall()
    rows = {}
    if found:
        numbers = orjson.dumps([one[0] for one in found]).decode()
        rows = {row.no: row for row in _select(connection, "WHERE no IN (SELECT value FROM json_each(?))", numbers)}
    return [
        replace(
            rows[no],
            agent_id=agent,
            offer_id=offer,
            units=units,
            offered_at=moment(offered_ms),
            expires_at=moment(expires_ms),
        )
        for no, offer, agent, units, offered_ms, expires_ms in found
    ]


def _select(
    connection: sqlite3.Connection, rest: str, *arguments: object, source: str = "interactions"
) -> list[InteractionRow]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM {source} LEFT JOIN interactions_more USING (no) {rest}", arguments
    )
    return [_interaction_row(list(row)) for row in rows]


def _interaction_row(values: list[Any]) -> InteractionRow:
    for place in _TIMES:
        values[place] = moment_or_none(values[place])
    for place in _FLAGS:
        values[place] = bool(values[place])
    there = values[_PARTICIPANTS]
    values[_PARTICIPANTS] = tuple(Participant(*one) for one in orjson.loads(there)) if there else ()
    return InteractionRow(*values)


PROJECTION = Projection("interactions", "9", TABLES, DDL, apply, reads=frozenset(FOLDS))
