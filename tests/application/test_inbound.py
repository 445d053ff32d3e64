"""What the bus brings is answered one by one: recorded, set aside with a reason, or asked for again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from hub.application.customers.consents import Statement
from hub.application.intake.envelope import Confirmation, contact_envelope, conversation_envelope, refused_envelope
from hub.application.intake.inbound import InboundHandler
from hub.application.intake.recorder import ContactRecorder, ContendedError, Receipt
from hub.application.intake.recordings import Take
from hub.application.intake.signals import InboundSignals
from hub.application.intake.turns import EarlierBatchError
from hub.application.intake.wishes import Taken
from hub.clock import WallClock
from hub.domain.contact import Attachment, Channel, Contact, ConversationEvent, ConversationSignal, Path, RecordingKind
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.refused_input import RefusedInput
from hub.paths.consent.decide import Scope
from hub.ports import Outcome, Unit
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.commands import Command, CustomerLeft, MissCallback, RequestCallback
from tests.support.memory import MemoryJournal

CLOCK = WallClock()


@dataclass
class Message:
    body: bytes
    subject: str = "contacts.in.phone.00000000"


class FakePool:
    """Knows which threads are open; a thread in `late` is found only once the log has been read on."""

    def __init__(self, *threads: str, late: str = "") -> None:
        self.threads = {*threads}
        self.late = late
        self.left: list[str] = []
        self.waited: list[int] = []
        self.others: list[Command] = []
        self.error: HubError | None = None

    async def reached(self, position: int) -> None:
        self.waited.append(position)
        if self.late and len(self.waited) > 1:
            self.threads.add(self.late)

    async def execute(self, command: Command) -> list[object]:
        if self.error is not None:
            raise self.error
        if not isinstance(command, CustomerLeft):
            self.others.append(command)
            return []
        if command.thread not in self.threads:
            raise NotFoundError("nothing open")
        self.left.append(command.thread)
        return []


class FakeSurveys:
    """Knows one survey, which takes one answer."""

    def __init__(self) -> None:
        self.answered: list[tuple[int, str, str, str]] = []

    async def answer(self, survey: str, score: int, comment: str, *, actor: str, command_id: str) -> None:
        if survey != "survey-1":
            raise NotFoundError(f"there is no survey {survey}")
        if self.answered:
            raise RefusedError("survey survey-1 is answered already")
        self.answered.append((score, comment, actor, command_id))


class FakeReports:
    """Knows one contact that is to be made."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    async def sent(self, contact_id: str, *, thread: str, at: datetime, actor: str, command_id: str) -> None:
        self._note(contact_id, "sent", thread, at.isoformat(), actor, command_id)

    async def delivered(self, contact_id: str, *, at: datetime, actor: str, command_id: str) -> None:
        self._note(contact_id, "delivered", at.isoformat(), actor, command_id)

    async def failed(self, contact_id: str, reason: str, *, actor: str, command_id: str) -> None:
        self._note(contact_id, "failed", reason, actor, command_id)

    async def address_of(self, contact_id: str, channel: Channel) -> str:
        self._note(contact_id, "looked up", channel)
        return "mina@example.com"

    def _note(self, contact_id: str, *told: str) -> None:
        if contact_id != "decision-1":
            raise InvalidError(f"nobody was told to make contact {contact_id!r}", "contact_id")
        self.told.append(told)


class FakeRecordings:
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    async def note(self, take: Take, *, actor: str, command_id: str) -> None:
        if take.interaction_id != "interaction-1":
            raise InvalidError(f"there is no interaction {take.interaction_id!r}", "interaction_id")
        self.told.append((take, actor, command_id))


class FakeConsents:
    def __init__(self) -> None:
        self.told: list[tuple[Statement, str, Scope]] = []

    async def unsubscribe(self, told: Statement, channel: str, scope: Scope) -> list[object]:
        if "@" not in told.value:
            raise InvalidError("this is no mail address", "value")
        is_new = told.value not in {one.value for one, _, _ in self.told}
        self.told.append((told, channel, scope))
        return [told] if is_new else []

    async def was_said_by(self, told: Statement) -> bool:
        return next(one for one, _, _ in self.told if one.value == told.value).command_id == told.command_id


