"""What customers want beside talking: an address is proven by a code sent there, consent is on record, what was said
goes by mail to who is known for sure."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.application.conversations.messages import Message, Said
from hub.application.conversations.transcripts import LONGEST, Transcripts, written
from hub.application.customers.consents import Statement
from hub.application.intake.appointments import Appointments
from hub.application.intake.recorder import ContactRecorder
from hub.application.intake.verification import Verifications
from hub.application.intake.visits import Visits
from hub.application.intake.wishes import CustomerWishes, Taken
from hub.application.linking.identity import Identity
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal, Identifier, Path
from hub.domain.customer.consent.events import ConsentGranted
from hub.domain.customer.events import IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked
from hub.domain.customer.outbound.events import ContactDispatched
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.interaction.events import InteractionQueued
from hub.paths.consent.decide import Scope
from tests.api.feed_facts import queued as of_queue
from tests.api.world import KEY, NOON, World
from tests.support.link_views import LinkViews

MAIL, COOKIE = "mina@example.com", "visitor-1"
THREAD = "chat-1"


class Desk:
    """A hub in memory, and a visitor who wrote."""

    def __init__(self) -> None:
        self.world = world = World()
        identity = Identity(world.journal, world.clock, KEY, LinkViews(world.journal))
        contacts = world.paths.contacts
        proofs = Verifications(world.journal, world.clock, KEY, world.consents, contacts, identity)
        self.wishes = CustomerWishes(
            world.consents, proofs, Transcripts(world.journal, world.consents, contacts, world.path_policies),
            Appointments(world.journal, world.clock, world.paths, contacts), Visits(world.journal, world.clock),
        )  # fmt: skip
        self.recorder = ContactRecorder(world.journal, world.clock, KEY)

    async def write(self, text: str, number: int = 1) -> str:
        """What a visitor wrote; their stream."""
        path = Path(channel=Channel.WEB, address=COOKIE)
        contact = Contact(id=f"{THREAD}-{number}", path=path, occurred_at=NOON, thread=THREAD, text=text)
        [receipt] = await self.recorder.record([(contact, "adapter:web")])
        return str(getattr(receipt, "customer_id"))  # noqa: B009

    async def wish(self, signal: ConversationSignal, name: str, **more: Any) -> Taken:
        mail = Identifier(kind="email", value=MAIL)
        told = {"address": COOKIE, "identifier": mail, **more}
        return await self.wishes.take(
            ConversationEvent(
                id=name, channel=Channel.WEB, thread=THREAD, signal=signal, occurred_at=self.world.clock.now(), **told
            )
        )

    def facts(self, cls: Any) -> list[Any]:
        return [one.event for one in self.world.journal.log if type(one.event) is cls]

    def code(self) -> str:
        """The one that was sent last."""
        found = re.search(r"\d{6}", self.facts(ContactDispatched)[-1].text)
        assert found is not None
        return found[0]


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    await desk.world.path_policies.publish_first(command_id="first")
    await desk.world.path_policy.start(desk.world.path_policies)
    return desk


async def test_the_code_that_was_sent_there_proves_it(desk: Desk) -> None:
    visitor = await desk.write("hello")
    await desk.wish(ConversationSignal.CODE_ASKED, "ask", language="fa")
    [sent] = desk.facts(ContactDispatched)
    assert (sent.channel, sent.address, sent.purpose, sent.language) == (Channel.EMAIL, MAIL, "transactional", "fa")
    await desk.wish(ConversationSignal.CODE_TOLD, "tell", code=desk.code())
    proven = [one for one in desk.facts(IdentifierObserved) if one.verified]
    assert [(one.kind, one.value) for one in proven] == [("email", MAIL)]
    linked = desk.facts(CustomersLinked)[-1]
    assert visitor in (linked.left.id, linked.right.id)


async def test_persian_digits_are_digits(desk: Desk) -> None:
    await desk.wish(ConversationSignal.CODE_ASKED, "ask")
    spoken = desk.code().translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    await desk.wish(ConversationSignal.CODE_TOLD, "tell", code=f" {spoken[:3]} {spoken[3:]}")
    assert [one.value for one in desk.facts(IdentifierObserved) if one.verified] == [MAIL]


async def test_another_code_proves_nothing(desk: Desk) -> None:
    await desk.wish(ConversationSignal.CODE_ASKED, "ask")
    wrong = f"{(int(desk.code()) + 1) % 1_000_000:06}"
    with pytest.raises(RefusedError, match="not the code"):
        await desk.wish(ConversationSignal.CODE_TOLD, "tell", code=wrong)
    with pytest.raises(RefusedError, match="no code"):
        await desk.wish(ConversationSignal.CODE_TOLD, "other", code=desk.code(), address="visitor-2")
    assert not [one for one in desk.facts(IdentifierObserved) if one.verified]


async def test_repeats_send_one_code_and_prove_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.wish(ConversationSignal.CODE_ASKED, "ask")
    assert len(desk.facts(ContactDispatched)) == 1
    code = desk.code()
    for _ in range(3):
        await desk.wish(ConversationSignal.CODE_TOLD, "tell", code=code)
    assert sum(one.verified for one in desk.facts(IdentifierObserved)) == 1


async def test_the_code_is_nowhere_but_in_the_words_that_are_sent(desk: Desk) -> None:
    await desk.wish(ConversationSignal.CODE_ASKED, "ask")
    code = desk.code()
    others = [one.event for one in desk.world.journal.log if not hasattr(one.event, "text")]
    assert others
    assert not any(code in one.model_dump_json() for one in others)


async def test_who_unsubscribes_once_more_after_a_yes_elsewhere_changes_something_again(desk: Desk) -> None:
    consent, consents = {"channel": "email", "purpose": "promotional", "text_version": "1"}, desk.world.consents
    for number in range(2):
        for name, is_new in ((f"stop-{number}", True), (f"again-{number}", False)):
            told = Statement("email", MAIL, "a link", "adapter:email", name)
            assert bool(await consents.unsubscribe(told, "email", Scope.EVERYWHERE)) == is_new
            assert await consents.was_said_by(told) == is_new
        desk.world.clock.moment += timedelta(minutes=1)
        await desk.wish(ConversationSignal.CONSENT_GIVEN, f"yes-{number}", consent=consent)
        desk.world.clock.moment += timedelta(minutes=1)


async def test_consent_is_on_record_with_the_version_of_its_words(desk: Desk) -> None:
    consent = {"channel": "email", "purpose": "promotional", "text_version": "2026-01"}
    said = [await desk.wish(ConversationSignal.CONSENT_GIVEN, name, consent=consent) for name in ("yes", "yes", "2")]
    assert [one.said_before for one in said] == [False, False, True]
    [given] = desk.facts(ConsentGranted)
    assert (given.value, given.purpose, given.text_version) == (MAIL, "promotional", "2026-01")


@pytest.mark.parametrize(
    ("signal", "more", "field"),
    [
        (ConversationSignal.CONSENT_GIVEN, {}, "consent"),
        (ConversationSignal.CONSENT_GIVEN, {"identifier": None}, "identifier"),
        (
            ConversationSignal.CONSENT_GIVEN,
            {"consent": {"channel": "email", "purpose": "pleasure", "text_version": "1"}},
            "consent.purpose",
        ),
        (ConversationSignal.CODE_ASKED, {"address": ""}, "address"),
        (ConversationSignal.CODE_ASKED, {"identifier": {"kind": "national_id", "value": "1"}}, "identifier.kind"),
        (ConversationSignal.CODE_TOLD, {}, "code"),
        (ConversationSignal.TRANSCRIPT_ASKED, {"interaction_id": "interaction-9"}, "interaction_id"),
        (ConversationSignal.TRANSCRIPT_ASKED, {"identifier": {"kind": "phone", "value": "1"}}, "identifier.kind"),
    ],
)
async def test_what_is_missing_is_named(
    desk: Desk, signal: ConversationSignal, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidError) as told:
        await desk.wish(signal, "one", **more)
    assert told.value.field == field


async def talked(desk: Desk) -> str:
    """A conversation of the visitor's."""
    customer = await desk.write("Where is my card?")
    queued = of_queue("general", customer).model_copy(
        update={"contact_id": f"{THREAD}-1", "channel": Channel.WEB, "thread": THREAD}
    )
    desk.world.write(("interaction-1", queued))
    return "interaction-1"


