"""What the hub decides, beside what the branch did meanwhile: pure. The branch's own calls stand, for the visitor is
there already; the hub is told, and follows."""

from datetime import datetime

from hub.channels.branch import reports
from hub.channels.branch.events import Called, Event, LaidAside, NotAtHub, Over, PassedOn, Standing
from hub.channels.branch.order import fits
from hub.channels.branch.reports import Report
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, Phase, Visit
from hub.channels.command import Command

_LET_GO = frozenset({"refused", "expired"})
Told = tuple[list[Event], list[Report]]


def reconcile(branch: Branch, book: Book, command: Command, at: datetime, *, told_all: bool, knows: bool) -> Told:
    """What happens in the branch, and what the hub is told besides of that. A visit that is not waiting is never called
    by what the hub says, and no desk that wants nobody: so none is called to two. `told_all`: the hub knows everything
    that happened; else what is on its way to the hub takes back what does not fit. `knows`: it knows all of this visit
    and this agent; else it offers by what was so before, and who does not fit the desk by now is not called there."""
    one = book.visits.get(command.thread)
    if one is None:
        return [], ([reports.gone(command.thread, at)] if command.command in ("offered", "answered") else [])
    match command.command:
        case "offered":
            return _offered(branch, book, one, command, at, told_all=told_all, knows=knows)
        case "answered" if one.agent == command.agent_id and _is_new_standing(one, command):
            return [Standing(at=at, visit=one.id, segment=command.segment, stage=command.stage)], []
        case "answered" if one.phase is not Phase.CALLED or one.agent != command.agent_id:
            told = reports.not_here(one.id, command.agent_id, command.interaction_id, command.id, at)
            return [], ([told] if one.is_open else [])
        case "ended" if one.phase is Phase.CALLED and one.agent == command.agent_id:
            return [Over(at=at, visit=one.id, phase="served", by="hub")], []
        case name if name in _LET_GO and one.is_open:
            return [NotAtHub(at=at, visit=one.id, reason=command.reason)], []
        case _ if command.cause.startswith(f"{one.id}-"):
            return [], []  # the branch told the hub of it
        case _:
            return _taken_elsewhere(branch, book, one, command, at)


def _taken_elsewhere(branch: Branch, book: Book, one: Visit, command: Command, at: datetime) -> Told:
    """By somebody at the hub, or its policy."""
    match command.command:
        case "moved" | "unparked":
            return _waits_elsewhere(branch, one, command, at), []
        case _ if one.phase is not Phase.CALLED or one.agent != command.agent_id:
            return [], []
        case "transferred":
            return _handed_on(branch, book, one, command, at)
        case "pulled_back":
            return [_waits(branch, one, command, at)], []
        case "parked":
            return [LaidAside(at=at, visit=one.id, until=command.until, reason=command.reason, by="hub")], []
        case _:
            return [], []


def _offered(
    branch: Branch, book: Book, one: Visit, command: Command, at: datetime, *, told_all: bool, knows: bool
) -> Told:  # fmt: skip
    sits = book.desk_of(command.agent_id)
    if sits is None or sits.wants_since is None or one.phase is not Phase.WAITING or command.consult_id:
        return [], ([reports.declined(command, at)] if told_all else [])
    if not knows and not fits(one, sits.desk, sits.agent, branch):
        return [], [reports.declined(command, at)]
    return [Called(at=at, visit=one.id, desk=sits.desk, agent=sits.agent, by="hub")], []


def _is_new_standing(one: Visit, command: Command) -> bool:
    told = (command.segment, command.stage)
    return one.phase is Phase.CALLED and any(told) and told != (one.segment, one.stage)


def _waits_elsewhere(branch: Branch, one: Visit, command: Command, at: datetime) -> list[Event]:
    waits = _waits(branch, one, command, at)
    if command.command == "moved":
        is_new = one.phase is Phase.WAITING and waits.service != one.service
    else:
        is_new = one.phase is Phase.PARKED
    return [waits] if is_new else []


def _handed_on(branch: Branch, book: Book, one: Visit, command: Command, at: datetime) -> Told:
    """Cold the visitor waits, for who sits at a desk at that desk; warm they go there at once, if nobody is before
    it."""
    to = book.desk_of(command.to_agent) if command.to_agent else None
    if not command.warm:
        return [_waits(branch, one, command, at, to.desk if to else "")], []
    if to is None or book.at_desk(to.desk) is not None:
        return [], [reports.still_here(one, command.id, at)]
    called = Called(at=at, visit=one.id, desk=to.desk, agent=to.agent, by="hub")
    return [_waits(branch, one, command, at, to.desk), called], []


def _waits(branch: Branch, one: Visit, command: Command, at: datetime, desk: str = "") -> PassedOn:
    """For the service whose queue it is in by now."""
    there = [name for name, service in branch.services.items() if service.queue == command.queue]
    service = one.service if one.service in there or not there else there[0]
    told = {"to_agent": command.to_agent, "reason": command.reason}
    return PassedOn(at=at, visit=one.id, service=service, desk=desk, by="hub", **told)
