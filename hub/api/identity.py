"""Who is one customer: links made and taken away, who is kept apart, and what waits for a steward."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.actor_names import names_of_actors
from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body
from hub.api.callers import AgentCall, Allow, Call, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.linking.identity import By
from hub.domain.access.events import Role
from hub.domain.contact import Identifier
from hub.domain.errors import InvalidError
from hub.ports import Recorded
from hub.projections.links import Conflict, KeptApart, Member, StandingLink

router = Routes("customers")

LinkCall = Annotated[Call, Depends(Allow(Role.AGENT, Role.SUPERVISOR, Role.ADAPTER))]
CustomerId = Annotated[str, Path(max_length=200)]
Why = Annotated[str, Field(min_length=1, max_length=1000, description="The evidence; kept under the customers' keys")]


class Because(Body):
    """Why."""

    reason: Why


class Evidence(Because):
    """Why, and where an agent learnt it."""

    interaction_id: str = Field("", max_length=64, description="The interaction in which it was said or shown")
    agent_id: str = Field("", max_length=64, description="The agent who says so; left out: the caller")


class OtherCustomer(Because):
    """The other customer, and why."""

    customer_id: str = Field(max_length=200)


class NewLink(Evidence):
    """Who is the same customer, and why."""

    customer_id: str = Field(max_length=200)
    despite_conflict: bool = Field(False, description="A person has seen that strong identifiers contradict each other")


class Sharing(Because):
    """Whether many people are reached at the identifier of this stream."""

    shared: bool


class Links(BaseModel):
    """A customer's streams, the oldest first, the links between them, and from whom they are kept apart. `shared` are
    those of their identifiers that many people share."""

    canonical_id: str
    asked_for: str
    members: tuple[Member, ...]
    links: tuple[StandingLink, ...]
    kept_apart: tuple[KeptApart, ...]
    shared: tuple[str, ...]


class Named(BaseModel):
    """What is known of a customer, to say whether another is the same."""

    name: str
    birth_date: str
    address: str
    identifiers: tuple[Identifier, ...]


class Conflicts(BaseModel):
    """What waits for a steward, in the order it came up; `who`: the customers in it, by id."""

    conflicts: list[Conflict]
    who: dict[str, Named]
    after: int | None


@dataclass(frozen=True, slots=True)
class LinkByAgent(StandingLink):
    """A link that an agent made, with the evidence they gave (`reason`), and where they learnt it."""

    position: int
    reason: str
    interaction_id: str


class LinksByAgents(BaseModel):
    """What agents linked and still stands, the newest first; `who`: the customers in it, by id; `names`: what the
    agents and people are called who made them, by actor."""

    links: list[LinkByAgent]
    who: dict[str, Named]
    names: dict[str, str]
    before: int | None


class ProposedPair(BaseModel):
    """Two customers who are likely one: by which rule, how likely (0 to 1), what agrees, and what is against it."""

    one: str
    other: str
    rule: str
    score: float
    agreeing: list[Literal["names", "birth_date", "address", "identifier"]]
    against: list[str]


class Undecided(BaseModel):
    """Two customers."""

    one: str
    other: str


class Contradiction(BaseModel):
    """Customers who all proved an identifier of these kinds, and why they are not one. `undecided`: pairs of whom
    nobody has said yet whether they are one."""

    customers: list[str]
    kinds: list[str]
    reason: str
    undecided: list[Undecided]


class Cluster(BaseModel):
    """A customer of several streams, and the links that join them."""

    customer_id: str
    streams: list[Member]
    links: list[StandingLink]


class SharedIdentifier(BaseModel):
    """An identifier that is said to be shared (`stream`), or that looks so: its `kind`, how many `people` have it, and
    some of the `customers`."""

    kind: str
    stream: str
    people: int | None
    customers: list[str]


class Duplicates(BaseModel):
    """Rows of one list (`proposals`, `contradictions`, `clusters` or `shared`), and who the customers in them are, by
    id."""

    position: int
    searched_at: datetime
    customers: int
    count: int
    duplicates: list[ProposedPair | Contradiction | Cluster | SharedIdentifier]
    who: dict[str, Named]
    after: str | None


_EVIDENCE = ("position", "reason", "interaction_id")
_LED_TO = {200: {"model": EventsAnswer}, **PROBLEMS}


@router.get("/v1/customers/conflicts", summary="What waits for a steward", responses=told(Conflicts))
async def conflicts(
    call: SupervisorCall,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[int, Query(ge=0, description="The next page's is in `after`")] = 0,
) -> Response:
    """Links that a rule wanted and must not make, and pairs that are kept apart while other links join them. Linking
    the two by hand, keeping them apart or marking one as shared settles it."""
    rows = await call.services.identity.conflicts(limit, after)
    who = await call.services.duplicates.who([side for one in rows for side in (one.left, one.right)])
    return answer({"conflicts": rows, "who": who, "after": rows[-1].position if len(rows) == limit else None})


@router.get("/v1/customers/links", summary="What agents linked", responses=told(LinksByAgents))
async def by_agents(
    call: SupervisorCall,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int, Query(ge=0, description="The next page's is in `before`")] = 0,
) -> Response:
    """The links that agents made and that stand, each with its evidence. Taking one away settles it."""
    found = await call.services.identity.by_agents(limit, before)
    rows = [asdict(one.link) | {name: getattr(one, name) for name in _EVIDENCE} for one in found]
    who = await call.services.duplicates.who([side for row in rows for side in (row["left"], row["right"])])
    names = await names_of_actors(call.services, {row["actor"] for row in rows})
    more = rows[-1]["position"] if len(rows) == limit else None
    return answer({"links": rows, "who": who, "names": names, "before": more})


@router.get("/v1/customers/duplicates", summary="Who is in the books twice", responses=told(Duplicates))
async def duplicates(
    call: SupervisorCall,
    what: Literal["proposals", "contradictions", "clusters", "shared"] = "proposals",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str, Query(max_length=64, description="The next page's is in `after`")] = "",
    fresh: Annotated[bool, Query(description="Search the log anew; else what was found last")] = False,
) -> Response:
    """Customers who are likely one, the likeliest first, and why; nothing is linked by it. What a person has decided
    since (linked, kept apart) is left out. A search of many customers takes minutes: until it is done 503. Linking two
    by hand or keeping them apart settles it."""
    return answer(await call.services.duplicates.page(what, limit, after, fresh=fresh))


@router.get("/v1/customers/{customer_id}/links", summary="Why streams are one customer", responses=told(Links))
async def links(customer_id: CustomerId, call: AgentCall) -> Response:
    """The links by which this customer is one, each with its rule, and who or what made it. Any id that ever stood for
    the customer will do."""
    return answer(await call.services.identity.resolve(customer_id))


@router.post("/v1/customers/{customer_id}/links", summary="Link two customers", responses=_LED_TO)
async def link(customer_id: CustomerId, body: NewLink, call: LinkCall) -> Response:
    """By a supervisor: by hand. By an agent: it overrules nothing that was proven, and stands on the steward's list. By
    an adapter: a trusted system says so, which overrules neither a person nor a conflict of strong identifiers: it
    leads to LinkBlocked, or to nothing."""
    identity, by = call.services.identity, await _with_evidence(call, body, customer_id, body.customer_id)
    if call.key.role is Role.AGENT:
        if body.despite_conflict:
            raise InvalidError("only a supervisor links in spite of a conflict: leave it out", "despite_conflict")
        return _led_to(await identity.link_by_agent(customer_id, body.customer_id, by))
    if call.key.role is not Role.ADAPTER:
        return _led_to(await identity.link(customer_id, body.customer_id, by, despite_conflict=body.despite_conflict))
    if body.despite_conflict:
        raise InvalidError("only a person links in spite of a conflict: leave it out", "despite_conflict")
    return _led_to(await identity.declare(customer_id, body.customer_id, by))


@router.delete("/v1/customers/{customer_id}/links/{link_id}", summary="Take a link away", responses=_LED_TO)
async def unlink(customer_id: CustomerId, link_id: str, body: Evidence, call: AgentCall) -> Response:
    """As if it had never been: what was recorded stays with the identifier it came by. No rule links the two again. An
    agent takes away what agents linked, and what a phone or mail address alone joined (else 409 `proven-one`)."""
    identity = call.services.identity
    part = identity.unlink_by_agent if call.key.role is Role.AGENT else identity.unlink
    return _led_to(await part(customer_id, link_id, await _with_evidence(call, body, customer_id)))


@router.post("/v1/customers/{customer_id}/cannot-links", summary="Keep two customers apart", responses=_LED_TO)
async def keep_apart(customer_id: CustomerId, body: OtherCustomer, call: SupervisorCall) -> Response:
    """They are not one customer: no rule ever joins them, by way of others neither."""
    return _led_to(await call.services.identity.keep_apart(customer_id, body.customer_id, _by(call, body)))


@router.delete(
    "/v1/customers/{customer_id}/cannot-links/{other_id}", summary="Keep two apart no longer", responses=_LED_TO
)
async def lift(customer_id: CustomerId, other_id: str, body: Because, call: SupervisorCall) -> Response:
    """Rules and people may link them again. Links that were taken away don't come back by themselves."""
    return _led_to(await call.services.identity.lift(customer_id, other_id, _by(call, body)))


@router.put("/v1/customers/{customer_id}/shared", summary="Say whether an identifier is shared", responses=_LED_TO)
async def share(customer_id: CustomerId, body: Sharing, call: SupervisorCall) -> Response:
    """A switchboard's number, a dealer's mail address: it loses its links, and links nobody from then on."""
    return _led_to(await call.services.identity.share(customer_id, _by(call, body), shared=body.shared))


def _by(call: Call, body: Because) -> By:
    return By(call.actor, call.command_id(), body.reason)


async def _with_evidence(call: Call, body: Evidence, *customers: str) -> By:
    """Left out, the interaction is what the agent has in hand with one of these."""
    agent = body.agent_id or call.key.agent_id
    actor = call.acting_for(agent) if agent else call.actor
    interaction = body.interaction_id
    if agent and not interaction and (in_hand := call.services.pool.in_hand(agent)):
        whole = await call.services.readings.whose(customers)
        streams = {stream for found in whole.values() for stream in found}
        interaction = next((one for one, customer in in_hand.items() if customer in streams), "")
    return By(actor, call.command_id(), body.reason, interaction)


def _led_to(recorded: list[Recorded]) -> Response:
    return events([one[1:] for one in recorded])
