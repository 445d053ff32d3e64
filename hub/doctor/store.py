"""What is kept: the event store, the key beside it, the read models made from it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from hub.doctor.check import Check, good, problem, warning
from hub.domain.errors import HubError
from hub.journal.format import FORMAT
from hub.journal.glance import log_head
from hub.journal.keys import installation_key as read_key
from hub.journal.keys import key_file, key_is_lost
from hub.journal.lock import RunningHub
from hub.settings import Settings

FAR_BEHIND = 10_000
"""Events; about ten seconds of work for the projector."""
LARGEST_READ = 1024**3
"""Bytes; a larger store is not read from end to end: that takes long, and the disk from a hub that runs."""
_UNREAD = "too large to be read from end to end here: look at a backup of it with sqlite3 and PRAGMA quick_check"
_CONNECT_SECONDS = 3
_SKEW_SECONDS = 5.0
_FULL = 2


def installation_key(settings: Settings) -> Check:
    """It is there, readable, and for its owner's eyes only."""
    name, file = "installation key", key_file(settings)
    if settings.installation_key or file.exists():
        try:
            read_key(settings)
        except HubError as error:
            return problem(name, str(error), "without the right key no customer is found again")
    if settings.installation_key:
        return good(name, "given by HUB_INSTALLATION_KEY")
    if not file.exists():
        return _missing_key(settings, file)
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        return problem(name, f"{file} has mode {mode:o}: others can read it", f"chmod 600 {file}")
    return good(name, f"{file}, mode {mode:o}")


def _missing_key(settings: Settings, file: Path) -> Check:
    name = "installation key"
    try:
        lost = key_is_lost(settings)
    except HubError as error:
        return warning(name, f"there is none, and whether one is missing can't be told: {error}", "see the event store")
    if lost:
        advice = "restore the file from the backup, or set HUB_INSTALLATION_KEY"
        return problem(name, f"{file} is missing, but the store was written with one", advice)
    return good(name, "will be made at the first start")


def event_store(settings: Settings, hub: RunningHub | None, largest: int = LARGEST_READ) -> Iterator[Check]:
    """It opens, has a format this version knows, is whole, and keeps what it confirms. A file of more than `largest`
    bytes is not read from end to end."""
    if settings.is_postgres:
        yield from _postgres(settings)
    else:
        yield from _sqlite(settings.sqlite_path, hub, largest)


def _sqlite(file: Path, hub: RunningHub | None, largest: int) -> Iterator[Check]:
    name = "event store"
    if not file.exists():
        yield good(name, f"{file} will be made at the first start")
        return
    try:
        with _read_only(file) as connection:
            (found,) = connection.execute("SELECT version FROM store_format").fetchone()
            (events,) = connection.execute("SELECT coalesce(max(rowid), 0) FROM stored_events").fetchone()
            small = file.stat().st_size <= largest
            (state,) = connection.execute("PRAGMA quick_check(1)").fetchone() if small else ("ok",)
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    except (sqlite3.Error, TypeError) as error:
        yield problem(name, f"{file} can't be read as a store: {error}", "restore store/ and keys/ from the backup")
        return
    if found > FORMAT:
        advice = "run the version of the hub that wrote it, or a newer one"
        yield problem(name, f"{file} has format {found}, this version knows up to {FORMAT}", advice)
        return
    if state != "ok":
        yield problem(name, f"{file} is damaged: {state}", "stop the hub and restore store/ from the backup")
        return
    yield good(name, f"{file}: {events} events, format {found}, {'whole' if small else _UNREAD}")
    if mode != "wal":
        yield warning("durability", f"journal mode {mode}", "start the hub once: it switches to the write-ahead log")
    elif hub is not None:
        yield good("durability", f"write-ahead log, flushed at each commit; the hub (pid {hub.pid}) writes")
    else:
        yield _synchronous(file)


