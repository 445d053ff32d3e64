"""No more requests of a provider are answered at the same time than an adapter can carry: it comes again."""

from collections.abc import Awaitable, Callable

from aiohttp import web


class AtOnce:
    """Counts those that are being answered. `come_again`: seconds until a provider that was turned away is welcome."""

    def __init__(self, most: int, come_again: int) -> None:
        self._most = most
        self._come_again = come_again
        self._now = 0

    async def answer(
        self, request: web.Request, answer: Callable[[web.Request], Awaitable[web.Response]]
    ) -> web.Response:
        """What `answer` says, or 503 where there are as many as there may be."""
        if self._now >= self._most:
            again = {"Retry-After": str(self._come_again)}
            return web.Response(status=503, text="too many at once: come again", headers=again)
        self._now += 1
        try:
            return await answer(request)
        finally:
            self._now -= 1
