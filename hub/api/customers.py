"""The customers: who they are, what happened, and where they stand; now, or as it was known at a past moment."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BeforeValidator, Field, create_model
from starlette.responses import Response

from hub.api.actor_names import names_of_actors
from hub.api.answers import EventsAnswer, answer, events, found
from hub.api.bodies import Body, Moment
from hub.api.callers import AgentCall, SupervisorCall
from hub.api.consents import PointRow, PreferenceRow
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import Interaction, listed, row, told
from hub.application.dossier.dossier import Dossier
from hub.application.dossier.entries import Kind, TimelineFact
from hub.application.dossier.outbounds import SendState
from hub.application.dossier.question import Question, sought
from hub.application.views.customer_view import ShownContact
from hub.domain.contact import VALUE_TIER, Channel, Direction
from hub.domain.customer.decide import LONGEST_NAME, LONGEST_PATH

router = Routes("customers")

Customer = row(
    "Customer",
    Dossier,
    points=list[PointRow],
    preference=PreferenceRow | None,
    open_interactions=list[Interaction],  # type: ignore[valid-type]
)
CustomerFound = create_model("CustomerFound", __base__=Customer, also=(list[str], ...))
_Contact = row(
    "TimelineContact", ShownContact, channel=Channel, direction=Direction, kind=Literal[Kind.CONTACT],
    state=SendState | Literal[""],
)  # fmt: skip
_Fact = row("TimelineFact", TimelineFact)
Timeline = listed("Timeline", "timeline", _Contact | _Fact, before=int | None, names=dict[str, str])


def _written_out(value: object) -> object:
    """A bare number is no moment: seconds since 1970 are not what somebody means who writes a year."""
    if isinstance(value, str) and value.strip().replace(".", "").lstrip("+-").isdigit():
        raise ValueError("a moment is written as 2026-01-05T12:00:00+03:30")
    return value


Iso = Annotated[Moment, BeforeValidator(_written_out)]
At = Annotated[Iso | None, Query(description="As it was known then; left out: now")]


class NewSegment(Body):
    """The class a customer belongs to, and the tier of their value."""

    segment: str = Field(max_length=32, examples=["B2C"])
    value_tier: str = Field(pattern=f"^{VALUE_TIER}$", examples=["standard"])


class NewLifecycleStage(Body):
    """Where a customer stands."""

    lifecycle_stage: str = Field(max_length=32, examples=["retention"])


class NewName(Body):
    """What a customer is really called."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    path: str = Field(default="", max_length=LONGEST_PATH, description="Where it was said: a channel, a form")
    agent_id: str = Field(default="", max_length=64, description="The agent who was told; left out: the caller")


@router.get("/v1/customers", summary="The customer of an identifier", responses=told(CustomerFound))
async def by_identifier(
    call: AgentCall,
    kind: Annotated[str, Query(examples=["phone"])],
    value: Annotated[str, Query(description="Any spelling that the hub would take in a contact")],
) -> Response:
    """What `GET /v1/customers/{customer_id}` tells, found by phone, email, customer_number, national_id, ...; `also`
    names other customers who were seen with it."""
    services = call.services
    streams = await services.views.customers_by_identifier(kind, services.spell(kind, value).value)
    if not streams:
        return found(None, f"customer with {kind} {value!r}")
    whole = await services.dossiers.show(streams[0])
    others = [await services.identity.resolve(one) for one in streams[1:]]
    ids = dict.fromkeys(one.canonical_id for one in others)
    return answer({**whole.as_row(), "also": [one for one in ids if one != whole.canonical_id]})


@router.get("/v1/customers/{customer_id}", summary="A customer", responses=told(Customer))
async def customer(customer_id: str, call: AgentCall, at: At = None) -> Response:
    """All that is known of all streams that are this customer, and how: who they are, where they stand and why, what
    may be sent to them, their accounts, cases and surveys, what is open. Any id that ever stood for them will do:
    `customer_id` and `canonical_id` tell the one that stands for them now, or did then."""
    return answer(await call.services.dossiers.show(customer_id, at))


@router.get("/v1/customers/{customer_id}/timeline", summary="What happened with a customer", responses=told(Timeline))
async def timeline(
    customer_id: str,
    call: AgentCall,
    kind: Annotated[list[Kind], Query(description="Only these; left out: all")] = [],  # noqa: B006
    channel: Channel | None = None,
    direction: Direction | None = None,
    queue: Annotated[str, Query(max_length=64, description="Contacts that came to this queue")] = "",
    start: Annotated[Iso | None, Query(alias="from", description="By when it happened")] = None,
    end: Annotated[Iso | None, Query(alias="to", description="Until just before then")] = None,
    interaction: Annotated[str, Query(max_length=200, description="What belongs to this interaction")] = "",
    case: Annotated[str, Query(max_length=200, description="What belongs to this case")] = "",
    q: Annotated[str, Query(max_length=200, description="Words and phones that must all be there, in any script")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, description="Log position; the next page's is in `before`")] = None,
    at: At = None,
) -> Response:
    """Over all channels and all streams that are this customer, newest first: contacts, and what else happened; `kind`
    tells which. What we send is one line: the contact that went out, until then what was planned; `state` tells how far
    it is; kind `outbound` asks for both. `before` of the answer gets the next page, which may come behind one that is
    not full: a search reads at most 2,000 contacts for a page. null: there is none. `names`: what those are called who
    did something in it, by actor (`agent:ann`), as far as they have a name."""
    words, numbers = sought(q, call.services.spell)
    question = Question(
        kinds=frozenset(kind),
        channel=channel or "",
        direction=direction or "",
        queue=queue,
        interaction=interaction,
        case=case,
        start=start,
        end=end,
        words=words,
        numbers=numbers,
    )
    page = await call.services.dossiers.timeline(customer_id, question, limit, before, at)
    names = await names_of_actors(call.services, {actor for one in page.lines for actor in _actors(one)})
    return answer({"timeline": page.lines, "before": page.before, "names": names})


def _actors(line: ShownContact | TimelineFact) -> tuple[str, ...]:
    return (f"agent:{line.agent_id}", line.actor) if isinstance(line, ShownContact) else (line.actor,)


@router.put(
    "/v1/customers/{customer_id}/name",
    summary="Correct a customer's name",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def correct_name(customer_id: str, body: NewName, call: AgentCall) -> Response:
    """One more fact; what they were called before stays on record, and is not taken up again from whoever goes on to
    call them that. No events: they are called so already."""
    services = call.services
    actor = call.acting_for(body.agent_id) if body.agent_id else call.actor
    recorded = await services.customers.correct_name(
        customer_id, body.name, body.path, actor=actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])


@router.put(
    "/v1/customers/{customer_id}/segment",
    summary="Put a customer in a segment",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def change_segment(customer_id: str, body: NewSegment, call: SupervisorCall) -> Response:
    """No events: the customer was there already."""
    services = call.services
    recorded = await services.customers.change_segment(
        customer_id, body.segment, body.value_tier, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])


@router.put(
    "/v1/customers/{customer_id}/lifecycle-stage",
    summary="Put a customer at a lifecycle stage",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def change_lifecycle_stage(customer_id: str, body: NewLifecycleStage, call: SupervisorCall) -> Response:
    """No events: the customer was there already."""
    services = call.services
    recorded = await services.customers.change_lifecycle_stage(
        customer_id, body.lifecycle_stage, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])
