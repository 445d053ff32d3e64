"""What is told to the hub until it has it, while the provider waits only so long."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from hub.application.intake.envelope import Confirmation
from hub.channels.link import Link
from hub.domain.contact import Contact, ConversationEvent

log = logging.getLogger(__name__)


class Reports:
    """A call that the hub has not confirmed in time is not told on: the provider goes on with its fallback, and tells
    when it is over. What happens to a call is told on."""

    def __init__(self, link: Link, patience: float) -> None:
        self._link = link
        self._patience = patience
        self._running = set[asyncio.Task[None]]()

    async def contact(self, contact: Contact) -> Confirmation | None:
        """None: not confirmed in time."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._link.contact(contact)
        except TimeoutError:
            return None

    async def signals(self, events: tuple[ConversationEvent, ...]) -> bool:
        """One after the other; whether all were confirmed in time."""

        async def tell() -> None:
            for event in events:
                answer = await self._link.conversation(event)
                if answer.status != "accepted":
                    log.info("%s of %s: %s", event.signal, event.thread, answer.reason)

        return await self.going_on(tell) if events else True

    async def going_on(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Done until it is done; whether it was in time."""

        async def run() -> None:
            try:
                await work()
            except Exception:
                log.exception("something that the provider told is lost")

        task = asyncio.create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        return bool(done)

    def close(self) -> None:
        """Leave off."""
        for task in self._running:
            task.cancel()
