"""Where small tables beside the event store are: in its PostgreSQL, or each in a file of its own."""

from hub.journal.aside import Database, SqliteDatabase
from hub.settings import Settings


def beside(settings: Settings, name: str) -> Database:
    """The database for what is called so."""
    if settings.is_postgres:
        from hub.journal.aside_postgres import PostgresDatabase  # noqa: PLC0415  (a SQLite hub never loads the driver)

        return PostgresDatabase(settings.store_url)
    return SqliteDatabase(settings.data_dir / f"{name}.sqlite")
