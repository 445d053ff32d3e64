"""What a visitor asks of the hub beside talking: consent, a code that proves an address, what was said by mail."""

import asyncio
from dataclasses import replace

from hub.channels.chat import signals
from hub.channels.chat.book import Book
from hub.channels.chat.conversation import Visitor
from hub.channels.chat.rooms import Room
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.wire import AskCode, Form, TellCode
from hub.channels.link import Link
from hub.channels.rates import HOUR, Rates
from hub.channels.registry import Place
from hub.domain.contact import ConversationEvent, GivenConsent, Identifier
from hub.domain.errors import HubError, InvalidError
from hub.domain.sign import SignKind

CODES_PER_HOUR = 5
"""Of one visitor; the hub has limits of its own."""
TYPING_PER_MINUTE = 60


class AwayError(HubError):
    """The hub did not confirm in time."""


class Asking:
    """Each call is done when it returns; what the hub refuses is an InvalidError."""

    def __init__(self, link: Link, book: Book, place: Place, settings: ChatSettings) -> None:
        self._link = link
        self._book = book
        self._clock = place.clock
        self._settings = settings
        self._codes = Rates(CODES_PER_HOUR, HOUR)
        self._signs = Rates(TYPING_PER_MINUTE)

    async def typing(self, room: Room, *, on: bool) -> None:
        """A sign to the agent; nobody keeps it."""
        await self._sign(room, SignKind.TYPING if on else SignKind.STOPPED)

    async def read(self, room: Room) -> None:
        """Another."""
        await self._sign(room, SignKind.READ)

    async def fill(self, room: Room, form: Form) -> None:
        """Who they say they are, and what they consent to."""
        asked = self._settings.form
        for name in asked.required:
            if not getattr(form, name).strip():
                raise InvalidError("this is asked for", name)
        after = replace(room.visitor, name=form.name.strip() or room.visitor.name, has_filled=True)
        for kind in ("email", "phone"):
            if value := getattr(form, kind).strip():
                after = after.knows(Identifier(kind=kind, value=value))
        for number in form.consents:
            await self._consent(room, form, number)
        await self._keep(room, after)

    async def code(self, room: Room, said: AskCode) -> None:
        """Have one sent."""
        if said.kind not in self._settings.verify:
            raise InvalidError("this can't be proven here", "kind")
        if self._codes.wait(room.name, asyncio.get_running_loop().time()):
            raise InvalidError("too many codes: try again later", "kind")
        async with room.turn:
            number = room.visitor.numbers + 1
            about = Identifier(kind=said.kind, value=said.value.strip())
            await self._report(
                signals.asked_for_code(room.name, number, about, room.visitor.language, self._clock.now())
            )
            after = replace(room.visitor, numbers=number, asked=f"{about.kind}:{about.value}")
            await self._keep(room, after)

    async def tell_code(self, room: Room, said: TellCode) -> None:
        """It came, and says this."""
        kind, _, value = room.visitor.asked.partition(":")
        if not value:
            raise InvalidError("no code was sent: ask for one first", "code")
        async with room.turn:
            number = room.visitor.numbers + 1
            about = Identifier(kind=kind, value=value)
            known = replace(room.visitor, numbers=number)
            await self._book.keep(room.name, known, self._clock.now())
            room.visitor = known
            await self._report(signals.told_code(room.name, number, about, said.code, self._clock.now()))
            proven = Identifier(kind=kind, value=value, verified=True)
            await self._keep(room, replace(known.knows(proven), asked=""))

    async def transcript(self, room: Room) -> str:
        """Have what was said sent by mail; where to."""
        to, about = room.visitor.proven_mail, room.visitor.conversation.interaction_id
        if not self._settings.transcript:
            raise InvalidError("what was said is not sent by mail here", "transcript")
        if not about:
            raise InvalidError("there is no conversation yet that could be sent", "conversation")
        if not to:
            raise InvalidError("what was said goes to a mail address that is proven to be theirs", "email")
        async with room.turn:
            number = room.visitor.numbers + 1
            mail = Identifier(kind="email", value=to)
            wished = signals.transcript(room.name, number, mail, about, room.visitor.language, self._clock.now())
            await self._report(wished)
            await self._keep(room, replace(room.visitor, numbers=number))
        return to

    async def _consent(self, room: Room, form: Form, number: int) -> None:
        if number >= len(self._settings.form.consents):
            raise InvalidError("nothing of this number was asked", "consents")
        asked = self._settings.form.consents[number]
        kind = asked.point
        value = getattr(form, kind).strip()
        if not value:
            raise InvalidError("this consent takes an address", kind)
        about = Identifier(kind=kind, value=value)
        given = GivenConsent.model_validate(
            {"channel": asked.channel, "purpose": asked.purpose.value, "text_version": asked.text_version}
        )
        await self._report(signals.consented(room.name, about, given, self._clock.now()))

    async def _keep(self, room: Room, after: Visitor) -> None:
        await self._book.keep(room.name, after, self._clock.now())
        room.visitor = after
        room.tell(room.state(self._settings))

    async def _report(self, event: ConversationEvent) -> None:
        try:
            async with asyncio.timeout(self._settings.answer_within_seconds):
                answer = await self._link.conversation(event)
        except TimeoutError:
            raise AwayError("the hub did not confirm in time") from None
        if answer.status != "accepted":
            raise InvalidError(answer.reason[:300], answer.field)

    async def _sign(self, room: Room, sign: SignKind) -> None:
        if room.visitor.conversation.is_open and not self._signs.wait(room.name, asyncio.get_running_loop().time()):
            await self._link.sign(room.thread, sign)