class FakeWishes:
    def __init__(self) -> None:
        self.told: list[ConversationEvent] = []

    async def take(self, signal: ConversationEvent) -> Taken:
        if not signal.address:
            raise RefusedError("no code is waited for")
        self.told.append(signal)
        return Taken(said_before=len(self.told) > 1)


class World:
    def __init__(self, *threads: str, late: str = "") -> None:
        self.journal = MemoryJournal()
        self.pool = FakePool(*threads, late=late)
        self.aside: list[tuple[str, bytes, str, str]] = []
        self.replaced: list[int] = []
        recorder = ContactRecorder(self.journal, CLOCK, b"k" * 32)
        self.surveys, self.reports = FakeSurveys(), FakeReports()
        self.recordings = FakeRecordings()
        self.consents = FakeConsents()
        self.wishes = FakeWishes()
        others = (self.surveys, self.reports, self.recordings, self.consents, self.wishes)
        self.signals = InboundSignals(self.pool, self.journal, CLOCK, *others)  # type: ignore[arg-type]
        self.handler = InboundHandler(recorder, self.pool, self.signals, self.set_aside)  # type: ignore[arg-type]

    async def set_aside(self, subject: str, body: bytes, reason: str, field: str, instead_of: int = 0) -> int:
        self.aside.append((subject, body, reason, field))
        self.replaced.append(instead_of)
        return len(self.aside)


def call(number: int, text: str = "", thread: str = "") -> Message:
    contact = Contact(
        id=f"c{number}", path=Path(channel=Channel.PHONE), occurred_at=CLOCK.now().replace(2026, 1, 1, 0, 0, 0, 0),
        text=text, thread=thread,
    )  # fmt: skip
    return Message(contact_envelope(contact, "/adapters/test"))


def hang_up(thread: str) -> Message:
    event = ConversationEvent(
        id=f"h-{thread}", channel=Channel.PHONE, thread=thread, signal=ConversationSignal.CUSTOMER_LEFT,
        occurred_at=CLOCK.now(),
    )  # fmt: skip
    return Message(conversation_envelope(event, "/adapters/test"), f"conversations.in.{event.channel}.00000000")


async def test_poison_is_set_aside_and_the_rest_goes_on() -> None:
    world = World()
    answers = await world.handler([call(1), Message(b"\xff{"), call(2)])
    assert [answer.status for answer in answers if answer] == ["accepted", "rejected", "accepted"]
    [(subject, body, reason, _)] = world.aside
    assert (subject, body) == ("contacts.in.phone.00000000", b"\xff{")
    assert reason
    assert world.handler.rejected == 1


async def test_who_is_rejected_is_told_its_number_and_may_keep_it_in_another_form() -> None:
    world = World()
    _, told = await world.handler([call(1), call(1, text="other")])
    assert told is not None
    raw = Attachment(uri="hub-file:x", media_type="application/json")
    kept = RefusedInput(
        id="refused-1", channel=Channel.PHONE, reason="the hub", raw=raw, received_at=CLOCK.now(),
        instead_of=told.set_aside,
    )  # fmt: skip
    [answer] = await world.handler([Message(refused_envelope(kept, "/adapters/phone"), "refused.in.phone")])
    assert answer is not None
    assert (told.set_aside, answer.status, world.replaced) == (1, "accepted", [0, 1])


async def test_a_reused_id_is_set_aside_and_a_repeat_is_not() -> None:
    world = World()
    first, again, other = await world.handler([call(1), call(1), call(1, text="other")])
    assert first is not None
    assert again is not None
    assert other is not None
    assert (first.duplicate, again.duplicate, other.status, other.field) == (False, True, "rejected", "id")
    assert first.customer_id == again.customer_id
    assert len(world.aside) == 1


async def test_a_hang_up_waits_for_its_call_to_be_taken_up() -> None:
    world = World("c1")
    await world.handler([call(1), hang_up("c1")])
    assert world.pool.waited == [len(world.journal.log)]
    assert world.pool.left == ["c1"]


