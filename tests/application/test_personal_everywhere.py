"""Whatever is stored of a customer can be forgotten, in whichever stream it stands: every class of events is looked at,
and one that is added has to say so here."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.application.cases.cases import CustomerCases
from hub.application.customers.accounts import Accounts
from hub.application.linking.identity import By, Identity
from hub.application.privacy.forgetting import Forgetting
from hub.clock import WallClock
from hub.domain.access.people import events as people
from hub.domain.account import events as account
from hub.domain.cases import events as cases
from hub.domain.cases.decide import for_account
from hub.domain.cases.events import CaseKind
from hub.domain.customer.events import CustomerRegistered
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.domain.interaction import events as interaction
from hub.journal.codec import Codec
from hub.journal.event_classes import EVENT_CLASSES
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.sealing import shape_of
from hub.journal.store import open_store, personal_keys
from hub.ports import Append, Unit
from hub.settings import Settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
BY = {"actor": "operator:maryam", "command_id": "command-1"}
WORDS = "Mrs. Tehrani shouts"

OWN = {
    "CannotLinkLifted", "CannotLinkStated", "CaseAssigned", "CaseDueChanged", "CaseInteractionDetached",
    "CaseNoted", "CaseTaskEnded", "CaseTaskGiven", "ConsentDenied", "ConsentExpired", "ConsentGranted",
    "ConsentWithdrawn", "ContactDispatched", "ContactFailed", "ContactPlanned", "ContactReceived", "ContactSent",
    "ConversationRecorded", "CustomersLinked", "CustomersUnlinked",
    "CallbackCancelled", "CallbackChanged", "CallbackPromised",
    "IdentifierObserved", "IdentifierShared", "IdentifierUnshared", "LinkBlocked", "NoteWritten",
    "PointBlocked", "PointUnblocked",
    "PreferenceChanged", "ProfileChanged", "ProfileFieldChanged", "SatisfactionAsked", "SatisfactionRecorded",
}  # fmt: skip
"""They stand in streams of customers alone, under the key of each. The words of links stand in two; those in the other
are taken out."""
OF_STAFF = (people.PersonAdded, people.PersonChanged, people.PersonPasswordChanged)
"""They say who somebody is who works here: under that person's own key."""
OTHERS: Mapping[type[Event], str] = {
    account.RoleEnded: "customer_id",
    interaction.InteractionGiven: "customer_id",
    interaction.InteractionMoved: "customer_id",
    interaction.InteractionParked: "customer_id",
    interaction.InteractionPulledBack: "customer_id",
    interaction.InteractionQueued: "customer_id",
    interaction.InteractionRefused: "customer_id",
    interaction.InteractionTransferred: "customer_id",
    interaction.OfferDeclined: "customer_id",
    interaction.OfferRescinded: "customer_id",
    interaction.RecordingAsked: "customer_id",
}
"""They stand in other streams: under the key of the customer whom this field names."""
SHARED = (cases.CaseOpened, cases.CaseRated, cases.CaseReopened, cases.CaseResolved)
"""They stand in the customer's stream, and in an account's without what is personal."""
OF_ORGANISATIONS = (account.AccountChanged, account.AccountRegistered)
"""What they hold names an organisation, which is no person: nobody asks to be forgotten as such."""

SAID_TO_STAY = {
    "reason": {
        "AgentChannelsClosed", "AgentSignedOff", "AgentStateChanged", "CustomerForgotten", "LifecycleStageChanged",
        "SegmentChanged", "GrantAmended", "InteractionExpired", "InteractionFlagged", "InteractionMoved",
        "InteractionRefused",
        "InteractionUnflagged", "InteractionUnparked", "OfferRescinded", "RequirementRelaxed",
        "QueueIntakeChanged", "PurchaseReversed", "ContactSlotReleased", "ContactGivenUp",
        "RejectedContactDismissed",
    },
    "text": {"PathPolicyPublished", "PolicyPublished"},
    "title": {"CannedAnswerWritten"},
    "note": {"PathPolicyPublished", "PolicyPublished"},
    "name": {"ApiKeyIssued", "AgentSignedOn", "TeamChanged"},
    "evidence": {"LifecycleStageChanged", "SegmentChanged"},
    **dict.fromkeys(
        ("address", "attachments", "comment", "description", "email", "identifiers", "message", "phone",
         "subject", "thread", "value", "words"), frozenset[str](),
    ),
}  # fmt: skip
"""Fields that might say who somebody is: the classes in which they do not, or in which whoever writes them is told that
they stay."""


def test_every_class_with_personal_fields_says_where_it_stands() -> None:
    personal = {cls for cls in EVENT_CLASSES if shape_of(cls) is not None}
    looked_at = {*OTHERS, *SHARED, *OF_ORGANISATIONS, *OF_STAFF}
    assert {cls.__name__ for cls in personal - looked_at} == OWN
    assert looked_at <= personal


