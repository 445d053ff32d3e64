"""Visits that were agreed on: what is decided of them, and the words their customers get. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from hub.channels.branch.events import (
    AppointmentKnown,
    AppointmentMade,
    AppointmentMoved,
    AppointmentOver,
    AppointmentReminded,
    Event,
)
from hub.channels.branch.pages_api import Identity, NewAppointment, NewTicket
from hub.channels.branch.refusals import NotNowError, NotSoError
from hub.channels.branch.settings import Branch
from hub.domain.canned.dates import day_in, digits_in, time_in
from hub.domain.contact import Identifier
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.policies.hours import is_open, zone_of

MOST = 20_000
"""That are kept of a branch."""
EARLY = timedelta(hours=2)
"""So long before its time a ticket is given for it, and goes first."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One. `agreed_at`: when its time was agreed on last; `phase`: made, arrived, missed, cancelled; `version`: of how
    many facts it is made."""

    made: AppointmentMade
    starts_at: datetime
    agreed_at: datetime
    phase: str = "made"
    version: int = 1
    reminded: bool = False
    ticket: str = ""
    ended_at: datetime | None = None
    customer_id: str = ""
    """As the hub has it."""

    @property
    def whose(self) -> Identifier:
        """Who is to come, as far as they said."""
        one = self.made.identity
        if one is not None:
            return Identifier(kind=one.kind, value=one.value, verified=self.made.proven)
        return self.tell or Identifier(kind="appointment", value=self.made.code)

    @property
    def tell(self) -> Identifier | None:
        """Where they are told."""
        if self.made.phone:
            return Identifier(kind="phone", value=self.made.phone)
        return Identifier(kind="email", value=self.made.email) if self.made.email else None


def evolved(
    one: Appointment, event: AppointmentKnown | AppointmentMoved | AppointmentOver | AppointmentReminded
) -> Appointment:
    """After one more fact."""
    one = replace(one, version=one.version + 1)
    match event:
        case AppointmentMoved():
            return replace(one, starts_at=event.starts_at, agreed_at=event.at, reminded=False)
        case AppointmentReminded():
            return replace(one, reminded=True)
        case AppointmentKnown():
            return replace(one, customer_id=event.customer_id)
        case _:
            return replace(one, phase=event.phase, ticket=event.ticket, ended_at=event.at)


Known = Callable[[str], Appointment | None]
"""By code."""


def make(name: str, branch: Branch, wish: NewAppointment, known: Known, at: datetime, *, proven: bool) -> list[Event]:
    """A new one. Raises InvalidError, RefusedError."""
    if wish.identity is None and not wish.phone and not wish.email:
        raise NotSoError("who_comes", "say who comes: a customer number, a phone or a mail address", "identity")
    _check_time(branch, wish.service, wish.at, at)
    code = _code(name, wish, at, known)
    given = wish.model_dump(include={"service", "name", "language", "phone", "email"})
    identity = Identity.model_validate(wish.identity.model_dump()) if wish.identity else None
    return [
        AppointmentMade(at=at, code=code, starts_at=wish.at, identity=identity, proven=proven, asked=wish.id, **given)
    ]


def _code(name: str, wish: NewAppointment, at: datetime, known: Known) -> str:
    """Six digits that no other has."""
    for number in range(1000):
        words = f"{name} {wish.id} {wish.at.isoformat()} {at.isoformat()} {number}"
        code = f"{int.from_bytes(sha256(words.encode()).digest()[:8], 'big') % 1_000_000:06}"
        if known(code) is None:
            return code
    raise RefusedError("there are too many appointments")


def move(branch: Branch, one: Appointment, to: datetime, at: datetime) -> list[Event]:
    """To another time; where it is already: nothing."""
    _require_made(one)
    if to == one.starts_at:
        return []
    _check_time(branch, one.made.service, to, at)
    return [AppointmentMoved(at=at, code=one.made.code, starts_at=to)]


def cancel(one: Appointment, at: datetime) -> list[Event]:
    """Called off; again: nothing."""
    if one.phase == "cancelled":
        return []
    _require_made(one)
    return [AppointmentOver(at=at, code=one.made.code, phase="cancelled")]


def with_what_was_agreed(branch: Branch, wish: NewTicket, known: Known, at: datetime) -> tuple[NewTicket, bool]:
    """The wish for a ticket with what the appointment says, and whether who they are was proven. Who is late comes all
    the same, on that day. Raises InvalidError."""
    code = wish.appointment
    one = known(code) if code else None
    if not code:
        return wish, False
    if one is None:
        told = f"there is no appointment {code!r} in this branch"
        raise NotSoError("no_appointment", told, "appointment", number=code)
    is_late = one.phase == "missed" and branch.day_of(one.starts_at) == branch.day_of(at)
    if one.phase != "made" and not is_late:
        told = f"appointment {code} is {one.phase} already"
        raise NotSoError("appointment_over", told, "appointment", number=code)
    if at < one.starts_at - EARLY:
        told = f"it is too early for appointment {code}: come again later"
        raise NotSoError("too_early", told, "appointment", number=code)
    made = one.made
    agreed = {
        "service": made.service, "language": wish.language or made.language, "name": wish.name or made.name,
        "identity": wish.identity or made.identity,
    }  # fmt: skip
    return wish.model_copy(update=agreed), made.proven and wish.identity is None


def due(branch: Branch, one: Appointment, at: datetime) -> list[Event]:
    """What time brings: it is called to mind, or nobody came."""
    if one.phase != "made":
        return []
    if at > one.starts_at + timedelta(minutes=branch.missed_minutes):
        return [AppointmentOver(at=at, code=one.made.code, phase="missed")]
    early = timedelta(hours=branch.remind_hours)
    was_agreed = one.agreed_at < one.starts_at - early
    if not one.reminded and was_agreed and one.starts_at - early <= at < one.starts_at:
        return [AppointmentReminded(at=at, code=one.made.code)]
    return []


def _require_made(one: Appointment) -> None:
    if one.phase != "made":
        told = f"appointment {one.made.code} is {one.phase}"
        raise NotNowError("appointment_over", told, number=one.made.code)


def _check_time(branch: Branch, service: str, to: datetime, at: datetime) -> None:
    if service not in branch.services:
        there = ", ".join(branch.services)
        raise InvalidError(f"there is no service {service!r} in this branch: there are {there}", "service")
    if to <= at:
        raise NotSoError("passed", "this time has passed already", "at")
    hours = branch.hours_of(service)
    if hours is not None and not is_open(hours, to):
        raise NotSoError("closed_then", "the service is closed then", "at")


def required(code: str, known: Known) -> Appointment:
    """Raises NotFoundError."""
    one = known(code)
    if one is None:
        raise NotFoundError(f"there is no appointment {code!r}")
    return one


_WORDS = {
    "en": {
        "made": "Your appointment at {branch}: {service}, {day} {time}. Number {code}.",
        "moved": "Your appointment at {branch} is moved: {service}, {day} {time}. Number {code}.",
        "reminded": "We look forward to seeing you at {branch}: {service}, {day} {time}. Number {code}.",
        "cancelled": "Your appointment {code} at {branch} on {day} {time} is called off.",
    },
    "fa": {
        "made": "نوبت شما در {branch}: {service}، {day} ساعت {time}. شماره {code}.",
        "moved": "نوبت شما در {branch} جابه‌جا شد: {service}، {day} ساعت {time}. شماره {code}.",
        "reminded": "یادآوری نوبت شما در {branch}: {service}، {day} ساعت {time}. شماره {code}.",
        "cancelled": "نوبت {code} شما در {branch}، {day} ساعت {time}، لغو شد.",
    },
}
_SUBJECT = {"en": "Your appointment", "fa": "نوبت شما"}


def words(branch: Branch, one: Appointment, state: str) -> tuple[str, str]:
    """Subject and text; empty where there is nothing to say."""
    language = one.made.language if one.made.language in _WORDS else branch.languages[0]
    language = language if language in _WORDS else "en"
    text = _WORDS[language].get(state, "")
    local = one.starts_at.astimezone(zone_of(branch.time_zone))
    service = branch.service_of(one.made.service).name
    named = {
        "branch": branch.name.get(language) or next(iter(branch.name.values())),
        "service": service.get(language) or next(iter(service.values())),
        "day": day_in(language, local.date()), "time": time_in(language, local.time()),
        "code": digits_in(language, one.made.code),
    }  # fmt: skip
    return _SUBJECT[language], text.format(**named)
