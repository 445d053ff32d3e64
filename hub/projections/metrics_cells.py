"""Where figures are booked: by queue and interval for screens, and by all that reports tell work apart by."""

import sqlite3
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from hub.projections.metrics_columns import COLUMNS, DIMENSIONS, REPORT_MS, WAIT_MAX
from hub.projections.metrics_work import Work

_SUMS = ", ".join(f"{column} INTEGER NOT NULL" for column in COLUMNS)
DDL = f"""
CREATE TABLE metrics_queues (start_ms INTEGER NOT NULL, queue TEXT NOT NULL, {_SUMS}, PRIMARY KEY (start_ms, queue))
WITHOUT ROWID;
CREATE TABLE metrics_all (start_ms INTEGER PRIMARY KEY, {_SUMS});
CREATE TABLE metrics_reports (
    start_ms INTEGER NOT NULL, {", ".join(f"{one} TEXT NOT NULL" for one in DIMENSIONS)},
    {_SUMS}, wait_max_ms INTEGER NOT NULL, PRIMARY KEY (start_ms, {", ".join(DIMENSIONS)})
) WITHOUT ROWID
"""
"""`metrics_all` has the sums over all queues, `metrics_reports` the same in parts: intervals of REPORT_MS, and who did
it. What sums up to more than one column's worth of work is added as a batch is written, never when it is asked for."""
TABLES = ("metrics_queues", "metrics_all", "metrics_reports")

_Cell = list[int]
_Part = tuple[int, int, str, str, str, str, str, str]
_Key = TypeVar("_Key", bound=Hashable)
_Wider = TypeVar("_Wider", bound=Hashable)
_ADD = ", ".join(f"{column} = {column} + excluded.{column}" for column in COLUMNS)


class Cells:
    """What a batch adds."""

    def __init__(self) -> None:
        self._parts: dict[_Part, _Cell] = {}

    def of(self, work: Work, agent: str) -> _Cell:
        """The columns of this work, and of what this agent does with it. What agents ask each other is not kept."""
        if work.consult:
            return [0] * (len(COLUMNS) + 1)
        start_ms = work.queued_ms // REPORT_MS * REPORT_MS
        key = (work.start_ms, start_ms, work.queue, work.channel, work.segment, work.tier, work.stage, agent)
        cell = self._parts.get(key)
        if cell is None:
            cell = self._parts[key] = [0] * (len(COLUMNS) + 1)
        return cell

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring the tables along."""
        queues = _sums({key: cell[:WAIT_MAX] for key, cell in self._parts.items()}, lambda key: (key[0], key[2]))
        _add(connection, "metrics_queues", [(*key, *cell) for key, cell in queues.items()])
        everything = _sums(queues, lambda key: key[0])
        _add(connection, "metrics_all", [(key, *cell) for key, cell in everything.items()])
        rows = [(*key[1:], *cell) for key, cell in self._parts.items()]
        _add(connection, "metrics_reports", rows, ", wait_max_ms = max(wait_max_ms, excluded.wait_max_ms)")


def _sums(parts: Mapping[_Key, _Cell], of: Callable[[_Key], _Wider]) -> dict[_Wider, _Cell]:
    by_key: dict[_Wider, list[_Cell]] = {}
    for key, cell in parts.items():
        by_key.setdefault(of(key), []).append(cell)
    return {
        key: cells[0] if len(cells) == 1 else list(map(sum, zip(*cells, strict=True))) for key, cells in by_key.items()
    }


def _add(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]], then: str = "") -> None:
    if rows:
        connection.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))}) ON CONFLICT DO UPDATE SET {_ADD}{then}", rows
        )