async def test_a_hang_up_looks_again_when_the_log_has_been_read_on() -> None:
    world = World(late="t1")
    [answer] = await world.handler([hang_up("t1")])
    assert answer is not None
    assert (answer.status, answer.reason) == ("accepted", "")
    assert world.pool.left == ["t1"]


async def test_a_hang_up_of_what_is_over_is_accepted_and_says_so() -> None:
    [answer] = await World().handler([hang_up("gone")])
    assert answer is not None
    assert answer.status == "accepted"
    assert "nothing is open" in answer.reason


async def test_a_new_message_does_not_overtake_the_goodbye_before_it() -> None:
    world = World("t1")
    seen: list[str] = []
    record, execute = world.handler._recorder.record, world.pool.execute

    async def recording(contacts: list[tuple[Contact, str]]) -> list[Receipt | HubError]:
        seen.extend(contact.id for contact, _ in contacts)
        return await record(contacts)

    async def executing(command: CustomerLeft) -> list[object]:
        seen.append("left")
        return await execute(command)

    world.handler._recorder.record = recording  # type: ignore[method-assign,assignment]
    world.pool.execute = executing  # type: ignore[method-assign,assignment]
    await world.handler([call(1), hang_up("t1"), call(2, thread="t1"), call(3)])
    assert seen == ["c1", "left", "c2", "c3"]


def report(signal: ConversationSignal, **more: object) -> Message:
    event = ConversationEvent(
        id="s1", channel=Channel.PHONE, thread="t1", signal=signal, occurred_at=CLOCK.now(), **more
    )  # fmt: skip
    return Message(conversation_envelope(event, "/adapters/test"), f"conversations.in.{event.channel}.00000000")


async def test_a_broken_line_is_told_as_one() -> None:
    world, seen = World("t1"), list[Command]()

    async def executing(command: Command) -> list[object]:
        seen.append(command)
        return []

    world.pool.execute = executing  # type: ignore[method-assign]
    await world.handler([report(ConversationSignal.CUSTOMER_LEFT, dropped=True), hang_up("t1")])
    assert [command.dropped for command in seen if isinstance(command, CustomerLeft)] == [True, False]


async def test_a_wish_to_be_called_back_reaches_the_pool() -> None:
    world = World()
    due = datetime(2026, 1, 5, 15, 30, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    [answer] = await world.handler([report(ConversationSignal.CALLBACK_REQUESTED, due=due, address_of="c7")])
    assert answer is not None
    assert answer.status == "accepted"
    [command] = world.pool.others
    assert isinstance(command, RequestCallback)
    assert (command.channel, command.thread, command.address_of) == ("phone", "t1", "c7")
    assert command.due == due
    assert command.due.tzinfo is UTC


async def test_a_callback_nobody_answered_names_the_work_and_the_agent() -> None:
    world = World()
    told = {"interaction_id": "interaction-1", "agent_id": "ann", "outcome": "busy"}
    await world.handler([report(ConversationSignal.CALLBACK_MISSED, **told)])
    [command] = world.pool.others
    assert isinstance(command, MissCallback)
    assert (command.interaction_id, command.agent_id, command.outcome) == ("interaction-1", "ann", "busy")
    assert command.actor == "adapter:phone"


@pytest.mark.parametrize(
    ("more", "field"),
    [({"agent_id": "ann"}, "interaction_id"), ({"interaction_id": "interaction-1"}, "agent_id")],
)
async def test_a_missed_callback_that_does_not_say_whose_is_set_aside(more: dict[str, str], field: str) -> None:
    world = World()
    [answer] = await world.handler([report(ConversationSignal.CALLBACK_MISSED, **more)])
    assert answer is not None
    assert (answer.status, answer.field) == ("rejected", field)
    assert [one[3] for one in world.aside] == [field]
    with pytest.raises(InvalidError):
        await world.signals(
            ConversationEvent(
                id="s", channel=Channel.PHONE, thread="t", signal=ConversationSignal.CALLBACK_MISSED,
                occurred_at=CLOCK.now(), **more,
            )
        )  # fmt: skip


SOUND = {"uri": "hub-file:1", "media_type": "audio/wav", "name": "r.wav", "size": 7}


async def test_what_was_recorded_is_put_on_record() -> None:
    world = World()
    told = {"interaction_id": "interaction-1", "attachment": SOUND, "started_at": CLOCK.now(), "seconds": 61}
    [answer] = await world.handler([report(ConversationSignal.RECORDED, **told)])
    assert answer is not None
    assert answer.status == "accepted"
    [(take, actor, _)] = world.recordings.told
    assert (take.interaction_id, take.attachment, take.seconds) == ("interaction-1", Attachment(**SOUND), 61.0)
    assert (take.channel, take.kind, actor) == (Channel.PHONE, RecordingKind.RECORDING, "adapter:phone")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"started_at": CLOCK.now()}, "attachment"),
        ({"attachment": SOUND}, "started_at"),
        ({"attachment": SOUND, "started_at": CLOCK.now()}, "interaction_id"),
    ],
)
async def test_a_recording_that_does_not_say_of_what_is_set_aside(more: dict[str, Any], field: str) -> None:
    world = World()
    [answer] = await world.handler([report(ConversationSignal.RECORDED, **more)])
    assert answer is not None
    assert (answer.status, answer.field) == ("rejected", field)
    assert (len(world.aside), world.recordings.told) == (1, [])


