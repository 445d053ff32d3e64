"""What pages and the hub are told of visits: place and wait, what the reception finds, and what is put on record."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.channels.branch import decide, sitting
from hub.channels.branch.decide import Entry
from hub.channels.branch.events import EVENT
from hub.channels.branch.pages_api import Identity, NewTicket, Park
from hub.channels.branch.reports import reports_of
from hub.channels.branch.views import Views
from hub.channels.branch.visits import Book, Phase, Visit
from hub.channels.branch.waits import Estimate, Waits, moved_up
from hub.domain.contact import ConversationEvent
from tests.channels.branch.test_branch_book import BRANCH, NOON, Played


class HallOf:
    """As much of a hall as is looked at."""

    name = "centre"

    def __init__(self, day: Played, estimates: dict[str, Estimate]) -> None:
        self.branch, self.book, self.estimates = day.branch, day.book, estimates
        self.notices: dict[str, tuple[str, ...]] = {}
        self.hubward = type("Hubward", (), {"away": False})
        self._now = day.now

    def now(self) -> datetime:
        return self._now


def views(day: Played, **estimates: Estimate) -> Views:
    return Views(HallOf(day, estimates))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "away", "shown"),
    [
        (Estimate(7, 90.0, NOON), False, (7, 90, "hub")),
        (Estimate(7, 0.0, NOON), False, (7, 0, "hub")),
        (Estimate(7, None, NOON), False, (7, 7 * 360, "branch")),
        (Estimate(7, 90.0, NOON), True, (2, 2 * 360, "branch")),
        (None, False, (2, 2 * 360, "branch")),
    ],
)
def test_place_and_wait_are_the_hubs_and_else_the_branchs_own(said: Estimate | None, away: bool, shown: Any) -> None:
    day = Played()
    day.sits("1", "ann")
    day.ticket()
    one = day.ticket()
    assert Waits(day.book, BRANCH, {one.id: said} if said else {}, away=away).of(one) == shown


def test_who_is_behind_somebody_who_was_called_is_one_place_nearer_before_the_hub_says_so() -> None:
    day = Played()
    first, second, loan, third = day.ticket(), day.ticket(), day.ticket("loans"), day.ticket()
    said = {one.id: Estimate(place, 60.0, NOON) for place, one in [(1, first), (2, second), (2, loan), (3, third)]}
    after = moved_up(said, second.id, day.book, BRANCH)
    assert {name: one.place for name, one in after.items()} == {first.id: 1, loan.id: 2, third.id: 2}
    assert moved_up(after, second.id, day.book, BRANCH) == after


def test_nobody_can_tell_how_long_it_takes_while_no_desk_has_the_service() -> None:
    day = Played()
    one = day.ticket()
    assert Waits(day.book, BRANCH, {}, away=False).of(one) == (1, None, "")


@pytest.mark.parametrize(
    ("said", "away", "shown"),
    [
        ((120.0, 300.0), False, (300, "hub")),
        ((120.0, 300.0), True, (2 * 360, "branch")),
        ((120.0, None), False, (2 * 360, "branch")),
        ((), False, (2 * 360, "branch")),
    ],
)
def test_the_hall_says_the_wait_of_who_waits_longest_and_whose_word_that_is_just_as_their_ticket_does(
    said: tuple[float | None, ...], away: bool, shown: tuple[int, str]
) -> None:
    day = Played()
    day.sits("1", "ann")
    there = [day.ticket(), day.ticket()]
    hall = views(day, **{one.id: Estimate(n, s, NOON) for n, (one, s) in enumerate(zip(there, said, strict=False), 1)})
    hall._waits._away = away
    accounts, loans = hall.display()["waiting"]
    last = hall.ticket(there[-1], "secret", "")
    assert (accounts["count"], accounts["wait_seconds"], accounts["wait_by"]) == (2, *shown)
    assert (last["wait_seconds"], last["wait_by"]) == shown
    assert (loans["count"], loans["wait_seconds"], loans["wait_by"]) == (0, None, ""), "nobody waits"


def test_in_the_hall_nobody_is_called_who_stands_at_the_desk_already() -> None:
    day = Played()
    day.sits("1", "ann")
    day.do(decide.walk_in("centre", BRANCH, NewTicket(service="accounts"), "1", day.now))
    [walked_in] = day.book.visits
    assert views(day).display()["called"] == []
    day.now += timedelta(minutes=1)
    day.do(decide.recall("1", day.now))
    [shown] = views(day).display()["called"]
    assert (shown["number"], shown["at"]) == ("A001", "2026-01-05T12:01:00Z"), "who is called all the same went away"
    day.do(decide.end("1", "", day.now, BRANCH))
    day.do(decide.walk_in("centre", BRANCH, NewTicket(service="accounts"), "1", day.now))
    day.do(decide.end("1", "", day.now, BRANCH))
    assert [one["number"] for one in views(day).display()["called"]] == ["A001"], "nor afterwards"
    assert day.book.visits[walked_in].called_at == NOON, "it is on record as having come to the desk at once"


def test_who_comes_back_to_what_was_laid_aside_is_called() -> None:
    day = Played()
    day.sits("1", "ann")
    day.do(decide.walk_in("centre", BRANCH, NewTicket(service="accounts"), "1", day.now))
    [one] = day.book.visits
    day.do(decide.lay_aside("1", Park(), day.now))
    day.do(decide.resume("1", one, day.now))
    assert [call["number"] for call in views(day).display()["called"]] == ["A001"]


def test_who_stays_with_another_agent_is_not_called_again() -> None:
    day = Played()
    day.sits("1", "ann")
    day.wants("1")
    one = day.ticket()
    day.settle()
    [before] = views(day).display()["called"]
    day.now += timedelta(minutes=1)
    day.do(sitting.sit_down(BRANCH, "1", "ben", day.now, instead=True))
    assert day.phase(one) == (Phase.CALLED, "1")
    assert views(day).display()["called"] == [before], "the same call: nothing to speak"


def test_the_reception_finds_tickets_of_today_alone_by_number_service_name_or_identity() -> None:
    day = Played()
    old = day.ticket()
    day.do(decide.leave(old.id, day.now, "visitor"))
    day.now += timedelta(days=1)
    sara = day.ticket(name="Sara", identity=Identity(kind="customer_number", value="4711"))
    loan = day.ticket("loans")
    found = {words: [one["ticket"] for one in views(day).found(words)] for words in ("a001", "SARA", "471", "loan", "")}
    assert found == {"a001": [sara.id], "SARA": [sara.id], "471": [sara.id], "loan": [loan.id], "": [sara.id, loan.id]}


def visited(day: Played, one: Visit) -> ConversationEvent:
    """What the hub is told when it is over."""
    [over] = decide.leave(one.id, day.now, "visitor")(day.book)
    told = reports_of("centre", day.branch, day.book, over)
    [was] = [each for each in told if isinstance(each, ConversationEvent) and each.visit]
    return was


@pytest.mark.parametrize("entry", ["kiosk", "reception", "desk"])
def test_the_record_of_a_visit_says_where_the_ticket_was_given_whoever_they_were(entry: Entry) -> None:
    day = Played()
    wish = NewTicket(service="accounts", language="fa", need="sight")
    day.do(decide.take_ticket("centre", BRANCH, wish, day.now, entry))
    [one] = day.book.visits.values()
    day.now += timedelta(minutes=4)
    was = visited(day, one).visit
    assert was is not None
    assert was.model_dump(exclude_defaults=True, exclude={"branch"}) | {"entry": was.entry} == {
        "service": "accounts", "ticket": "A001", "entry": entry, "need": "sight", "language": "fa",
        "arrived_at": NOON, "ended_at": day.now, "outcome": "left",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "entry"),
    [({}, "kiosk"), ({"proven": True}, "reception"), ({"proven": True, "appointment": "471108"}, "appointment")],
)
def test_a_ticket_kept_before_it_said_where_it_was_given_is_put_on_record_by_what_it_does_say(
    more: dict[str, Any], entry: str
) -> None:
    day = Played()
    kept = {
        "kind": "ticket_taken", "at": NOON, "visit": "visit-centre-2026-01-05-A1", "day": "2026-01-05", "letter": "A",
        "count": 1, "service": "accounts", **more,
    }  # fmt: skip
    day.happen(EVENT.validate_python(kept))
    [one] = day.book.visits.values()
    was = visited(day, one).visit
    assert was is not None
    assert was.entry == entry


def test_numbers_go_on_beyond_999() -> None:
    day = Played()
    day.book = Book(counts={("2026-01-05", "A"): 999})
    assert day.ticket().number == "A1000"
