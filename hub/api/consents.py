"""Consent and preferences: what people and lists say of a contact point, and what may therefore be sent there."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body, Moment
from hub.api.callers import AgentCall, Allow, Call, ContactCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.customers.consents import Statement
from hub.application.dossier.points import newest_preference, nowhere_rows, point_row
from hub.domain.access.events import Role
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import PreferredHours, Purpose
from hub.domain.errors import InvalidError
from hub.paths.consent.decide import Scope
from hub.paths.gates.verdict import Reason
from hub.ports import Recorded

router = Routes("consents")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}
ListCall = Annotated[Call, Depends(Allow(Role.ADAPTER, Role.SUPERVISOR))]
At = Annotated[Moment | None, Query(description="As of then; left out: now")]
KnownAt = Annotated[Moment | None, Query(description="By what was recorded until then; left out: by all")]


class Said(StrEnum):
    """What they said."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class AboutPoint(Body):
    """A contact point, in any spelling, and where something was said of it."""

    kind: str = Field(max_length=32, examples=["phone"], description="phone, email or cookie")
    value: str = Field(min_length=1, max_length=320, examples=["0912 123 4567"])
    source: str = Field(min_length=1, max_length=100, examples=["web form"])
    evidence: str = Field(default="", max_length=1000, description="A contact's id, a document, the words")
    at: Moment | None = Field(default=None, description="When it was said; left out: now")

    def statement(self, call: Call) -> Statement:
        """As the rules take it."""
        return Statement(self.kind, self.value, self.source, call.actor, call.services.new_id(), self.evidence, self.at)


class NewConsent(AboutPoint):
    """What somebody says of being contacted there, on one channel, for one purpose."""

    said: Said
    channel: Channel
    purpose: Purpose
    text_version: str = Field(default="", max_length=64, description="Of the wording; a consent needs it")
    expires_at: Moment | None = Field(default=None, description="Of a consent: good until just before then")


class Unsubscription(AboutPoint):
    """On which channel it was said, and how far it goes."""

    channel: Channel
    scope: Scope = Scope.EVERYWHERE
    customer_id: str = Field(default="", max_length=100, description="Of `everywhere`: who it is, if that is known")


class Listing(AboutPoint):
    """An entry of somebody else's list; `source` is whose."""

    channel: Channel


class NewPreference(AboutPoint):
    """How they like to be contacted; what is left out they don't mind."""

    preferred_channel: str = Field(default="", max_length=32)
    language: str = Field(default="", max_length=16)
    hours: tuple[PreferredHours, ...] = Field(default=(), max_length=21)
    time_zone: str = Field(default="", max_length=64, examples=["Asia/Tehran"])


class ConsentRow(BaseModel):
    """Whether a contact point may be contacted on a channel for a purpose, by consent and by lists, and why. Other
    gates may still forbid it."""

    channel: Channel
    purpose: Purpose
    may: bool
    consent: Reason
    block: Reason
    lists: tuple[str, ...]
    """Those that block it."""
    since: datetime | None
    expires_at: datetime | None
    source: str
    text_version: str
    evidence: str
    actor: str


class PreferenceRow(BaseModel):
    """How somebody likes to be contacted."""

    since: datetime
    source: str
    preferred_channel: str
    language: str
    hours: tuple[PreferredHours, ...]
    time_zone: str


class PointRow(BaseModel):
    """A contact point and all that holds there."""

    kind: str
    value: str
    consents: list[ConsentRow]
    preference: PreferenceRow | None


class PointConsents(PointRow):
    """A contact point at a moment."""

    at: datetime


class NowhereRow(BaseModel):
    """A no that they meant for all paths, and what it was said about."""

    purpose: Purpose
    since: datetime
    kind: str
    value: str
    channel: Channel
    source: str
    evidence: str
    actor: str


class CustomerConsents(BaseModel):
    """The contact points of a customer at a moment; `preference` is what they said last, at any of them. `nowhere`
    holds wherever nothing was said, in chats and branches too, until they say yes again."""

    customer_id: str
    at: datetime
    points: list[PointRow]
    preference: PreferenceRow | None
    nowhere: list[NowhereRow]