def unsubscribed(**more: str) -> Message:
    told = {"id": "u1", "channel": Channel.EMAIL, "thread": "m1", "signal": ConversationSignal.UNSUBSCRIBED, **more}
    event = ConversationEvent.model_validate({**told, "occurred_at": CLOCK.now()})
    return Message(conversation_envelope(event, "/adapters/test"), "conversations.in.email.00000000")


async def test_who_unsubscribes_at_an_address_gets_no_more_advertising_anywhere() -> None:
    world = World()
    [answer] = await world.handler([unsubscribed(address="mina@example.com", reason="one click in a mail")])
    assert answer is not None
    assert answer.status == "accepted"
    said = Statement("email", "mina@example.com", "one click in a mail", "adapter:email", "u1")
    assert world.consents.told == [(said, "email", Scope.EVERYWHERE)]


async def test_who_unsubscribes_again_is_told_so_but_not_who_is_only_heard_again() -> None:
    world, told = World(), {"address": "mina@example.com"}
    answers = [(await world.handler([unsubscribed(id=name, **told)]))[0] for name in ("u1", "u1", "u2")]
    assert [one.said_before for one in answers if one is not None] == [False, False, True]


async def test_who_unsubscribes_from_what_was_sent_gets_none_where_it_went() -> None:
    world = World()
    [done] = await world.handler([unsubscribed(contact_id="decision-1")])
    [unknown] = await world.handler([unsubscribed(contact_id="decision-9")])
    assert done is not None
    assert unknown is not None
    assert (done.status, [told.value for told, _, _ in world.consents.told]) == ("accepted", ["mina@example.com"])
    assert (unknown.status, unknown.field) == ("rejected", "contact_id")


@pytest.mark.parametrize("more", [{}, {"address": "mina"}])
async def test_an_address_that_is_none_is_blamed(more: dict[str, str]) -> None:
    world = World()
    [answer] = await world.handler([unsubscribed(**more)])
    assert answer is not None
    assert (answer.status, answer.field, world.consents.told) == ("rejected", "address", [])


async def test_a_time_that_does_not_exist_in_utc_is_set_aside() -> None:
    world = World()
    due = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
    [answer] = await world.handler([report(ConversationSignal.CALLBACK_REQUESTED, due=due)])
    assert answer is not None
    assert (answer.status, answer.field) == ("rejected", "due")


async def test_what_the_state_does_not_allow_is_answered_and_not_set_aside() -> None:
    world = World()
    world.pool.error = RefusedError("queue sales offers no callback")
    first, second = await world.handler([report(ConversationSignal.CALLBACK_REQUESTED), call(1)])
    assert first is not None
    assert second is not None
    assert (first.status, first.reason) == ("rejected", "queue sales offers no callback")
    assert second.status == "accepted"
    assert not world.aside
    assert world.handler.rejected == 0


