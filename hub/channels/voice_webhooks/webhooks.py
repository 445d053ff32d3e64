"""What the provider asks and tells, one method each: the hub hears of it, and the call goes on with the answer."""

import asyncio
import logging
from collections.abc import Mapping
from hashlib import sha256

from pydantic import ValidationError

from hub.application.intake.envelope import Confirmation
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.voice_webhooks import signals
from hub.channels.voice_webhooks.book import LineBook
from hub.channels.voice_webhooks.door import Door
from hub.channels.voice_webhooks.line import Line
from hub.channels.voice_webhooks.messages import Messages
from hub.channels.voice_webhooks.outcomes import About, Outcome, agent_done, call_over, placed
from hub.channels.voice_webhooks.parse import THREAD, Call, call_of, contact_of, fields_of, sid_of, value
from hub.channels.voice_webhooks.places import Places
from hub.channels.voice_webhooks.render import in_line, last_words, turned_away, while_waiting
from hub.channels.voice_webhooks.reports import Reports
from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.channels.voice_webhooks.signature import Fields
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.errors import HubError, InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)

Query = Mapping[str, str]


class NotTakenError(HubError):
    """The hub has set a call aside, and keeps it."""


class NotConfirmedError(HubError):
    """The hub did not confirm in time: the provider is to go on with its fallback, or to come again."""


class Webhooks:
    """`fields` are of a request whose signature is right, `query` is what we gave the provider with its address.
    Answers are TwiML, empty where nothing is asked. Raises InvalidError, NotTakenError, NotConfirmedError."""

    def __init__(
        self, link: Link, reports: Reports, messages: Messages, book: LineBook, places: Places, place: Place,
        settings: VoiceSettings,
    ) -> None:  # fmt: skip
        self._link = link
        self._reports = reports
        self._messages = messages
        self._book = book
        self._places = places
        self._place = place
        self._settings = settings
        self._door = Door(settings.calls_a_minute_of_one_caller)

    async def incoming(self, fields: Fields, _: Query) -> str:
        """Somebody calls. Answered only when the hub has it."""
        call = call_of(fields)
        is_new = self._book.line(call.thread) is None
        if is_new and self._door.turns_away(call, asyncio.get_running_loop().time()):
            log.warning("call %s is turned away: its caller called too often within a minute", call.sid)
            return turned_away()
        confirmed = await self._reports.contact(self._contact(call))
        if confirmed is None:
            raise NotConfirmedError(f"the hub did not confirm call {call.sid} in time")
        if confirmed.status != "accepted":
            raise NotTakenError(f"the hub does not take it: {confirmed.reason}"[:500])
        return in_line(call.thread, self._settings, self._settings.words.greeting)

    async def wait(self, _: Fields, query: Query) -> str:
        """What is heard in line."""
        thread = query.get("thread", "")
        return while_waiting(thread, self._places.of(thread), self._settings)

    async def key(self, fields: Fields, query: Query) -> str:
        """A key was pressed in line. What is answered is heard there: it begins again."""
        thread = query.get("thread", "")
        if value(fields, "Digits") == self._settings.callback_digit and self._book.line(thread):
            await self._tell((signals.callback_requested(thread, self._place.clock.now()),))
        return await self.wait(fields, query)

    async def dialled(self, fields: Fields, query: Query) -> str:
        """It is over with an agent's phone. The customer is not kept for the hub's word."""
        status, now = value(fields, "DialCallStatus"), self._place.clock.now()
        outcome = agent_done(self._line(query), _about(query), status, now, self._settings)
        if value(fields, "CallStatus") == "completed":  # the customer hung up, which is told of the call itself
            return last_words("", self._settings)
        self._keep(outcome)
        await self._reports.signals(outcome.told)
        return outcome.twiml

    async def status(self, fields: Fields, _: Query) -> str:
        """Something became of an incoming call."""
        sid = sid_of(fields)
        if self._door.is_shut_to(sid):
            return ""
        line = self._book.line(THREAD + sid) or Line(THREAD + sid, sid)
        await self._after(call_over(line, sid, value(fields, "CallStatus"), self._place.clock.now()))
        return ""

    async def placed(self, fields: Fields, query: Query) -> str:
        """Something became of a call that we make."""
        sid, status, now = sid_of(fields), value(fields, "CallStatus"), self._place.clock.now()
        await self._after(placed(self._line(query), _about(query), sid, status, now))
        return ""

    async def over(self, _: Fields, __: Query) -> str:
        """A message was left."""
        return last_words(self._settings.words.goodbye, self._settings)

    async def message(self, fields: Fields, _: Query) -> str:
        """It can be fetched."""
        call, message, now = sid_of(fields), sid_of(fields, "RecordingSid"), self._place.clock.now()
        if value(fields, "RecordingStatus") == "completed":
            self._book.expect(message, call, now)
            await self._reports.going_on(lambda: self._messages.fetch(message, call, now))
        return ""

    async def refuse(self, body: bytes, error: InvalidError) -> None:
        """Have it kept where it is seen and tried again."""
        name = sha256(body).hexdigest()[:32]
        refused = RefusedInput(
            id=f"refused-{THREAD}{name}", channel=Channel.PHONE, reason=str(error)[:500], field=error.field[:200],
            raw=await self._place.attachments.put(body, "application/x-www-form-urlencoded", "webhook.txt"),
            received_at=self._place.clock.now(),
        )  # fmt: skip
        await self._reports.going_on(lambda: self._link.refused(refused))

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """A call that was refused, as if it came now. Raises InvalidError."""
        body = await self._place.attachments.get(refused.raw.uri)
        return await self._link.contact(self._contact(call_of(fields_of(body))))

    def _contact(self, call: Call) -> Contact:
        since = self._book.begin(Line(call.thread, call.sid), self._place.clock.now())
        try:
            return contact_of(call, since, self._settings)
        except ValidationError as error:
            problem = error.errors()[0]
            raise InvalidError(f"this is no call: {problem['msg']}", str(problem["loc"][0])) from None

    def _line(self, query: Query) -> Line:
        thread = query.get("thread", "")
        if not thread:
            raise InvalidError("the address names no conversation: it is none that we gave out", "thread")
        return self._book.line(thread) or Line(thread)

    def _keep(self, outcome: Outcome) -> None:
        if outcome.line != self._book.line(outcome.line.thread):
            self._book.put(outcome.line, self._place.clock.now())

    async def _after(self, outcome: Outcome) -> None:
        self._keep(outcome)
        if not outcome.line.sid:
            self._places.gone(outcome.line.thread)
        await self._tell(outcome.told)

    async def _tell(self, told: tuple[ConversationEvent, ...]) -> None:
        if not await self._reports.signals(told):
            raise NotConfirmedError("the hub has not confirmed yet; it is told on")


def _about(query: Query) -> About:
    return About(query.get("turn", ""), query.get("agent", ""), query.get("contact", ""))
