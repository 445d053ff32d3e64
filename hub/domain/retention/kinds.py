"""Which texts are of which kind: the fields of facts that are emptied when they are kept no longer."""

from collections.abc import Mapping

from hub.domain.cases import events as cases
from hub.domain.customer.callbacks.events import CallbackCancelled, CallbackChanged, CallbackPromised
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.notes import NoteWritten
from hub.domain.customer.outbound.events import ContactDispatched, ContactFailed, ContactPlanned
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.event import Event
from hub.domain.satisfaction.events import SatisfactionRecorded

CONTACT_TEXTS = "contact_texts"
CASE_TEXTS = "case_texts"
SURVEY_COMMENTS = "survey_comments"
RECORDINGS = "recordings"
REJECTS = "rejects"
"""Files of rows that an import refused."""
REJECTED_CONTACTS = "rejected_contacts"
"""Messages that could not be taken in."""
CUSTOMERS = "customers_without_contact"
"""Forgotten wholly."""

_SAID = ("subject", "text", "html", "attachments")

TEXTS: Mapping[str, Mapping[type[Event], tuple[str, ...]]] = {
    CONTACT_TEXTS: {
        ContactReceived: _SAID,
        ContactSent: _SAID,
        ContactPlanned: _SAID,
        ContactDispatched: _SAID,
        ContactFailed: ("reason",),
        NoteWritten: ("text",),
        CallbackPromised: ("note",),
        CallbackChanged: ("note",),
        CallbackCancelled: ("reason",),
    },
    CASE_TEXTS: {
        cases.CaseOpened: ("subject", "text"),
        cases.CaseRated: ("reason",),
        cases.CaseAssigned: ("reason",),
        cases.CaseDueChanged: ("reason",),
        cases.CaseNoted: ("text",),
        cases.CaseTaskGiven: ("text",),
        cases.CaseTaskEnded: ("text",),
        cases.CaseInteractionDetached: ("reason",),
        cases.CaseResolved: ("text",),
        cases.CaseReopened: ("reason",),
    },
    SURVEY_COMMENTS: {SatisfactionRecorded: ("comment",)},
    RECORDINGS: {ConversationRecorded: ("attachment",)},
}
"""Kinds that are found in the log. Who wrote, from where and when stays, as does every identifier."""
