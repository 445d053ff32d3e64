"""A service or a desk that is taken out of channels.toml while visits and appointments of it are still kept: what was
begun is told and shown by its id, and can be ended."""

from datetime import timedelta

import pytest

from hub.channels.branch import decide, sitting
from hub.channels.branch.events import SaidByVisitor
from hub.channels.branch.pages_api import Message, Transfer
from hub.channels.branch.reports import reports_of
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Phase
from hub.channels.branch.waits import Estimate, Waits, moved_up
from hub.domain.contact import Contact
from hub.domain.errors import InvalidError
from tests.channels.branch.test_branch_appointments import THEN, Diary
from tests.channels.branch.test_branch_book import NOON, Played, a_branch, at_anns_desk
from tests.channels.branch.test_branch_views import views


def without(branch: Branch, *, service: str = "", desk: str = "") -> Branch:
    """As it is set after the next start."""
    services = {name: one for name, one in branch.services.items() if name != service}
    desks = {name: one for name, one in branch.desks.items() if name != desk}
    return branch.model_copy(update={"services": services, "desks": desks})


def test_a_visit_of_a_service_that_is_not_there_any_more_is_found_counted_and_can_be_passed_on_or_leave() -> None:
    day = Played()
    gone, loan, other = day.ticket(), day.ticket("loans"), day.ticket()
    day.branch = without(day.branch, service="accounts")
    assert [one["ticket"] for one in views(day).found("accounts")] == [gone.id, other.id]
    assert [one["ticket"] for one in views(day).reception()["tickets"]] == [gone.id, loan.id, other.id]
    said = {one.id: Estimate(place, 60.0, NOON) for place, one in [(1, gone), (1, loan), (2, other)]}
    after = moved_up(said, gone.id, day.book, day.branch)
    assert {name: one.place for name, one in after.items()} == {loan.id: 1, other.id: 1}
    assert {name: one.place for name, one in moved_up(said, loan.id, day.book, day.branch).items()}[other.id] == 2
    [wrote] = day.do(decide.say(gone.id, Message(id="1", text="Am I late?"), day.now))
    assert isinstance(wrote, SaidByVisitor)
    [told] = reports_of("centre", day.branch, day.book, wrote)
    assert isinstance(told, Contact)
    assert told.service == "centre-accounts"
    day.do(decide.pass_on(other.id, Transfer(service="loans"), day.now, day.branch))
    assert day.book.visits[other.id].service == "loans"
    day.now += timedelta(days=1)
    day.settle()
    assert day.phase(gone)[0] is Phase.LEFT


def test_who_is_at_a_desk_for_a_service_that_is_not_there_any_more_stays_with_whoever_sits_down_instead() -> None:
    day = Played()
    one = at_anns_desk(day)
    day.branch = without(day.branch, service="loans")
    day.do(sitting.sit_down(day.branch, "1", "bob", day.now, instead=True))
    assert (day.phase(one), day.book.visits[one.id].agent) == ((Phase.CALLED, "1"), "bob")
    assert [name for name, *_ in day.told] == ["desk_closed", "desk_opened", "taken", "next_unwanted"]
    day.do(decide.end("1", "", day.now, day.branch))
    assert day.phase(one)[0] is Phase.SERVED


def test_an_appointment_for_a_service_that_is_not_there_any_more_is_shown_and_called_off_but_not_moved() -> None:
    diary = Diary()
    code = diary.agree(language="en")
    diary.branch = without(diary.branch, service="accounts")
    assert [one["code"] for one in views(diary).appointments(THEN.date().isoformat())] == [code]
    with pytest.raises(InvalidError, match="no service 'accounts'"):
        diary.do(decide.move_appointment(diary.branch, code, THEN + timedelta(hours=1), diary.now))
    diary.now = THEN - timedelta(hours=3)
    diary.settle()
    diary.do(decide.cancel_appointment(code, diary.now))
    assert [state for state, _ in diary.said()] == ["made", "reminded", "cancelled"]
    assert "accounts, 8 January" in diary.said()[1][1]


def test_who_sits_at_a_desk_that_is_not_there_any_more_ends_the_visit_gets_nobody_else_and_gets_up() -> None:
    day = Played(a_branch())
    one = at_anns_desk(day)
    day.branch = without(day.branch, desk="1")
    waits = day.ticket()
    assert Waits(day.book, day.branch, {}, away=False).of(waits) == (1, None, "")
    assert views(day).desk(day.book.desks["1"])["services"] == ()
    day.do(decide.end("1", "", day.now, day.branch))
    day.wants("1")
    assert day.settle() == []
    day.do(sitting.get_up("1", day.now))
    assert (day.phase(one)[0], dict(day.book.desks)) == (Phase.SERVED, {})
