"""What pages are told, as `pages_api` says: pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.channels.branch.appointments import Appointment
from hub.channels.branch.hall import Hall
from hub.channels.branch.order import line
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, OpenDesk, Phase, Visit
from hub.channels.branch.waits import Waits
from hub.policies.hours import is_open, next_open

SHOWN = 12
"""Calls on the display."""
REMEMBERED = timedelta(minutes=5)
"""So long a call stands there after it, though the visitor is gone from the desk."""
_WAS_CALLED = frozenset({Phase.SERVED, Phase.NO_SHOW})


class Views:
    """Of one branch as it is now."""

    def __init__(self, hall: Hall) -> None:
        self._name = hall.name
        self._branch: Branch = hall.branch
        self._book: Book = hall.book
        self._notices = hall.notices
        self._away = hall.hubward.away
        self._waits = Waits(hall.book, hall.branch, hall.estimates, away=self._away)
        self._now = hall.now()

    def config(self) -> dict[str, Any]:
        """What the branch is."""
        branch = self._branch
        services = [{"id": name, **self._service(name)} for name in branch.services]
        is_closed = not any(one["open"] for one in services)
        opens = [one["opens_at"] for one in services if one["opens_at"]]
        return {
            "branch": self._name, "name": branch.name, "zone": branch.time_zone,
            "languages": branch.languages, "open": not is_closed,
            "opens_at": min(opens) if is_closed and opens else None, "link": self._link, "services": services,
            "desks": [
                {"id": name, "name": one.name, "services": branch.services_of(name)}
                for name, one in branch.desks.items()
            ],
            "identities": branch.identities, "needs": branch.needs, "wrap_up": branch.wrap_up, "appointments": True,
        }  # fmt: skip

    def _service(self, name: str) -> dict[str, Any]:
        one, hours = self._branch.services[name], self._branch.hours_of(name)
        opened = hours is None or is_open(hours, self._now)
        opens_at = None if opened or hours is None else _time(next_open(hours, self._now))
        return {"name": one.name, "letter": one.letter, "open": opened, "opens_at": opens_at,
                "languages": one.languages}  # fmt: skip

    @property
    def _link(self) -> str:
        return "away" if self._away else "up"

    def ticket(self, one: Visit, secret: str, public_url: str) -> dict[str, Any]:
        """For who has it."""
        told = [{"at": _time(said.at), "text": said.text} for said in one.told if said.text]
        return {**self._common(one), "messages": told, "link": f"/t/{secret}", "url": f"{public_url}/t/{secret}",
                "heard": sorted(one.heard)}  # fmt: skip

    def visit(self, one: Visit) -> dict[str, Any]:
        """For who works here."""
        taken, who = one.taken, one.taken.identity
        return {
            **self._common(one), "identity": {"kind": who.kind, "value": who.value} if who else None,
            "proven": taken.proven, "name": taken.name, "note": taken.note, "agent": one.agent,
            "priority": int(taken.first), "segment": one.segment, "stage": one.stage,
            "parked_until": _time(one.parked_until),
            "notes": [{"at": _time(said.at), "text": said.text} for said in one.said if said.text],
        }  # fmt: skip

    def _common(self, one: Visit) -> dict[str, Any]:
        wait, taken = self._waits.of(one), one.taken
        return {
            "ticket": one.id, "number": one.number, "branch": self._name, "service": one.service,
            "language": taken.language, "need": taken.need, "phase": one.phase.value, "position": wait.position,
            "wait_seconds": wait.seconds, "wait_by": wait.by, "desk": one.desk, "calls": one.calls,
            "taken_at": _time(taken.at), "called_at": _time(one.called_at), "ended_at": _time(one.ended_at),
            "known": one.known, "appointment": taken.appointment or None,
        }  # fmt: skip

    def waiting(self) -> list[dict[str, Any]]:
        """By service. The wait is that of whoever waits longest yet."""
        found = []
        for name, service in self._branch.services.items():
            there = line(self._book, name)
            wait = self._waits.longest(there)
            found.append(
                {
                    "service": name, "letter": service.letter, "count": len(there),
                    "since": _time(min((one.taken.at for one in there), default=None)),
                    "wait_seconds": wait.seconds, "wait_by": wait.by,
                }
            )  # fmt: skip
        return found

    def display(self) -> dict[str, Any]:
        """For all to see, and to hear: who stood at the desk already was not called."""
        recent = self._now - REMEMBERED
        called = [
            (one, at)
            for one in self._book.visits.values()
            if (at := one.announced_at) and (one.phase is Phase.CALLED or (one.phase in _WAS_CALLED and at > recent))
        ]
        called.sort(key=lambda each: each[1], reverse=True)
        return {
            "branch": self._name,
            "called": [
                {
                    "number": one.number, "letter": one.taken.letter, "count": one.taken.count, "desk": one.desk,
                    "service": one.service, "language": one.taken.language, "calls": one.calls,
                    "at": _time(at), "over": one.phase is not Phase.CALLED,
                }
                for one, at in called[:SHOWN]
            ],
            "waiting": self.waiting(), "at": _time(self._now),
        }  # fmt: skip

    def desk(self, sits: OpenDesk) -> dict[str, Any]:
        """For who sits there."""
        here, known = self._book.at_desk(sits.desk), self._branch.agents.get(sits.agent)
        parked = [one for one in self._book.visits.values() if one.phase is Phase.PARKED]
        return {
            "desk": sits.desk, "branch": self._name, "agent": sits.agent, "name": known.name if known else sits.agent,
            "services": self._branch.services_of(sits.desk), "wants_next": sits.wants_since is not None,
            "link": self._link, "visit": self.visit(here) if here else None,
            "parked": [self.visit(one) for one in parked], "waiting": self.waiting(),
            "notices": self._notices.get(sits.agent, ()),
        }  # fmt: skip

    def reception(self) -> dict[str, Any]:
        """Who is there."""
        tickets = [self.visit(one) for one in self._book.visits.values() if one.is_open]
        return {"waiting": self.waiting(), "link": self._link, "tickets": tickets}

    def appointment(self, one: Appointment) -> dict[str, Any]:
        """For the reception."""
        made, tell = one.made, one.tell
        return {
            "code": made.code, "service": made.service, "branch": self._name, "at": _time(one.starts_at),
            "minutes": self._branch.service_of(made.service).minutes, "name": made.name,
            "identity": {"kind": made.identity.kind, "value": made.identity.value} if made.identity else None,
            "phase": one.phase, "language": made.language,
            "remind": {"kind": tell.kind, "value": tell.value} if tell else None, "ticket": one.ticket,
        }  # fmt: skip

    def appointments(self, day: str) -> list[dict[str, Any]]:
        """Of a day on the branch's clock; empty: of today."""
        wanted = day or self._branch.day_of(self._now)
        found = [one for one in self._book.appointments.values() if self._branch.day_of(one.starts_at) == wanted]
        return [self.appointment(one) for one in sorted(found, key=lambda one: one.starts_at)]

    def found(self, words: str) -> list[dict[str, Any]]:
        """Of today, by number, service, name or identity."""
        sought, today = words.strip().casefold(), self._branch.day_of(self._now)

        def has(one: Visit) -> bool:
            who = one.taken.identity
            services = self._branch.service_of(one.service).name.values()
            told = (one.number, one.taken.name, who.value if who else "", *services)
            return any(sought in said.casefold() for said in told)

        return [
            self.visit(one)
            for one in self._book.visits.values()
            if (one.is_open or one.taken.day == today) and has(one)
        ]


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
