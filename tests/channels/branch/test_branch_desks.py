"""Who sits at a desk, and what becomes of it when they do not sign out: nobody is lost, no desk stays taken."""

from datetime import timedelta

import pytest

from hub.channels.branch import decide, sitting
from hub.channels.branch.events import DeskClosed, Over
from hub.channels.branch.pages_api import NewTicket, Park
from hub.channels.branch.refusals import NotNowError
from hub.channels.branch.visits import Phase
from tests.channels.branch.test_branch_book import BRANCH, Played, at_anns_desk
from tests.channels.branch.test_branch_views import views


def test_whoever_sits_down_instead_of_who_did_not_sign_out_goes_on_with_their_visitor() -> None:
    day = Played()
    one = at_anns_desk(day)
    with pytest.raises(NotNowError, match="ann sits at desk 1"):
        day.sits("1", "bob")
    day.do(sitting.sit_down(BRANCH, "1", "bob", day.now, instead=True))
    assert (day.phase(one), day.book.visits[one.id].agent) == ((Phase.CALLED, "1"), "bob")
    told = ["passed_on", "desk_closed", "desk_opened", "taken", "next_unwanted"]
    assert [name for name, *_ in day.told] == told
    assert day.told[-2] == ("taken", one.id, "bob")


def test_who_stands_at_the_desk_already_is_not_called_again_in_the_hall_when_another_agent_sits_down_there() -> None:
    day = Played()
    one = at_anns_desk(day)
    day.do(decide.recall("1", day.now + timedelta(seconds=30)))
    day.now += timedelta(minutes=9)
    before, called = day.book.visits[one.id], views(day).display()["called"]
    day.do(sitting.sit_down(BRANCH, "1", "bob", day.now, instead=True))
    after = day.book.visits[one.id]
    assert (after.called_at, after.last_call, after.calls) == (before.called_at, before.last_call, 2)
    assert views(day).display()["called"] == called, "a display speaks what is new there"


def test_a_desk_that_nobody_signed_out_of_is_free_the_next_day_and_who_was_called_there_was_served() -> None:
    day = Played()
    one = at_anns_desk(day)
    day.now += timedelta(hours=13)
    assert day.settle(away=False) == [], "they may work late"
    day.now += timedelta(hours=2)
    ended = [event for event in day.settle(away=False) if isinstance(event, Over)]
    assert [(event.visit, event.phase, event.by) for event in ended] == [(one.id, "served", "day")]
    assert not day.book.desks
    assert [name for name, *_ in day.told] == ["ended", "visited", "desk_closed"]


def test_who_sits_long_and_has_just_called_somebody_is_not_sent_away() -> None:
    day = Played()
    day.sits("1", "ann")
    day.now += timedelta(hours=13)
    one = day.ticket()
    day.wants("1")
    day.settle()
    day.now += timedelta(hours=2)
    day.settle()
    assert day.phase(one) == (Phase.CALLED, "1")


def test_who_calls_somebody_now_and_then_is_not_sent_away_while_nobody_stands_there() -> None:
    day = Played()
    day.sits("1", "ann")
    for hour in range(20):
        day.now += timedelta(hours=1)
        day.do(decide.walk_in("centre", BRANCH, NewTicket(service="accounts"), "1", day.now))
        day.do(decide.lay_aside("1", Park(), day.now) if hour % 2 else decide.end("1", "", day.now, BRANCH))
        day.wants("1")
        assert not [one for one in day.settle(away=False) if isinstance(one, DeskClosed)]
    day.now += timedelta(hours=15)
    day.settle(away=False)
    assert not day.book.desks, "and after that they are"


def test_who_stands_before_a_desk_is_served_there_though_the_kiosk_gives_nothing_any_more() -> None:
    branch = BRANCH.model_copy(update={"hours": {"monday": ("08:00-11:00",)}})
    day = Played(branch)
    day.sits("1", "ann")
    day.do(decide.walk_in("centre", branch, NewTicket(service="loans"), "1", day.now))
    [one] = day.book.visits.values()
    assert (one.phase, one.taken.entry) == (Phase.CALLED, "desk")
