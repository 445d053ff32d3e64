"""What the pages of a branch may ask of it: addresses and JSON, one place for both sides.

Everything is JSON; times are ISO 8601 in UTC. What can't be done is answered `{"reason": "...", "field": "...",
"code": "closed", "about": {}}`, the code where pages have words for it (`why_closed` in words.js, filled from
`about`): 400 not understood, 401 who are you, 403 not yours, 404 no such thing, 409 not now, 422 wrong value, 429 too
much.
A WebSocket tells the whole state, first when it opens and then whenever it changed: nothing is to be put together.
After a cut the page connects again.

For everybody in the branch
    GET  /b/{branch}/config             -> config
    POST /b/{branch}/tickets  NewTicket -> 201 ticket; the same `id` again: the same ticket (200)
    WS   /b/{branch}/display            -> display

For who has the ticket (`secret` is all they need)
    GET  /t/{secret}                    -> ticket
    WS   /t/{secret}/live               -> ticket
    POST /t/{secret}/leave    {}        -> ticket: they don't wait any longer
    POST /t/{secret}/messages Message   -> ticket: said to the branch

At a desk: `Authorization: Bearer TOKEN` from the sign-in; the WebSocket's first message is `{"token": "TOKEN"}`
    POST /b/{branch}/desk/sign-in     SignIn   -> {"token", "state": desk}
    POST /b/{branch}/desk/next        {}       -> desk: calls the next visitor; none there: `wants_next` until one comes
    POST /b/{branch}/desk/cancel-next {}       -> desk: `wants_next` no more
    POST /b/{branch}/desk/recall      {}       -> desk
    POST /b/{branch}/desk/park        Park     -> desk
    POST /b/{branch}/desk/resume      OfTicket -> desk
    POST /b/{branch}/desk/no-show     {}       -> desk
    POST /b/{branch}/desk/transfer    Transfer -> desk
    POST /b/{branch}/desk/end         End      -> desk
    POST /b/{branch}/desk/walk-in     NewTicket -> desk: given and called here at once
    POST /b/{branch}/desk/sign-out    {}       -> {}: what was parked there is for others
    WS   /b/{branch}/desk/live                 -> desk

At the reception: the same with a token of its own
    POST /b/{branch}/reception/sign-in  Reception -> {"token"}
    GET  /b/{branch}/reception/tickets?find=A01   -> {"tickets": [visit]}: of today, by number, name or identity
    POST /b/{branch}/reception/tickets  NewTicket -> 201 ticket; who they are counts as proven
    POST /b/{branch}/reception/tickets/{ticket}/transfer  Transfer -> visit
    POST /b/{branch}/reception/tickets/{ticket}/leave     {}       -> visit
    GET  /b/{branch}/reception/appointments?day=2026-01-05 -> {"appointments": [appointment]}
    POST /b/{branch}/reception/appointments  NewAppointment -> 201 appointment
    POST /b/{branch}/reception/appointments/{code}/arrive   Arrival -> 201 ticket
    POST /b/{branch}/reception/appointments/{code}/move     Move    -> appointment
    POST /b/{branch}/reception/appointments/{code}/cancel   {}      -> appointment
    WS   /b/{branch}/reception/live               -> reception

config      {"branch", "name": {"fa": ...}, "zone": "Asia/Tehran", "languages": ["fa", "en"],
             "open", "opens_at": null, "link": "up",
             "services": [{"id", "name": {"fa": ...}, "letter": "A", "open", "opens_at": null, "languages": []}],
             "desks": [{"id": "3", "name": {"fa": ...}, "services": ["accounts"]}],
             "identities": ["customer_number", "national_code", "phone"], "needs": ["wheelchair", "hearing", ...],
             "wrap_up": ["served", ...], "appointments": true}
ticket      {"ticket": "...", "number": "A017", "branch", "service", "language", "need", "phase", "position": 3,
             "wait_seconds": 420, "wait_by": "hub", "desk": "3", "calls": 1, "taken_at", "called_at": null,
             "ended_at": null, "known": true, "messages": [{"at", "text"}], "appointment": null,
             "link": "/t/...", "url": "https://.../t/..."}
             phase: waiting, called, parked, served, no_show, left. `wait_by`: who reckoned the wait: hub, branch (its
             own guess, say so), or empty where nobody can tell. `known`: the hub has it.
visit       ticket without secret, link and messages, and {"identity": {"kind", "value"} or null, "note", "agent",
             "priority": 0, "segment": "", "stage": "", "parked_until": null, "notes": [{"at", "text"}]}
display     {"branch", "called": [{"number": "A017", "letter": "A", "count": 17, "desk": "3", "service", "language",
             "calls": 2, "at", "over": false}], "waiting": [{"service", "letter", "count", "wait_seconds": null,
             "wait_by": ""}], "at"}
             called: not who stood at the desk already; newest call first, 12 at most; a recall moves it to the front
             with `calls` one higher; `over`: one of the last five minutes, whose visitor is gone. The wait is that of
             whoever waits longest yet, as their ticket says it.
desk        {"desk", "branch", "agent", "name", "services", "wants_next": false, "link": "up", "visit": visit or null,
             "parked": [visit], "waiting": [{"service", "letter", "count", "since": null}], "notices": ["..."]}
             link: "away": called in the branch's own order; the hub is told when it is back.
reception   {"waiting": [...], "link", "tickets": [visit]}: those that are not over
appointment {"code": "4711", "service", "branch", "at", "minutes", "name", "identity", "phase", "language",
             "remind": {"kind": "phone", "value": ...} or null, "ticket": ""}; phase: made, arrived, missed, cancelled
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Kind = Literal["customer_number", "national_code", "phone"]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Identity(_Asked):
    """Who they say they are."""

    kind: Kind
    value: str = Field(min_length=1, max_length=64)


class NewTicket(_Asked):
    """A visitor wants a ticket. `id`: the page's own; what it repeats after a cut is no second ticket."""

    id: str = Field(default="", max_length=64)
    service: str = Field(default="", max_length=64)
    """May be left out with an appointment."""
    language: str = Field(default="", max_length=16)
    need: str = Field(default="", max_length=32)
    identity: Identity | None = None
    name: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=1_000)
    appointment: str = Field(default="", max_length=32)
    """Its code: the ticket is for that."""


