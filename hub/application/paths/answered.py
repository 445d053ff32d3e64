"""The conversation a contact goes on in, and which of the mails in it is answered: several may have written there."""

from collections.abc import Sequence

from hub.application.paths.contacts_facts import Began
from hub.domain.contact import Channel
from hub.domain.customer.events import ContactReceived
from hub.domain.customer.identity import ADDRESS_KIND, Spell
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.interaction.events import PLACEMENTS, ContactAttached, InteractionQueued, InteractionReopened
from hub.domain.interaction.placement import Placement
from hub.paths.decision.gathering import PointOf
from hub.ports import Journal

_JOINED = (InteractionQueued, ContactAttached, InteractionReopened)


async def conversation_of(
    journal: Journal, interaction: str, contact_id: str, point_of: PointOf, spell: Spell
) -> Began:
    """`contact_id`: the mail that is answered; empty: the last that somebody wrote. On other channels one has begun the
    conversation, and is answered. Raises InvalidError where there is no such interaction, NotFoundError where there is
    no such mail in it."""
    facts = (await journal.load_only([interaction], (*PLACEMENTS, ContactAttached))).get(interaction, ())
    first = next((one.event for one in facts if isinstance(one.event, InteractionQueued)), None)
    if first is None or not interaction.startswith("interaction-"):
        raise InvalidError(f"there is no interaction {interaction}", "interaction_id")
    joined = {one.event.contact_id for one in facts if isinstance(one.event, _JOINED)}
    said = await _said(journal, first, joined)
    answered = _answered(said, first, joined, contact_id)
    address = answered.address if answered else ""
    *_, last = (one.event.queue for one in facts if isinstance(one.event, Placement))
    thread = first.thread or first.contact_id
    named = answered.subject if answered and contact_id else ""
    return Began(
        first.customer_id, first.channel, thread, _point(first.channel, address, point_of, spell), address, last,
        named or _last_subject(said, first.channel, thread), answered.contact_id if answered else "",
    )  # fmt: skip


async def _said(journal: Journal, first: InteractionQueued, joined: set[str]) -> list[ContactReceived]:
    """By whoever wrote there, in the order of the log."""
    streams = {first.customer_id}
    if first.channel is Channel.EMAIL:
        streams |= {one.stream for one in (await journal.contacts(sorted(joined - {""}))).values()}
    histories = await journal.load_only(sorted(streams), (ContactReceived,))
    came = sorted(one for history in histories.values() for one in history)
    return [one.event for one in came if isinstance(one.event, ContactReceived)]


def _answered(
    said: Sequence[ContactReceived], first: InteractionQueued, joined: set[str], contact_id: str
) -> ContactReceived | None:
    if contact_id:
        if first.channel is not Channel.EMAIL:
            raise InvalidError("only of mails one is named that is answered: leave it out", "contact_id")
        named = next((one for one in said if one.contact_id == contact_id and contact_id in joined), None)
        if named is None:
            raise NotFoundError(f"there is no mail {contact_id!r} in this conversation: name one that came in")
        return named
    if first.channel is Channel.EMAIL:
        theirs = [one for one in said if one.contact_id in joined and one.address and not one.auto]
        if theirs:
            return theirs[-1]
    return next((one for one in said if one.contact_id == first.contact_id), None)


def _point(channel: Channel, address: str, point_of: PointOf, spell: Spell) -> str:
    """Empty: it is none that somebody could be reached at."""
    kind = ADDRESS_KIND[channel]
    try:
        return point_of(kind, spell(kind, address).value).point if address else ""
    except InvalidError:
        return ""


def _last_subject(said: Sequence[ContactReceived], channel: Channel, thread: str) -> str:
    """Under which somebody wrote last in this conversation, whatever their machines wrote since."""
    theirs = (one for one in reversed(said) if (one.channel, one.thread or one.contact_id) == (channel, thread))
    return next((one.subject for one in theirs if one.subject and not one.auto), "")