def _synchronous(file: Path) -> Check:
    """The store can be written, and SQLite waits for the disk when told to."""
    try:
        with closing(sqlite3.connect(f"file:{file.absolute()}?mode=rw", uri=True, timeout=5)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            (level,) = connection.execute("PRAGMA synchronous").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
    except sqlite3.Error as error:
        advice = "see who holds the file (fuser, lsof), and that this user may write it"
        return problem("durability", f"{file} can't be written: {error}", advice)
    if level != _FULL:
        return problem("durability", f"this SQLite has synchronous={level}", "use a SQLite that can wait for the disk")
    return good("durability", "write-ahead log, flushed at each commit; nobody else holds the store")


def _postgres(settings: Settings) -> Iterator[Check]:
    import psycopg  # noqa: PLC0415  (a SQLite hub never loads the driver)

    name, place = "event store", _place(settings.store_url)
    try:
        with psycopg.connect(settings.store_url, connect_timeout=_CONNECT_SECONDS) as connection:
            version = str(connection.info.server_version // 10_000)
            made = connection.execute("SELECT to_regclass('store_format')").fetchone()
            found = connection.execute("SELECT version FROM store_format").fetchone() if made and made[0] else None
            flags = {
                flag: str((connection.execute("SELECT current_setting(%s)", (flag,)).fetchone() or ("?",))[0])
                for flag in ("fsync", "synchronous_commit", "full_page_writes")
            }
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0]
        yield problem(name, f"PostgreSQL at {place}: {said}", "check HUB_STORE_URL and that the server runs")
        return
    if found is None:
        yield warning(name, f"PostgreSQL {version} at {place} has no tables yet", "run: hub migrate")
    elif found[0] > FORMAT:
        advice = "run the version of the hub that wrote it, or a newer one"
        yield problem(name, f"format {found[0]}, this version knows up to {FORMAT}", advice)
    else:
        yield good(name, f"PostgreSQL {version} at {place}, format {found[0]}")
    loose = [f"{flag}={value}" for flag, value in flags.items() if value == "off"]
    if loose:
        yield problem("durability", f"the server runs with {', '.join(loose)}", "switch it on: commits could be lost")
    else:
        yield good("durability", f"fsync on, synchronous_commit {flags['synchronous_commit']}")


def store_clock(settings: Settings, now: Callable[[], datetime]) -> Iterator[Check]:
    """The machine's clock against the database server's."""
    if not settings.is_postgres:
        return
    import psycopg  # noqa: PLC0415

    try:
        with psycopg.connect(settings.store_url, connect_timeout=_CONNECT_SECONDS) as connection:
            before = now()
            row = connection.execute("SELECT clock_timestamp()").fetchone()
    except psycopg.Error:
        return  # The check of the store has said it.
    offset = (row[0] - before).total_seconds() if row else 0.0
    if abs(offset) > _SKEW_SECONDS:
        advice = "set both clocks by the same NTP servers: events of several hubs would be out of order in time"
        yield warning("clock of the store", f"{offset:+.1f} s from this machine's", advice)
    else:
        yield good("clock of the store", f"{offset:+.3f} s from this machine's")


def read_models(settings: Settings, *, running: bool) -> Check:
    """How far behind the log the views are."""
    name, file = "read models", settings.views_path
    if not file.exists():
        return good(name, f"{file} will be made at the first start")
    try:
        with _read_only(file) as connection:
            positions: dict[str, int] = dict(connection.execute("SELECT name, position FROM projections"))
        head = log_head(settings)
    except sqlite3.Error as error:
        return problem(name, f"{file}: {error}", f"stop the hub, remove {file}, start it: they are made anew")
    except HubError as error:
        return warning(name, f"the log can't be read: {error}", "see the event store")
    behind = {view: head - position for view, position in positions.items() if head - position > FAR_BEHIND}
    lag = max((head - position for position in positions.values()), default=head)
    if not behind:
        return good(name, f"{len(positions)} views, at most {lag} events behind the log")
    what = ", ".join(f"{view} {lag} events behind" for view, lag in sorted(behind.items()))
    if running:
        return warning(name, what, "wait; if it grows, the projector lacks CPU or disk")
    return warning(name, what, "start the hub: it catches up")


@contextmanager
def _read_only(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{file.absolute()}?mode=ro", uri=True, timeout=5)) as connection:
        yield connection


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or 'local socket'}:{parts.port or 5432}{parts.path}"