def test_what_stands_in_other_streams_is_under_the_customers_key() -> None:
    for cls in EVENT_CLASSES:
        assert ("person_id" if cls in OF_STAFF else OTHERS.get(cls, "")) == cls.KEY_OF, cls
        assert not cls.KEY_OF or cls.KEY_OF in cls.model_fields, cls


def test_what_an_account_is_told_of_a_case_holds_nothing_personal() -> None:
    told: dict[Any, dict[str, Any]] = {
        cases.CaseOpened: {"kind": CaseKind.COMPLAINT, "severity": 3, "subject": WORDS, "text": WORDS},
        cases.CaseRated: {"severity": 3, "reason": WORDS},
        cases.CaseReopened: {"severity": 3, "reason": WORDS},
        cases.CaseResolved: {"resolution": "refunded", "text": WORDS},
    }
    assert set(told) == set(SHARED)
    for cls, fields in told.items():
        [event] = for_account([cls(**META, case_id="case-1", **fields)])
        shape = shape_of(cls)
        assert shape is not None
        assert not any(getattr(event, name) for name in shape.fields), cls


def test_no_other_field_says_who_somebody_is() -> None:
    for cls in EVENT_CLASSES:
        shape = shape_of(cls)
        personal = shape.fields if shape is not None else ()
        for name in SAID_TO_STAY.keys() & cls.model_fields.keys() - {*personal}:
            assert cls.__name__ in SAID_TO_STAY[name], (
                f"{cls.__name__}.{name}: mark it as personal, or say why it is not"
            )


class Hub:
    """Accounts, cases and links, on a real store."""

    def __init__(self, settings: Settings) -> None:
        keys, clock = personal_keys(settings), WallClock()
        self.journal = EventJournal(open_store(settings, Codec(keys=keys)))
        self.key = installation_key(settings)
        self.accounts = Accounts(self.journal, clock, self.key)
        self.cases = CustomerCases(self.journal, clock)
        self.identity = Identity(self.journal, clock, self.key, views=None)  # type: ignore[arg-type]
        self.forgetting = Forgetting(self.journal, clock, keys)

    async def register(self, phone: str) -> str:
        stream = customer_id(self.key, "phone", phone)
        await self.journal.commit([Unit([Append(stream, 0, [CustomerRegistered(**META)])])])
        return stream

    async def said_in(self, stream: str) -> list[str]:
        """The texts of a stream's events that hold the words."""
        history = (await self.journal.load([stream]))[stream]
        return [type(one.event).__name__ for one in history if WORDS in str(one.event)]


@pytest.fixture
async def hub(store_settings: Settings) -> AsyncIterator[Hub]:
    made = Hub(store_settings)
    yield made
    await made.journal.close()


async def test_what_accounts_say_of_somebody_is_empty_once_they_are_forgotten(hub: Hub) -> None:
    ann = await hub.register("+989121234567")
    await hub.accounts.register("account_number", "A-17", "B2B", "Saman Ltd", **BY)
    firm = hub.accounts.id_of("account_number", "A-17")
    await hub.accounts.assign(firm, ann, "buyer", since=NOON, until=None, **BY)
    await hub.accounts.end(firm, 1, until=None, reason=WORDS, **BY)
    await hub.cases.open(ann, account_id=firm, kind=CaseKind.COMPLAINT, subject=WORDS, text=WORDS, **BY)
    assert [await hub.said_in(firm), await hub.said_in(ann)] == [["RoleEnded"], ["RoleEnded", "CaseOpened"]]
    await hub.forgetting.forget(ann, "asked for", **BY)
    assert [await hub.said_in(firm), await hub.said_in(ann)] == [[], []]
    known = (await hub.accounts.show(firm)).account
    assert (known.name, known.holdings[0].customer_id) == ("Saman Ltd", ann)


async def test_why_somebody_was_kept_apart_is_gone_from_the_others_stream_too(hub: Hub) -> None:
    ann, bob, eve = [await hub.register(f"+98912123456{number}") for number in range(3)]
    why = By(**BY, reason=WORDS)
    await hub.identity.keep_apart(ann, bob, why)
    await hub.identity.keep_apart(bob, eve, why)
    [linked, *_] = await hub.identity.link(ann, eve, By(**BY, reason="hers, too"))
    await hub.identity.unlink(ann, linked.event.link_id, why)  # type: ignore[attr-defined]
    assert len(await hub.said_in(bob)) == len(await hub.said_in(eve)) == 2
    await hub.forgetting.forget(ann, "asked for", **BY)
    assert await hub.said_in(ann) == []
    assert [await hub.said_in(bob), await hub.said_in(eve)] == [["CannotLinkStated"], ["CannotLinkStated"]]
    await hub.forgetting.forget(bob, "asked for", **BY)
    assert [await hub.said_in(bob), await hub.said_in(eve)] == [[], []]
