"""Adapters inside the hub's own process: started with it, started again when they break, never in its way."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic

from hub.channels.running import adapter
from hub.domain.errors import HubError
from hub.settings import Settings

log = logging.getLogger(__name__)

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before an adapter that broke is started again, and again."""
STEADY_SECONDS = 60.0
"""Who ran for so long begins with the first pause again."""

Start = Callable[[Settings, str, str], AbstractAsyncContextManager["asyncio.Task[None]"]]
"""Runs the adapter of this name on the bus at this address."""


class AdaptersInside:
    """Those of `channels_inside`. What they raise is logged, and told by `states`."""

    def __init__(
        self, settings: Settings, nats_url: str, *, start: Start = adapter, pauses: Sequence[float] = PAUSES
    ) -> None:
        self._settings = settings
        self._nats_url = nats_url
        self._start = start
        self._pauses = pauses
        self._states = dict.fromkeys(settings.channels_inside, "is starting")
        self._tasks: list[asyncio.Task[None]] = []

    def states(self) -> Mapping[str, str]:
        """What keeps each from running; empty: it runs."""
        return dict(self._states)

    def start(self) -> None:
        """All of them; returns at once."""
        self._tasks = [asyncio.create_task(self._keep(name), name=f"keeps {name}") for name in self._states]

    async def stop(self) -> None:
        """End them and wait until they are gone."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _keep(self, name: str) -> None:
        failures = 0
        while True:
            began = monotonic()
            problem = await self._run(name)
            failures = 0 if monotonic() - began > STEADY_SECONDS else failures
            pause = self._pauses[min(failures, len(self._pauses) - 1)]
            failures += 1
            self._states[name] = problem
            log.error("adapter %s broke, again in %.0f s: %s", name, pause, problem)
            await asyncio.sleep(pause)

    async def _run(self, name: str) -> str:
        """Why it ended."""
        try:
            async with self._start(self._settings, name, self._nats_url) as task:
                self._states[name] = ""
                log.info("adapter %s runs inside the hub", name)
                await asyncio.wait({task})
                if not task.cancelled():
                    task.result()
        except HubError as error:
            return str(error)
        except Exception as error:
            log.debug("adapter %s broke", name, exc_info=True)
            return f"{type(error).__name__}: {error}"
        return "ended by itself"
