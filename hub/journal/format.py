"""Which shape the store's tables have, and that an older hub keeps its hands off a newer one."""

from hub.journal.errors import NewerStoreError

FORMAT = 2
"""Version of what is stored. A change of the tables adds a step to both stores' migrations. 1: personal fields as they
are; 2: sealed under the customers' keys, where they were written by this version."""


def check_format(found: int, place: str) -> None:
    """Refuse a store that was written by a newer version of the hub."""
    if found > FORMAT:
        raise NewerStoreError(
            f"the event store {place} has format {found}, this version of the hub knows up to {FORMAT}: "
            "it was written by a newer version, run that one"
        )
