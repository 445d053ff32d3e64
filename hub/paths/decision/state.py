"""All that a decision looks at: a customer at a moment, as the facts of all their streams tell."""

from types import MappingProxyType
from typing import NamedTuple

from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.state import ConsentBook
from hub.paths.consent.purposes import Confidence
from hub.paths.frequency.section import Whose
from hub.paths.gates.capacity import Capacity
from hub.paths.gates.frequency import Ledgers
from hub.paths.gates.service import Conversation
from hub.paths.propositions.known import Known
from hub.paths.time.zones import Zone
from hub.policies.hours import Hours

NOTHING_SAID = ConsentBook()
NO_LEDGERS: Ledgers = MappingProxyType({Whose.CUSTOMER: ()})
NO_CAPACITY: Capacity = MappingProxyType({})


class Reach(NamedTuple):
    """A contact point on one of its channels."""

    stream: str
    """Whose contact point it is: one of the streams that are the customer."""
    point: str
    channel: Channel
    confidence: Confidence
    """How sure it is that it is theirs; of one that is here, that it is they."""
    zone: Zone
    preferred: Hours | None = None


class PathState(NamedTuple):
    """`known`: what propositions ask for, at the moment of the question."""

    customer_id: str
    """The canonical one."""
    known: Known
    standing: Standing
    reaches: tuple[Reach, ...]
    account_id: str = ""
    consent: ConsentBook = NOTHING_SAID
    preferred_channel: str = ""
    conversations: tuple[Conversation, ...] = ()
    ledgers: Ledgers = NO_LEDGERS
    capacity: Capacity = NO_CAPACITY
    account_kind: str = ""
    """`B2B` or `B2G`; empty: they act for none."""
