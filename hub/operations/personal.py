"""What operators do about who customers are, beside a hub, running or not: forget one, change the keys' own key."""

import asyncio
import secrets
from contextlib import closing
from dataclasses import asdict, dataclass

from hub.application.privacy.forgetting import Forgetting
from hub.clock import WallClock
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.store import open_store, personal_keys
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Forgot:
    """`streams` of the customer were forgotten now; none: it was forgotten already."""

    customer_id: str
    streams: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """By name."""
        return asdict(self)


def forget_customer(settings: Settings, customer_id: str, reason: str) -> Forgot:
    """Delete the keys of all that says who a customer is. NotFoundError, InvalidError."""

    async def run() -> Forgot:
        keys = personal_keys(settings)
        journal = EventJournal(open_store(settings, Codec(keys=keys)))
        try:
            clock = WallClock(settings.clock_start, settings.clock_speed)
            forgetting = Forgetting(journal, clock, keys)
            recorded = await forgetting.forget(
                customer_id, reason, actor="operator:cli", command_id=secrets.token_hex(16)
            )
            return Forgot(customer_id, tuple(one.stream for one in recorded))
        finally:
            await journal.close()

    return asyncio.run(run())


def change_key_encryption(settings: Settings) -> int:
    """Wrap the customers' keys with a new key-encryption key; how many there are. Run again after a crash, it finishes
    what it began."""
    with closing(personal_keys(settings)) as keys:
        return keys.change_wrapping()
