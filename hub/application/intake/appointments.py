"""Appointments in branches: on their customer's timeline, and told to them where the gates let us."""

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Protocol

from hub.application.customer_cache import fold as customer_of
from hub.application.deciding import append_decided, meta_of, refuse_forgotten
from hub.application.paths.contacts_facts import GRACE, WantedContact
from hub.domain.contact import Appointment, Channel, ConversationEvent, Declared, Identifier, utc
from hub.domain.customer.appointments import AppointmentNoted, AppointmentState, overtaken, still_holds
from hub.domain.customer.attested import AttestCustomer, attest_customer
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import normalise
from hub.domain.errors import ConflictError, HubError, InvalidError
from hub.domain.event import Event
from hub.paths.propositions.model import Sender
from hub.ports import Append, Clock, Journal, Recorded

log = logging.getLogger(__name__)

_SENT_BY = {"phone": Channel.SMS, "email": Channel.EMAIL}
_LEAST = GRACE + timedelta(minutes=1)
"""So long before its time nothing more is said of it: what is held leaves with some grace, and is then on the way."""


class Contacts(Protocol):
    """Has contacts made."""

    async def ask(self, wanted: WantedContact, *, request: str, actor: str, command_id: str) -> Any:
        """The same request is the same contact."""
        ...

    async def taking_back(
        self, stream: str, after: int, told: Sequence[Event], requests: Collection[str], meta: dict[str, Any]
    ) -> list[Append]:
        """What is told of a customer, and with it what of these requests was not made yet is taken back."""
        ...


class Customers(Protocol):
    """Knows streams and contact points of normalised identifiers."""

    def stream_of(self, kind: str, value: str) -> str:
        """As it is today."""
        ...

    def point_of(self, kind: str, value: str) -> ContactPoint:
        """Raises InvalidError for what reaches nobody."""
        ...


class Appointments:
    """The same signal is one fact, and one message."""

    def __init__(
        self, journal: Journal, clock: Clock, customers: Customers, contacts: Contacts, spell: Spell = normalise
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._customers = customers
        self._contacts = contacts
        self._spell = spell

    async def take(self, signal: ConversationEvent, whose: Identifier) -> str:
        """Its customer's stream. It is on record when this returns, and its message on its way, if it may be sent.
        Raises InvalidError, RefusedError; ConflictError where others were first again and again."""
        told = signal.appointment
        if told is None:
            raise InvalidError("appointment takes the appointment that it is about", "appointment")
        stream, holds = await self._note(signal, self._spelled(whose), told)
        if holds and told.tell is not None and told.text:
            await self._tell(signal, told, stream, self._spelled(told.tell))
        return stream

    def _spelled(self, one: Identifier) -> Identifier:
        return one.model_copy(update={"value": self._spell(one.kind, one.value).value})

    async def _note(self, signal: ConversationEvent, whose: Identifier, told: Appointment) -> tuple[str, bool]:
        """In the stream of who is to come, which is returned, with whether it holds yet: what comes again may have
        changed since. Where they are to be told is theirs, as far as they say. What they were to be told before and is
        true no more is taken back with it, unless it left already."""
        stream = self._customers.stream_of(whose.kind, whose.value)
        claims = [whose]
        if told.tell is not None and told.tell.kind in _SENT_BY:
            tell = self._spelled(told.tell)
            claims += [tell] if (tell.kind, tell.value) != (whose.kind, whose.value) else []

        holds = True

        async def attempt() -> list[Append]:
            nonlocal holds
            history = (await self._journal.load([stream]))[stream]
            notes = [one.event for one in history if isinstance(one.event, AppointmentNoted)]
            if any(one.causation == signal.id for one in notes):
                holds = still_holds(notes, signal.id)
                return []
            refuse_forgotten(history, stream)
            events = [*self._known(signal, claims, history), self._noted(signal, told)]
            after = history[-1].version if history else 0
            past = overtaken(notes, told.id, AppointmentState(told.state))
            if not past:
                return [Append(stream, after, events)]
            meta = meta_of(self._clock, f"adapter:{signal.channel.value}", signal.id)
            return await self._contacts.taking_back(stream, after, events, past, meta)

        await append_decided(self._journal, attempt)
        return stream, holds

    def _meta(self, signal: ConversationEvent) -> dict[str, Any]:
        meta = meta_of(self._clock, f"adapter:{signal.channel.value}", signal.id)
        return {**meta, "at": min(utc(signal.occurred_at), meta["at"])}

    def _known(
        self, signal: ConversationEvent, claimed: Sequence[Identifier], history: Sequence[Recorded]
    ) -> list[Event]:
        meta = self._meta(signal)
        claims = AttestCustomer(tuple(claimed), Declared(), meta["at"], meta["recorded_at"], meta["actor"], signal.id)
        return attest_customer(customer_of(None, history).customer, claims)

    def _noted(self, signal: ConversationEvent, told: Appointment) -> Event:
        return AppointmentNoted(
            appointment_id=told.id, state=AppointmentState(told.state), branch=told.branch, service=told.service,
            starts_at=utc(told.starts_at), **self._meta(signal),
        )  # fmt: skip

    async def _tell(self, signal: ConversationEvent, told: Appointment, stream: str, to: Identifier) -> None:
        """The customer whose appointment it is, there alone. A reminder is about what they have; all else is the
        receipt of what they did."""
        channel = _SENT_BY.get(to.kind)
        if channel is None:
            raise InvalidError(f"an appointment is told to one of {', '.join(_SENT_BY)}", "appointment.tell")
        too_late, now = utc(told.starts_at) - _LEAST, self._clock.now()
        if too_late <= now and told.state != AppointmentState.CANCELLED:
            return
        is_reminder = told.state == AppointmentState.REMINDED
        wanted = WantedContact(
            stream, Purpose.SERVICE if is_reminder else Purpose.TRANSACTIONAL, Sender.HUB, (channel,),
            "" if channel is Channel.SMS else told.subject, told.text,
            point=self._customers.point_of(to.kind, to.value).point, given_for_it=True,
            by=too_late if too_late > now else None, service=told.service, language=signal.language,
        )  # fmt: skip
        actor = f"adapter:{signal.channel.value}"
        try:
            decided = await self._contacts.ask(wanted, request=signal.id, actor=actor, command_id=signal.id)
        except ConflictError:
            raise  # it comes again
        except HubError as error:
            log.warning("appointment %s: %s", told.id, error)
            return
        if decided.event.outcome == "nothing":
            closed = ", ".join(decided.event.closed) or "nobody is reached"
            log.warning("appointment %s: its customer is not told: %s", told.id, closed)