@router.post("/v1/consents", summary="Record what somebody says of being contacted", responses=_EVENTS)
async def say(body: NewConsent, call: ContactCall) -> Response:
    """`granted` needs the wording's version; `denied`: they were asked; `withdrawn`: they took it back, or want none.
    Said already: 200 without events."""
    consents, statement = call.services.consents, body.statement(call)
    if body.expires_at is not None and body.said is not Said.GRANTED:
        raise InvalidError("only a consent expires", "expires_at")
    if body.said is Said.GRANTED:
        recorded = await consents.grant(statement, body.channel, body.purpose, body.text_version, body.expires_at)
    elif body.said is Said.DENIED:
        recorded = await consents.deny(statement, body.channel, body.purpose, body.text_version)
    else:
        recorded = await consents.withdraw(statement, body.channel, body.purpose, body.text_version)
    return _events(recorded)


@router.post("/v1/consents/unsubscribe", summary="Unsubscribe somebody", responses=_EVENTS)
async def unsubscribe(body: Unsubscription, call: ContactCall) -> Response:
    """Withdraws promotional contacts on all paths: at each contact point known of the customer, and where nothing was
    ever said. With scope `point` at this contact point alone, with `channel` on this `channel` of it alone. Out
    already: 200 without events."""
    recorded = await call.services.consents.unsubscribe(
        body.statement(call), body.channel, body.scope, body.customer_id
    )
    return _events(recorded)


@router.post("/v1/consents/block", summary="A list holds a contact point", responses=_EVENTS)
async def block(body: Listing, call: ListCall) -> Response:
    """An operator's advertising blacklist, a regulator's register: promotional contacts stop, whatever was said."""
    return _events(await call.services.consents.block(body.statement(call), body.channel))


@router.post("/v1/consents/unblock", summary="A list holds a contact point no longer", responses=_EVENTS)
async def unblock(body: Listing, call: ListCall) -> Response:
    """Only what the list of `source` said is taken back."""
    return _events(await call.services.consents.unblock(body.statement(call), body.channel))


@router.put("/v1/consents/preference", summary="Say how somebody likes to be contacted", responses=_EVENTS)
async def prefer(body: NewPreference, call: ContactCall) -> Response:
    """In place of what was said at this contact point before. Said already: 200 without events."""
    recorded = await call.services.consents.prefer(
        body.statement(call), body.preferred_channel, body.language, body.hours, body.time_zone
    )
    return _events(recorded)


@router.get("/v1/consents", summary="What holds at a contact point", responses=told(PointConsents))
async def of_point(
    call: AgentCall,
    kind: Annotated[str, Query(examples=["phone"])],
    value: Annotated[str, Query(description="Any spelling that the hub would take in a contact")],
    at: At = None,
    known_at: KnownAt = None,
) -> Response:
    """For each channel and purpose whether consent and lists allow it, and why; of a contact point nobody has heard of
    the defaults."""
    consents = call.services.consents
    found = await consents.of_point(kind, value, at, known_at)
    return answer({**point_row(found, consents.table), "at": found.standing.at})


@router.get(
    "/v1/customers/{customer_id}/consents",
    summary="What holds at a customer's contact points",
    responses=told(CustomerConsents),
)
async def of_customer(customer_id: str, call: AgentCall, at: At = None, known_at: KnownAt = None) -> Response:
    """Of all contact points known of the customer today, linked ones included, as they stood then."""
    consents = call.services.consents
    moment = at or call.services.clock.now()
    found = await consents.of_customer(customer_id, moment, known_at)
    rows = [point_row(one, consents.table) for one in found]
    newest = newest_preference(rows)
    nowhere = nowhere_rows(found, moment)
    return answer({"customer_id": customer_id, "at": moment, "points": rows, "preference": newest, "nowhere": nowhere})


def _events(recorded: Iterable[Recorded]) -> Response:
    return events([one[1:] for one in recorded])
