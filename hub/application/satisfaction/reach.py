"""Where a customer can be asked how it was: at an address they came from, if they don't object to being asked there."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from hub.application.customers.consents import Consents
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.customer.events import ContactReceived
from hub.domain.customer.identity import ADDRESS_KIND
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.satisfaction.decide import NotAsked, Reach
from hub.domain.satisfaction.occasion import Occasion
from hub.paths.consent.purposes import Gate
from hub.paths.gates.consent import gates
from hub.paths.gates.time import quiet_hours_gate
from hub.paths.gates.verdict import Reason, Verdict
from hub.paths.policy.model import PathPolicy
from hub.paths.time.preferred import preferred_hours
from hub.paths.time.zones import zone_of_point

STILL_THERE = timedelta(minutes=10)
"""So long after a conversation the customer is taken to be at it still."""


class Reaching:
    """Finds the way to a customer. What a contact point allows stands in its own stream, whoever it is linked to."""

    def __init__(self, consents: Consents, policies: PathPolicies) -> None:
        self._consents = consents
        self.policies = policies

    async def reach(
        self, occasion: Occasion, channels: Sequence[Channel], events: Iterable[Event], policy: PathPolicy, at: datetime
    ) -> tuple[Reach | NotAsked, datetime | None]:
        """The first of these channels on which the customer may be asked, at the newest address they came from: that of
        the interaction, if it will do. A no at that address is not got around by another one on the same channel.
        Beside it, where only quiet hours keep them from being asked, when the first of these end."""
        contacts = [event for event in events if isinstance(event, ContactReceived) and event.address]
        contacts.sort(key=lambda one: (one.contact_id == occasion.contact_id, one.at), reverse=True)
        why, opens = NotAsked.UNREACHABLE, list[datetime]()
        for channel in channels:
            contact = next((one for one in contacts if channel in CHANNELS_OF.get(_kind(one), ())), None)
            if contact is None:
                continue
            reach = _reach(occasion, channel, contact)
            shut = await self._shut(contact, reach, _is_still_there(occasion, reach, at), policy, at)
            if shut is None:
                return reach, None
            why = _SAID.get(shut.gate, why) if why is not NotAsked.QUIET_HOURS else why
            opens += [shut.opens_at] if shut.opens_at else []
        return why, min(opens, default=None)

    async def _shut(
        self, contact: ContactReceived, reach: Reach, still_there: bool, policy: PathPolicy, at: datetime
    ) -> Verdict | None:
        """The first gate that is not open; None: all are."""
        table, channel = policy.purpose_table(), reach.channel
        try:
            point, standing = await self._consents.of_point(_kind(contact), contact.address)
        except InvalidError:
            return Verdict(Gate.IDENTITY, False, Reason.IDENTITY_UNKNOWN)
        verdicts = list(gates(standing, point.point, channel, Purpose.SURVEY, table))
        if Gate.QUIET_HOURS in table[Purpose.SURVEY].gates and not still_there:
            said, section = standing.preference([point.point]), policy.quiet_hours
            zone = zone_of_point(point, said.time_zone if said else "", "", section)
            verdicts.append(quiet_hours_gate(section.not_quiet(), zone, preferred_hours(said), at))
        return next((one for one in verdicts if not one.is_open), None)


_SAID = {
    Gate.CONSENT: NotAsked.NO_CONSENT,
    Gate.BLOCK: NotAsked.NO_CONSENT,
    Gate.QUIET_HOURS: NotAsked.QUIET_HOURS,
}
"""What is told of a gate that is not open."""


def _kind(contact: ContactReceived) -> str:
    return ADDRESS_KIND[contact.channel]


def _reach(occasion: Occasion, channel: Channel, contact: ContactReceived) -> Reach:
    """In the conversation it is about, where that is on this channel and with this address."""
    goes_on = occasion.channel is channel and contact.contact_id == occasion.contact_id
    return Reach(channel, contact.contact_id, occasion.thread if goes_on else "", occasion.language or contact.language)


def _is_still_there(occasion: Occasion, reach: Reach, at: datetime) -> bool:
    """Whether the question goes on in a conversation that was over only just now: that wakes nobody."""
    return bool(reach.thread) and occasion.over_since is not None and at - occasion.over_since <= STILL_THERE
