"""Appointments in branches: on their customer's timeline once, and told to them through the gates."""

from datetime import timedelta
from typing import Any

import pytest

from hub.application.customers.consents import Statement
from hub.application.intake.appointments import Appointments
from hub.domain.contact import Appointment, Channel, ConversationEvent, ConversationSignal, Identifier
from hub.domain.customer.appointments import AppointmentNoted
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.customer.outbound.events import ContactDispatched, ContactPlanned
from hub.domain.decision.events import PathDecided
from hub.domain.errors import InvalidError
from hub.paths.decision.record import question_of
from tests.api.world import NOON, World

NUMBER = Identifier(kind="customer_number", value="4711", verified=True)
PHONE = Identifier(kind="phone", value="+989121234567")


class Diary:
    """A hub in memory."""

    def __init__(self) -> None:
        self.world = World()
        world = self.world
        self.appointments = Appointments(world.journal, world.clock, world.paths, world.paths.contacts)

    async def hears(self, state: str = "made", name: str = "s-1", **more: Any) -> None:
        told: dict[str, Any] = {"state": state, "tell": PHONE, "text": f"You are expected: {state}", **more}
        given = Appointment(
            id="centre-471108", branch="centre", service="accounts", starts_at=NOON + timedelta(days=2), **told
        )  # fmt: skip
        signal = ConversationEvent(
            id=name, channel=Channel.IN_PERSON, thread="appointment-1", signal=ConversationSignal.APPOINTMENT,
            occurred_at=NOON - timedelta(hours=1), appointment=given, identifier=NUMBER,
        )  # fmt: skip
        await self.appointments.take(signal, NUMBER)

    def facts(self, cls: Any) -> list[Any]:
        return [one.event for one in self.world.journal.log if type(one.event) is cls]


@pytest.fixture
async def diary() -> Diary:
    made = Diary()
    await made.world.path_policies.publish_first(command_id="first")
    await made.world.path_policy.start(made.world.path_policies)
    return made


async def test_it_is_a_fact_of_who_is_to_come_at_the_time_it_was_agreed_on(diary: Diary) -> None:
    for _ in range(2):
        await diary.hears()
    [noted] = diary.facts(AppointmentNoted)
    assert (noted.at, noted.recorded_at, noted.state) == (NOON - timedelta(hours=1), NOON, "made")
    stream = diary.world.paths.stream_of("customer_number", "4711")
    there = [type(one.event) for one in diary.world.journal.log if one.stream == stream]
    assert there[:4] == [CustomerRegistered, IdentifierObserved, IdentifierObserved, AppointmentNoted]


async def test_it_is_told_once_however_often_it_is_heard(diary: Diary) -> None:
    for _ in range(2):
        await diary.hears()
        await diary.hears("moved", "s-2")
    made = diary.facts(ContactDispatched)
    assert [(one.channel, one.purpose, one.text) for one in made] == [
        ("sms", "transactional", "You are expected: made"), ("sms", "transactional", "You are expected: moved"),
    ]  # fmt: skip


async def test_where_nothing_is_to_be_said_or_nobody_is_named_nothing_is_sent(diary: Diary) -> None:
    await diary.hears("missed", text="")
    await diary.hears("made", "s-2", tell=None)
    assert len(diary.facts(AppointmentNoted)) == 2
    assert not diary.facts(ContactDispatched)


async def test_what_says_too_little_is_refused_and_blamed(diary: Diary) -> None:
    with pytest.raises(InvalidError) as refused:
        await diary.hears(tell=Identifier(kind="cookie", value="x"))
    assert refused.value.field == "appointment.tell"
    assert len(diary.facts(AppointmentNoted)) == 1, "it is on record all the same"


async def test_what_they_are_told_is_with_the_customer_of_the_appointment_at_the_phone_they_gave(diary: Diary) -> None:
    await diary.hears(tell=Identifier(kind="phone", value="0912 123 4567"))
    customer = diary.world.paths.stream_of("customer_number", "4711")
    planned, sent = (
        [one for one in diary.world.journal.log if isinstance(one.event, cls)]
        for cls in (ContactPlanned, ContactDispatched)
    )
    assert [one.stream for one in (*planned, *sent)] == [customer, customer]
    [dispatched] = diary.facts(ContactDispatched)
    assert dispatched.address == PHONE.value
    [claimed] = [one for one in diary.facts(IdentifierObserved) if one.kind == "phone"]
    assert (claimed.value, claimed.verified) == (PHONE.value, False), "that it is theirs nobody proved"
    of_the_phone = diary.world.paths.stream_of("phone", PHONE.value)
    assert of_the_phone not in {one.stream for one in diary.world.journal.log}


async def test_who_gave_a_phone_for_it_is_reminded_there_though_nobody_proved_that_it_is_theirs(diary: Diary) -> None:
    await diary.hears("reminded")
    [sent] = diary.facts(ContactDispatched)
    assert (sent.address, sent.text) == (PHONE.value, "You are expected: reminded")
    [decided] = diary.facts(PathDecided)
    question = question_of(decided)
    assert (question.purpose, question.given_for_it) == (Purpose.SERVICE, True)


async def test_what_was_said_at_the_phone_before_holds_for_reminders_of_whoever_gives_it(diary: Diary) -> None:
    said = Statement("phone", PHONE.value, "call", "operator:ann", "c-1")
    await diary.world.consents.withdraw(said, "sms", Purpose.SERVICE, "")
    await diary.hears("reminded")
    assert len(diary.facts(AppointmentNoted)) == 1
    assert not diary.facts(ContactDispatched)
