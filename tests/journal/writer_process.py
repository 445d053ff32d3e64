"""One of several processes that write to the same store at once: argv is the settings as JSON, a name, a count."""

import random
import sys

from hub.journal.store import open_store
from hub.ports import Committed
from hub.settings import Settings
from tests.support.stores import unit


def main(settings: str, name: str, count: int) -> None:
    """Write `count` events in transactions of 1 to 40, some of which collide with the other processes'."""
    store = open_store(Settings.model_validate_json(settings))
    chance, written, shared = random.Random(name), 0, 0
    while written < count:
        size = min(chance.randint(1, 40), count - written)
        outcomes = store.append(
            [*(unit(f"writer-{name}", after=written + n) for n in range(size)), unit("shared", after=shared)]
        )
        assert all(isinstance(outcome, Committed) for outcome in outcomes[:-1])
        written += size
        newest = store.last("shared")
        shared = newest.version if newest is not None else 0
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
