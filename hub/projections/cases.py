"""Cases as work: what is open, whose it is, by when it has to be settled, and what departments still have to do.

It holds nothing personal: what a case is about is read at `no`, the position of the fact that opened it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from hub.projections.cases_fold import COLUMNS, DDL, KINDS, NEVER, TABLES, UNTOLD, apply, due_at_of
from hub.projections.projection import Projection, milliseconds, moment, moment_or_none
from hub.projections.views import among


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a list shows it. `open_tasks` counts by department what is still to be done there."""

    case_id: str
    no: int
    customer_id: str
    kind: str
    severity: int
    owner: str
    account_id: str
    due_at: datetime | None
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str
    reopened: int
    open_tasks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task that is not done yet, with its case's facts that tell how urgent it is."""

    case_id: str
    no: int
    customer_id: str
    task: int
    department: str
    given_at: datetime
    due_at: datetime | None
    kind: str
    severity: int
    owner: str


class Place(NamedTuple):
    """Where a page ended: what comes after is due later, or is later in the log."""

    due_ms: int
    no: int
    task: int = 0

    def __str__(self) -> str:
        return ".".join(map(str, self))


BEGINNING = Place(-(2**62), 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases; None, or nothing: it does not matter. `owner` empty: those nobody has. `department`: those with an
    open task there. `overdue_at`: those that are open and were due by then."""

    is_open: bool | None = None
    owner: str | None = None
    kind: str | None = None
    severity: int | None = None
    account: str | None = None
    customer: str | None = None
    department: str | None = None
    due_before: datetime | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many are open, and how many of these should be settled by now."""

    open: int
    overdue: int


def cases(connection: sqlite3.Connection, wanted: Wanted, limit: int, after: Place = BEGINNING) -> list[CaseRow]:
    """Those that are due first come first, of equals the older ones; those without a due time come last."""
    conditions, arguments = _conditions(wanted)
    conditions.append("(due_ms, no) > (?, ?)")
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM cases WHERE {' AND '.join(conditions)} ORDER BY due_ms, no LIMIT ?",
        [*arguments, after.due_ms, after.no, limit],
    ).fetchall()
    open_tasks = _open_tasks(connection, [row[0] for row in rows])
    return [_case_row(row, open_tasks.get(row[0], {})) for row in rows]


def tasks(
    connection: sqlite3.Connection, department: str | None, limit: int, after: Place = BEGINNING
) -> list[TaskRow]:
    """What departments, or this one, have not done yet, in the same order."""
    rows = connection.execute(
        "SELECT t.id, c.no, c.customer, t.task, t.department, t.given_ms, t.due_ms, c.kind, c.severity, c.owner"
        " FROM cases_tasks t JOIN cases c USING (id) WHERE t.outcome = '' AND (?1 IS NULL OR t.department = ?1)"
        " AND (t.due_ms, c.no, t.task) > (?2, ?3, ?4) ORDER BY t.due_ms, c.no, t.task LIMIT ?5",
        (department, *after, limit),
    )
    return [
        TaskRow(case, no, customer, task, department, moment(given), due_at_of(due), *rest)
        for case, no, customer, task, department, given, due, *rest in rows
    ]


def counts(connection: sqlite3.Connection, now: datetime) -> CaseCounts:
    """As of this moment."""
    is_open = "SELECT COUNT(*) FROM cases WHERE resolved_ms IS NULL"
    (number,) = connection.execute(is_open).fetchone()
    (overdue,) = connection.execute(f"{is_open} AND due_ms <= ?", (milliseconds(now),)).fetchone()
    return CaseCounts(number, overdue)


def untold(connection: sqlite3.Connection, now: datetime, limit: int) -> list[str]:
    """Cases that are overdue without a fact that says so, the earliest first."""
    rows = connection.execute(
        f"SELECT id FROM cases WHERE {UNTOLD} AND due_ms <= ? ORDER BY due_ms, id LIMIT ?", (milliseconds(now), limit)
    )
    return [case for (case,) in rows]


def next_untold(connection: sqlite3.Connection) -> datetime | None:
    """The earliest time at which one will be, or was."""
    (found,) = connection.execute(f"SELECT min(due_ms) FROM cases WHERE {UNTOLD}").fetchone()
    return moment_or_none(found)


def place_after(row: CaseRow | TaskRow) -> Place:
    """Where a page ends that ends with this row."""
    due_ms = NEVER if row.due_at is None else milliseconds(row.due_at)
    return Place(due_ms, row.no, row.task if isinstance(row, TaskRow) else 0)


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions = {None: [], True: ["resolved_ms IS NULL"], False: ["resolved_ms IS NOT NULL"]}[wanted.is_open]
    arguments: list[Any] = []
    for column in ("owner", "kind", "severity", "account", "customer"):
        value = getattr(wanted, column)
        if value is not None:
            conditions.append(f"{column} = ?")
            arguments.append(value)
    if wanted.due_before is not None:
        conditions.append("due_ms < ?")
        arguments.append(milliseconds(wanted.due_before))
    if wanted.overdue_at is not None:
        conditions.append("resolved_ms IS NULL AND due_ms <= ?")
        arguments.append(milliseconds(wanted.overdue_at))
    if wanted.department is not None:
        conditions.append("id IN (SELECT id FROM cases_tasks WHERE outcome = '' AND department = ?)")
        arguments.append(wanted.department)
    return conditions, arguments


def _open_tasks(connection: sqlite3.Connection, found: Sequence[str]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for case, department, number in connection.execute(
        "SELECT id, department, COUNT(*) FROM cases_tasks WHERE outcome = ''"
        " AND id IN (SELECT value FROM json_each(?)) GROUP BY id, department ORDER BY department",
        (among(found),),
    ):
        counted.setdefault(case, {})[department] = number
    return counted


def _case_row(row: Sequence[Any], open_tasks: Mapping[str, int]) -> CaseRow:
    case, no, customer, kind, severity, owner, account, due, opened, resolved, resolution, reopened, _ = row
    return CaseRow(
        case, no, customer, kind, severity, owner, account, due_at_of(due), moment(opened), moment_or_none(resolved),
        resolution, reopened, open_tasks,
    )  # fmt: skip


PROJECTION = Projection("cases", "1", TABLES, DDL, apply, reads=KINDS)
