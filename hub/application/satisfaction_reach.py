"""Where a customer can be asked how it was: at an address they came from, if they don't object to being asked there."""

from collections.abc import Iterable, Sequence

from hub.application.consents import Consents
from hub.application.path_policies import PathPolicies
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.customer.events import ContactReceived
from hub.domain.customer.identity import ADDRESS_KIND
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.satisfaction.decide import NotAsked, Reach
from hub.domain.satisfaction.occasion import Occasion
from hub.paths.consent.purposes import PurposeTable
from hub.paths.gates.consent import gates


class Reaching:
    """Finds the way to a customer. What a contact point allows stands in its own stream, whoever it is linked to."""

    def __init__(self, consents: Consents, policies: PathPolicies) -> None:
        self._consents = consents
        self.policies = policies

    async def reach(
        self, occasion: Occasion, channels: Sequence[Channel], events: Iterable[Event], table: PurposeTable
    ) -> Reach | NotAsked:
        """The first of these channels on which the customer may be asked, at the newest address they came from: that of
        the interaction, if it will do. A no at that address is not got around by another one on the same channel."""
        contacts = [event for event in events if isinstance(event, ContactReceived) and event.address]
        contacts.sort(key=lambda one: (one.contact_id == occasion.contact_id, one.at), reverse=True)
        why = NotAsked.UNREACHABLE
        for channel in channels:
            contact = next((one for one in contacts if channel in CHANNELS_OF.get(_kind(one), ())), None)
            if contact is None:
                continue
            allowed = await self._is_allowed(contact, channel, table)
            if allowed:
                return _reach(occasion, channel, contact)
            if allowed is not None:
                why = NotAsked.NO_CONSENT
        return why

    async def _is_allowed(self, contact: ContactReceived, channel: Channel, table: PurposeTable) -> bool | None:
        """None: its address names nobody."""
        try:
            point, standing = await self._consents.of_point(_kind(contact), contact.address)
        except InvalidError:
            return None
        return all(verdict.is_open for verdict in gates(standing, point.point, channel, Purpose.SURVEY, table))


def _kind(contact: ContactReceived) -> str:
    return ADDRESS_KIND[contact.channel]


def _reach(occasion: Occasion, channel: Channel, contact: ContactReceived) -> Reach:
    """In the conversation it is about, where that is on this channel and with this address."""
    goes_on = occasion.channel is channel and contact.contact_id == occasion.contact_id
    return Reach(channel, contact.contact_id, occasion.thread if goes_on else "", occasion.language or contact.language)
