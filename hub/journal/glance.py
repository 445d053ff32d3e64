"""Looks into a store without opening it for work: nothing is made, brought to a new format or changed."""

import sqlite3
from contextlib import closing
from typing import LiteralString

from hub.domain.access.events import STREAM as ACCESS_STREAM
from hub.journal.errors import StoreError
from hub.settings import Settings

_CONNECT_SECONDS = 10


def log_head(settings: Settings) -> int:
    """Position of the newest event; 0 where there is no store yet. StoreError: it can't be read."""
    if settings.is_postgres:
        return _glance(settings, "SELECT coalesce(max(notification_id), 0) FROM stored_events") or 0
    return _glance(settings, "SELECT coalesce(max(rowid), 0) FROM stored_events") or 0


def holds_more_than_keys(settings: Settings) -> bool:
    """Whether anything but API keys was ever stored, so that ids were derived with the installation's key.
    StoreError: it can't be read."""
    others: LiteralString = f"SELECT 1 FROM stored_events WHERE originator_id <> '{ACCESS_STREAM}' LIMIT 1"
    return _glance(settings, others) is not None


def holds_sealed_events(settings: Settings) -> bool:
    """Whether it takes customers' keys to read what is stored. StoreError: it can't be read."""
    if settings.is_postgres:
        return _glance(settings, _SEALED_IN_POSTGRES) is not None
    return _glance(settings, _SEALED_IN_SQLITE) is not None


_SEALED_IN_SQLITE: LiteralString = (
    'SELECT 1 FROM stored_events WHERE substr(state, 1, 13) = CAST(\'{"personal":"\' AS BLOB) LIMIT 1'
)
_SEALED_IN_POSTGRES: LiteralString = (
    "SELECT 1 FROM stored_events WHERE substr(state, 1, 13) = convert_to('{\"personal\":\"', 'UTF8') LIMIT 1"
)


def _glance(settings: Settings, statement: LiteralString) -> int | None:
    if settings.is_postgres:
        return _in_postgres(settings, statement)
    file = settings.sqlite_path
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'stored_events'").fetchone() is None:
                return None
            row = connection.execute(statement).fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"event store {file} can't be read: {error}") from error
    return int(row[0]) if row else None


def _in_postgres(settings: Settings, statement: LiteralString) -> int | None:
    import psycopg  # noqa: PLC0415  (a SQLite hub never loads the driver)

    try:
        with psycopg.connect(settings.store_url, connect_timeout=_CONNECT_SECONDS) as connection:
            made = connection.execute("SELECT to_regclass('stored_events')").fetchone()
            row = connection.execute(statement).fetchone() if made and made[0] else None
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise StoreError(f"the event store can't be read: {said}") from error
    return int(row[0]) if row else None
