"""What a timeline tells beside contacts: each fact of a customer as one line, and what can be searched in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from hub.application.conversations.files import shown_files
from hub.application.dossier.facts import CustomerFacts
from hub.application.dossier.outbounds import SendState
from hub.application.views.customer_view import EXCERPT
from hub.domain.account import events as account
from hub.domain.cases import events as cases
from hub.domain.cases.state import CASE_EVENTS
from hub.domain.customer import appointments, notes, visits
from hub.domain.customer import events as customer
from hub.domain.customer.callbacks import events as callbacks
from hub.domain.customer.consent import events as consent
from hub.domain.customer.links import events as links
from hub.domain.customer.outbound import events as outbound
from hub.domain.customer.profile import events as profile
from hub.domain.customer.purchases import events as purchases
from hub.domain.customer.recordings import events as recordings
from hub.domain.customer.verification import events as verification
from hub.domain.decision import events as decision
from hub.domain.event import Event
from hub.domain.grant import events as grants
from hub.domain.satisfaction import events as satisfaction
from hub.ports import Recorded
from hub.projections.customers import Place
from hub.projections.projection import milliseconds


class Kind(StrEnum):
    """What a line of a timeline is about."""

    CONTACT = "contact"
    CASE = "case"
    CONSENT = "consent"
    PURCHASE = "purchase"
    GRANT = "grant"
    """What they were promised, told of or not, and said to it."""
    STANDING = "standing"
    LINK = "link"
    SURVEY = "survey"
    RECORDING = "recording"
    OUTBOUND = "outbound"
    """A contact that we are to make."""
    APPOINTMENT = "appointment"
    CALLBACK = "callback"
    """A call that an agent promised."""
    NOTE = "note"
    """What agents wrote for each other."""
    VISIT = "visit"
    IDENTIFIER = "identifier"
    PROFILE = "profile"
    ACCOUNT = "account"
    CUSTOMER = "customer"
    """They became known, or were forgotten."""


class What(NamedTuple):
    """The kind of a fact, and what happened, in a word."""

    kind: Kind
    word: str


TOLD: Mapping[type[Event], What] = {
    account.RoleAssigned: What(Kind.ACCOUNT, "role_given"),
    account.RoleEnded: What(Kind.ACCOUNT, "role_ended"),
    callbacks.CallbackCancelled: What(Kind.CALLBACK, "cancelled"),
    callbacks.CallbackChanged: What(Kind.CALLBACK, "changed"),
    callbacks.CallbackOpened: What(Kind.CALLBACK, "opened"),
    callbacks.CallbackPromised: What(Kind.CALLBACK, "promised"),
    cases.CaseAssigned: What(Kind.CASE, "assigned"),
    cases.CaseDueChanged: What(Kind.CASE, "due_changed"),
    cases.CaseInteractionAttached: What(Kind.CASE, "interaction_attached"),
    cases.CaseInteractionDetached: What(Kind.CASE, "interaction_detached"),
    cases.CaseNoted: What(Kind.CASE, "noted"),
    cases.CaseOpened: What(Kind.CASE, "opened"),
    cases.CaseRated: What(Kind.CASE, "rated"),
    cases.CaseReopened: What(Kind.CASE, "reopened"),
    cases.CaseResolved: What(Kind.CASE, "resolved"),
    cases.CaseTaskEnded: What(Kind.CASE, "task_ended"),
    cases.CaseTaskGiven: What(Kind.CASE, "task_given"),
    consent.ConsentDenied: What(Kind.CONSENT, "denied"),
    consent.ConsentExpired: What(Kind.CONSENT, "expired"),
    consent.ConsentGranted: What(Kind.CONSENT, "granted"),
    consent.ConsentWithdrawn: What(Kind.CONSENT, "withdrawn"),
    consent.PointBlocked: What(Kind.CONSENT, "blocked"),
    consent.PointUnblocked: What(Kind.CONSENT, "unblocked"),
    consent.PreferenceChanged: What(Kind.CONSENT, "preference_changed"),
    customer.CustomerForgotten: What(Kind.CUSTOMER, "forgotten"),
    customer.CustomerRegistered: What(Kind.CUSTOMER, "registered"),
    customer.IdentifierObserved: What(Kind.IDENTIFIER, "seen"),
    customer.LifecycleStageChanged: What(Kind.STANDING, "stage_changed"),
    customer.ProfileChanged: What(Kind.PROFILE, "named"),
    customer.SegmentChanged: What(Kind.STANDING, "segment_changed"),
    decision.ActionsNotPresented: What(Kind.GRANT, "left_unsaid"),
    grants.GrantAmended: What(Kind.GRANT, "amended"),
    grants.GrantExpired: What(Kind.GRANT, "expired"),
    grants.GrantResumed: What(Kind.GRANT, "stands_again"),
    grants.GrantSuspended: What(Kind.GRANT, "suspended"),
    grants.PropositionAnswered: What(Kind.GRANT, "answered"),
    grants.PropositionGranted: What(Kind.GRANT, "given"),
    grants.PropositionPresented: What(Kind.GRANT, "presented"),
    links.CannotLinkLifted: What(Kind.LINK, "kept_apart_no_longer"),
    links.CannotLinkStated: What(Kind.LINK, "kept_apart"),
    links.CustomersLinked: What(Kind.LINK, "linked"),
    links.CustomersUnlinked: What(Kind.LINK, "unlinked"),
    links.IdentifierShared: What(Kind.LINK, "shared"),
    links.IdentifierUnshared: What(Kind.LINK, "shared_no_longer"),
    links.LinkBlocked: What(Kind.LINK, "blocked"),
    notes.NoteWritten: What(Kind.NOTE, "written"),
    outbound.ContactDelivered: What(Kind.OUTBOUND, "delivered"),
    outbound.ContactFailed: What(Kind.OUTBOUND, "failed"),
    outbound.ContactGivenUp: What(Kind.OUTBOUND, "given_up"),
    outbound.ContactPlanned: What(Kind.OUTBOUND, "planned"),
    outbound.ContactUnreported: What(Kind.OUTBOUND, "unreported"),
    profile.ProfileFieldChanged: What(Kind.PROFILE, "field_changed"),
    purchases.PurchaseRecorded: What(Kind.PURCHASE, "made"),
    purchases.PurchaseReversed: What(Kind.PURCHASE, "reversed"),
    recordings.ConversationRecorded: What(Kind.RECORDING, "made"),
    satisfaction.SatisfactionAsked: What(Kind.SURVEY, "asked"),
    satisfaction.SatisfactionRecorded: What(Kind.SURVEY, "answered"),
    appointments.AppointmentNoted: What(Kind.APPOINTMENT, "noted"),
    visits.VisitRecorded: What(Kind.VISIT, "made"),
    verification.VerificationAsked: What(Kind.IDENTIFIER, "code_sent"),
    verification.VerificationFailed: What(Kind.IDENTIFIER, "code_wrong"),
    verification.VerificationPassed: What(Kind.IDENTIFIER, "proven"),
}
_COMMON = frozenset(Event.model_fields)
_HEARD_ELSEWHERE = ("attachment",)
"""Of recordings: who may hear them asks for them by name."""
_IN_BOTH_STREAMS = (
    links.CannotLinkLifted, links.CannotLinkStated, links.CustomersLinked, links.CustomersUnlinked, links.LinkBlocked,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimelineFact:
    """Something else that happened with a customer. `what`: in a word; `type`: the event's class, `event` its own
    fields; `customer_id`: in which of the customer's streams it stands. `channel`, `interaction_id`, `case_id` and
    `agent_id` are empty where it has nothing to do with one; `excerpt`: the first words of it. Of a contact that we are
    to make `state` tells how far it is, `state_at` since when, and `reason` why it is not made."""

    kind: Kind
    what: str
    position: int
    at: datetime
    recorded_at: datetime
    customer_id: str
    actor: str
    causation: str
    type: str
    channel: str
    interaction_id: str
    case_id: str
    agent_id: str
    excerpt: str
    event: Mapping[str, Any]
    state: SendState | Literal[""] = ""
    state_at: datetime | None = None
    reason: str = ""

    @property
    def place(self) -> Place:
        """Where it stands on the timeline."""
        return Place(milliseconds(self.at), self.position)


def entries(facts: CustomerFacts) -> Iterator[Recorded]:
    """The facts that a timeline tells. What stands in two streams of the customer is told once."""
    told: set[tuple[object, ...]] = set()
    for one in facts.history:
        event = one.event
        if what_of(event) is None:
            continue
        if fact := _once(event):
            if fact in told:
                continue
            told.add(fact)
        yield one


def _once(event: Event) -> tuple[object, ...]:
    """What names a fact that may stand in several streams of a customer; nothing for all others."""
    if isinstance(event, _IN_BOTH_STREAMS):
        return type(event), event.left.id, event.right.id, event.at, event.causation
    if isinstance(event, customer.SegmentChanged) and event.policy:
        return type(event), event.segment, event.value_tier, event.named, event.policy, event.at, event.causation
    if isinstance(event, customer.LifecycleStageChanged) and event.policy:
        return type(event), event.lifecycle_stage, event.policy, event.at, event.causation
    return (event.survey_id,) if isinstance(event, satisfaction.SatisfactionAsked) else ()


def what_of(event: Event) -> What | None:
    """None: no timeline tells of it."""
    known = TOLD.get(type(event))
    if known is None and isinstance(event, CASE_EVENTS):
        return What(Kind.CASE, type(event).__name__.removeprefix("Case").lower())
    return known


def shown_fact(recorded: Recorded) -> TimelineFact:
    """As a line of the timeline."""
    position, stream, _, event = recorded
    what = what_of(event)
    assert what is not None, "only what `entries` gives is shown"
    return TimelineFact(
        kind=what.kind,
        what=what.word,
        position=position,
        at=event.at,
        recorded_at=event.recorded_at,
        customer_id=stream,
        actor=event.actor,
        causation=event.causation,
        type=type(event).__name__,
        channel=getattr(event, "channel", ""),
        interaction_id=getattr(event, "interaction_id", "") or _interaction(event.correlation),
        case_id=getattr(event, "case_id", ""),
        agent_id=getattr(event, "agent_id", ""),
        excerpt=next(iter(texts_of(event)), "")[:EXCERPT],
        event=_told(stream, event),
    )


def _interaction(correlation: str) -> str:
    return correlation if correlation.startswith("interaction-") else ""


def _told(stream: str, event: Event) -> Mapping[str, Any]:
    told = event.model_dump(exclude={*_COMMON, *_HEARD_ELSEWHERE})
    if isinstance(event, outbound.ContactPlanned):
        told["attachments"] = shown_files(event.attachments, stream, event.outbound_id)
    return told


def place_of(recorded: Recorded) -> Place:
    """Where a fact stands on a timeline."""
    return Place(milliseconds(recorded.event.at), recorded.position)


def texts_of(event: Event) -> Iterable[str]:
    """What of a fact can be searched: whatever of it is words."""
    fields = event.__dict__
    found = [value for name in _WORDS if isinstance(value := fields.get(name), str) and value]
    return [*found, *fields.get("propositions", ())]


_WORDS = (
    "subject",
    "text",
    "address",
    "reason",
    "note",
    "resolution",
    "comment",
    "value",
    "name",
    "product",
    "evidence",
    "proposition",
)
