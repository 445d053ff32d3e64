"""How fast a provider may be asked: so many a second, to one customer and to all, and not before it says so."""

import asyncio

_KEPT = 10_000


class Pace:
    """Of one account."""

    def __init__(self, per_second: float, per_customer_per_second: float) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._customer_gap = 1 / per_customer_per_second if per_customer_per_second else 0.0
        self._next = 0.0
        self._customers: dict[str, float] = {}
        self._held_until = 0.0

    async def turn(self, customer: str) -> None:
        """Returns when one more may be sent to this customer."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next, self._customers.get(customer, 0.0))
        self._next = max(now, self._next) + self._gap
        if self._customer_gap:
            if len(self._customers) >= _KEPT:
                self._customers = {name: until for name, until in self._customers.items() if until > now}
            self._customers[customer] = at + self._customer_gap
        if at > now:
            await asyncio.sleep(at - now)

    def hold(self, seconds: float) -> None:
        """Nothing leaves for so long."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    def held(self) -> float:
        """Seconds for which nothing may leave yet."""
        return max(0.0, self._held_until - asyncio.get_running_loop().time())
