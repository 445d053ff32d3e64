"""One branch, running: what is decided is on disk before anybody is told, and the hub is told in its order."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.application.intake.envelope import Confirmation
from hub.channels.branch.decide import Decision
from hub.channels.branch.events import (
    AppointmentKnown,
    Called,
    DeskOpened,
    Event,
    KnownAtHub,
    LaidAside,
    NextWanted,
    NotAtHub,
    Over,
    PassedOn,
    SaidByHub,
)  # fmt: skip
from hub.channels.branch.hubward import Hubward
from hub.channels.branch.order import next_for
from hub.channels.branch.reconcile import reconcile
from hub.channels.branch.reports import Report, failed, left, reports_of, sent
from hub.channels.branch.settings import Branch, BranchSettings
from hub.channels.branch.settling import settle
from hub.channels.branch.store import Store, ToTell, of_appointment
from hub.channels.branch.visits import Book, Phase, Visit, evolve, of_customer, without_names, without_old
from hub.channels.branch.waits import Estimate, moved_up
from hub.channels.command import Command
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.domain.contact import Contact, ConversationEvent

log = logging.getLogger(__name__)

MOST_NOTICES = 5
_AGAIN = "-again"
"""What the id of a report ends with that was refused once."""


class Hall:
    """All that concerns one branch goes one after the other."""

    def __init__(self, name: str, settings: BranchSettings, link: Link, store: Store, place: Place) -> None:
        self.name = name
        self.branch: Branch = settings.branches[name]
        self.book = Book()
        self.estimates: dict[str, Estimate] = {}
        self.notices: dict[str, tuple[str, ...]] = {}
        """By agent."""
        self._keep = timedelta(days=settings.keep_days)
        self._store = store
        self._ledger = place.ledger
        self._clock = place.clock
        self._turn = asyncio.Lock()
        self._watching = asyncio.Condition()
        self.changes = 0
        self.hubward = Hubward(link, settings.away_after_seconds, self._confirmed, self._settle, self._probe)

    async def load(self) -> None:
        """As it stood when the last process ended."""
        for event in await self._store.happened(self.name):
            self.book = evolve(self.book, event)
        self.hubward.add(await self._store.to_tell(self.name))

    def now(self) -> datetime:
        """The time."""
        return self._clock.now()

    async def decide(self, decision: Decision) -> Book:
        """The book after it, on disk. Raises InvalidError, NotFoundError, RefusedError."""
        async with self._turn:
            await self._happen(decision(self.book), [])
            await self._happen(settle(self.branch, self.now(), away=self.hubward.away)(self.book), [])
            return self.book

    async def _happen(self, events: Sequence[Event], more: Sequence[Report], told: int = 0) -> None:
        book, reports, gone = self.book, list[Report](), list[tuple[str, Book]]()
        for event in events:
            reports += reports_of(self.name, self.branch, book, event)
            if isinstance(event, Called | LaidAside | PassedOn | Over):
                gone.append((event.visit, book))
            book = evolve(book, event)
        reports += more
        if not events and not reports and not told:
            return
        self.hubward.add(await self._store.add(self.name, events, reports, told))
        self.book = book
        for visit, before in gone:
            self.estimates = moved_up(self.estimates, visit, before, self.branch)
        if events:
            await self._tell_all()

    async def _tell_all(self) -> None:
        async with self._watching:
            self.changes += 1
            self._watching.notify_all()

    async def changed(self, since: int, seconds: float) -> int:
        """Wait until something is different from then, or the time is over; the number of changes by now."""
        try:
            async with asyncio.timeout(seconds), self._watching:
                await self._watching.wait_for(lambda: self.changes != since)
        except TimeoutError:
            pass
        return self.changes

    async def _settle(self) -> None:
        """The hub went away, or is there again."""
        async with self._turn:
            await self._happen(settle(self.branch, self.now(), away=self.hubward.away)(self.book), [])
            await self._tell_all()

    async def sweep(self) -> None:
        """What is from another day is over; what is old is forgotten."""
        before = self.now() - self._keep
        async with self._turn:
            await self._happen(settle(self.branch, self.now(), away=self.hubward.away)(self.book), [])
            book = without_old(self.book, before)
            forgotten = sorted(set(self.book.visits) - set(book.visits))
            gone = [of_appointment(one) for one in set(self.book.appointments) - set(book.appointments)]
            await self._store.forget(self.name, [*forgotten, *gone], before)
            self.book = book
            for one in forgotten:
                self.estimates.pop(one, None)

    async def _confirmed(self, one: ToTell, answer: Confirmation) -> None:
        if one.seq and self._is_all(one.report, answer):
            await self._store.add(self.name, [], [], one.seq)
            return
        async with self._turn:
            events, more = self._follows(one.report, answer)
            await self._happen(events, more, one.seq)
            if any(isinstance(event, NotAtHub) for event in events):
                await self._happen(settle(self.branch, self.now(), away=self.hubward.away)(self.book), [])

    def _is_all(self, report: Report, answer: Confirmation) -> bool:
        """Nothing follows from the answer: nobody waits for a turn, and what was told together is noted together."""
        if isinstance(report, Contact) or answer.status != "accepted":
            return False
        return not self._known(report, answer)

    def _follows(self, report: Report, answer: Confirmation) -> tuple[list[Event], list[Report]]:
        now, accepted = self.now(), answer.status == "accepted"
        if isinstance(report, Contact):
            visit = report.thread
            if not accepted:
                log.error("the hub does not take %s: %s", report.id, answer.reason)
                return ([NotAtHub(at=now, visit=visit, reason=answer.reason)] if report.id == visit else []), []
            what = "" if report.id == visit else report.id
            return [KnownAtHub(at=now, visit=visit, what=what, customer_id=answer.customer_id or "")], []
        if accepted:
            return self._known(report, answer), []
        log.warning("the hub does not take %s of %s: %s", report.signal, report.thread, answer.reason)
        if report.agent_id and report.signal not in ("offer_declined", "agent_missed"):
            told = (*self.notices.get(report.agent_id, ()), f"{report.signal}: {answer.reason}")
            self.notices[report.agent_id] = told[-MOST_NOTICES:]
        return [], self._once_more(report)

    def _known(self, told: ConversationEvent, answer: Confirmation) -> list[Event]:
        """Whose an appointment is: said at each report of it, kept once."""
        code = told.appointment.id.removeprefix(f"{self.name}-") if told.appointment else ""
        one = self.book.appointments.get(code)
        if one is None or not answer.customer_id or one.customer_id == answer.customer_id:
            return []
        return [AppointmentKnown(at=self.now(), code=code, customer_id=answer.customer_id)]

    async def forget(self, customer_id: str) -> None:
        """Nothing here says any more who they were."""
        async with self._turn:
            visits, codes = of_customer(self.book, customer_id)
            if not visits and not codes:
                return
            await self._store.rewrite(self.name, [*visits, *map(of_appointment, codes)])
            self.book = without_names(self.book, visits, codes)
            await self._tell_all()

    def _once_more(self, refused: ConversationEvent) -> list[Report]:
        """What the hub is told where it refused that. An agent whom it has signed off meanwhile sits there all the
        same."""
        sits = self.book.desk_of(refused.agent_id)
        if refused.signal == "ended":
            return [left(refused.thread, self.now())]
        if sits is None or refused.signal not in ("next_wanted", "taken") or refused.id.endswith(_AGAIN):
            return []
        opened = DeskOpened(at=self.now(), desk=sits.desk, agent=sits.agent)
        here = self.book.at_desk(sits.desk)
        told = reports_of(self.name, self.branch, self.book, opened)
        if refused.signal == "next_wanted" or (here is not None and here.id == refused.thread):
            told.append(refused.model_copy(update={"id": f"{refused.id}{_AGAIN}"}))
        return told

    def _probe(self) -> Report | None:
        """While a desk wants somebody whom the hub could send."""
        for sits in self.book.desks.values():
            if sits.wants_since and next_for(self.book, sits.desk, self.branch, alone=False):
                wanted = NextWanted(at=self.now(), desk=sits.desk)
                return reports_of(self.name, self.branch, self.book, wanted)[0]
        return None

    async def carry_out(self, command: Command) -> None:
        """What the hub tells of a visit here."""
        if command.command == "send":
            await self._send(command)
            return
        if command.command == "waiting":
            self.announced(command)
            await self._tell_all()
            return
        async with self._turn:
            told_all, knows = self.hubward.told_all, self.hubward.knows(command.thread, command.agent_id)
            events, more = reconcile(self.branch, self.book, command, self.now(), told_all=told_all, knows=knows)
            await self._happen(events, more)
            await self._happen(settle(self.branch, self.now(), away=self.hubward.away)(self.book), [])

    def announced(self, command: Command) -> None:
        """Place and wait, of who still waits: it may come after they were called."""
        one = self.book.visits.get(command.thread)
        if command.command == "waiting" and one is not None and one.phase is Phase.WAITING:
            self.estimates[command.thread] = Estimate(command.place, command.estimated_wait_s, command.at)

    async def nudge(self) -> None:
        """Something changed that is not kept."""
        await self._tell_all()

    async def _send(self, command: Command) -> None:
        async with self._turn:
            now, one = self.now(), self.book.visits.get(command.thread)
            made = self._ledger.of(command.contact_id)
            is_new = made is None and one is not None and one.is_open
            events: list[Event] = []
            if is_new:
                text = command.text or command.subject
                events = [SaidByHub(at=now, visit=command.thread, contact_id=command.contact_id, text=text)]
            stands = is_new or (made is not None and made.state == "left") or _told(one, command.contact_id)
            report = sent if stands else failed
            if stands and _told(one, command.contact_id):
                events = []
            await self._happen(events, [report(command.thread, command.contact_id, now)])
            if stands:
                self._ledger.left(command.contact_id, command.contact_id, command.thread, now)


def _told(one: Visit | None, contact_id: str) -> bool:
    return one is not None and any(told.contact_id == contact_id for told in one.told)