class SlowWorld(World):
    """Nothing is written before `gate` is open."""

    def __init__(self, *threads: str) -> None:
        super().__init__(*threads)
        self.gate = asyncio.Event()
        self.asked: list[str] = []
        commit = self.journal.commit

        async def slow(units: Sequence[Unit]) -> list[Outcome]:
            self.asked += [unit.contacts[0].contact_id for unit in units]
            await self.gate.wait()
            return await commit(units)

        self.journal.commit = slow  # type: ignore[method-assign]

    async def taken(self, *batches: list[Message]) -> list[asyncio.Task[list[Confirmation | None]]]:
        """These batches, one after the other, while nothing is written."""
        calls = []
        for batch in batches:
            calls.append(asyncio.create_task(self.handler(batch)))
            for _ in range(10):
                await asyncio.sleep(0)
        return calls


async def test_a_batch_is_decided_while_the_one_before_is_written() -> None:
    world = SlowWorld()
    calls = await world.taken([call(1)], [call(2), call(1)])
    assert world.asked == ["c1", "c2", "c1"]
    assert not any(one.done() for one in calls)
    world.gate.set()
    first, second = await asyncio.gather(*calls)
    assert [answer.duplicate for answer in (*first, *second) if answer] == [False, False, True]


async def test_a_contact_waits_for_the_goodbye_of_its_thread_in_an_earlier_batch() -> None:
    world = SlowWorld("t1")
    calls = await world.taken([call(1), hang_up("t1")], [call(2, thread="t1")], [call(3, thread="t3")])
    assert world.asked == ["c1", "c3"], "what has nothing to wait for does not wait"
    world.gate.set()
    await asyncio.gather(*calls)
    assert world.asked == ["c1", "c3", "c2"]
    assert world.pool.left == ["t1"]


async def test_what_happened_later_is_carried_out_later() -> None:
    world = SlowWorld("t1", "t2")
    calls = await world.taken([call(1), hang_up("t1")], [hang_up("t2")])
    assert world.pool.left == []
    world.gate.set()
    await asyncio.gather(*calls)
    assert world.pool.left == ["t1", "t2"]


async def test_after_a_batch_that_failed_the_next_fails_too_and_both_come_again_in_order() -> None:
    world = SlowWorld("t2")
    world.journal.fail_next = 1
    batches = [call(1)], [call(2), hang_up("t2")]
    calls = await world.taken(*batches)
    world.gate.set()
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [OSError, EarlierBatchError]
    assert world.pool.left == []
    again = [await world.handler(batch) for batch in batches]
    assert [answer.status for answers in again for answer in answers if answer] == ["accepted"] * 3
    assert world.pool.left == ["t2"]


async def test_a_pool_that_cannot_now_is_asked_again() -> None:
    world = World()
    world.pool.error = PoolUnavailableError("recovering")
    with pytest.raises(PoolUnavailableError):
        await world.handler([report(ConversationSignal.CALLBACK_REQUESTED)])


async def test_contention_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    async def contended(contacts: list[tuple[Contact, str]]) -> list[Receipt | HubError]:
        return [ContendedError(contact.id) for contact, _ in contacts]

    monkeypatch.setattr(world.handler._recorder, "record", contended)
    assert await world.handler([call(1)]) == [None]
    assert not world.aside


def answered(**more: Any) -> Message:
    given = {"id": "a-1", "survey_id": "survey-1", "score": 4, "comment": "well", **more}
    event = ConversationEvent(
        **given, channel=Channel.SMS, thread="survey-1", signal=ConversationSignal.SURVEY_ANSWERED,
        occurred_at=CLOCK.now(),
    )  # fmt: skip
    return Message(conversation_envelope(event, "/adapters/test"), f"conversations.in.{event.channel}.00000000")


async def test_an_answer_to_a_survey_goes_to_the_surveys_and_not_to_the_pool() -> None:
    world = World()
    first, again = [(await world.handler([answered(id=name)]))[0] for name in ("a-1", "a-2")]
    assert first is not None
    assert again is not None
    assert (first.status, first.reason) == ("accepted", "")
    assert (again.status, again.field, again.reason) == ("rejected", "signal", "survey survey-1 is answered already")
    assert world.surveys.answered == [(4, "well", "adapter:sms", "a-1")]
    assert (world.aside, world.pool.left, world.pool.others) == ([], [], [])


