"""Has retention applied once a day as long as the hub runs; a hub that was away for days does it at its start."""

import logging
from typing import Protocol

from hub.application.privacy.retention import FAILURES, Applied
from hub.ports import Clock

log = logging.getLogger(__name__)

LOOK_SECONDS = 3_600.0
"""How often somebody looks whether a day is over, or the policy says something else."""


class Due(Protocol):
    """What is to be done once a day."""

    async def apply_due(self) -> list[Applied]:
        """Do what is due."""
        ...


class RetentionWatch:
    """`run` for ever. Several processes may: what one has done, the others find done."""

    def __init__(self, retention: Due, clock: Clock) -> None:
        self._retention = retention
        self._clock = clock

    async def run(self) -> None:
        """What can't be done now is tried at the next look."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Once."""
        try:
            for one in await self._retention.apply_due():
                if one.problem:
                    log.warning("retention of %s can't be applied now, trying on: %s", one.kind, one.problem)
                else:
                    log.info("retention: %d of %s from before %s are gone", one.count, one.kind, one.until)
        except FAILURES as error:
            log.warning("retention can't be applied now, trying on: %s", error)
