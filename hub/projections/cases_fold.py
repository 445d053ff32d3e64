"""How a batch of the log changes the list of cases: by the rules of the domain, case by case."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.domain.cases.events import CaseKind, Severity, TaskOutcome
from hub.domain.cases.identity import customer_of_case
from hub.domain.cases.state import CASE_EVENTS, Case, Task, evolve
from hub.domain.event import Event
from hub.projections.projection import Entry, milliseconds, moment, moment_or_none
from hub.projections.rows import write
from hub.projections.views import among

NEVER = 2**62
"""Due time of what has none: it comes last."""
DDL = f"""
CREATE TABLE cases (
    id TEXT PRIMARY KEY, no INTEGER NOT NULL, customer TEXT NOT NULL, kind TEXT NOT NULL, severity INTEGER NOT NULL,
    owner TEXT NOT NULL, account TEXT NOT NULL, due_ms INTEGER NOT NULL, opened_ms INTEGER NOT NULL,
    resolved_ms INTEGER, resolution TEXT NOT NULL, reopened INTEGER NOT NULL, overdue_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX cases_open ON cases (due_ms, no) WHERE resolved_ms IS NULL;
CREATE INDEX cases_open_of_owner ON cases (owner, due_ms, no) WHERE resolved_ms IS NULL;
CREATE INDEX cases_untold ON cases (due_ms, id) WHERE resolved_ms IS NULL AND due_ms < {NEVER}
    AND (overdue_ms IS NULL OR overdue_ms <> due_ms);
CREATE INDEX cases_in_order ON cases (due_ms, no);
CREATE TABLE cases_tasks (
    id TEXT NOT NULL, task INTEGER NOT NULL, department TEXT NOT NULL, given_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL, outcome TEXT NOT NULL, ended_ms INTEGER,
    PRIMARY KEY (id, task)
) WITHOUT ROWID;
CREATE INDEX cases_tasks_open ON cases_tasks (department, due_ms, id, task) WHERE outcome = ''
"""
TABLES = ("cases", "cases_tasks")
COLUMNS = (
    "id, no, customer, kind, severity, owner, account, due_ms, opened_ms, resolved_ms, resolution, reopened, overdue_ms"
)
UNTOLD = f"resolved_ms IS NULL AND due_ms < {NEVER} AND (overdue_ms IS NULL OR overdue_ms <> due_ms)"
"""SQL: it has a due time, and none that is on record as missed."""
KINDS: frozenset[type[Event]] = frozenset(CASE_EVENTS)


def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Each case that is touched is read, evolves by the rules of the domain, and is written back."""
    touched: list[tuple[int, Any]] = [
        (entry.position, entry.event) for entry in entries if type(entry.event) in KINDS and _is_home(entry)
    ]
    if not touched:
        return
    known = _read(connection, {event.case_id for _, event in touched})
    for position, event in touched:
        no, case = known.get(event.case_id, (position, None))
        after = evolve({} if case is None else {event.case_id: case}, event)
        if event.case_id in after:
            known[event.case_id] = no, after[event.case_id]
    write(connection, "INSERT OR REPLACE INTO cases VALUES", [_values(*one) for one in known.values()])
    given = [_task(case, task) for _, case in known.values() for task in case.tasks]
    write(connection, "INSERT OR REPLACE INTO cases_tasks VALUES", given)


def _is_home(entry: Entry) -> bool:
    """Not what an account is told of it."""
    return customer_of_case(entry.event.case_id) == entry.stream  # type: ignore[attr-defined]


def _read(connection: sqlite3.Connection, wanted: set[str]) -> dict[str, tuple[int, Case]]:
    tasks_of: dict[str, list[Task]] = {}
    for case, number, department, given, due, outcome, ended in connection.execute(
        "SELECT * FROM cases_tasks WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id, task", (among(wanted),)
    ):
        task = Task(
            number,
            department,
            moment(given),
            due_at_of(due),
            TaskOutcome(outcome) if outcome else None,
            moment_or_none(ended),
        )
        tasks_of.setdefault(case, []).append(task)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM cases WHERE id IN (SELECT value FROM json_each(?))", (among(wanted),)
    )
    return {row[0]: (row[1], _case(row, tasks_of.get(row[0], []))) for row in rows}


def _case(row: Sequence[Any], tasks_of: Sequence[Task]) -> Case:
    case, _, _, kind, severity, owner, account, due, opened, resolved, resolution, reopened, overdue = row
    return Case(
        case_id=case, kind=CaseKind(kind), severity=Severity(severity), owner=owner, due_at=due_at_of(due),
        account_id=account, opened_at=moment(opened), resolved_at=moment_or_none(resolved), resolution=resolution,
        reopened=reopened, tasks=tuple(tasks_of), overdue_since=moment_or_none(overdue),
    )  # fmt: skip


def _values(no: int, case: Case) -> tuple[Any, ...]:
    return (
        case.case_id, no, customer_of_case(case.case_id), case.kind.value, int(case.severity), case.owner,
        case.account_id, _ms(case.due_at), milliseconds(case.opened_at),
        None if case.resolved_at is None else milliseconds(case.resolved_at), case.resolution, case.reopened,
        None if case.overdue_since is None else milliseconds(case.overdue_since),
    )  # fmt: skip


def _task(case: Case, task: Task) -> tuple[Any, ...]:
    ended = None if task.ended_at is None else milliseconds(task.ended_at)
    outcome = "" if task.outcome is None else str(task.outcome)
    return case.case_id, task.number, task.department, milliseconds(task.given_at), _ms(task.due_at), outcome, ended


def _ms(due_at: datetime | None) -> int:
    return NEVER if due_at is None else milliseconds(due_at)


def due_at_of(due_ms: int) -> datetime | None:
    """None: it has none."""
    return None if due_ms == NEVER else moment(due_ms)