class Message(_Asked):
    """What who waits says to the branch."""

    id: str = Field(min_length=1, max_length=64)
    text: str = Field(min_length=1, max_length=1_000)


class SignIn(_Asked):
    """An agent at a desk. `instead`: of whoever did not sign out there."""

    desk: str = Field(min_length=1, max_length=32)
    agent: str = Field(min_length=1, max_length=64)
    instead: bool = False
    pin: str = Field(min_length=1, max_length=64, repr=False)


class Reception(_Asked):
    """Somebody at the reception."""

    pin: str = Field(min_length=1, max_length=64, repr=False)


class OfTicket(_Asked):
    """Which one."""

    ticket: str = Field(min_length=1, max_length=64)


class Park(_Asked):
    """Laid aside, for so long or until it is taken up."""

    minutes: int = Field(default=0, ge=0, le=600)
    reason: str = Field(default="", max_length=200)


class Transfer(_Asked):
    """To another service, or to who sits at a desk."""

    service: str = Field(default="", max_length=64)
    desk: str = Field(default="", max_length=32)
    reason: str = Field(default="", max_length=200)


class End(_Asked):
    """Served. `code`: of the wrap-up."""

    code: str = Field(default="", max_length=32)


class Arrival(_Asked):
    """Who has an appointment is there."""

    need: str = Field(default="", max_length=32)


class Move(_Asked):
    """To another time."""

    at: AwareDatetime


class NewAppointment(_Asked):
    """A visit at a time. `remind`: where it is confirmed and called to mind."""

    id: str = Field(default="", max_length=64)
    service: str = Field(min_length=1, max_length=64)
    at: AwareDatetime
    name: str = Field(default="", max_length=200)
    identity: Identity | None = None
    language: str = Field(default="", max_length=16)
    phone: str = Field(default="", max_length=32)
    email: str = Field(default="", max_length=320)
