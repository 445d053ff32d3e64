"""Every kind of event that is ever stored, and how those of an older shape are read."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.access import events as access
from hub.domain.access.people import events as people
from hub.domain.access.sessions import events as sessions
from hub.domain.account import events as account
from hub.domain.agent import events as agent
from hub.domain.canned import events as canned
from hub.domain.capacity import events as capacity
from hub.domain.cases import events as cases
from hub.domain.customer import appointments, notes, visits
from hub.domain.customer import events as customer
from hub.domain.customer.callbacks import events as callbacks
from hub.domain.customer.consent import events as consent
from hub.domain.customer.links import events as links
from hub.domain.customer.outbound import events as outbound
from hub.domain.customer.profile import events as profile
from hub.domain.customer.purchases import events as purchases
from hub.domain.customer.recordings import events as recordings
from hub.domain.customer.slots import events as slots
from hub.domain.customer.verification import events as verification
from hub.domain.decision import events as decision
from hub.domain.event import Event
from hub.domain.grant import events as grant
from hub.domain.interaction import events as interaction
from hub.domain.policy import events as policy
from hub.domain.pool import events as pool
from hub.domain.reading import events as reading
from hub.domain.rejected import events as rejected
from hub.domain.retention import events as retention
from hub.domain.satisfaction import events as satisfaction

EVENT_CLASSES: tuple[type[Event], ...] = (
    access.ApiKeyIssued,
    access.ApiKeyRevoked,
    rejected.RejectedContactDismissed,
    rejected.RejectedContactPutBack,
    rejected.RejectedContactShown,
    people.PersonAdded,
    people.PersonAnonymised,
    people.PersonChanged,
    people.PersonDisabled,
    people.PersonEnabled,
    people.PersonLanguageChosen,
    people.PersonPasswordChanged,
    people.TeamChanged,
    people.TeamRemoved,
    sessions.SessionClosed,
    sessions.SessionLocked,
    sessions.SessionOpened,
    sessions.SessionUnlocked,
    account.AccountChanged,
    account.AccountOwnerChanged,
    account.AccountRegistered,
    account.RoleAssigned,
    account.RoleEnded,
    agent.AgentCapacityChanged,
    agent.AgentChannelsClosed,
    agent.AgentSignedOff,
    agent.AgentSignedOn,
    agent.AgentSkillsChanged,
    agent.AgentStateChanged,
    agent.ShiftsPlanned,
    capacity.PathCapacityTold,
    capacity.PathPlaceGivenBack,
    capacity.PathPlaceTaken,
    cases.CaseAssigned,
    cases.CaseDueChanged,
    cases.CaseInteractionAttached,
    cases.CaseInteractionDetached,
    cases.CaseNoted,
    cases.CaseOpened,
    cases.CaseOverdue,
    cases.CaseRated,
    cases.CaseReopened,
    cases.CaseResolved,
    cases.CaseTaskEnded,
    cases.CaseTaskGiven,
    consent.ConsentDenied,
    consent.ConsentExpired,
    consent.ConsentGranted,
    consent.ConsentWithdrawn,
    consent.PointBlocked,
    consent.PointUnblocked,
    consent.PreferenceChanged,
    customer.ContactReceived,
    customer.ContactSent,
    customer.CustomerForgotten,
    customer.CustomerRegistered,
    customer.IdentifierObserved,
    customer.LifecycleStageChanged,
    customer.ProfileChanged,
    customer.SegmentChanged,
    customer.StandingReviewed,
    outbound.ContactDelivered,
    outbound.ContactDispatched,
    outbound.ContactFailed,
    outbound.ContactGivenUp,
    outbound.ContactPlanned,
    outbound.ContactPostponed,
    outbound.ContactUnreported,
    grant.GrantAmended,
    grant.GrantExpired,
    grant.GrantResumed,
    grant.GrantSuspended,
    grant.PropositionAnswered,
    grant.PropositionGranted,
    grant.PropositionPresented,
    decision.ActionsNotPresented,
    decision.PathDecided,
    interaction.CallbackMissed,
    interaction.CallbackReached,
    interaction.CallbackScheduled,
    interaction.ContactAttached,
    interaction.DeclinesForgotten,
    interaction.InteractionAbandoned,
    interaction.InteractionContinued,
    interaction.InteractionEnded,
    interaction.InteractionExpired,
    interaction.InteractionFlagged,
    interaction.InteractionGiven,
    interaction.InteractionHeld,
    interaction.InteractionInterrupted,
    interaction.InteractionMoved,
    interaction.InteractionOffered,
    interaction.InteractionParked,
    interaction.InteractionPrioritised,
    interaction.InteractionPulledBack,
    interaction.InteractionQueued,
    interaction.InteractionRefused,
    interaction.InteractionReopened,
    interaction.InteractionResumed,
    interaction.InteractionTransferred,
    interaction.InteractionUnflagged,
    interaction.InteractionUnparked,
    interaction.OfferAccepted,
    interaction.OfferDeclined,
    interaction.OfferRescinded,
    interaction.OfferTimedOut,
    interaction.ParticipantJoined,
    interaction.ParticipantLeft,
    interaction.RecordingAsked,
    interaction.RecordingSwitched,
    interaction.RequirementRelaxed,
    interaction.WrapUpCompleted,
    links.CannotLinkLifted,
    links.CannotLinkStated,
    links.CustomersLinked,
    links.CustomersUnlinked,
    links.IdentifierShared,
    links.IdentifierUnshared,
    links.LinkBlocked,
    links.LinksChanged,
    policy.PathPolicyPublished,
    policy.PolicyPublished,
    pool.DayBegan,
    pool.PolicyAdopted,
    pool.QueueIntakeChanged,
    pool.PoolCommitted,
    pool.PoolTaken,
    profile.ProfileFieldChanged,
    purchases.PurchaseRecorded,
    purchases.PurchaseReversed,
    reading.PersonalDataRead,
    recordings.ConversationRecorded,
    *verification.VERIFICATION_EVENTS,
    *appointments.APPOINTMENT_EVENTS,
    *callbacks.CALLBACK_EVENTS,
    *notes.NOTE_EVENTS,
    *canned.CANNED_EVENTS,
    *visits.VISIT_EVENTS,
    retention.RetentionApplied,
    satisfaction.SatisfactionAsked,
    satisfaction.SatisfactionRecorded,
    slots.ContactSlotReleased,
    slots.ContactSlotReserved,
)
"""Every kind of event that is ever stored. One that was stored once stays here for ever."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""The JSON of an event of one schema version -> its JSON of the next."""


