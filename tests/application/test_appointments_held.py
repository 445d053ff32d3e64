"""What is held back of an appointment that changes meanwhile: nobody is told of a time that is not true any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from hub.domain.contact import Appointment, ConversationEvent
from hub.domain.customer.appointments import AppointmentNoted
from hub.domain.customer.outbound.events import ContactDispatched, ContactGivenUp, ContactPlanned
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.errors import ConflictError
from hub.ports import Outcome, Unit
from tests.api.world import NOON
from tests.application.test_appointments import PHONE, Diary

NIGHT = NOON.replace(hour=20)
"""In Tehran it is half past eleven; at nine in the morning, half past five here, what is held leaves."""
MORNING = NIGHT + timedelta(hours=9, minutes=31)
STARTS = NIGHT + timedelta(days=1)


@pytest.fixture
async def diary() -> Diary:
    made = Diary()
    await made.world.path_policies.publish_first(command_id="first")
    await made.world.path_policy.start(made.world.path_policies)
    made.world.clock.moment = NIGHT
    return made


async def hears(diary: Diary, state: str, starts_at: datetime = STARTS, appointment: str = "centre-471108") -> None:
    given = Appointment(
        id=appointment, branch="centre", service="accounts", starts_at=starts_at, state=state, tell=PHONE,
        text=f"{state} {starts_at:%d %H:%M}" if state in ("made", "moved", "reminded", "cancelled") else "",
    )  # fmt: skip
    signal = ConversationEvent.model_validate(
        {
            "id": f"{appointment}-{state}-{starts_at.isoformat()}", "channel": "in_person", "thread": appointment,
            "signal": "appointment", "occurred_at": diary.world.clock.moment, "identifier": PHONE,
            "appointment": given,
        }
    )  # fmt: skip
    await diary.appointments.take(signal, PHONE)


async def morning(diary: Diary, at: datetime = MORNING) -> list[str]:
    """Who is told what once the night is over."""
    diary.world.clock.moment = at
    await diary.world.paths.contacts.due(diary.world.paths.stream_of(PHONE.kind, PHONE.value))
    return [one.text for one in diary.facts(ContactDispatched)]


@pytest.mark.parametrize("change", ["cancelled", "arrived", "missed"])
async def test_a_reminder_that_is_held_is_not_sent_of_an_appointment_that_is_over(diary: Diary, change: str) -> None:
    await hears(diary, "made")
    await hears(diary, "reminded")
    assert [one.text for one in diary.facts(ContactPlanned)] == ["made 06 20:00", "reminded 06 20:00"], "it is held"
    await hears(diary, change)
    assert not [text for text in await morning(diary) if text.startswith("reminded")]
    [gone] = diary.facts(ContactGivenUp)
    assert gone.reason == "cancelled"
    assert len(diary.facts(ContactSlotReserved)) == len(diary.facts(ContactSlotReleased)), "its slot is free again"


async def test_a_moved_appointment_is_called_to_mind_by_its_own_reminder_alone(diary: Diary) -> None:
    later = STARTS + timedelta(hours=1)
    await hears(diary, "reminded")
    await hears(diary, "moved", later)
    await hears(diary, "reminded", later)
    assert sorted(await morning(diary)) == ["moved 06 21:00", "reminded 06 21:00"]


async def test_what_is_held_of_another_appointment_of_theirs_is_sent(diary: Diary) -> None:
    await hears(diary, "reminded", appointment="centre-1")
    await hears(diary, "cancelled", appointment="centre-2")
    assert "reminded 06 20:00" in await morning(diary)


async def test_a_reminder_takes_no_confirmation_back(diary: Diary) -> None:
    await hears(diary, "made")
    await hears(diary, "reminded")
    assert await morning(diary) == ["made 06 20:00", "reminded 06 20:00"]


async def test_it_is_taken_back_in_the_transaction_that_notes_the_change(diary: Diary) -> None:
    await hears(diary, "reminded")
    before = len(diary.world.journal.log)
    commits = diary.world.journal.commits
    await hears(diary, "moved", STARTS + timedelta(hours=1))
    [noted, taken_back] = [
        one.position
        for one in diary.world.journal.log[before:]
        if isinstance(one.event, ContactGivenUp | AppointmentNoted)
    ]
    assert noted < taken_back
    assert diary.world.journal.commits == commits + 2, "one notes the change and takes back, one tells of the change"


async def test_a_change_in_the_very_moment_a_reminder_is_handed_over_keeps_it_back(diary: Diary) -> None:
    await hears(diary, "reminded")
    commit = diary.world.journal.commit

    async def change_first(units: Sequence[Unit]) -> list[Outcome]:
        if any(isinstance(event, ContactDispatched) for unit in units for one in unit.appends for event in one.events):
            diary.world.journal.commit = commit  # type: ignore[method-assign]
            await hears(diary, "cancelled")
        return await commit(units)

    diary.world.journal.commit = change_first  # type: ignore[method-assign]
    assert await morning(diary) == ["cancelled 06 20:00"]
    assert len(diary.facts(ContactGivenUp)) == 1


async def test_the_change_follows_a_reminder_that_has_left(diary: Diary) -> None:
    await hears(diary, "reminded")
    assert await morning(diary) == ["reminded 06 20:00"]
    await hears(diary, "cancelled")
    assert [one.text for one in diary.facts(ContactDispatched)] == ["reminded 06 20:00", "cancelled 06 20:00"]
    assert not diary.facts(ContactGivenUp), "nobody can take it back"


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=4), timedelta(days=1)])
async def test_an_appointment_whose_time_has_come_is_never_called_to_mind(diary: Diary, late: timedelta) -> None:
    starts_at = MORNING + timedelta(hours=1)
    await hears(diary, "reminded", starts_at)
    assert diary.facts(ContactPlanned)
    assert await morning(diary, starts_at + late) == []


async def test_an_adapter_is_not_to_try_any_longer_than_until_its_time(diary: Diary) -> None:
    starts_at = MORNING + timedelta(minutes=20)
    diary.world.clock.moment = MORNING
    await hears(diary, "reminded", starts_at)
    [told] = diary.facts(ContactDispatched)
    assert told.report_by < starts_at


async def test_nor_where_it_is_told_late(diary: Diary) -> None:
    """The hub was away as the night ended."""
    starts_at = MORNING + timedelta(minutes=7)
    await hears(diary, "reminded", starts_at)
    assert await morning(diary, starts_at - timedelta(minutes=3)) == [f"reminded {starts_at:%d %H:%M}"]
    [told] = diary.facts(ContactDispatched)
    assert told.report_by < starts_at


async def test_what_comes_again_after_the_appointment_has_changed_is_not_said_any_more(diary: Diary) -> None:
    """It was noted, and set back before it was told: the bus brings it once more, behind the change."""
    later = STARTS + timedelta(hours=1)
    ask, diary.world.paths.contacts.ask = diary.world.paths.contacts.ask, set_back  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        await hears(diary, "made")
    diary.world.paths.contacts.ask = ask  # type: ignore[method-assign]
    await hears(diary, "moved", later)
    await hears(diary, "made")
    assert await morning(diary) == [f"moved {later:%d %H:%M}"]


async def test_what_could_not_be_decided_for_all_who_wrote_at_the_same_time_comes_again(diary: Diary) -> None:
    ask, diary.world.paths.contacts.ask = diary.world.paths.contacts.ask, set_back  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        await hears(diary, "reminded")
    diary.world.paths.contacts.ask = ask  # type: ignore[method-assign]
    await hears(diary, "reminded")
    assert await morning(diary) == [f"reminded {STARTS:%d %H:%M}"]


async def set_back(*_: object, **__: object) -> None:
    """Others were first again and again."""
    raise ConflictError("others wrote")
