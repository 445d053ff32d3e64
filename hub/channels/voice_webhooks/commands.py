"""Carries out what the hub decides, at the provider: each order once."""

import logging
from dataclasses import replace

from hub.channels.command import Command
from hub.channels.ledger import State as Made
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.voice_webhooks import signals
from hub.channels.voice_webhooks.book import LineBook
from hub.channels.voice_webhooks.line import Line, State
from hub.channels.voice_webhooks.orders import Action, NewCall, Redirect, told
from hub.channels.voice_webhooks.parse import THREAD, caller_of
from hub.channels.voice_webhooks.places import Places
from hub.channels.voice_webhooks.provider import DeclinedError, Provider, ProviderError, UnclearError
from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.channels.whose import is_left_to_another, is_own
from hub.domain.contact import ConversationEvent

log = logging.getLogger(__name__)

NAME = "voice_webhooks"
_UNDER_WAY = "under way"


class Commands:
    """One conversation's come one after the other."""

    def __init__(
        self, asks: Provider, link: Link, book: LineBook, places: Places, place: Place, settings: VoiceSettings
    ) -> None:
        self._asks = asks
        self._link = link
        self._book = book
        self._places = places
        self._place = place
        self._settings = settings

    def announced(self, command: Command) -> None:
        """Places that are said again."""
        if self._book.line(command.thread) is not None:
            self._places.heard(command)

    async def carry_out(self, command: Command) -> None:
        """Over when this returns; raises where it is to be told again."""
        before = self._line(command)
        if before is None or self._place.ledger.told_before(command.id):
            return
        self._places.heard(command)
        now = self._place.clock.now()
        after, actions = told(before, command, await self._address(command, before), now, self._settings)
        if after != before:
            self._book.put(after, now)
        try:
            for action in actions:
                await self._do(action, after)
        except Exception:
            if self._book.line(command.thread) == after:
                self._book.put(before, now)
            raise
        self._place.ledger.note(command.id, self._place.clock.now())

    def _line(self, command: Command) -> Line | None:
        """None: it is none of ours. New ones are taken where this adapter is the one for them."""
        thread = command.thread
        known = self._book.line(thread)
        if known is not None or is_left_to_another(NAME, thread, takes_new=self._settings.outbound):
            return known
        if is_own(NAME, thread):
            return Line(thread, thread.removeprefix(THREAD))
        return Line(thread, state=State.FREE) if command.command in ("dial", "send") else None

    async def _address(self, command: Command, line: Line) -> str:
        """The hub's, or that of the call that began it."""
        if command.command != "dial" or command.address or not is_own(NAME, line.thread):
            return command.address
        return caller_of((await self._asks.call(line.thread.removeprefix(THREAD))).caller)

    async def _do(self, action: Action, line: Line) -> None:
        match action:
            case Redirect():
                ended = await self._asks.redirect(action.sid, action.twiml)
                if ended:
                    await self._gone(line, action.sid, ended)
            case NewCall():
                await self._place_call(action)
            case ConversationEvent():
                await self._link.conversation(action)

    async def _gone(self, line: Line, sid: str, status: str) -> None:
        """Whoever called has left, and we were not told."""
        now = self._place.clock.now()
        if line.sid == sid:
            self._book.put(replace(line, sid="", state=State.FREE, agent_id=""), now)
            self._places.gone(line.thread)
            await self._link.conversation(signals.left(line.thread, now, dropped=status == "failed"))

    async def _place_call(self, call: NewCall) -> None:
        """What was begun under a name and is not known to be made is not made again: nobody knows."""
        ledger, thread = self._place.ledger, call.missed.thread
        made = ledger.of(call.key)
        if made is not None and made.state is Made.FAILED:
            await self._link.conversation(call.missed)
        if made is not None and (made.state is not Made.BEGUN or made.wire_id):
            log.warning("call %s was made before, or may have been: it is not made again", call.key)
            return
        ledger.begin(call.key, _UNDER_WAY, thread, self._place.clock.now())
        try:
            sid = await self._asks.place(call.to, call.twiml, call.status_url)
        except ProviderError as error:
            now = self._place.clock.now()
            if call.until is None or now >= call.until:
                await self._missed(call, str(error))
                return
            ledger.begin(call.key, "", thread, now)
            raise
        except DeclinedError as error:
            await self._missed(call, str(error))
        except UnclearError as error:
            log.error("call %s: %s", call.key, error)
        else:
            ledger.left(call.key, sid, thread, self._place.clock.now())

    async def _missed(self, call: NewCall, reason: str) -> None:
        log.warning("call %s is not made: %s", call.key, reason)
        now = self._place.clock.now()
        self._place.ledger.failed(call.key, now)
        line = self._book.line(call.missed.thread)
        if line is not None and line.state is State.DIALLING:
            self._book.put(replace(line, state=State.FREE, agent_id=""), now)
        reason = reason if call.missed.contact_id else ""
        await self._link.conversation(call.missed.model_copy(update={"reason": reason[:200]}))
