"""A branch's book: whatever visitors, desks and the hub do, a visitor is in one place, and none is lost."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from hub.channels.branch import decide, settling, sitting
from hub.channels.branch.decide import Decision
from hub.channels.branch.events import Called, Event, NotAtHub, Over, TicketTaken
from hub.channels.branch.order import fits
from hub.channels.branch.pages_api import Message, NewTicket, Park, Transfer
from hub.channels.branch.reconcile import reconcile
from hub.channels.branch.reports import reports_of
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, Phase, Visit, evolve, without_old
from hub.channels.command import Command
from hub.domain.contact import ConversationEvent
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SERVICES = ("accounts", "loans")
DESKS = ("1", "2", "3")
AGENTS = ("ann", "bob", "cyd")


def a_branch(**more: Any) -> Branch:
    services = {
        "accounts": {"name": {"en": "Accounts"}, "letter": "A", "queue": "a", "priority_service": "first"},
        "loans": {"name": {"en": "Loans"}, "letter": "B", "queue": "b"},
    }
    desks: dict[str, Any] = {"1": {}, "2": {"services": ["accounts"]}, "3": {}}
    agents = {"ann": {}, "bob": {}, "cyd": {"languages": ["fa"]}}
    told = {"name": {"en": "Centre"}, "services": services, "desks": desks, "agents": agents, **more}
    return Branch.model_validate(told)


BRANCH = a_branch()


class Played:
    """A book, and all that the hub is told of it."""

    def __init__(self, branch: Branch = BRANCH) -> None:
        self.branch = branch
        self.book = Book()
        self.now = NOON
        self.told: list[tuple[str, str, str]] = []
        """Signal, visit or desk, agent."""
        self.log: list[Event] = []

    def happen(self, *events: Event) -> None:
        for event in events:
            for report in reports_of("centre", self.branch, self.book, event):
                if isinstance(report, ConversationEvent):
                    self.told.append((report.signal.value, report.thread, report.agent_id))
                else:
                    self.told.append(("contact", report.thread, ""))
            self.book = evolve(self.book, event)
            self.log.append(event)

    def do(self, decision: Decision) -> list[Event]:
        events = decision(self.book)
        self.happen(*events)
        return events

    def ticket(self, service: str = "accounts", **wish: Any) -> Visit:
        asked = NewTicket(service=service, **wish)
        [event] = self.do(decide.take_ticket("centre", self.branch, asked, self.now))
        assert isinstance(event, TicketTaken)
        return self.book.visits[event.visit]

    def sits(self, desk: str, agent: str) -> None:
        self.do(sitting.sit_down(self.branch, desk, agent, self.now))

    def wants(self, desk: str) -> None:
        self.do(sitting.want_next(desk, self.now))

    def settle(self, *, away: bool = True) -> list[Event]:
        return self.do(settling.settle(self.branch, self.now, away=away))

    def hears(
        self, command: str, visit: str, agent: str, *, told_all: bool = True, knows: bool = True, **more: Any
    ) -> list[str]:
        """What the hub says; what it is told in return."""
        told = {"id": f"i.{len(self.log)}", "at": self.now, "command": command, "channel": "in_person"}
        given = Command.model_validate(
            {**told, "thread": visit, "agent_id": agent, "interaction_id": "i", "offer_id": "offer-i-1", **more}
        )
        events, more = reconcile(self.branch, self.book, given, self.now, told_all=told_all, knows=knows)
        self.happen(*events)
        return [one.signal.value for one in more if isinstance(one, ConversationEvent)]

    def phase(self, visit: Visit) -> tuple[Phase, str]:
        one = self.book.visits[visit.id]
        return one.phase, one.desk


@settings(max_examples=60, stateful_step_count=40, deadline=None)
class AnyDay(RuleBasedStateMachine):
    """Visitors, desks, a hub that comes and goes and says things late, in any order."""

    tickets = Bundle("tickets")

    @initialize()
    def opens(self) -> None:
        self.played = Played()
        self.given: dict[str, str] = {}
        self.away = False

    def tries(self, decision: Decision) -> None:
        with suppress(RefusedError, InvalidError, NotFoundError):
            self.played.do(decision)
        self.played.settle(away=self.away)
        self.played.now += timedelta(seconds=20)

    @rule(target=tickets, service=st.sampled_from(SERVICES), need=st.sampled_from(["", "sight"]),
          language=st.sampled_from(["", "fa", "en"]))  # fmt: skip
    def takes(self, service: str, need: str, language: str) -> str:
        one = self.played.ticket(service, need=need, language=language)
        assert one.number not in self.given, "numbers are given once a day"
        self.given[one.number] = one.id
        self.played.settle(away=self.away)
        return one.id

    @rule(desk=st.sampled_from(DESKS), agent=st.sampled_from(AGENTS), instead=st.booleans())
    def sits_down(self, desk: str, agent: str, instead: bool) -> None:
        self.tries(sitting.sit_down(BRANCH, desk, agent, self.played.now, instead=instead))

    @rule(
        desk=st.sampled_from(DESKS), what=st.sampled_from(["up", "next", "nobody", "recall", "park", "end", "no_show"])
    )
    def does(self, desk: str, what: str) -> None:
        now = self.played.now
        self.tries({
            "up": sitting.get_up(desk, now), "next": sitting.want_next(desk, now),
            "nobody": sitting.want_nobody(desk, now),
            "recall": decide.recall(desk, now), "park": decide.lay_aside(desk, Park(), now),
            "end": decide.end(desk, "", now, BRANCH), "no_show": decide.no_show(desk, now),
        }[what])  # fmt: skip

    @rule(desk=st.sampled_from(DESKS), ticket=tickets)
    def resumes(self, desk: str, ticket: str) -> None:
        self.tries(decide.resume(desk, ticket, self.played.now))

    @rule(desk=st.sampled_from(DESKS), service=st.sampled_from(SERVICES), to=st.sampled_from(["", *DESKS]))
    def passes_on(self, desk: str, service: str, to: str) -> None:
        self.tries(decide.pass_on("", Transfer(service=service, desk=to), self.played.now, BRANCH, desk))

    @rule(ticket=consumes(tickets))
    def leaves(self, ticket: str) -> None:
        self.tries(decide.leave(ticket, self.played.now, "visitor"))

    @rule(ticket=tickets, agent=st.sampled_from(AGENTS), told_all=st.booleans(), knows=st.booleans(),
          command=st.sampled_from(["offered", "answered", "ended", "refused", "expired", "waiting"]))  # fmt: skip
    def the_hub_says(self, ticket: str, agent: str, command: str, told_all: bool, knows: bool) -> None:
        before, since = self.played.book, len(self.played.log)
        self.played.hears(command, ticket, agent, told_all=told_all, knows=knows or told_all)
        for event in self.played.log[since:]:
            if isinstance(event, Called) and not (knows or told_all):
                assert fits(before.visits[ticket], event.desk, agent, BRANCH), "by what was so before"
        self.played.settle(away=self.away)

    @rule(ticket=tickets, agent=st.sampled_from(AGENTS), to_agent=st.sampled_from(["", *AGENTS]), warm=st.booleans(),
          queue=st.sampled_from(["a", "b", "elsewhere"]), is_own=st.booleans(),
          command=st.sampled_from(["moved", "transferred", "pulled_back", "parked", "unparked"]))  # fmt: skip
    def somebody_at_the_hub_takes_it_elsewhere(
        self, ticket: str, agent: str, to_agent: str, warm: bool, queue: str, is_own: bool, command: str
    ) -> None:
        before = self.played.book
        more = {"to_agent": to_agent, "warm": warm, "queue": queue, "cause": f"{ticket}-said-1" if is_own else "wish-1"}
        self.played.hears(command, ticket, agent, **more)
        assert not is_own or self.played.book == before, "the branch has done it already"
        self.played.settle(away=self.away)

    @rule(away=st.booleans())
    def the_hub_comes_or_goes(self, away: bool) -> None:
        self.away = away
        self.played.settle(away=away)

    @invariant()
    def each_is_in_one_place_and_nobody_is_lost(self) -> None:
        book = self.played.book
        assert set(self.given.values()) == set(book.visits)
        called = [one for one in book.visits.values() if one.phase is Phase.CALLED]
        assert len({one.desk for one in called}) == len(called), "one visitor at a desk"
        for one in called:
            assert book.desks[one.desk].agent == one.agent, "somebody sits there"
            assert book.desks[one.desk].wants_since is None, "who has somebody wants nobody"
        agents = [one.agent for one in book.desks.values()]
        assert len(set(agents)) == len(agents), "nobody sits at two desks"

    @invariant()
    def no_desk_wants_somebody_who_waits_while_the_hub_is_away(self) -> None:
        if self.away:
            assert settling.settle(BRANCH, self.played.now, away=True)(self.played.book) == []

    @invariant()
    def nobody_is_called_to_two_desks(self) -> None:
        at: dict[str, str] = {}
        for event in self.played.log:
            if isinstance(event, Called):
                assert event.visit not in at, "called while called"
                at[event.visit] = event.desk
            elif not isinstance(event, TicketTaken | NotAtHub) and event.kind in ("laid_aside", "passed_on", "over"):
                at.pop(event.visit, None)

    @invariant()
    def the_hub_hears_of_every_call_and_every_end(self) -> None:
        called = [(one.visit, one.agent) for one in self.played.log if isinstance(one, Called)]
        assert [(visit, agent) for name, visit, agent in self.played.told if name == "taken"] == called
        over = [one.visit for one in self.played.log if isinstance(one, Over) and one.by != "hub"]
        ends = [visit for name, visit, _ in self.played.told if name in ("ended", "customer_left")]
        assert sorted(ends) == sorted(over)


TestAnyDay = AnyDay.TestCase


def test_who_needs_it_goes_first_then_who_waits_longest_in_a_language_that_is_spoken() -> None:
    day = Played()
    plain = day.ticket()
    english, first = day.ticket(language="en"), day.ticket(need="wheelchair")
    for desk, agent in zip(DESKS, AGENTS, strict=True):
        day.sits(desk, agent)
        day.now += timedelta(seconds=1)
        day.wants(desk)
    day.settle()
    assert [day.phase(one) for one in (first, plain, english)] == [
        (Phase.CALLED, "1"), (Phase.CALLED, "2"), (Phase.WAITING, ""),
    ]  # fmt: skip


def test_while_the_hub_is_there_only_whom_it_will_not_have_is_called_by_the_branch() -> None:
    day = Played()
    known, unwanted = day.ticket(), day.ticket()
    day.hears("refused", unwanted.id, "")
    day.sits("1", "ann")
    day.wants("1")
    day.settle(away=False)
    assert (day.phase(known)[0], day.phase(unwanted)[0]) == (Phase.WAITING, Phase.CALLED)


def test_an_offer_is_called_to_a_desk_that_wants_somebody_and_else_declined() -> None:
    day = Played()
    one = day.ticket()
    day.sits("1", "ann")
    assert day.hears("offered", one.id, "ann") == ["offer_declined"], "she has called nobody"
    assert day.hears("offered", one.id, "ann", told_all=False) == [], "what is on its way says so"
    day.wants("1")
    assert day.hears("offered", one.id, "ann") == []
    assert day.phase(one) == (Phase.CALLED, "1")
    assert [name for name, *_ in day.told][-2:] == ["taken", "next_unwanted"]
    assert day.hears("answered", one.id, "ann") == []
    assert day.hears("answered", one.id, "bob") == ["agent_missed"]
    assert day.hears("offered", "visit-centre-2025-01-01-A1", "ann") == ["customer_left"]


@pytest.mark.parametrize("away_from", [{"service": "loans"}, {"language": "fa"}, {"desk": "3"}])
def test_an_offer_by_what_was_so_before_calls_nobody_to_a_desk_that_does_not_serve_them(
    away_from: dict[str, str],
) -> None:
    day = Played(a_branch(agents={"ann": {}, "bob": {"languages": ["en"]}, "cyd": {}}))
    for desk, agent in (("2", "bob"), ("3", "cyd")):
        day.sits(desk, agent)
    one = day.ticket(language=away_from.get("language", ""))
    wish = Transfer(service=away_from.get("service", ""), desk=away_from.get("desk", ""))
    if "language" not in away_from:
        day.do(decide.pass_on(one.id, wish, day.now, day.branch))
    day.wants("2")
    day.told.clear()
    assert day.hears("offered", one.id, "bob", told_all=False, knows=False) == ["offer_declined"]
    assert (day.phase(one), day.told) == ((Phase.WAITING, ""), [])
    other = day.ticket(language="en")
    assert day.hears("offered", other.id, "bob", told_all=False, knows=False) == [], "who fits is called"
    assert day.phase(other) == (Phase.CALLED, "2")


def test_an_offer_of_a_hub_that_knows_how_the_visit_stands_is_called_though_the_branch_would_not_have() -> None:
    day = Played()
    one = day.ticket("loans")
    day.sits("2", "bob")
    day.wants("2")
    assert day.hears("offered", one.id, "bob", told_all=False) == [], "its policy asks for less after a while"
    assert day.phase(one) == (Phase.CALLED, "2")


def at_anns_desk(day: Played) -> Visit:
    one = day.ticket("loans")
    day.sits("1", "ann")
    day.wants("1")
    assert day.hears("offered", one.id, "ann") == []
    day.told.clear()
    return one


def test_who_is_moved_to_another_queue_waits_for_its_service() -> None:
    day = Played()
    one = day.ticket("loans")
    day.hears("moved", one.id, "", queue="a")
    assert (day.phase(one)[0], day.book.visits[one.id].service) == (Phase.WAITING, "accounts")
    day.hears("moved", one.id, "", queue="a queue of no service here")
    assert day.book.visits[one.id].service == "accounts"
    assert day.told == [("contact", one.id, "")], "the hub knows it already"


@pytest.mark.parametrize("command", ["transferred", "pulled_back"])
def test_whom_the_hub_takes_from_a_desk_waits_and_the_next_may_be_called_there(command: str) -> None:
    day = Played()
    one = at_anns_desk(day)
    day.hears(command, one.id, "bob", queue="a")
    assert day.phase(one) == (Phase.CALLED, "1"), "bob does not have it"
    day.hears(command, one.id, "ann", queue="a", cause=f"{one.id}-passed_on-3")
    assert day.phase(one) == (Phase.CALLED, "1"), "what the branch told comes back, when she may have called it again"
    day.hears(command, one.id, "ann", queue="a")
    assert (day.phase(one), day.book.visits[one.id].service) == ((Phase.WAITING, ""), "accounts")
    day.wants("1")
    assert day.told == [("next_wanted", "desk-centre-1", "ann")]


def test_how_the_customer_stands_is_known_at_the_desk_when_the_hub_says_it() -> None:
    day = Played()
    one = at_anns_desk(day)
    for _ in range(2):
        assert day.hears("answered", one.id, "ann", segment="B2B", stage="retention") == []
    assert (day.book.visits[one.id].segment, day.book.visits[one.id].stage) == ("B2B", "retention")
    assert [type(event).__name__ for event in day.log].count("Standing") == 1


def test_who_is_given_to_an_agent_at_a_desk_waits_for_that_desk() -> None:
    day = Played()
    one = at_anns_desk(day)
    day.sits("2", "bob")
    day.hears("transferred", one.id, "ann", queue="a", to_agent="bob")
    assert day.book.visits[one.id].for_desk == "2"
    day.hears("transferred", one.id, "ann", queue="a", to_agent="eve")
    assert day.book.visits[one.id].for_desk == "2", "she has it no more"


def test_who_is_handed_over_goes_to_that_desk_or_else_stays_and_the_hub_is_told() -> None:
    day = Played()
    one = at_anns_desk(day)
    assert day.hears("transferred", one.id, "ann", queue="b", to_agent="bob", warm=True) == ["taken"]
    assert day.phase(one) == (Phase.CALLED, "1"), "bob sits at no desk"
    day.sits("3", "bob")
    assert day.hears("transferred", one.id, "ann", queue="b", to_agent="bob", warm=True) == []
    assert day.phase(one) == (Phase.CALLED, "3")


def test_what_is_laid_aside_and_taken_up_at_the_hub_is_so_in_the_branch() -> None:
    day = Played()
    one = at_anns_desk(day)
    day.hears("parked", one.id, "ann", queue="b", until=day.now + timedelta(minutes=5))
    assert (day.phase(one)[0], day.book.visits[one.id].parked_until) == (Phase.PARKED, day.now + timedelta(minutes=5))
    day.hears("unparked", one.id, "", queue="b", cause=f"{one.id}-said-1")
    assert day.phase(one)[0] is Phase.PARKED, "the visitor only wrote something"
    day.hears("unparked", one.id, "", queue="b")
    assert (day.phase(one)[0], day.book.visits[one.id].parked_until) == (Phase.WAITING, None)


def test_a_wish_that_is_repeated_is_the_same_ticket() -> None:
    day = Played()
    day.ticket(id="kiosk-1")
    assert day.do(decide.take_ticket("centre", BRANCH, NewTicket(id="kiosk-1", service="loans"), NOON)) == []


def test_numbers_begin_anew_each_day_on_the_branchs_own_clock_and_who_waits_from_yesterday_has_left() -> None:
    day = Played(a_branch(time_zone="Asia/Tehran"))
    day.now = datetime(2026, 1, 5, 20, 29, tzinfo=UTC)
    late = day.ticket()
    day.now += timedelta(minutes=2)
    new = day.ticket()
    assert (late.number, new.number) == ("A001", "A001")
    assert late.id != new.id
    day.settle()
    assert (day.phase(late)[0], day.phase(new)[0]) == (Phase.LEFT, Phase.WAITING)


@pytest.mark.parametrize(
    ("wish", "error", "field"),
    [
        (NewTicket(service="none"), InvalidError, "service"),
        (NewTicket(service="accounts", need="wings"), InvalidError, "need"),
        (NewTicket(service="accounts", language="fr"), InvalidError, "language"),
    ],
)
def test_what_the_branch_does_not_have_is_refused_and_said(wish: NewTicket, error: type[HubError], field: str) -> None:
    with pytest.raises(error) as refused:
        Played().do(decide.take_ticket("centre", BRANCH, wish, NOON))
    assert isinstance(refused.value, InvalidError)
    assert refused.value.field == field


def test_out_of_hours_the_kiosk_gives_nothing_and_the_reception_may() -> None:
    branch = a_branch(hours={"monday": ["08:00-11:00"]})
    with pytest.raises(RefusedError, match="closed"):
        decide.take_ticket("centre", branch, NewTicket(service="loans"), NOON)(Book())
    assert decide.take_ticket("centre", branch, NewTicket(service="loans"), NOON, "reception")(Book())


def test_who_is_meant_for_a_desk_is_called_there_alone_and_the_hub_is_told_whom() -> None:
    day = Played()
    one = day.ticket()
    for desk, agent in (("1", "ann"), ("2", "bob")):
        day.sits(desk, agent)
    day.wants("1")
    day.settle()
    day.do(decide.pass_on("", Transfer(desk="2"), day.now, BRANCH, "1"))
    assert day.told[-1] == ("passed_on", one.id, "ann")
    day.wants("1")
    assert day.settle() == []
    day.wants("2")
    day.settle()
    assert day.phase(one) == (Phase.CALLED, "2")


def test_who_was_meant_for_a_desk_that_is_closed_is_for_all() -> None:
    day = Played()
    one = day.ticket()
    for desk, agent in (("1", "ann"), ("2", "bob")):
        day.sits(desk, agent)
    day.do(decide.pass_on(one.id, Transfer(desk="2"), day.now, BRANCH))
    day.do(sitting.get_up("2", day.now))
    day.wants("1")
    day.settle()
    assert day.phase(one) == (Phase.CALLED, "1")


def test_what_is_said_on_the_ticket_is_said_once_and_not_without_end() -> None:
    day = Played()
    one = day.ticket()
    for number in range(decide.MOST_SAID):
        for _ in range(2):
            day.do(decide.say(one.id, Message(id=str(number), text="I wait outside"), day.now))
    assert len(day.book.visits[one.id].said) == decide.MOST_SAID
    with pytest.raises(RefusedError):
        day.do(decide.say(one.id, Message(id="more", text="?"), day.now))


def test_what_is_over_is_forgotten_and_its_number_is_not() -> None:
    day = Played()
    one = day.ticket(id="k")
    day.do(decide.leave(one.id, day.now, "visitor"))
    book = without_old(day.book, NOON + timedelta(days=2))
    assert (dict(book.visits), dict(book.asked)) == ({}, {})
    assert evolve(book, day.log[0]).counts == {("2026-01-05", "A"): 1}