async def test_a_transcript_goes_to_an_address_that_is_proven_and_to_no_other(desk: Desk) -> None:
    work = await talked(desk)
    with pytest.raises(RefusedError, match="not proven"):
        await desk.wish(ConversationSignal.TRANSCRIPT_ASKED, "mail", interaction_id=work)
    await desk.wish(ConversationSignal.CODE_ASKED, "ask")
    await desk.wish(ConversationSignal.CODE_TOLD, "tell", code=desk.code())
    await desk.wish(ConversationSignal.TRANSCRIPT_ASKED, "mail", interaction_id=work)
    await desk.wish(ConversationSignal.TRANSCRIPT_ASKED, "mail", interaction_id=work)
    sent = desk.facts(ContactDispatched)[1:]
    assert [(one.channel, one.address) for one in sent] == [(Channel.EMAIL, MAIL)]
    assert "Where is my card?" in sent[0].text


def message(direction: Said, at: datetime, text: str) -> Message:
    """One of a chat."""
    return Message(at, direction, "received", "", "c", "", "customer-1", Channel.WEB, "", "", text, "", (), ())


def test_a_transcript_is_in_the_words_the_calendar_and_the_time_of_its_reader() -> None:
    at = datetime(2026, 11, 23, 21, 40, tzinfo=UTC)
    said = [
        message(Said.INBOUND, at, "کارتم کجاست؟"), message(Said.INTERNAL, at, "note"),
        message(Said.OUTBOUND, at + timedelta(minutes=5), "در راه است."),
    ]  # fmt: skip
    assert written(said, "fa", ZoneInfo("Asia/Tehran")) == (
        "گفت‌وگوی شما با ما", "شما، ۳ آذر ۱۴۰۵، ۰۱:۱۰\nکارتم کجاست؟\n\nما، ۳ آذر ۱۴۰۵، ۰۱:۱۵\nدر راه است.\n",
    )  # fmt: skip
    assert written(said[:1], "en", UTC)[1].startswith("You, 23 November 2026, 21:40 UTC\n")


def test_a_transcript_that_is_too_long_has_the_newest_messages_whole() -> None:
    said = [message(Said.INBOUND, NOON, f"{number} " + "x" * 3_000) for number in range(40)]
    text = written(said, "en", UTC)[1]
    assert len(text) <= LONGEST
    assert text.startswith("You, ")
    assert text.count("You, ") == 29
    assert "\n39 x" in text


async def test_nobody_is_sent_the_conversation_of_another_thread(desk: Desk) -> None:
    work = await talked(desk)
    desk.world.write(("interaction-2", desk.facts(InteractionQueued)[0].model_copy(update={"thread": "chat-2"})))
    with pytest.raises(InvalidError, match="another thread"):
        await desk.wish(ConversationSignal.TRANSCRIPT_ASKED, "mail", interaction_id="interaction-2")
    assert work
