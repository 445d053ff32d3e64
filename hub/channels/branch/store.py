"""What happened in the branches and what the hub does not know of it yet: on disk together, or not at all."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from hub.channels.branch.events import EVENT, Event, nameless
from hub.channels.branch.reports import Report
from hub.channels.disk import Disk
from hub.domain.contact import Contact, ConversationEvent

_TABLES = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS happened (
    seq INTEGER PRIMARY KEY, branch TEXT NOT NULL, about TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS happened_about ON happened (branch, about);
CREATE TABLE IF NOT EXISTS to_tell (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, branch TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
"""


class ToTell(NamedTuple):
    """A report on its way; `seq` 0: it is not kept."""

    seq: int
    report: Report


class Store:
    """Of all branches of this process. Raises LedgerError."""

    def __init__(self, file: Path) -> None:
        self._disk = Disk(file, _TABLES)

    def close(self) -> None:
        """Give it back."""
        self._disk.close()

    async def happened(self, branch: str) -> list[Event]:
        """All that is kept, in order."""
        rows = await self._disk.do(
            lambda db: db.execute("SELECT body FROM happened WHERE branch = ? ORDER BY seq", (branch,)).fetchall()
        )
        return [EVENT.validate_json(body) for (body,) in rows]

    async def to_tell(self, branch: str) -> list[ToTell]:
        """What the hub has not confirmed, in order."""
        rows = await self._disk.do(
            lambda db: db.execute(
                "SELECT seq, kind, body FROM to_tell WHERE branch = ? ORDER BY seq", (branch,)
            ).fetchall()
        )
        kinds: dict[str, type[Report]] = {"contact": Contact, "signal": ConversationEvent}
        return [ToTell(seq, kinds[kind].model_validate_json(body)) for seq, kind, body in rows]

    async def add(self, branch: str, events: Sequence[Event], reports: Sequence[Report], told: int = 0) -> list[ToTell]:
        """These happened, these are to be told, and the report `told` the hub has."""
        facts = [
            (branch, about(one), one.at.timestamp(), one.model_dump_json(exclude_defaults=False)) for one in events
        ]
        tells = [("contact" if isinstance(one, Contact) else "signal", one.model_dump_json()) for one in reports]

        def write(db: sqlite3.Connection) -> list[int]:
            db.executemany("INSERT INTO happened (branch, about, at, body) VALUES (?, ?, ?, ?)", facts)
            if told:
                db.execute("DELETE FROM to_tell WHERE seq = ?", (told,))
            insert = "INSERT INTO to_tell (branch, kind, body) VALUES (?, ?, ?)"
            return [db.execute(insert, (branch, *one)).lastrowid or 0 for one in tells]

        numbers = await self._disk.do(write)
        return [ToTell(seq, report) for seq, report in zip(numbers, reports, strict=True)]

    async def forget(self, branch: str, visits: Sequence[str], before: datetime) -> None:
        """These visits; and of desks what is older and was followed by something."""

        def write(db: sqlite3.Connection) -> None:
            db.executemany("DELETE FROM happened WHERE branch = ? AND about = ?", [(branch, one) for one in visits])
            db.execute(
                "DELETE FROM happened WHERE branch = ?1 AND about LIKE 'desk %' AND at < ?2 AND seq < (SELECT"
                " max(seq) FROM happened AS later WHERE later.branch = ?1 AND later.about = happened.about"
                " AND json_extract(later.body, '$.kind') IN ('desk_opened', 'desk_closed'))",
                (branch, before.timestamp()),
            )

        await self._disk.do(write)

    async def rewrite(self, branch: str, abouts: Sequence[str]) -> None:
        """What is kept of these visits and appointments says nobody's name any more; so many facts as before."""

        def write(db: sqlite3.Connection) -> None:
            for one in abouts:
                query = "SELECT seq, body FROM happened WHERE branch = ? AND about = ?"
                for seq, body in db.execute(query, (branch, one)).fetchall():
                    bare = nameless(EVENT.validate_json(body)).model_dump_json()
                    db.execute("UPDATE happened SET body = ? WHERE seq = ?", (bare, seq))

        await self._disk.do(write)


def about(event: Event) -> str:
    """Which visit, appointment or desk."""
    if visit := getattr(event, "visit", ""):
        return str(visit)
    if code := getattr(event, "code", ""):
        return of_appointment(code)
    return f"desk {getattr(event, 'desk', '')}"


def of_appointment(code: str) -> str:
    """What is kept of it is kept under this name."""
    return f"appointment {code}"
