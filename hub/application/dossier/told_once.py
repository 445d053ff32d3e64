"""One row a contact that we make: what was planned, and what was reported of it, is not told beside what went out."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from hub.application.dossier.entries import TimelineFact, texts_of
from hub.application.dossier.outbounds import Outbound, Outbounds
from hub.application.dossier.question import Question
from hub.application.views.customer_view import ShownContact
from hub.domain.contact import Direction
from hub.domain.customer.events import ContactSent
from hub.domain.customer.outbound.events import ContactFailed, ContactGivenUp, ContactPlanned
from hub.domain.event import Event
from hub.ports import Recorded
from hub.projections.customers import Only, Place, TimelineContact

ContactsBefore = Callable[[Place | None, Only, int], Awaitable[Sequence[TimelineContact]]]
"""So many contacts from before a place."""
Shown = Callable[[Sequence[TimelineContact]], Awaitable[Collection[str]]]
"""Which of these contacts have a row, by their ids."""


async def told_once(
    wanted: Sequence[Recorded], question: Question, outbounds: Outbounds, contacts_before: ContactsBefore, shown: Shown
) -> list[Recorded]:
    """Of these facts those that no other row of the whole timeline tells, on whichever page that is."""
    concerned = {id(one): one for fact in wanted if (one := outbounds.of(fact.event)) is not None}
    tries = [contact_id for one in concerned.values() for contact_id in one.tries]
    if not concerned:
        return list(wanted)
    made = await contacts_before(None, Only(contacts=tries), len(tries)) if tries else ()
    outbounds.left({one.contact_id: one.at for one in made})
    contacts = await shown(made)
    plans = {
        one.planned.outbound_id
        for one in concerned.values()
        if question.wants(one.planned) and _has_row(one, contacts, question.channel)
    }
    return [one for one in wanted if not _told_elsewhere(one.event, outbounds.of(one.event), contacts, plans)]


def _has_row(planned: Outbound, contacts: Collection[str], channel: str) -> bool:
    """A plan has one until it is made, on each channel that it may be made on yet."""
    if planned.is_over and planned.last in contacts:
        return False
    return not channel or channel in planned.channels


def _told_elsewhere(event: Event, outbound: Outbound | None, contacts: Collection[str], plans: Collection[str]) -> bool:
    if outbound is None:
        return False
    has_plan = outbound.planned.outbound_id in plans
    if isinstance(event, ContactPlanned):
        return not has_plan
    if isinstance(event, ContactGivenUp):
        return has_plan
    contact_id: str = getattr(event, "contact_id", "")
    if contact_id in contacts:
        return True
    goes_on = isinstance(event, ContactFailed) and event.again
    return has_plan and contact_id == outbound.last and not goes_on


def with_words(events: Mapping[int, Event], question: Question, outbounds: Outbounds) -> dict[int, Event]:
    """Those with the words that are searched for, also in why they did not arrive."""
    return {
        position: event
        for position, event in events.items()
        if question.has_words([*texts_of(event), _why_not(event, outbounds)])
    }


def _why_not(event: Event, outbounds: Outbounds) -> str:
    return outbounds.how_far(event.contact_id, event.at).reason if isinstance(event, ContactSent) else ""


def with_state(contact: ShownContact, outbounds: Outbounds) -> ShownContact:
    """What we sent, with how far it is and who wanted it sent."""
    if contact.direction != Direction.OUTBOUND:
        return contact
    one, now = outbounds.of_contact(contact.contact_id), outbounds.how_far(contact.contact_id, contact.at)
    actor = one.planned.actor if one is not None else ""
    return replace(contact, state=now.state.value, state_at=now.at, reason=now.reason, actor=actor)


def with_plan(fact: TimelineFact, event: Event, outbounds: Outbounds) -> TimelineFact:
    """A contact that we are to make, with how far it is."""
    one = outbounds.of(event)
    if one is None or not isinstance(event, ContactPlanned):
        return fact
    channel = one.channels[0] if len(one.channels) == 1 else ""
    return replace(fact, channel=channel, state=one.now.state, state_at=one.now.at, reason=one.now.reason)
