"""What can happen in a branch: facts, as they are kept on its disk."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from hub.channels.branch.pages_api import Identity


class _Happened(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    at: AwareDatetime


class _OfVisit(_Happened):
    visit: str


class TicketTaken(_OfVisit):
    """Somebody waits from now on. `asked`: the page's id of the wish; `first`: they go before others; `entry`: where
    they got it, `kiosk`, `reception`, `desk`, or for an `appointment`; empty: kept before that was asked."""

    kind: Literal["ticket_taken"] = "ticket_taken"
    day: str
    letter: str
    count: int
    service: str
    language: str = ""
    need: str = ""
    identity: Identity | None = None
    proven: bool = False
    name: str = ""
    note: str = ""
    asked: str = ""
    first: bool = False
    appointment: str = ""
    entry: str = ""


class Called(_OfVisit):
    """They go to this desk. `by`: `hub`, `branch` (its own order), `walk_in`, `resume`, `instead`: who stands there
    already goes on with another agent."""

    kind: Literal["called"] = "called"
    desk: str
    agent: str
    by: str


class Recalled(_OfVisit):
    """Once more."""

    kind: Literal["recalled"] = "recalled"


class LaidAside(_OfVisit):
    """They have something else to do first. `by`: `hub`, or empty: who sits at the desk."""

    kind: Literal["laid_aside"] = "laid_aside"
    until: AwareDatetime | None = None
    reason: str = ""
    by: str = ""


class PassedOn(_OfVisit):
    """They wait for another service, or for one desk. `by`: `hub`, or empty: somebody in the branch."""

    kind: Literal["passed_on"] = "passed_on"
    service: str
    desk: str = ""
    to_agent: str = ""
    reason: str = ""
    by: str = ""


class Over(_OfVisit):
    """Served, not come (`no_show`), or left. `by`: `desk`, `visitor`, `reception`, `hub`, `day` (it is over)."""

    kind: Literal["over"] = "over"
    phase: Literal["served", "no_show", "left"]
    code: str = ""
    by: str


class SaidByVisitor(_OfVisit):
    """Written on the ticket's page. `name`: the page's."""

    kind: Literal["said_by_visitor"] = "said_by_visitor"
    name: str
    text: str


class SaidByHub(_OfVisit):
    """To be read on the ticket's page."""

    kind: Literal["said_by_hub"] = "said_by_hub"
    contact_id: str
    text: str


class KnownAtHub(_OfVisit):
    """The hub has it. `what`: the ticket itself, or the name of what was said."""

    kind: Literal["known_at_hub"] = "known_at_hub"
    what: str = ""
    customer_id: str = ""


class Standing(_OfVisit):
    """Who they are to the hub: its segment, and stage of a customer's life."""

    kind: Literal["standing"] = "standing"
    segment: str
    stage: str


class NotAtHub(_OfVisit):
    """The hub lets nobody have it: the branch looks after it alone."""

    kind: Literal["not_at_hub"] = "not_at_hub"
    reason: str = ""


class DeskOpened(_Happened):
    """An agent sits down."""

    kind: Literal["desk_opened"] = "desk_opened"
    desk: str
    agent: str


class DeskClosed(_Happened):
    """And gets up."""

    kind: Literal["desk_closed"] = "desk_closed"
    desk: str


class NextWanted(_Happened):
    """Whoever is next may come to this desk."""

    kind: Literal["next_wanted"] = "next_wanted"
    desk: str


class NextUnwanted(_Happened):
    """Not any more."""

    kind: Literal["next_unwanted"] = "next_unwanted"
    desk: str


class AppointmentMade(_Happened):
    """Somebody is to come then. `asked`: the page's id of the wish."""

    kind: Literal["appointment_made"] = "appointment_made"
    code: str
    service: str
    starts_at: AwareDatetime
    name: str = ""
    identity: Identity | None = None
    proven: bool = False
    language: str = ""
    phone: str = ""
    email: str = ""
    asked: str = ""


class AppointmentKnown(_Happened):
    """The hub has it, under this customer."""

    kind: Literal["appointment_known"] = "appointment_known"
    code: str
    customer_id: str


class AppointmentMoved(_Happened):
    """At another time."""

    kind: Literal["appointment_moved"] = "appointment_moved"
    code: str
    starts_at: AwareDatetime


class AppointmentReminded(_Happened):
    """They are to be told that it is soon."""

    kind: Literal["appointment_reminded"] = "appointment_reminded"
    code: str


class AppointmentOver(_Happened):
    """They came and have this ticket, did not come, or won't."""

    kind: Literal["appointment_over"] = "appointment_over"
    code: str
    phase: Literal["arrived", "missed", "cancelled"]
    ticket: str = ""


Event = (
    TicketTaken | Called | Recalled | LaidAside | PassedOn | Over | SaidByVisitor | SaidByHub | KnownAtHub | NotAtHub
    | Standing | DeskOpened | DeskClosed | NextWanted | NextUnwanted
    | AppointmentMade | AppointmentKnown | AppointmentMoved | AppointmentReminded | AppointmentOver
)  # fmt: skip
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


H = TypeVar("H", bound=_Happened)
_NOBODY: dict[str, object] = {"identity": None, "proven": False, "name": ""}
_NAMELESS: Mapping[type[BaseModel], dict[str, object]] = {
    TicketTaken: {**_NOBODY, "note": ""},
    AppointmentMade: {**_NOBODY, "phone": "", "email": ""},
    AppointmentKnown: {"customer_id": ""},
    KnownAtHub: {"customer_id": ""},
    Standing: {"segment": "", "stage": ""},
    SaidByVisitor: {"text": ""},
    SaidByHub: {"text": ""},
    LaidAside: {"reason": ""},
    PassedOn: {"reason": ""},
}


def nameless(event: H) -> H:
    """The same without who it was, and without anybody's words."""
    return event.model_copy(update=_NAMELESS.get(type(event), {}))
