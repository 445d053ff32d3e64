"""The other streams of the customers of one batch: a case that was opened by phone counts for a mail."""

from collections.abc import Sequence
from datetime import datetime

from hub.application.customer_cache import CustomerCache, Known
from hub.application.intake.account_owners import AccountOwners
from hub.application.linking.by_contacts import READS, at_hand, links_of
from hub.domain.account.state import roles_at
from hub.domain.customer.events import Customer
from hub.domain.customer.links.component import unknown
from hub.domain.customer.whole import by_age


class Members:
    """Of the customers that these streams belong to. Streams without links and roles cost a look at each."""

    def __init__(self, cache: CustomerCache, owners: AccountOwners, streams: Sequence[str], now: datetime) -> None:
        self._cache = cache
        self._owners = owners
        self._streams = streams
        self._now = now
        self._reads_left = READS

    async def read(self) -> bool:
        """Have at hand what they are linked with, and who looks after their accounts. Whether it had to wait for that:
        then anything may have changed, look at everything again."""
        if not self._reads_left:
            return False
        with_more = [
            (stream, known)
            for stream in self._streams
            if (known := self._cache.get(stream)) is not None
            and (known.customer.links.live or known.customer.roles)
        ]  # fmt: skip
        if not with_more:
            return False
        whole = at_hand(self._cache, [stream for stream, _ in with_more], {})
        missing = unknown(links_of(whole), [stream for stream, _ in with_more])
        accounts = {role.account_id for one in whole.values() for role in roles_at(one.customer.roles, self._now)}
        unasked = self._owners.unknown(accounts)
        if not missing and not unasked:
            return False
        self._reads_left -= 1
        if missing:
            await self._cache.fill(sorted(missing))
        if unasked:
            await self._owners.read(sorted(unasked))
        return True

    def of(self, stream: str, customer: Customer) -> list[Customer]:
        """All streams of the customer, as far as they are at hand, the oldest first; `customer` is this one's state."""
        if not customer.links.live:
            return [customer]
        found = at_hand(self._cache, [stream], {stream: Known(0, customer)})
        return by_age({one: known.customer for one, known in found.items()})

    def others(self, stream: str, customer: Customer) -> tuple[str, ...]:
        """By name, the other streams of the customer, as far as they are at hand."""
        if not customer.links.live:
            return ()
        found = at_hand(self._cache, [stream], {stream: Known(0, customer)})
        return tuple(sorted(found.keys() - {stream}))
