"""The adapter of calls that wait in Kamailio, put together of its parts."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from hub.channels.command import Command
from hub.channels.kamailio.asking import Asking
from hub.channels.kamailio.calls import Calls
from hub.channels.kamailio.edges import NAME, Edges, bus_edges
from hub.channels.kamailio.reports import Reports
from hub.channels.kamailio.settings import KamailioSettings, kamailio_settings
from hub.channels.kamailio.wire import THREAD, place
from hub.channels.link import Link
from hub.channels.phone.book import CallBook
from hub.channels.phone.refusals import Refusals
from hub.channels.phone.signals import ghost
from hub.channels.registry import Place
from hub.channels.whose import is_own
from hub.domain.contact import Channel, ConversationEvent

log = logging.getLogger(__name__)

CHANNEL: Final = Channel.PHONE
_NEEDS_A_LINE = frozenset({"waiting", "offered", "answered", "transferred", "pulled_back", "held", "resumed"})


def make(table: Mapping[str, Any], place: Place) -> "KamailioAdapter":
    """Of `[kamailio]` in channels.toml. Raises SettingsError."""
    return KamailioAdapter(kamailio_settings(table), place)


class KamailioAdapter:
    """One, or several Kamailios. Calls stand whatever becomes of this process, of the hub or of the bus."""

    takes_new = False

    def __init__(self, settings: KamailioSettings, place: Place) -> None:
        self._settings = settings
        self._place = place

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        async with bus_edges(self._settings.nats_url, self._place) as edges:
            await self.carry(link, edges)

    async def carry(self, link: Link, edges: Edges) -> None:
        """With these Kamailios, until it is cancelled."""
        settings, clock = self._settings, self._place.clock
        refusals = Refusals(link, self._place.attachments, settings.phone, clock)
        book = CallBook(self._place.directory / "calls")
        calls = Calls(edges, Reports(link, refusals, clock), refusals, book, settings, clock)
        asking = Asking(edges, calls, settings, self._place.unreached)
        calls.take_up(book.read())
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(edges.listen(asking.heard), name="what Kamailio tells")
                tasks.create_task(asking.run(), name="which calls Kamailio has")
                tasks.create_task(link.carry_out(lambda command: self._carry_out(command, link, calls, asking)))
                tasks.create_task(link.retries(refusals.once_more), name="calls tried once more")
        finally:
            calls.close()

    async def _carry_out(self, command: Command, link: Link, calls: Calls, asking: Asking) -> None:
        """Whoever waits or speaks in a call that is gone has left: the hub hears so as soon as it speaks of them."""
        thread = command.thread
        if not is_own(NAME, thread):
            return
        if thread not in calls and command.command in _NEEDS_A_LINE and thread.startswith(THREAD):
            await asking.knows(place(thread)[0])
            if thread not in calls:
                left = ghost(command, self._place.clock.now())
                await link.conversation(
                    ConversationEvent.model_validate({
                        "id": left.id, "channel": CHANNEL, "thread": thread, "signal": left.signal,
                        "occurred_at": left.at, **left.details,
                    })
                )  # fmt: skip
        calls.told(command)
