"""What the bus brings: parsed, recorded, answered. One bad message never stops the others, and none is lost."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.application.consents import Statement
from hub.application.customer_wishes import WISHES, Taken
from hub.application.envelope import Confirmation, Report, parse
from hub.application.intake import ContactRecorder, ContendedError, Receipt
from hub.application.recordings import Take
from hub.application.signals import asked_of_pool, moment
from hub.application.turns import Thread, Turn, Turns
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal, utc
from hub.domain.customer.identity import ADDRESS_KIND
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.refused_input import RefusedInput
from hub.paths.consent.decide import Scope
from hub.ports import Clock, Journal
from hub.router.pool.commands import Command
from hub.router.pool.owner import Pool

log = logging.getLogger(__name__)


class SetAside(Protocol):
    """Keeps a rejected message where it can be seen and put back."""

    async def __call__(self, subject: str, body: bytes, reason: str, field: str, instead_of: int = 0) -> int:
        """The number it has there; `instead_of`: that of the same channel's contact which goes for it."""
        ...


class Arrived(Protocol):
    """A message as the bus hands it over."""

    subject: str
    body: bytes


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


class InboundHandler:
    """Turns a batch of messages into confirmations, in order; raises only when the store or bus fails.

    Calls may overlap: contacts are recorded while the batch before is being written, but never before what happened
    earlier in their thread is carried out; signals are carried out after everything before them."""

    def __init__(
        self,
        recorder: ContactRecorder,
        pool: Pool,
        journal: Journal,
        clock: Clock,
        set_aside: SetAside,
        surveys: Surveys,
        contacts: ContactReports,
        recordings: Recordings,
        consents: Consents,
        wishes: Wishes,
    ) -> None:
        self.rejected = 0
        self._recorder = recorder
        self._pool = pool
        self._journal = journal
        self._clock = clock
        self._set_aside = set_aside
        self._surveys = surveys
        self._contacts = contacts
        self._recordings = recordings
        self._consents = consents
        self._wishes = wishes
        self._turns = Turns()

    async def __call__(self, messages: Sequence[Arrived]) -> list[Confirmation | None]:
        """One confirmation a message, each true when it is returned; None: this one is to come again."""
        parsed = [_parse(message) for message in messages]
        answers: list[Confirmation | None] = [None] * len(messages)
        with self._turns.turn([_thread(one) for one in parsed if isinstance(one, ConversationEvent)]) as turn:
            for part in _in_order(parsed):
                await self._take(part, parsed, answers, turn)
            await turn.comes()
        for index, one in enumerate(parsed):
            if isinstance(one, RefusedInput):
                await self._reject(messages[index], one.reason, one.field, one.instead_of)
                answers[index] = Confirmation(id=one.id, status="accepted")
        for index, answer in enumerate(answers):
            if answer is not None and answer.status == "rejected" and not _is_refusal(parsed[index], answer):
                number = await self._reject(messages[index], answer.reason, answer.field)
                answers[index] = answer.model_copy(update={"set_aside": number})
        return answers

    async def _reject(self, message: Arrived, reason: str, field: str, instead_of: int = 0) -> int:
        self.rejected += 1
        number = await self._set_aside(message.subject, message.body, reason, field, instead_of)
        log.warning("rejected a message on %s: %s %s", message.subject, field, reason)
        return number

    async def _take(
        self,
        part: Sequence[int],
        parsed: Sequence[Report | Confirmation],
        answers: list[Confirmation | None],
        turn: Turn,
    ) -> None:
        contacts: list[tuple[int, Contact]] = []
        signals: list[tuple[int, ConversationEvent]] = []
        for index in part:
            match parsed[index]:
                case Contact() as contact:
                    contacts.append((index, contact))
                case ConversationEvent() as signal:
                    signals.append((index, signal))
                case Confirmation() as refused:
                    answers[index] = refused
        position = 0
        if contacts:
            if turn.is_behind([_thread(contact) for _, contact in contacts]):
                await turn.comes()
            actors = [(contact, f"adapter:{contact.path.channel}") for _, contact in contacts]
            for (index, contact), outcome in zip(contacts, await self._recorder.record(actors), strict=True):
                answers[index] = confirmation(contact.id, outcome)
                position = max(position, outcome.position if isinstance(outcome, Receipt) else 0)
        if signals:
            await turn.comes()
            await self._pool.reached(position)
            told = await asyncio.gather(*(self._signal(signal) for _, signal in signals))
            for (index, _), answer in zip(signals, told, strict=True):
                answers[index] = answer

    async def _signal(self, signal: ConversationEvent) -> Confirmation:
        """The same for the bus, where a refusal is an answer like any other."""
        try:
            return await self.signal(signal)
        except InvalidError as error:
            return Confirmation(id=signal.id, status="rejected", reason=str(error), field=error.field)
        except RefusedError as error:
            return Confirmation(id=signal.id, status="rejected", reason=str(error), field=_STATE)

    async def signal(self, signal: ConversationEvent) -> Confirmation:
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


_STATE = "signal"
"""The field to blame where the present state does not allow what a signal asks."""


def _is_refusal(parsed: object, answer: Confirmation) -> bool:
    """Whether it was understood, and only comes at the wrong moment: nothing to set aside, later it is of no use."""
    return isinstance(parsed, ConversationEvent) and answer.field == _STATE


def confirmation(contact_id: str, outcome: Receipt | HubError) -> Confirmation | None:
    """What the sender of a contact is told; None: nothing yet, it is tried again."""
    if isinstance(outcome, ContendedError):
        return None
    if isinstance(outcome, Receipt):
        return Confirmation(
            id=contact_id, status="accepted", customer_id=outcome.customer_id, duplicate=outcome.duplicate
        )
    return Confirmation(id=contact_id, status="rejected", reason=str(outcome), field=_field(outcome))


def _field(error: HubError) -> str:
    return error.field if isinstance(error, InvalidError) else "id"


def _parse(message: Arrived) -> Report | Confirmation:
    """Who may report for a channel is told by the subject: no message may speak for another one."""
    try:
        report = parse(message.body)
    except InvalidError as error:
        return Confirmation(id="", status="rejected", reason=str(error), field=error.field)
    came_on = message.subject.split(".")[2:3]
    match report:
        case Contact():
            channel, field = report.path.channel, "data.path.channel"
        case _:
            channel, field = report.channel, "data.channel"
    if came_on != [channel]:
        reason = f"it came on {message.subject}, and speaks for {channel}: an adapter reports its own channel alone"
        return Confirmation(id=report.id, status="rejected", reason=reason, field=field)
    return report


def _thread(message: Contact | ConversationEvent) -> Thread:
    if isinstance(message, ConversationEvent):
        return message.channel, message.thread
    return message.path.channel, message.thread or message.id


def _in_order(parsed: Sequence[Report | Confirmation]) -> list[list[int]]:
    """The batch cut so that a contact never overtakes what happened before it in its own thread: in each part the
    contacts may go first, all in one commit, and the signals after them."""
    parts: list[list[int]] = [[]]
    signalled: set[Thread] = set()
    for index, message in enumerate(parsed):
        match message:
            case ConversationEvent():
                signalled.add(_thread(message))
            case Contact():
                if _thread(message) in signalled:
                    parts.append([])
                    signalled.clear()
        parts[-1].append(index)
    return parts
