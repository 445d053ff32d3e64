"""What the hub decides, beside what the branch did meanwhile: pure. The branch's own calls stand, for the visitor is
there already; the hub is told, and follows."""

from datetime import datetime

from hub.channels.branch import reports
from hub.channels.branch.events import Called, Event, NotAtHub, Over
from hub.channels.branch.reports import Report
from hub.channels.branch.visits import Book, Phase, Visit
from hub.channels.command import Command

_LET_GO = frozenset({"refused", "expired"})
Told = tuple[list[Event], list[Report]]


def reconcile(book: Book, command: Command, at: datetime, *, told_all: bool) -> Told:
    """What happens in the branch, and what the hub is told besides of that. A visit that is not waiting is never called
    by what the hub says, and no desk that wants nobody: so none is called to two. `told_all`: the hub knows everything
    that happened; else what is on its way to the hub takes back what does not fit."""
    one = book.visits.get(command.thread)
    if one is None:
        return [], ([reports.gone(command.thread, at)] if command.command in ("offered", "answered") else [])
    match command.command:
        case "offered":
            events = _offered(book, one, command, at)
            return events, ([] if events or not told_all else [reports.declined(command, at)])
        case "answered" if one.phase is not Phase.CALLED or one.agent != command.agent_id:
            told = reports.not_here(one.id, command.agent_id, command.interaction_id, command.id, at)
            return [], ([told] if one.is_open else [])
        case "ended" if one.phase is Phase.CALLED and one.agent == command.agent_id:
            return [Over(at=at, visit=one.id, phase="served", by="hub")], []
        case name if name in _LET_GO and one.is_open:
            return [NotAtHub(at=at, visit=one.id, reason=command.reason)], []
        case _:
            return [], []


def _offered(book: Book, one: Visit, command: Command, at: datetime) -> list[Event]:
    sits = book.desk_of(command.agent_id)
    if sits is None or sits.wants_since is None or one.phase is not Phase.WAITING or command.consult_id:
        return []
    return [Called(at=at, visit=one.id, desk=sits.desk, agent=sits.agent, by="hub")]