def _unchanged(data: dict[str, Any]) -> dict[str, Any]:
    """Fields were added; what was written before means their defaults."""
    return data


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("AgentSignedOn", 1): _unchanged,
    ("CallbackCancelled", 1): _unchanged,
    ("CallbackChanged", 1): _unchanged,
    ("CallbackOpened", 1): _unchanged,
    ("ConsentWithdrawn", 1): _unchanged,
    ("ContactDispatched", 1): _unchanged,
    ("ContactDispatched", 2): _unchanged,
    ("ContactPlanned", 1): _unchanged,
    ("ContactPlanned", 2): _unchanged,
    ("ContactPlanned", 3): _unchanged,
    ("ContactReceived", 1): _unchanged,
    ("ContactReceived", 2): _unchanged,
    ("ContactReceived", 3): _unchanged,
    ("ContactReceived", 4): _unchanged,
    ("ContactSent", 1): _unchanged,
    ("ContactSent", 2): _unchanged,
    ("ContactSlotReserved", 1): _unchanged,
    ("InteractionAbandoned", 1): _unchanged,
    ("InteractionMoved", 1): _unchanged,
    ("InteractionParked", 1): _unchanged,
    ("InteractionPulledBack", 1): _unchanged,
    ("InteractionPulledBack", 2): _unchanged,
    ("InteractionQueued", 1): _unchanged,
    ("InteractionTransferred", 1): _unchanged,
    ("InteractionTransferred", 2): _unchanged,
    ("LifecycleStageChanged", 1): _unchanged,
    ("OfferAccepted", 1): _unchanged,
    ("OfferDeclined", 1): _unchanged,
    ("OfferDeclined", 2): _unchanged,
    ("OfferRescinded", 1): _unchanged,
    ("PathDecided", 1): _unchanged,
    ("ProfileChanged", 1): _unchanged,
    ("SatisfactionAsked", 1): _unchanged,
    ("SegmentChanged", 1): _unchanged,
}
"""By class name and the schema version it starts from."""
