"""The interactions that a batch of the log touches: loaded, changed in memory, written back once."""

import sqlite3
from collections.abc import Collection
from typing import Any

from hub.domain.interaction.events import InteractionQueued, InteractionRefused
from hub.projections.interactions_tables import CHANGING, CONSTANT, MORE, PLACED, Kind, More, Row, Work
from hub.projections.projection import Entry
from hub.projections.rows import key_of, numbers, write


class Batch:
    """Folds a batch: rows that are new, rows that change (from the tables, then in memory), lines of timelines."""

    def __init__(self, connection: sqlite3.Connection, known: Collection[int]) -> None:
        self.work: dict[int, Work] = {}
        """By number."""
        self.lines: list[tuple[Any, ...]] = []
        """Of `interactions_timeline`."""
        if known:
            self._load(connection, numbers(known))

    def _load(self, connection: sqlite3.Connection, numbers: str) -> None:
        rows = connection.execute(
            f"SELECT no, queue, since_ms, consult_of <> '', {CHANGING} FROM interactions"
            " WHERE no IN (SELECT value FROM json_each(?))",
            (numbers,),
        )
        by_no = self.work
        for no, queue, since_ms, consult, *values in rows:
            by_no[no] = Work(no, queue, Row(*values), since_ms=since_ms, consult=bool(consult))
        for no, *more in connection.execute(
            f"SELECT no, {MORE} FROM interactions_more WHERE no IN (SELECT value FROM json_each(?))", (numbers,)
        ):
            by_no[no].more = More(*more)
        for no, offer, *values in connection.execute(
            "SELECT no, offer, agent, units, offered_ms, expires_ms FROM interactions_offers"
            " WHERE no IN (SELECT value FROM json_each(?)) ORDER BY no, offered_ms",
            (numbers,),
        ):
            by_no[no].offers[offer] = tuple(values)
        for one in by_no.values():
            one.stored_offers, one.counted = tuple(one.offers), one.kind()

    def first(self, entry: Entry, event: InteractionQueued | InteractionRefused) -> Work:
        """A new one."""
        consult, place, estimate = "", 0, None
        if isinstance(event, InteractionQueued):
            consult, place, estimate = event.consult_of, event.place, event.estimated_wait_seconds
        new = (
            entry.no, entry.stream, event.pool, event.channel.value, event.service, event.customer_id,
            event.contact_id, event.thread, entry.at_ms, place, estimate, consult,
            key_of(event.customer_id),
        )  # fmt: skip
        work = self.work[entry.no] = Work(entry.no, event.queue, Row(0, "waiting"), new, consult=consult != "")
        return work

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring the tables to what the batch led to."""
        run, work = connection.executemany, self.work.values()
        new = [(*one.new, *one.placed, *one.row.values()) for one in work if one.new and one.placed]
        write(connection, f"INSERT INTO interactions ({CONSTANT}, {PLACED}, {CHANGING}) VALUES", new)
        run(
            f"UPDATE interactions SET {' = ?, '.join(CHANGING.split(', '))} = ? WHERE no = ?",
            [(*one.row.values(), one.no) for one in work if not one.new],
        )
        run(
            f"UPDATE interactions SET {' = ?, '.join(PLACED.split(', '))} = ? WHERE no = ?",
            [(*one.placed, one.no) for one in work if one.placed and not one.new],
        )
        run(
            f"INSERT OR REPLACE INTO interactions_more (no, {MORE}) VALUES ({', '.join('?' * (MORE.count(',') + 2))})",
            [(one.no, *one.more.values()) for one in work if one.more],
        )
        asked = [one for one in work if one.asked]
        run(
            "DELETE FROM interactions_offers WHERE no = ? AND offer = ?",
            [(one.no, offer) for one in asked for offer in one.stored_offers if offer not in one.offers],
        )
        offers = [(one.no, offer, *values) for one in asked for offer, values in one.offers.items()]
        write(connection, "INSERT OR REPLACE INTO interactions_offers VALUES", offers)
        write(connection, "INSERT INTO interactions_timeline VALUES", self.lines)
        self._count(connection)

    def _count(self, connection: sqlite3.Connection) -> None:
        changes: dict[Kind, int] = {}
        for one in self.work.values():
            kind, counted = one.kind(), one.counted
            if kind != counted:
                if counted is not None:
                    changes[counted] = changes.get(counted, 0) - 1
                if kind is not None:
                    changes[kind] = changes.get(kind, 0) + 1
        connection.executemany(
            "INSERT INTO interactions_counts VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET count = count + excluded.count",
            [(*kind, count) for kind, count in changes.items() if count],
        )
        connection.executemany(
            "DELETE FROM interactions_counts WHERE queue = ? AND phase = ? AND consult = ? AND outcome = ?"
            " AND on_hold = ? AND flagged = ? AND count = 0",
            [kind for kind, count in changes.items() if count < 0],
        )
