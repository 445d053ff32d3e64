"""What the bus brings: parsed, recorded, answered. One bad message never stops the others, and none is lost."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from hub.application.intake.envelope import Confirmation, Report, parse
from hub.application.intake.order import in_order, thread_of
from hub.application.intake.recorder import ContactRecorder, ContendedError, Receipt
from hub.application.intake.signals import InboundSignals
from hub.application.intake.turns import Turn, Turns
from hub.domain.contact import Contact, ConversationEvent
from hub.domain.errors import HubError, InvalidError, RefusedError
from hub.domain.refused_input import RefusedInput
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


class InboundHandler:
    """Turns a batch of messages into confirmations, in order; raises only when the store or bus fails.

    Calls may overlap: contacts are recorded while the batch before is being written, but never before what happened
    earlier in their thread is carried out; signals are carried out after everything before them."""

    def __init__(self, recorder: ContactRecorder, pool: Pool, signals: InboundSignals, set_aside: SetAside) -> None:
        self.rejected = 0
        self._recorder = recorder
        self._pool = pool
        self._signals = signals
        self._set_aside = set_aside
        self._turns = Turns()

    async def __call__(self, messages: Sequence[Arrived]) -> list[Confirmation | None]:
        """One confirmation a message, each true when it is returned; None: this one is to come again."""
        parsed = [_parse(message) for message in messages]
        answers: list[Confirmation | None] = [None] * len(messages)
        with self._turns.turn([thread_of(one) for one in parsed if isinstance(one, ConversationEvent)]) as turn:
            for part in in_order(parsed):
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
            if turn.is_behind([thread_of(contact) for _, contact in contacts]):
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
            return await self._signals(signal)
        except InvalidError as error:
            return Confirmation(id=signal.id, status="rejected", reason=str(error), field=error.field)
        except RefusedError as error:
            return Confirmation(id=signal.id, status="rejected", reason=str(error), field=_STATE)


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
