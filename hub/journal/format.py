"""Which shape the store's tables have, and that an older hub keeps its hands off a newer one."""

from hub.journal.errors import NewerStoreError

FORMAT = 1
"""Version of the store's tables. A change of them adds a step to both stores' migrations."""


def check_format(found: int, place: str) -> None:
    """Refuse a store whose tables were made by a newer version of the hub."""
    if found > FORMAT:
        raise NewerStoreError(
            f"the event store {place} has format {found}, this version of the hub knows up to {FORMAT}: "
            "it was written by a newer version, run that one"
        )
