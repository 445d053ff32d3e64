"""What adapters report of contacts they were told to make: made, with what was proposed on record; or not, and then it
may be on another path."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from hub.application.deciding import append_decided, meta_of
from hub.application.intake.envelope import body_hash
from hub.application.intake.repeats import keyed
from hub.application.paths.contacts import OutboundContacts
from hub.application.paths.contacts_known import Found
from hub.application.paths.in_force import RulesInForce
from hub.application.paths.whole import Facts, Wholes
from hub.domain.contact import Channel, Contact, Direction, Path
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactSent
from hub.domain.customer.outbound.events import ContactDelivered, ContactDispatched, ContactFailed
from hub.domain.customer.outbound.state import OutboundContact, Phase
from hub.domain.customer.outbound.words import words_of
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.grant.decide import present
from hub.domain.grant.state import stream_of_grant
from hub.ports import Append, Clock, ContactRow, Journal, KnownContactError, Recorded, Unit

LONGEST_REASON = 200
_TOLD = (Phase.DISPATCHED, Phase.UNREPORTED)


class ContactReports:
    """Commands on contacts that an adapter was told to make. The same report again changes nothing."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        key: bytes,
        wholes: Wholes,
        contacts: OutboundContacts,
        in_force: RulesInForce,
    ) -> None:
        """`key` is the installation's."""
        self._journal = journal
        self._clock = clock
        self._key = key
        self._wholes = wholes
        self._contacts = contacts
        self._in_force = in_force

    async def sent(self, contact_id: str, *, thread: str, at: datetime, actor: str, command_id: str) -> list[Recorded]:
        """It was made; answers come in on `thread`. Raises InvalidError for a contact nobody was told to make,
        RefusedError for one that was reported as failed, or whose id another contact has."""

        async def attempt() -> Sequence[Append] | Unit:
            found, told = await self._told(contact_id)
            if found.contact.phase is Phase.SENT:
                return []
            if found.contact.phase not in _TOLD or told.contact_id != contact_id:
                raise RefusedError(f"contact {contact_id} was reported as not made: nobody was told to make it again")
            meta = meta_of(self._clock, actor, command_id) | {"correlation": told.correlation}
            made = _sent(told, thread, meta | {"at": at})
            return Unit(await self._recorded(found, told, made, meta), (self._row(told.customer_id, made),))

        try:
            return await append_decided(self._journal, attempt)
        except KnownContactError as error:
            raise RefusedError(f"another contact is on record as {contact_id} already, of {error.row.stream}") from None

    async def failed(self, contact_id: str, reason: str, *, actor: str, command_id: str) -> list[Recorded]:
        """It could not be made, or did not arrive: its slot is given back, and it is decided again where another path
        is left. Raises InvalidError for a contact nobody was told to make."""

        async def attempt() -> Sequence[Append]:
            found, told = await self._told(contact_id)
            one = found.contact
            if told.contact_id != contact_id or one.phase not in (*_TOLD, Phase.SENT):
                return []
            meta = meta_of(self._clock, actor, command_id)
            fact = ContactFailed(
                **meta, correlation=told.correlation, outbound_id=one.outbound_id, contact_id=contact_id,
                customer_id=told.customer_id, channel=told.channel, reason=reason[:LONGEST_REASON],
                again=_may_go_on(one, told, meta["at"]),
            )  # fmt: skip
            whole, back = await self._contacts.slot_given_back(found.stream, one, "failed", meta)
            return await self._wholes.writing(whole, [(found.stream, fact), *back])

        return await append_decided(self._journal, attempt)

    async def delivered(self, contact_id: str, *, at: datetime, actor: str, command_id: str) -> list[Recorded]:
        """It arrived. Of what was reported as failed it changes nothing. Raises InvalidError for a contact nobody was
        told to make."""

        async def attempt() -> Sequence[Append]:
            found, told = await self._told(contact_id)
            one = found.contact
            if told.contact_id != contact_id or one.delivered_at or one.phase not in (*_TOLD, Phase.SENT):
                return []
            meta = meta_of(self._clock, actor, command_id) | {"correlation": told.correlation, "at": at}
            fact = ContactDelivered(**meta, outbound_id=one.outbound_id, contact_id=contact_id, channel=told.channel)
            return [Append(found.stream, found.versions[found.stream], [fact])]

        return await append_decided(self._journal, attempt)

    async def address_of(self, contact_id: str, channel: Channel) -> str:
        """Where it was sent; empty: who was there is forgotten. Raises InvalidError for a contact nobody was told to
        make, or by another channel."""
        _, told = await self._told(contact_id)
        if told.channel is not channel:
            raise InvalidError(f"contact {contact_id!r} left by {told.channel.value}", "contact_id")
        return told.address

    async def _told(self, contact_id: str) -> tuple[Found, ContactDispatched]:
        try:
            found = await self._contacts.find(contact_id)
        except NotFoundError:
            found = None
        if found is None or found.contact.dispatched is None:
            raise InvalidError(f"nobody was told to make contact {contact_id!r}", "contact_id")
        return found, found.contact.dispatched

    async def _recorded(
        self, found: Found, told: ContactDispatched, made: ContactSent, meta: dict[str, Any]
    ) -> Sequence[Append]:
        """With what was proposed in it. Terms that were amended on the way can't be presented any more; what
        they were told stands in the facts of the contact."""
        if not told.grant_id:
            versions = {told.customer_id: 0, **found.versions}
            return [
                Append(stream, version, [made] if stream == told.customer_id else [])
                for stream, version in versions.items()
                if stream in (told.customer_id, found.stream)
            ]
        whole = await self._wholes.read(found.stream, meta["at"], account_id=found.contact.planned.account_id)
        facts: Facts = [(told.customer_id, made)]
        with suppress(RefusedError, NotFoundError):
            facts += present(
                whole.grants(stream_of_grant(told.grant_id)), told.grant_id, told.terms_hash,
                presentation_id=told.contact_id, channel=told.channel, sender=told.sender, standing=told.standing,
                decision_id=told.contact_id, **meta,
            )  # fmt: skip
        return await self._wholes.writing(whole, facts)

    def _row(self, stream: str, made: ContactSent) -> ContactRow:
        """The receipt: by it the contact is found, and refused if somebody else records it, too."""
        contact = Contact(
            id=made.contact_id, path=Path(channel=made.channel, address=made.address, sender=made.sender),
            direction=Direction.OUTBOUND, occurred_at=made.at, thread=made.thread, purpose=made.purpose,
        )  # fmt: skip
        return ContactRow(made.contact_id, stream, keyed(self._key, body_hash(contact)))


def _sent(told: ContactDispatched, thread: str, meta: dict[str, Any]) -> ContactSent:
    return ContactSent(
        **meta, contact_id=told.contact_id, channel=told.channel, address=told.address,
        sender=told.speaker or told.sender, thread=thread or told.thread, purpose=told.purpose.value,
        service=told.service, language=told.language, **words_of(told), standing=told.standing,
        agent_id=told.agent_id,
    )  # fmt: skip


def _may_go_on(one: OutboundContact, told: ContactDispatched, now: datetime) -> bool:
    """Whether another path is left. A reply has one, and so has who is wanted at one contact point."""
    planned = one.planned
    is_bound = bool(planned.point) or planned.purpose is Purpose.REPLY
    left = [channel for channel in one.channels if channel is not told.channel]
    return bool(left) and not is_bound and (planned.by is None or now < planned.by)
