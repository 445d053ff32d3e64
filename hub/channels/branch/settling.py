"""What a branch does by itself, as time goes by and the hub comes and goes: pure."""

from datetime import datetime, timedelta

from hub.channels.branch import appointments
from hub.channels.branch.decide import Decision
from hub.channels.branch.events import Called, DeskClosed, Event, Over
from hub.channels.branch.order import next_for
from hub.channels.branch.passes import WORKING_HOURS
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, Phase, evolve


def settle(branch: Branch, at: datetime, *, away: bool) -> Decision:
    """What the branch does by itself: desks that want somebody get who is next, of all where the hub is `away`, else of
    those whom the hub won't have called. What waits from another day has left; a desk that nobody signed out of is
    free after a working day, and who was called there has been served."""

    def decide(book: Book) -> list[Event]:
        events = _left_from_another_day(branch, book, at)
        for agreed in book.appointments.values():
            events += appointments.due(branch, agreed, at)
        for event in events:
            book = evolve(book, event)
        wanting = [(one.wants_since, one) for one in book.desks.values() if one.wants_since]
        for _, sits in sorted(wanting, key=lambda both: (both[0], both[1].desk)):
            found = next_for(book, sits.desk, branch, alone=not away)
            if found is not None:
                called = Called(at=at, visit=found.id, desk=sits.desk, agent=sits.agent, by="branch")
                book = evolve(book, called)
                events.append(called)
        return events

    return decide


def _left_from_another_day(branch: Branch, book: Book, at: datetime) -> list[Event]:
    today, events = branch.day_of(at), list[Event]()
    for one in book.visits.values():
        if one.is_open and one.taken.day != today and one.phase is not Phase.CALLED:
            events.append(Over(at=at, visit=one.id, phase="left", by="day"))
    long_ago = at - timedelta(hours=WORKING_HOURS)
    for sits in book.desks.values():
        if sits.at > long_ago or _has_called(book, sits.agent, long_ago):
            continue
        here = book.at_desk(sits.desk)
        if here is not None:
            events.append(Over(at=at, visit=here.id, phase="served", by="day"))
        events.append(DeskClosed(at=at, desk=sits.desk))
    return events


def _has_called(book: Book, agent: str, since: datetime) -> bool:
    return any(
        one.agent == agent and one.last_call is not None and one.last_call > since for one in book.visits.values()
    )
