"""Asking from anywhere: whether something is said to a customer, what, on which path and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body, Moment
from hub.api.callers import ContactCall
from hub.api.routes import Routes
from hub.api.rows import told
from hub.api.services import Services
from hub.application.paths.decisions import Decided
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.decision.events import Outcome
from hub.domain.errors import ForgottenError, InvalidError, NotFoundError
from hub.domain.grant.state import Grant
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.question import CameIn, Question
from hub.paths.propositions.model import Sender

router = Routes("paths")

Id = Annotated[str, Field(max_length=200)]


class Here(Body):
    """Where somebody is who is here, or the contact that is answered came from."""

    channel: Channel
    kind: str = Field(default="", max_length=64, description="Of the identifier: phone, email or cookie; empty: none")
    value: str = Field(default="", max_length=320)


class Known(Body):
    """An identifier of a customer, in any spelling that the hub would take in a contact."""

    kind: str = Field(min_length=1, max_length=64, examples=["phone"])
    value: str = Field(min_length=1, max_length=320)


class PathQuestion(Body):
    """Who asks, about whom (by id, or by an identifier), and what may be said."""

    customer_id: Id = ""
    identifier: Known | None = None
    account_id: Id = Field(default="", description="Left out: the one they act for, of several the longest")
    direction: Direction = Field(description="inbound: the customer is here; outbound: we contact them")
    purpose: Purpose | None = Field(default=None, description="Left out: whatever fits, each by its own")
    proposes: bool = Field(default=True, description="false: you have words of your own, and ask where and when")
    propositions: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=200)] = ()
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=len(Channel))]
    sender: Sender
    speaker: str = Field(default="", max_length=64, description="Who exactly, such as one dealer")
    by: Moment | None = Field(default=None, description="A contact may be made until then; left out: now or not")
    service: str = Field(default="", max_length=64, description="What their contact was about")
    interaction_id: Id = ""
    here: Here | None = None
    verified: bool = Field(default=False, description="Whether it is certain who is here")
    shows: bool = Field(default=True, description="What comes first is shown at once: it is granted with the answer")
    slot_id: Id = Field(
        default="", description="Of a contact that was decided on before, asked again before it is made"
    )
    request_id: Id = Field(default="", description="Your own: a repeat gets the same answer")


class GrantToShow(BaseModel):
    """Terms that stand, to be shown just so."""

    grant_id: str
    terms: dict[str, int | str]
    terms_hash: str
    expires_at: datetime


class ActionRow(BaseModel):
    """What is proposed, and where. `grant` null: it is granted when it is presented."""

    proposition: str
    channel: Channel
    point: str
    grant: GrantToShow | None


class PathAnswer(BaseModel):
    """What was decided. `at`: when it is done; of nothing when to ask again, null: time alone changes nothing. `closed`
    counts what was looked at and kept back, by reason. `released`, of a repeat: why its contact is not made after all;
    empty: nobody gave its slot back."""

    decision_id: str
    outcome: Outcome
    at: datetime | None
    actions: list[ActionRow]
    closed: dict[str, int]
    policy: str
    repeat: bool
    released: str


@router.post("/v1/path-decisions", summary="May something be said, what, where and when?", responses=told(PathAnswer))
async def decide(body: PathQuestion, call: ContactCall) -> Response:
    """A fact with its id before anybody is told. A contact we are to make has its slot with it, named like the
    decision: record it as sent under that id, or give the slot back."""
    name = call.asked()["id"]
    found = await decided(
        body, call.services, request=call.request(body.request_id) or name, actor=call.actor, command_id=name
    )
    return answer(shown(found, call.named))


async def decided(body: PathQuestion, services: Services, *, request: str, actor: str, command_id: str) -> Decided:
    """The same way for whoever asks. Raises HubError."""
    decisions, question = services.paths.decisions, _question(body, services)
    customer = customer_named(body.customer_id, body.identifier, services)
    if body.interaction_id:
        await decisions.check_interaction(body.interaction_id)
    with blaming_customer(body.identifier):
        return await decisions.decide(
            customer, question, request=request, account_id=body.account_id, grants=body.shows, actor=actor,
            command_id=command_id,
        )  # fmt: skip


def shown(decided: Decided, name: str = "") -> dict[str, Any]:
    """A decision as it is answered. `name`: of the command that asks; one whose answer got lost is told what it was."""
    event = decided.event
    return {
        "decision_id": event.decision_id,
        "outcome": event.outcome,
        "at": event.due_at,
        "actions": [
            {
                "proposition": one.proposition,
                "channel": one.channel,
                "point": one.point,
                "grant": _grant(decided.grants.get(one.proposition)),
            }
            for one in event.said
        ],
        "closed": event.closed,
        "policy": event.policy,
        "repeat": decided.is_repeat and event.causation != name,
        "released": decided.released,
    }


def _grant(grant: Grant | None) -> dict[str, Any] | None:
    if grant is None:
        return None
    return {
        "grant_id": grant.grant_id,
        "terms": dict(grant.terms),
        "terms_hash": grant.terms_hash,
        "expires_at": grant.expires_at,
    }


def customer_named(customer_id: str, identifier: Known | None, services: Services) -> str:
    """Raises InvalidError where it is told twice, or not at all."""
    if (identifier is None) == (not customer_id):
        raise InvalidError("say whom it is about: by customer_id, or by an identifier", "customer_id")
    if identifier is None:
        return customer_id
    kind = identifier.kind
    with blaming("identifier"):
        return services.paths.stream_of(kind, services.spell(kind, identifier.value).value)


def point_named(told: Known | Here, services: Services, field: str) -> ContactPoint:
    """The contact point that is told in this field of a body. Raises InvalidError that names the field."""
    with blaming(field):
        return services.paths.point_of(told.kind, services.spell(told.kind, told.value).value)


@contextmanager
def blaming(field: str) -> Iterator[None]:
    """What is wrong below this field of a body is told with its whole name."""
    try:
        yield
    except InvalidError as error:
        raise InvalidError(str(error), f"{field}.{error.field}" if error.field else field) from None


@contextmanager
def blaming_customer(identifier: Known | None) -> Iterator[None]:
    """A customer there is not is a mistake of the body's, in the field that names them; so is one who was forgotten."""
    try:
        yield
    except NotFoundError as error:
        if identifier is None:
            raise InvalidError(str(error), "customer_id") from None
        named = f"there is no customer with {identifier.kind} {identifier.value!r}"
        raise InvalidError(named, "identifier") from None
    except ForgottenError as error:
        raise ForgottenError(str(error), "customer_id" if identifier is None else "identifier") from None


def _question(body: PathQuestion, services: Services) -> Question:
    if body.purpose is Purpose.REPLY and body.here is None:
        raise InvalidError("a reply leaves by the path the contact came in on: say which", "here")
    return Question(
        "", services.clock.now(), body.direction, body.channels, body.sender, body.purpose, body.proposes,
        body.propositions, body.speaker, body.by, body.service, body.interaction_id, _came_in(body.here, services),
        Confidence.VERIFIED if body.verified else Confidence.CLAIMED, body.slot_id,
    )  # fmt: skip


def _came_in(here: Here | None, services: Services) -> CameIn | None:
    if here is None:
        return None
    if not here.kind:
        return CameIn(here.channel, "")
    return CameIn(here.channel, point_named(here, services, "here").point)
