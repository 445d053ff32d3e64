"""Locks desks that nobody is at any more while their streams are open; all others are locked when they next ask."""

import logging

from hub.application.access.sessions import SessionBook
from hub.domain.errors import HubError
from hub.ports import Clock

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


async def watch_sessions(sessions: SessionBook, clock: Clock) -> None:
    """Runs for ever. A store that can't be written to is asked again at the next look."""
    while True:
        await clock.sleep(LOOK_SECONDS * clock.speed)
        try:
            await sessions.lock_idle()
        except (HubError, OSError) as error:
            log.warning("idle sessions can't be locked now: %s", error)
