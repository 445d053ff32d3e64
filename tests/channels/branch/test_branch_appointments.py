"""Visits that were agreed on: made, moved, called to mind in time, kept or missed; each told to the hub once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.channels.branch import decide
from hub.channels.branch.events import AppointmentMade, AppointmentOver, TicketTaken
from hub.channels.branch.pages_api import NewAppointment, NewTicket
from hub.channels.branch.reports import reports_of
from hub.channels.branch.visits import Book, evolve
from hub.domain.contact import Contact, ConversationEvent
from hub.domain.errors import InvalidError, RefusedError
from tests.channels.branch.test_branch_book import NOON, Played, a_branch

THEN = NOON + timedelta(days=3)


class Diary(Played):
    """A branch, and what the hub is told of appointments."""

    def agree(self, **more: Any) -> str:
        wish = NewAppointment.model_validate({"service": "accounts", "at": THEN, "phone": "+989121234567", **more})
        [made] = self.do(decide.make_appointment("centre", self.branch, wish, self.now))
        assert isinstance(made, AppointmentMade)
        return made.code

    def said(self) -> list[tuple[str, str]]:
        """State and words of what the hub was told."""
        book, told = Book(), []
        for event in self.log:
            for one in reports_of("centre", self.branch, book, event):
                if isinstance(one, ConversationEvent) and one.appointment is not None:
                    told.append((one.appointment.state, one.appointment.text))
            book = evolve(book, event)
        return told


def test_it_is_confirmed_and_called_to_mind_once_a_day_before_on_the_branchs_clock() -> None:
    diary = Diary(a_branch(time_zone="Asia/Tehran", name={"en": "Centre", "fa": "مرکز"}))
    code = diary.agree(language="fa")
    for hours in range(100):
        diary.now = NOON + timedelta(hours=hours)
        diary.settle(away=False)
    assert [state for state, _ in diary.said()] == ["made", "reminded", "missed"]
    told = diary.said()[0][1]
    assert "۱۸ دی ۱۴۰۴ ساعت ۱۵:۳۰" in told
    assert code in unpersian(diary.said()[1][1])
    assert not set("0123456789") & set(told), "in Persian all of them are Persian"
    assert diary.said()[2][1] == "", "nobody is told that they did not come"


def test_in_english_the_day_is_told_as_it_is_written_there() -> None:
    diary = Diary()
    code = diary.agree(language="en")
    assert diary.said()[0][1].endswith(f"8 January 2026 12:00. Number {code}.")


def unpersian(text: str) -> str:
    return text.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))


def test_what_is_agreed_on_shortly_before_is_confirmed_alone() -> None:
    diary = Diary()
    diary.agree(at=NOON + timedelta(hours=5))
    diary.now += timedelta(hours=1)
    assert diary.settle(away=False) == []


def test_moved_it_is_called_to_mind_again_and_called_off_not_at_all() -> None:
    diary = Diary()
    code = diary.agree()
    diary.now = THEN - timedelta(hours=2)
    diary.settle(away=False)
    to = THEN + timedelta(days=2)
    for _ in range(2):
        diary.do(decide.move_appointment(diary.branch, code, to, diary.now))
    diary.now = to - timedelta(hours=2)
    diary.settle(away=False)
    for _ in range(2):
        diary.do(decide.cancel_appointment(code, diary.now))
    diary.now = to + timedelta(days=1)
    diary.settle(away=False)
    assert [state for state, _ in diary.said()] == ["made", "reminded", "moved", "reminded", "cancelled"]


def test_moved_to_a_time_that_is_soon_it_is_told_once() -> None:
    diary = Diary()
    code = diary.agree()
    diary.now = NOON + timedelta(days=1)
    diary.do(decide.move_appointment(diary.branch, code, diary.now + timedelta(hours=5), diary.now))
    for _ in range(5):
        diary.settle(away=False)
        diary.now += timedelta(hours=1)
    assert [state for state, _ in diary.said()] == ["made", "moved"]


def test_over_a_change_of_clocks_the_time_is_as_the_wall_shows_it() -> None:
    diary = Diary(a_branch(time_zone="Europe/Berlin"))
    sunday = datetime(2026, 3, 29, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    diary.now = sunday - timedelta(days=4)
    diary.agree(at=sunday.astimezone(UTC), language="en")
    diary.now = sunday.astimezone(UTC) - timedelta(hours=24)
    diary.settle(away=False)
    assert [state for state, _ in diary.said()] == ["made", "reminded"]
    assert all("29 March 2026 10:00" in text for _, text in diary.said())


def test_who_is_late_comes_all_the_same_that_day_and_not_on_another() -> None:
    diary = Diary()
    today, yesterday = diary.agree(at=THEN), diary.agree(at=THEN - timedelta(days=1))
    diary.now = THEN + timedelta(hours=2)
    diary.settle(away=False)
    assert [state for state, _ in diary.said()][-2:] == ["missed", "missed"]
    with pytest.raises(InvalidError, match="missed already"):
        diary.do(decide.take_ticket("centre", diary.branch, NewTicket(appointment=yesterday), diary.now))
    [taken, _] = diary.do(decide.take_ticket("centre", diary.branch, NewTicket(appointment=today), diary.now))
    assert isinstance(taken, TicketTaken)
    assert (taken.first, taken.entry) == (True, "appointment")


def test_who_comes_with_one_gets_a_ticket_that_goes_first_for_what_was_agreed() -> None:
    diary = Diary()
    code = diary.agree(identity={"kind": "customer_number", "value": "4711"}, name="Mina")
    with pytest.raises(InvalidError, match="too early"):
        diary.do(decide.take_ticket("centre", diary.branch, NewTicket(appointment=code), diary.now))
    diary.now = THEN - timedelta(minutes=10)
    plain = diary.ticket()
    [taken, over] = diary.do(decide.take_ticket("centre", diary.branch, NewTicket(appointment=code), diary.now))
    assert isinstance(taken, TicketTaken)
    assert isinstance(over, AppointmentOver)
    assert (taken.service, taken.name, taken.proven, taken.first) == ("accounts", "Mina", True, True)
    assert (over.phase, over.ticket) == ("arrived", taken.visit)
    [contact] = [one for one in reports_of("centre", diary.branch, Book(), taken) if isinstance(one, Contact)]
    assert (contact.service, contact.identifiers[0].verified) == ("first", True)
    assert (contact.ticket, contact.subject) == ("A002", f"appointment {code}")
    with pytest.raises(InvalidError, match="arrived already"):
        diary.do(decide.take_ticket("centre", diary.branch, NewTicket(appointment=code), diary.now))
    diary.sits("1", "ann")
    diary.wants("1")
    diary.settle()
    assert diary.phase(diary.book.visits[taken.visit])[1] == "1"
    assert diary.phase(plain)[1] == ""


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"service": "none"}, "service"),
        ({"at": NOON - timedelta(hours=1)}, "at"),
        ({"phone": ""}, "identity"),
    ],
)
def test_what_nobody_can_keep_is_refused_and_said(wish: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Diary().agree(**wish)
    assert refused.value.field == field


def test_out_of_hours_and_after_its_end_nothing_is_agreed_on() -> None:
    with pytest.raises(InvalidError, match="closed"):
        Diary(a_branch(hours={"monday": ["08:00-11:00"]})).agree()
    diary = Diary()
    code = diary.agree()
    diary.do(decide.cancel_appointment(code, diary.now))
    with pytest.raises(RefusedError, match="cancelled"):
        diary.do(decide.move_appointment(diary.branch, code, THEN + timedelta(days=1), diary.now))


def test_a_wish_that_is_repeated_is_the_same_appointment() -> None:
    diary = Diary()
    diary.agree(id="page-1")
    wish = NewAppointment(id="page-1", service="loans", at=THEN, phone="+989121234567")
    assert diary.do(decide.make_appointment("centre", diary.branch, wish, NOON)) == []
