"""The facts of a whole customer but for their contacts, of which there are many and which say little of who it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.application.customer_cache import Known, fold
from hub.application.linking.by_contacts import links_of
from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.cases.state import CASE_EVENTS
from hub.domain.customer.appointments import APPOINTMENT_EVENTS
from hub.domain.customer.callbacks.events import CALLBACK_EVENTS
from hub.domain.customer.consent.events import (
    ConsentDenied,
    ConsentExpired,
    ConsentGranted,
    ConsentWithdrawn,
    PointBlocked,
    PointUnblocked,
    PreferenceChanged,
)
from hub.domain.customer.events import (
    CustomerForgotten,
    CustomerRegistered,
    IdentifierObserved,
    LifecycleStageChanged,
    ProfileChanged,
    SegmentChanged,
)
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.links.component import unknown
from hub.domain.customer.links.events import LINK_EVENTS
from hub.domain.customer.links.state import Links
from hub.domain.customer.notes import NoteWritten
from hub.domain.customer.outbound.events import (
    ContactDelivered,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactUnreported,
)
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.customer.verification.events import VERIFICATION_EVENTS
from hub.domain.customer.visits import VISIT_EVENTS
from hub.domain.decision.events import ActionsNotPresented
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.domain.grant.events import GRANT_EVENTS
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded
from hub.ports import Journal, Recorded

CONSENTS = (
    ConsentDenied, ConsentExpired, ConsentGranted, ConsentWithdrawn, PointBlocked, PointUnblocked, PreferenceChanged,
)  # fmt: skip
FACTS: tuple[type[Event], ...] = (
    CustomerForgotten, CustomerRegistered, IdentifierObserved, LifecycleStageChanged, ProfileChanged, SegmentChanged,
    ProfileFieldChanged, PurchaseRecorded, PurchaseReversed, RoleAssigned, RoleEnded, SatisfactionAsked,
    SatisfactionRecorded, ActionsNotPresented, ContactPlanned, ContactFailed, ContactUnreported, ContactGivenUp,
    ContactDelivered, NoteWritten, *CALLBACK_EVENTS,
    ConversationRecorded, *CASE_EVENTS, *CONSENTS, *GRANT_EVENTS, *LINK_EVENTS,
    *VERIFICATION_EVENTS, *APPOINTMENT_EVENTS, *VISIT_EVENTS,
)  # fmt: skip
"""What a dossier is told from. Contacts are counted by the views, and read by their place where they are shown."""


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """Of all streams that are the customer. `history` is in the order of the log."""

    asked_for: str
    members: Mapping[str, Known]
    """By stream, the one that was registered first before the others: its name is the canonical id. Contacts are not
    counted here."""
    history: Sequence[Recorded]
    forgotten: frozenset[str] = frozenset()
    """The streams that were forgotten since, if not by then: their facts name nobody any more."""

    @property
    def canonical_id(self) -> str:
        """The id that stands for the customer."""
        return next(iter(self.members))

    @property
    def is_forgotten(self) -> bool:
        """Whether nothing tells any more who it was: every stream was forgotten."""
        return self.members.keys() <= self.forgotten

    @property
    def events(self) -> list[Event]:
        """The facts alone."""
        return [one.event for one in self.history]

    @property
    def links(self) -> dict[str, Links]:
        """What each stream knows of its links."""
        return links_of(self.members)

    def of(self, stream: str) -> list[Event]:
        """The facts of one of the streams."""
        return [one.event for one in self.history if one.stream == stream]


async def facts_of(journal: Journal, customer: str, at: datetime | None = None) -> CustomerFacts:
    """The customer that an id leads to, by what is recorded, or was then. NotFoundError: there is, or was, none."""
    if not customer.startswith(CUSTOMER):
        raise NotFoundError(f"there is no customer {customer}")
    members: dict[str, Known] = {}
    history: list[Recorded] = []
    forgotten: set[str] = set()
    while missing := unknown(links_of(members), [customer]):
        for stream, recorded in (await journal.load_only(sorted(missing), FACTS)).items():
            known = recorded if at is None else [one for one in recorded if one.event.recorded_at <= at]
            members[stream] = fold(None, known)
            history += known
            if any(isinstance(one.event, CustomerForgotten) for one in recorded):
                forgotten.add(stream)
            if stream == customer and not members[stream].customer.registered:
                raise _nobody(customer, recorded, at)
    return CustomerFacts(customer, dict(sorted(members.items(), key=_age)), sorted(history), frozenset(forgotten))


def _age(member: tuple[str, Known]) -> tuple[bool, datetime | None, str]:
    since = member[1].customer.registered_at
    return since is None, since, member[0]


def _nobody(customer: str, recorded: Sequence[Recorded], at: datetime | None) -> NotFoundError:
    registered = [one.event.recorded_at for one in recorded if isinstance(one.event, CustomerRegistered)]
    if at is None or not registered:
        return NotFoundError(f"there is no customer {customer}")
    return NotFoundError(f"nobody knew customer {customer} at {_iso(at)}: they are known since {_iso(min(registered))}")


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
