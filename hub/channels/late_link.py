"""A link for adapters whose people go on without the hub: theirs from the start, though the bus may come long after."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import NoReturn

from hub.application.intake.envelope import Confirmation
from hub.bus.carriers import CarriedError
from hub.channels.command import Command
from hub.channels.link import Link
from hub.channels.registry import Adapter
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.errors import HubError
from hub.domain.refused_input import RefusedInput
from hub.domain.sign import SignKind

log = logging.getLogger(__name__)

_AGAIN_SECONDS = 3.0
_ENDS_WITHIN_SECONDS = 10.0
"""An adapter that takes longer ends without its link."""
Linked = Callable[[], AbstractAsyncContextManager[Link]]
"""Opens the link. Raises HubError where it can't be had now, CarriedError where another process has it."""


class LateLink:
    """Whatever is reported waits until `stands` was told the link there is."""

    def __init__(self, name: str, channel: Channel) -> None:
        self.name = name
        self.channel = channel
        self._link: Link | None = None
        self._stands = asyncio.Event()

    def stands(self, link: Link) -> None:
        """From now on."""
        self._link = link
        self._stands.set()

    async def _there(self) -> Link:
        while self._link is None:
            await self._stands.wait()
        return self._link

    async def contact(self, contact: Contact) -> Confirmation:
        """As a link's."""
        return await (await self._there()).contact(contact)

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        """As a link's."""
        return await (await self._there()).conversation(event)

    async def refused(self, refused: RefusedInput) -> None:
        """As a link's."""
        await (await self._there()).refused(refused)

    async def sign(self, thread: str, sign: SignKind) -> None:
        """As a link's."""
        await (await self._there()).sign(thread, sign)

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        """As a link's."""
        await (await self._there()).carry_out(handle)

    async def announcements(self, handle: Callable[[Command], None]) -> None:
        """As a link's."""
        await (await self._there()).announcements(handle)

    async def retries(self, handle: Callable[[RefusedInput], Awaitable[Confirmation]]) -> None:
        """As a link's."""
        await (await self._there()).retries(handle)


class GoingAlone:
    """An adapter that runs at once, and is linked as soon as that can be."""

    def __init__(self, adapter: Adapter, linked: Linked, *, again: float = _AGAIN_SECONDS) -> None:
        self._adapter = adapter
        self._linked = linked
        self._again = again

    async def run(self, late: LateLink) -> None:
        """Until it is cancelled: the adapter ends, then its link. Raises CarriedError, and what the adapter raises."""
        async with asyncio.TaskGroup() as tasks:
            alone = tasks.create_task(self._adapter.run(late), name=f"adapter {late.name}, without the hub if need be")
            tasks.create_task(self._open(late, alone), name=f"link of {late.name}")

    async def _open(self, late: LateLink, alone: "asyncio.Task[None]") -> NoReturn:
        while True:
            try:
                async with self._linked() as link:
                    late.stands(link)
                    try:
                        await asyncio.get_running_loop().create_future()
                    finally:
                        await asyncio.wait({alone}, timeout=_ENDS_WITHIN_SECONDS)
            except CarriedError:
                raise
            except HubError as error:
                log.warning("adapter %s goes on without the hub: %s", late.name, error)
                await asyncio.sleep(self._again)
