"""What adapters are told: given the log, then these commands, and nothing of what is not theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.outbound.command import Command
from hub.application.outbound.commands import Conversations
from hub.domain.contact import Channel, RecordingState
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import CustomerForgotten
from hub.domain.customer.outbound.events import ContactDispatched
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionHeld,
    InteractionInterrupted,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    ParticipantJoined,
    ParticipantLeft,
    RecordingAsked,
    RecordingSwitched,
    WrapUpCompleted,
)
from hub.domain.interaction.placement import Placement
from hub.domain.interaction.state import Interaction, Phase, evolve
from hub.domain.satisfaction.events import SatisfactionAsked, SurveyKind
from hub.ports import Recorded

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "policy:1"}
WHERE: dict[str, Any] = {"queue": "care", "priority": 0, "skills": {}, "units": 100, "policy": "1", "reasons": ()}
ANN = {"agent_id": "ann"}
ONE = "interaction-1"


def queued(**more: Any) -> InteractionQueued:
    given = {
        "pool": "main", "contact_id": "c1", "customer_id": "customer-1", "channel": Channel.PHONE, "thread": "t1",
        "service": "cards",
    }  # fmt: skip
    return InteractionQueued(**META, **{**WHERE, **given, **more})


def offered() -> InteractionOffered:
    return InteractionOffered(**META, **ANN, offer_id="o", expires_at=NOON, units=100, policy="1", reasons=())


RINGS = ("offered", {"agent_id": "ann", "offer_id": "o", "expires_at": NOON})


def accepted() -> OfferAccepted:
    return OfferAccepted(**META, **ANN, offer_id="o")


def ended() -> InteractionEnded:
    return InteractionEnded(**META, **ANN, ended_by="agent")


class Log:
    """Events one after the other, each a batch of its own unless told otherwise."""

    def __init__(self) -> None:
        self.conversations = Conversations()
        self.length = 0

    def add(self, *events: Event, stream: str = ONE) -> list[Command]:
        batch = [Recorded(self.length + n, stream, self.length + n, event) for n, event in enumerate(events, 1)]
        self.length += len(batch)
        return self.conversations.tell(batch)

    def told(self, *events: Event, stream: str = ONE) -> list[tuple[str, dict[str, Any]]]:
        return [(one.name, dict(one.details)) for event in events for one in self.add(event, stream=stream)]


def test_a_call_that_waits_is_answered_and_ends() -> None:
    log = Log()
    told = log.told(queued(place=3, estimated_wait_seconds=40.0), offered(), accepted(), ended())
    assert told == [
        ("waiting", {"place": 3, "estimated_wait_s": 40.0}),
        RINGS,
        ("answered", {"agent_id": "ann"}),
        ("ended", {"agent_id": "ann", "ended_by": "agent"}),
    ]
    assert log.told(WrapUpCompleted(**META, **ANN, code="")) == []
    assert log.conversations[ONE] is None


def test_who_is_offered_in_the_same_breath_is_not_told_that_they_wait() -> None:
    assert [one.name for one in Log().add(queued(place=1), offered())] == ["offered"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (OfferDeclined(**META, **ANN, offer_id="o", reason="I know her"), "declined"),
        (OfferDeclined(**META, **ANN, offer_id="o", busy=True), "busy"),
        (OfferTimedOut(**META, **ANN, offer_id="o"), "no_answer"),
        (OfferRescinded(**META, **ANN, offer_id="o", reason="customer left", said="x"), "taken_back"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_phone_that_rang_is_told_that_the_offer_is_over_in_no_words_of_people(event: Event, reason: str) -> None:
    log = Log()
    log.add(queued(), offered())
    assert log.told(event) == [("offer_over", {"agent_id": "ann", "offer_id": "o", "reason": reason})]


@pytest.mark.parametrize("channel", [one for one in Channel if one not in (Channel.PHONE, Channel.IN_PERSON)])
def test_other_channels_need_not_know_of_offers(channel: Channel) -> None:
    log = Log()
    log.add(queued(channel=channel))
    assert log.told(offered(), OfferTimedOut(**META, **ANN, offer_id="o")) == []
    assert [name for name, _ in log.told(offered(), accepted())] == ["answered"]


def test_whose_phone_could_not_be_reached_is_out_and_the_reason_is_told() -> None:
    log = Log()
    log.add(queued(), offered(), accepted())
    missed = InteractionPulledBack(**META, **ANN, missed="no_answer")
    assert log.told(missed) == [("pulled_back", {"agent_id": "ann", "reason": "no_answer"})]


def test_the_envelope_is_a_cloud_event_that_names_the_thread() -> None:
    [command] = Log().add(queued(place=1))
    told = orjson.loads(command.envelope())
    assert told == {
        "specversion": "1.0",
        "id": "interaction-1.1",
        "source": "/hub",
        "type": "hub.conversation.command.v1",
        "time": "2026-01-05T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "command": "waiting",
            "interaction_id": ONE,
            "channel": "phone",
            "thread": "t1",
            "customer_id": "customer-1",
            "queue": "care",
            "place": 1,
            "estimated_wait_s": None,
        },
    }
    assert command.position == 1


REST: list[tuple[Event, tuple[str, dict[str, Any]]]] = [
    (InteractionHeld(**META, **ANN), ("held", ANN)),
    (InteractionResumed(**META, **ANN), ("resumed", ANN)),
    (
        RecordingAsked(**META, **ANN, state=RecordingState.PAUSED, reason="card number"),
        ("recording", ANN | {"state": "paused"}),
    ),
    (
        InteractionTransferred(**META, **WHERE, **ANN, to_agent="bob", warm=True, reason="r"),
        ("transferred", {"agent_id": "ann", "to_agent": "bob", "warm": True, "reason": "r"}),
    ),
    (InteractionPulledBack(**META, **ANN, reason="r"), ("pulled_back", {"agent_id": "ann", "reason": "r"})),
    (
        InteractionParked(**META, **ANN, until=NOON, reason="r"),
        ("parked", {"agent_id": "ann", "until": NOON, "reason": "r"}),
    ),
    (InteractionUnparked(**META, reason="time"), ("unparked", {"reason": "time"})),
    (CallbackScheduled(**META, due=NOON), ("callback_scheduled", {"due": NOON})),
    (
        CallbackMissed(**META, **ANN, attempt=1, outcome="busy"),
        ("callback_missed", {"agent_id": "ann", "attempt": 1, "outcome": "busy", "retry_at": None}),
    ),
    (
        ParticipantJoined(**META, agent_id="eve", mode="coach"),
        ("participant_joined", {"agent_id": "eve", "mode": "coach"}),
    ),
    (ParticipantLeft(**META, agent_id="eve"), ("participant_left", {"agent_id": "eve"})),
    (InteractionExpired(**META, reason="silence"), ("expired", {"reason": "silence"})),
    (
        InteractionMoved(**META, **{**WHERE, "queue": "sales"}, from_queue="care", reason="overflow"),
        ("moved", {"from_queue": "care", "reason": "overflow"}),
    ),
    (InteractionReopened(**META, **WHERE, contact_id="c2"), ("reopened", {"contact_id": "c2"})),
]


@pytest.mark.parametrize(("event", "expected"), REST, ids=lambda value: type(value).__name__)
def test_what_happens_to_a_conversation_is_told_to_its_adapter(event: Event, expected: object) -> None:
    log = Log()
    log.add(queued(), offered(), accepted())
    assert log.told(event) == [expected]


@pytest.mark.parametrize(
    "event",
    [
        InteractionInterrupted(**META, **ANN, by="interaction-2"),
        InteractionContinued(**META, **ANN),
        InteractionAbandoned(**META),
        RecordingSwitched(**META, **ANN, state=RecordingState.PAUSED),
    ],
)
def test_what_no_adapter_can_do_anything_about_is_not_told(event: Event) -> None:
    log = Log()
    log.add(queued())
    assert log.told(event) == []


def test_a_contact_that_found_no_place_is_told_and_forgotten() -> None:
    log = Log()
    opens = NOON + timedelta(hours=20)
    refused = InteractionRefused(
        **META, pool="main", queue="care", contact_id="c1", customer_id="customer-1", channel=Channel.SMS, thread="t9",
        service="cards", reason="closed", opens_at=opens, policy="1", reasons=(),
    )  # fmt: skip
    [command] = log.add(refused)
    assert (command.name, command.details) == ("refused", {"reason": "closed", "opens_at": opens})
    assert (command.conversation.channel, command.conversation.thread) == ("sms", "t9")
    assert log.conversations[ONE] is None


def test_who_wished_to_be_called_is_dialled_until_they_were_spoken_to() -> None:
    log = Log()
    log.add(queued(), CallbackScheduled(**META, address_of="c7"))
    assert log.told(offered(), accepted()) == [RINGS, ("dial", {"agent_id": "ann", "contact_id": "c7"})]
    log.add(CallbackMissed(**META, **ANN, attempt=1, outcome="busy", retry_at=NOON))
    log.add(InteractionUnparked(**META, reason="time"))
    assert log.told(accepted()) == [("dial", {"agent_id": "ann", "contact_id": "c7"})]
    log.add(InteractionTransferred(**META, **WHERE, **ANN))
    assert log.told(accepted()) == [("answered", {"agent_id": "ann"})]


def test_a_command_names_the_queue_of_its_own_moment() -> None:
    log = Log()
    first, second = log.add(
        queued(), InteractionMoved(**META, **{**WHERE, "queue": "sales"}, from_queue="care", reason="r")
    )
    assert [orjson.loads(one.envelope())["data"]["queue"] for one in (first, second)] == ["care", "sales"]


def test_the_conversation_a_consultation_is_about_is_looked_up_too() -> None:
    advice = Recorded(9, "interaction-2", 1, queued(contact_id="", thread="", consult_of=ONE))
    assert Conversations().unknown([advice]) == [ONE]
    assert Conversations().unknown([Recorded(8, ONE, 1, queued()), advice]) == []


def test_without_another_address_the_first_contact_is_dialled() -> None:
    log = Log()
    log.add(queued(), CallbackScheduled(**META))
    assert log.told(accepted()) == [("dial", {"agent_id": "ann", "contact_id": "c1"})]


def test_a_consultation_is_told_in_the_thread_it_is_about() -> None:
    log = Log()
    log.add(queued(), offered(), accepted())
    advice = queued(contact_id="", thread="", consult_of=ONE)
    name, details = RINGS
    assert log.told(advice, offered(), stream="interaction-2") == [(name, {**details, "consult_id": "interaction-2"})]
    [answered] = log.add(accepted(), stream="interaction-2")
    assert (answered.name, answered.details) == ("consult_answered", {"agent_id": "ann", "consult_id": "interaction-2"})
    assert (answered.conversation.interaction_id, answered.conversation.thread) == (ONE, "t1")
    assert log.told(InteractionHeld(**META, **ANN), stream="interaction-2") == []
    [over] = log.add(ended(), stream="interaction-2")
    assert (over.name, over.conversation.interaction_id) == ("consult_ended", ONE)
    assert over.id == "interaction-2.8"
    log.add(WrapUpCompleted(**META, **ANN, code=""), stream="interaction-2")
    assert log.conversations["interaction-2"] is None


def test_who_is_handed_the_conversation_they_advised_on_stays_on_the_line() -> None:
    log = Log()
    log.add(queued(), accepted())
    advice = queued(contact_id="", thread="", consult_of=ONE)
    log.add(advice, OfferAccepted(**META, agent_id="bob", offer_id="o"), stream="interaction-2")
    over = InteractionEnded(**META, agent_id="bob", ended_by="policy")
    given = InteractionTransferred(**META, **WHERE, **ANN, warm=True, to_agent="bob")
    batch = [Recorded(5, "interaction-2", 3, over), Recorded(6, ONE, 3, given)]
    assert [one.name for one in log.conversations.tell(batch)] == ["transferred"]


@pytest.mark.parametrize(
    "event", [InteractionPulledBack(**META, **ANN), InteractionTransferred(**META, **WHERE, **ANN)]
)
def test_an_adviser_who_is_taken_away_is_out_of_the_call(event: Event) -> None:
    log = Log()
    log.add(queued())
    log.add(queued(contact_id="", thread="", consult_of=ONE), accepted(), stream="interaction-2")
    assert [name for name, _ in log.told(event, stream="interaction-2")] == ["consult_ended"]


def test_what_another_pool_has_is_passed_over() -> None:
    log = Log()
    events = (queued(pool="history"), offered(), accepted(), ended(), WrapUpCompleted(**META, **ANN, code=""))
    assert log.add(*events) == []
    assert log.conversations.unknown([Recorded(9, ONE, 9, ended())]) == [ONE]


def test_it_knows_what_began_before_and_goes_on_from_there() -> None:
    log = Log()
    assert log.conversations.unknown([Recorded(4, ONE, 4, ended()), Recorded(5, "agent-a", 1, ended())]) == [ONE]
    history = [queued(), offered(), accepted()]
    log.conversations.restore(Recorded(n, ONE, n, event) for n, event in enumerate(history, 1))
    assert log.conversations.unknown([Recorded(4, ONE, 4, ended())]) == []
    assert [name for name, _ in log.told(ended())] == ["ended"]


def test_who_waits() -> None:
    log = Log()
    log.add(queued())
    known = log.conversations[ONE]
    assert known is not None
    waits = []
    for event in (offered(), accepted(), InteractionTransferred(**META, **{**WHERE, "queue": "sales"}, **ANN)):
        log.add(event)
        waits.append(known.waits)
    log.add(CallbackScheduled(**META))
    assert [*waits, known.waits, known.queue] == [True, False, True, False, "sales"]


HAPPENS: list[Event] = [
    offered(),
    offered(),
    accepted(),
    OfferDeclined(**META, **ANN, offer_id="o"),
    OfferTimedOut(**META, **ANN, offer_id="o"),
    OfferRescinded(**META, **ANN, offer_id="o", reason="r"),
    InteractionTransferred(**META, **{**WHERE, "queue": "chat"}, **ANN),
    CallbackScheduled(**META),
    InteractionInterrupted(**META, **ANN, by="interaction-2"),
    ended(),
    *(event for event, _ in REST if not isinstance(event, InteractionExpired)),
]


@given(happens=st.lists(st.sampled_from(HAPPENS), max_size=30))
def test_who_waits_and_where_is_what_the_interaction_itself_says(happens: list[Event]) -> None:
    log, interaction, queue = Log(), evolve(Interaction(), queued()), "care"
    log.add(queued())
    for event in happens:
        interaction = evolve(interaction, event)
        queue = event.queue if isinstance(event, Placement) else queue
        log.add(event)
        known = log.conversations[ONE]
        assert known is not None
        assert known.unanswered == (interaction.phase in (Phase.WAITING, Phase.OFFERED))
        assert known.queue == queue
        assert queue in log.conversations.queues


def survey(**more: Any) -> SatisfactionAsked:
    told = {"survey_id": "survey-ab-1", "kind": SurveyKind.CSAT, "about": ONE, "channel": Channel.SMS, **more}
    asked = {"contact_id": "c1", "language": "fa", "about_channel": "phone", "queue": "care", "agent_id": "ann"}
    return SatisfactionAsked(**META, expires_at=NOON, share=1.0, draw=0.5, **{**asked, **told})


@pytest.mark.parametrize(("thread", "told_in"), [("", "survey-ab-1"), ("t1", "t1")])
def test_who_is_asked_how_it_was_is_told_where_and_by_which_contact(thread: str, told_in: str) -> None:
    conversations = Conversations()
    [command] = conversations.tell([Recorded(7, "customer-ab", 3, survey(thread=thread))])
    assert (command.id, command.position, command.name) == ("customer-ab.7", 7, "survey")
    assert (command.conversation.channel, command.conversation.thread) == ("sms", told_in)
    data = orjson.loads(command.envelope())["data"]
    assert data == {
        "command": "survey", "interaction_id": "", "channel": "sms", "thread": told_in, "customer_id": "customer-ab",
        "queue": "care", "survey_id": "survey-ab-1", "kind": "csat", "about": ONE, "contact_id": "c1",
        "language": "fa", "expires_at": "2026-01-05T12:00:00Z",
    }  # fmt: skip
    assert list(conversations) == []


def test_what_other_streams_of_the_customer_are_told_of_a_survey_asks_nobody_again() -> None:
    assert Conversations().tell([Recorded(8, "customer-cd", 3, survey(contact_id="", language=""))]) == []


def dispatched(**more: Any) -> ContactDispatched:
    told = {
        "outbound_id": "decision-customer-ab-1", "contact_id": "decision-customer-ab-2", "customer_id": "customer-ab",
        "channel": Channel.SMS, "address": "+989121234567", "thread": "decision-customer-ab-2", "text": "salam",
        "purpose": Purpose.SERVICE, "sender": "hub", "standing": {}, "report_by": NOON,
    }  # fmt: skip
    return ContactDispatched(**{**META, "correlation": ONE, **told, **more})


def test_a_contact_to_be_made_is_told_under_its_own_name_with_all_that_it_takes() -> None:
    file = {"uri": "file:///1", "media_type": "text/calendar", "name": "a.ics", "size": 7}
    laid_out = {"html": "<p>salam</p>", "cc": ("reza@example.com",), "attachments": (file,)}
    event = dispatched(**laid_out, queue="cards", agent_id="ann", answers="m-1")
    [command] = Conversations().tell([Recorded(7, "customer-ab", 3, event)])
    assert (command.id, command.position, command.name) == ("decision-customer-ab-2", 7, "send")
    assert orjson.loads(command.envelope())["data"] == {
        "command": "send", "interaction_id": ONE, "channel": "sms", "thread": "decision-customer-ab-2",
        "customer_id": "customer-ab", "queue": "cards", "contact_id": "decision-customer-ab-2", "agent_id": "ann",
        "address": "+989121234567", "purpose": "service", "sender": "hub", "speaker": "", "service": "",
        "language": "", "subject": "", "text": "salam", "report_by": "2026-01-05T12:00:00Z",
        "html": "<p>salam</p>", "cc": ["reza@example.com"], "attachments": [file], "answers": "m-1",
    }  # fmt: skip


def test_what_is_proposed_in_it_goes_along_in_its_exact_terms() -> None:
    terms = {"proposition": "fibre", "grant_id": "grant-ab-1", "terms": {"price": 49}, "terms_hash": "0f"}
    [command] = Conversations().tell([Recorded(7, "customer-ab", 3, dispatched(**terms, terms_until=NOON))])
    assert orjson.loads(command.envelope())["data"]["grant"] == {**terms, "terms_until": "2026-01-05T12:00:00Z"}


def test_to_somebody_who_was_forgotten_nothing_is_sent() -> None:
    assert Conversations().tell([Recorded(7, "customer-ab", 3, dispatched(address="", text=""))]) == []


def test_what_takes_a_conversation_elsewhere_says_what_it_follows_from() -> None:
    log = Log()
    log.add(queued(), offered(), accepted())
    caused = {**META, "causation": "visit-1-passed_on-2"}
    [handed_on] = log.add(InteractionTransferred(**caused, **WHERE, **ANN))
    assert orjson.loads(handed_on.envelope())["data"]["cause"] == "visit-1-passed_on-2"


def test_who_keeps_who_came_hears_that_a_customer_is_forgotten() -> None:
    gone = Recorded(7, "customer-1", 4, CustomerForgotten(**META, reason="asked"))
    [command] = Conversations().tell([gone])
    told = orjson.loads(command.envelope())
    assert (told["id"], command.position) == ("customer-1.7", 7)
    data = told["data"]
    assert (data["command"], data["channel"], data["customer_id"]) == ("forgotten", "in_person", "customer-1")
    assert (data["thread"], data["interaction_id"]) == ("customer-1", "")


def test_a_desk_is_told_how_its_customer_stands() -> None:
    log = Log()
    log.add(queued(channel=Channel.IN_PERSON, segment="B2B", lifecycle_stage="retention"), offered())
    assert log.told(accepted()) == [("answered", ANN | {"segment": "B2B", "stage": "retention"})]