@pytest.mark.parametrize(
    ("more", "field"),
    [({"survey_id": "survey-2"}, "survey_id"), ({"survey_id": ""}, "survey_id"), ({"score": None}, "score")],
)
async def test_an_answer_that_can_not_be_understood_is_set_aside(more: dict[str, Any], field: str) -> None:
    world = World()
    [answer] = await world.handler([answered(**more)])
    assert answer is not None
    assert (answer.status, answer.field) == ("rejected", field)
    assert [aside[3] for aside in world.aside] == [field]


def reported(signal: ConversationSignal, **more: Any) -> Message:
    event = ConversationEvent(
        **{"id": "r-1", "contact_id": "decision-1", **more}, channel=Channel.SMS, thread="sms-7", signal=signal,
        occurred_at=CLOCK.now(),
    )  # fmt: skip
    return Message(conversation_envelope(event, "/adapters/test"), f"conversations.in.{event.channel}.00000000")


async def test_what_comes_of_a_contact_that_an_adapter_was_told_to_make_is_taken_from_it() -> None:
    world = World()
    [made] = await world.handler([reported(ConversationSignal.SENT)])
    [failed] = await world.handler([reported(ConversationSignal.FAILED, reason="no such number")])
    assert made is not None
    assert failed is not None
    assert (made.status, failed.status) == ("accepted", "accepted")
    [(_, thread, _, *first), second] = world.reports.told
    assert (thread, first) == ("sms-7", ["adapter:sms", "r-1"])
    assert second == ("failed", "no such number", "adapter:sms", "r-1")


@pytest.mark.parametrize("contact", ["", "decision-2"])
async def test_a_report_of_no_contact_that_was_asked_for_is_set_aside(contact: str) -> None:
    world = World()
    [answer] = await world.handler([reported(ConversationSignal.SENT, contact_id=contact)])
    assert answer is not None
    assert (answer.status, answer.field) == ("rejected", "contact_id")
    assert len(world.aside) == 1


async def test_nobody_reports_for_another_channel_than_their_own() -> None:
    world = World()
    told = call(1).body
    answers = await world.handler([Message(told, "contacts.in.email.00000000"), call(1)])
    assert [(one.status, one.field) for one in answers if one] == [("rejected", "data.path.channel"), ("accepted", "")]
    [(subject, body, reason, _)] = world.aside
    assert (subject, body) == ("contacts.in.email.00000000", told)
    assert reason.startswith("it came on contacts.in.email.00000000, and speaks for phone")


async def test_what_an_adapter_could_not_take_in_is_kept_before_it_is_told_so() -> None:
    world = World()
    raw = Attachment(uri="hub-file:00.key", media_type="message/rfc822", name="original.eml", size=3)
    refused = RefusedInput(
        id="r1", channel=Channel.EMAIL, reason="no sender", field="From", raw=raw, received_at=CLOCK.now()
    )
    body = refused_envelope(refused, "/adapters/email")
    [answer] = await world.handler([Message(body, "refused.in.email")])
    assert answer == Confirmation(id="r1", status="accepted")
    assert world.aside == [("refused.in.email", body, "no sender", "From")]
    assert (world.journal.log, world.handler.rejected) == ([], 1)


def asked_for_a_code(**more: Any) -> Message:
    told = {"id": "v1", "channel": Channel.WEB, "thread": "chat-1", "signal": ConversationSignal.CODE_ASKED, **more}
    event = ConversationEvent.model_validate({**told, "occurred_at": CLOCK.now()})
    return Message(conversation_envelope(event, "/adapters/test"), "conversations.in.web.00000000")


async def test_what_a_customer_wants_beside_talking_is_done_or_answered_why_not() -> None:
    world = World()
    done, refused = await world.handler([asked_for_a_code(address="visitor-1"), asked_for_a_code()])
    assert done is not None
    assert refused is not None
    assert (done.status, [one.id for one in world.wishes.told]) == ("accepted", ["v1"])
    assert (refused.status, refused.field, world.aside) == ("rejected", "signal", [])
