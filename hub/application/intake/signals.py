"""Does what adapters report of running conversations: by the routing pool, or by whomever else it concerns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.application.customers.consents import Statement
from hub.application.intake.asked_of_pool import asked_of_pool, moment
from hub.application.intake.envelope import Confirmation
from hub.application.intake.recordings import Take
from hub.application.intake.wishes import WISHES, Taken
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal, utc
from hub.domain.customer.identity import ADDRESS_KIND
from hub.domain.errors import InvalidError, NotFoundError
from hub.paths.consent.decide import Scope
from hub.ports import Clock, Journal
from hub.router.pool.commands import Command
from hub.router.pool.owner import Pool


class Surveys(Protocol):
    """Takes the answers of customers."""

    async def answer(self, survey: str, score: int, comment: str, *, actor: str, command_id: str) -> object:
        """Raises NotFoundError, InvalidError and RefusedError."""
        ...


class ContactReports(Protocol):
    """Takes what adapters report of contacts that they were told to make."""

    async def sent(self, contact_id: str, *, thread: str, at: datetime, actor: str, command_id: str) -> object:
        """Raises InvalidError and RefusedError."""
        ...

    async def delivered(self, contact_id: str, *, at: datetime, actor: str, command_id: str) -> object:
        """Raises InvalidError."""
        ...

    async def failed(self, contact_id: str, reason: str, *, actor: str, command_id: str) -> object:
        """Raises InvalidError."""
        ...

    async def address_of(self, contact_id: str, channel: Channel) -> str:
        """Where it was sent; empty: who was there is forgotten."""
        ...


class Recordings(Protocol):
    """Puts on record what was recorded of conversations."""

    async def note(self, take: Take, *, actor: str, command_id: str) -> object:
        """Raises InvalidError."""
        ...


class Consents(Protocol):
    """Takes what is said of being contacted."""

    async def unsubscribe(self, told: Statement, channel: str, scope: Scope) -> Sequence[object]:
        """What changed. Raises InvalidError and RefusedError."""
        ...

    async def was_said_by(self, told: Statement) -> bool:
        """Whether it comes again."""
        ...


class Wishes(Protocol):
    """Does what customers want beside talking."""

    async def take(self, signal: ConversationEvent) -> Taken:
        """Raises InvalidError and RefusedError."""
        ...


class InboundSignals:
    """Takes signals one by one. What comes before the pool has heard of its contact waits until it has."""

    def __init__(
        self,
        pool: Pool,
        journal: Journal,
        clock: Clock,
        surveys: Surveys,
        contacts: ContactReports,
        recordings: Recordings,
        consents: Consents,
        wishes: Wishes,
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._clock = clock
        self._surveys = surveys
        self._contacts = contacts
        self._recordings = recordings
        self._consents = consents
        self._wishes = wishes

    async def __call__(self, signal: ConversationEvent) -> Confirmation:
        """What an adapter reports of a running conversation, done when this returns. Raises InvalidError and
        RefusedError where it can't be done, any other HubError when the pool can't do it now: then it is to come
        again."""
        command = asked_of_pool(signal, self._clock.now())
        if command is None:
            return await self._elsewhere(signal)
        try:
            await self._pool.execute(command)
        except NotFoundError:
            return await self._late_signal(signal, command)
        return Confirmation(id=signal.id, status="accepted")

    async def _elsewhere(self, signal: ConversationEvent) -> Confirmation:
        """What does not concern the pool."""
        if signal.signal in WISHES:
            taken = await self._wishes.take(signal)
            return Confirmation(
                id=signal.id, status="accepted", customer_id=taken.customer_id, said_before=taken.said_before
            )
        match signal.signal:
            case ConversationSignal.SURVEY_ANSWERED:
                return await self._survey_answered(signal)
            case ConversationSignal.RECORDED:
                return await self._recorded(signal)
            case ConversationSignal.UNSUBSCRIBED:
                return await self._unsubscribed(signal)
            case _:
                return await self._contact_reported(signal)

    async def _recorded(self, signal: ConversationEvent) -> Confirmation:
        if signal.attachment is None or signal.started_at is None:
            missing = "started_at" if signal.attachment else "attachment"
            raise InvalidError("recorded takes the attachment that the sound is, and when it was started", missing)
        take = Take(
            signal.interaction_id, signal.channel, signal.kind, moment(signal.started_at, "started_at"),
            signal.seconds, signal.attachment,
        )  # fmt: skip
        await self._recordings.note(take, actor=f"adapter:{signal.channel.value}", command_id=signal.id)
        return Confirmation(id=signal.id, status="accepted")

    async def _unsubscribed(self, signal: ConversationEvent) -> Confirmation:
        address = signal.address
        if signal.contact_id and not address:
            address = await self._contacts.address_of(signal.contact_id, signal.channel)
            if not address:
                return Confirmation(id=signal.id, status="accepted")
        if not address:
            raise InvalidError("unsubscribed takes the address at which no more advertising is wanted", "address")
        told = Statement(
            ADDRESS_KIND[signal.channel], address, signal.reason or "unsubscribed",
            f"adapter:{signal.channel.value}", signal.id,
        )  # fmt: skip
        try:
            changed = await self._consents.unsubscribe(told, signal.channel.value, Scope.EVERYWHERE)
            said_before = not changed and not await self._consents.was_said_by(told)
        except InvalidError as error:
            raise InvalidError(str(error), "address") from None
        return Confirmation(id=signal.id, status="accepted", said_before=said_before)

    async def _survey_answered(self, signal: ConversationEvent) -> Confirmation:
        if not signal.survey_id or signal.score is None:
            missing = "score" if signal.survey_id else "survey_id"
            raise InvalidError("survey_answered takes the survey_id that came with the question, and a score", missing)
        actor = f"adapter:{signal.channel.value}"
        try:
            await self._surveys.answer(
                signal.survey_id, signal.score, signal.comment, actor=actor, command_id=signal.id
            )
        except NotFoundError as error:
            raise InvalidError(str(error), "survey_id") from None
        return Confirmation(id=signal.id, status="accepted")

    async def _contact_reported(self, signal: ConversationEvent) -> Confirmation:
        if not signal.contact_id:
            raise InvalidError(f"{signal.signal} takes the contact_id that came with the command to send", "contact_id")
        by = {"actor": f"adapter:{signal.channel.value}", "command_id": signal.id}
        at = min(utc(signal.occurred_at), self._clock.now())
        match signal.signal:
            case ConversationSignal.SENT:
                await self._contacts.sent(signal.contact_id, thread=signal.thread, at=at, **by)
            case ConversationSignal.DELIVERED:
                await self._contacts.delivered(signal.contact_id, at=at, **by)
            case _:
                await self._contacts.failed(signal.contact_id, signal.reason, **by)
        return Confirmation(id=signal.id, status="accepted")

    async def _late_signal(self, signal: ConversationEvent, command: Command) -> Confirmation:
        """Nothing is open in this thread: either it is over already, or its contact is still on its way from the log
        to the pool."""
        await self._pool.reached(await self._journal.head())
        try:
            await self._pool.execute(command)
        except NotFoundError:
            return Confirmation(id=signal.id, status="accepted", reason=f"nothing is open in thread {signal.thread!r}")
        return Confirmation(id=signal.id, status="accepted")
