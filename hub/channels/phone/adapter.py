"""The adapter of phones: Asterisk on one side, the hub on the other, calls between them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic import ValidationError

from hub.channels.command import Command
from hub.channels.link import Link
from hub.channels.phone.actions import Request
from hub.channels.phone.ari import Ari, AriError, ari
from hub.channels.phone.arrivals import Arrivals
from hub.channels.phone.book import CallBook
from hub.channels.phone.call import Call
from hub.channels.phone.calls import Calls, outbound
from hub.channels.phone.events import Heard, read
from hub.channels.phone.fallback import FallbackCalls
from hub.channels.phone.happenings import Arrived, CameBack, Told
from hub.channels.phone.refusals import Refusals
from hub.channels.phone.reports import Reports
from hub.channels.phone.settings import PhoneSettings
from hub.channels.phone.signals import ghost, not_sent
from hub.channels.phone.standing import missed_of, open_recordings, strangers
from hub.channels.registry import Place
from hub.channels.unreached import asterisk
from hub.channels.whose import is_left_to_another
from hub.domain.contact import Channel
from hub.settings import SettingsError

log = logging.getLogger(__name__)

CHANNEL = Channel.PHONE
_AGAIN = 1.0


def make(table: Mapping[str, Any], place: Place) -> "PhoneAdapter":
    """Of the table `[phone]`. Raises SettingsError."""
    try:
        settings = PhoneSettings.model_validate(table)
        settings.password()
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise SettingsError(f"channels.toml, [phone] {where}: {problem['msg']}") from None
    except OSError as error:
        raise SettingsError(f"channels.toml, [phone] ari_password_file: {error}") from None
    return PhoneAdapter(settings, place)


class PhoneAdapter:
    """One Asterisk. Calls stand whatever becomes of this process, of the hub or of the bus."""

    def __init__(self, settings: PhoneSettings, place: Place) -> None:
        self._settings = settings
        self.place = place
        self._book = CallBook(place.directory / "calls")
        self._ready = asyncio.Event()

    @property
    def takes_new(self) -> bool:
        """Whether calls that the hub begins are made here."""
        return self._settings.outbound

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        settings, place = self._settings, self.place
        async with ari(settings) as pbx:
            refusals = Refusals(link, place.attachments, settings, place.clock)
            reports = Reports(link, pbx, place.attachments, place.ledger, refusals, settings, place.clock)
            calls = Calls(pbx, reports, self._book, settings, place.clock)
            arrivals = Arrivals(pbx, calls, refusals, settings)
            for call in self._book.read():
                calls.take(call)
            fallback = FallbackCalls(link, place.attachments, place.ledger, settings, calls.__contains__)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._follow(pbx, calls, arrivals))
                    group.create_task(fallback.run())
                    group.create_task(link.carry_out(lambda command: self._carry_out(command, calls, reports)))
                    group.create_task(link.announcements(lambda command: self._announced(command, calls)))
                    group.create_task(link.retries(reports.once_more), name="calls tried once more")
            finally:
                arrivals.close()
                calls.close()

    async def _follow(self, pbx: Ari, calls: Calls, arrivals: Arrivals) -> None:
        """Listen, take up what was missed, go on listening; and again, whenever the connection is lost."""
        reached = self.place.unreached.of(asterisk())
        while True:
            try:
                async with pbx.listening() as events:
                    reached(True)
                    await self._catch_up(pbx, calls, arrivals)
                    self._ready.set()
                    await self._hear(events, calls, arrivals)
            except AriError as error:
                log.warning("%s; calls go to its own queue meanwhile", error)
            reached(False)
            await asyncio.sleep(_AGAIN)

    async def _catch_up(self, pbx: Ari, calls: Calls, arrivals: Arrivals) -> None:
        app, url, at = self._settings.app, self._settings.ari_url, self.place.clock.now()
        channels = {channel["id"]: channel for channel in await pbx.get("/channels")}
        unheard, orphans = strangers(calls.standing, channels, app)
        for call in calls.standing:
            names = [running.name for running in open_recordings(call)]
            running = [name for name in names if await pbx.has(f"/recordings/live/{name}")]
            calls.run(call.thread)
            for happening in missed_of(call, channels, running, app, at):
                calls.happened(call.thread, happening)
        for channel in orphans:
            await pbx.ask(Request("DELETE", f"/channels/{channel}"))
        for heard in unheard:
            await _take(heard, calls, arrivals)
        standing, hung_up = len(calls.standing), len(orphans)
        log.info("takes calls of Asterisk at %s; %d stand, %d lines of no call are hung up", url, standing, hung_up)

    async def _hear(self, events: AsyncIterator[dict[str, Any]], calls: Calls, arrivals: Arrivals) -> None:
        async for event in events:
            try:
                heard = read(event, self.place.clock.now())
            except (KeyError, TypeError, ValueError) as error:
                log.warning("Asterisk says something unknown, %s: %r", event.get("type"), error)
                continue
            if heard is not None:
                await _take(heard, calls, arrivals)

    def _announced(self, command: Command, calls: Calls) -> None:
        if self._ready.is_set() and command.thread in calls:
            calls.happened(command.thread, Told(self.place.clock.now(), command))

    async def _carry_out(self, command: Command, calls: Calls, reports: Reports) -> None:
        """Whoever waits or speaks on a line that is gone has left: the hub hears so as soon as it speaks of them."""
        await self._ready.wait()
        takes_new = self._settings.outbound
        if command.thread not in calls and is_left_to_another("phone", command.thread, takes_new=takes_new):
            return
        now = self.place.clock.now()
        if command.command == "send":
            if self.place.ledger.of(command.contact_id) is not None:
                return
            if not command.agent_id:
                await reports.signal(not_sent(command, now))
                return
            self.place.ledger.begin(command.contact_id, command.thread, command.thread, now)
        if command.thread not in calls:
            if command.command in ("dial", "send"):
                calls.take(_begun_by(command))
                calls.run(command.thread)
            elif command.command in _NEEDS_A_LINE and command.thread.startswith("call-"):
                await reports.signal(ghost(command, now))
                return
        await calls.happened(command.thread, Told(now, command))


_NEEDS_A_LINE = frozenset({"waiting", "offered", "answered", "transferred", "pulled_back", "held", "resumed"})


def _begun_by(command: Command) -> Call:
    """By the same command the same, whenever it comes."""
    if command.command == "send":
        return outbound(command.thread, command.address, command.contact_id, command.contact_id)
    return outbound(command.thread, command.address, command.id)


async def _take(heard: Heard, calls: Calls, arrivals: Arrivals) -> None:
    if isinstance(heard.happening, Arrived):
        await arrivals.take(heard.thread, heard.happening)
        return
    if isinstance(heard.happening, CameBack):
        await arrivals.back(heard.happening)
        return
    thread = heard.thread or calls.thread_of(heard.channel)
    if thread and heard.later:
        asyncio.get_running_loop().call_later(heard.later, calls.happened, thread, heard.happening)
    elif thread:
        calls.happened(thread, heard.happening)
