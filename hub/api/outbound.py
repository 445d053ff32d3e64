"""One contact that we are to make, and how many a path can take: for agents, dealers' systems and programs."""

from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body, Moment, WrittenCopies
from hub.api.callers import Call, ContactCall
from hub.api.path_decisions import Id, Known, PathAnswer, blaming_customer, customer_named, point_named, shown
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.conversations.drafts import DraftKind
from hub.application.paths.contacts_facts import WantedContact
from hub.application.paths.contacts_known import Found
from hub.domain.contact import Attachment, Channel, Html
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.customer.outbound.state import Phase
from hub.domain.errors import NotFoundError
from hub.domain.mail_addresses import mail_addresses
from hub.paths.propositions.model import Sender

router = Routes("paths")


class OutboundContact(Body):
    """Whom to contact (by id, or by an identifier), what for, and in which words."""

    customer_id: Id = ""
    identifier: Known | None = None
    account_id: Id = Field(default="", description="Left out: the one they act for, of several the longest")
    purpose: Purpose
    channels: Annotated[tuple[Channel, ...], Field(max_length=len(Channel))] = Field(
        default=(), description="The best first; left out: those of `at`, or all that reach somebody"
    )
    at: Known | None = Field(default=None, description=f"Only at this contact point: a {', '.join(CHANNELS_OF)}")
    subject: str = Field(default="", max_length=998)
    text: str = Field(default="", max_length=100_000)
    html: Html = Field(default="", description="The same as `text`, laid out, for channels that can show it")
    cc: WrittenCopies = Field(
        default=(), description="Whom else it goes to, where the channel can: name@domain, or Name <name@domain>"
    )
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=50)] = ()
    propositions: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=200)] = Field(
        default=(), description="One of these is proposed in it: what fits best; left out: nothing is"
    )
    sender: Sender
    speaker: str = Field(default="", max_length=64, description="Who exactly, such as one dealer")
    by: Moment | None = Field(default=None, description="It may be made until then; left out: now or not")
    service: str = Field(default="", max_length=64)
    language: str = Field(default="", max_length=16)
    interaction_id: Id = Field(default="", description="Of yours: an answer comes back to it")
    agent_id: str = Field(default="", max_length=64, description="Who gets the answer if that is over")
    request_id: Id = Field(default="", description="Your own: a repeat is the same contact; ends the draft that has it")


class OutboundAnswer(PathAnswer):
    """The decision; `outbound_id`: what the contact is called that is made now or later, empty: none is."""

    outbound_id: str


class OutboundState(BaseModel):
    """How far a contact is. `due_at`: when it is decided again, or was to be reported; `contact_id`, `channel`: of the
    contact that is being made, or was tried last; empty while it waits or where it is given up; `reason`: why it is
    not made."""

    outbound_id: str
    phase: Phase
    contact_id: str
    channel: Channel | None
    due_at: Moment | None
    tried: list[Channel]
    reason: str


class NotMade(Body):
    """Why not."""

    reason: str = Field(default="cancelled", pattern=r"^[a-z][a-z_]{0,63}$", description="A word: it stays on record")


class Places(Body):
    """How many more contacts a path can take."""

    channel: Channel
    speaker: str = Field(min_length=1, max_length=64, description="Who speaks there, as in decisions: one dealer, say")
    places: int = Field(ge=0, le=1_000_000)
    more_at: Moment | None = Field(default=None, description="When there will be more")


@router.post("/v1/outbound", summary="Contact a customer", responses=told(OutboundAnswer))
async def contact(body: OutboundContact, call: ContactCall) -> Response:
    """Passes every gate of its purpose, as whatever is said to a customer. `now`: the channel's adapter is told at
    once. `later`: at that moment it is decided again, then made. `nothing`: it is not made; `closed` and the decision
    say why, and that is no error."""
    contacts, name = call.services.paths.contacts, call.command_id()
    wanted, actor = _wanted(body, call), _actor(body, call)
    with blaming_customer(body.identifier):
        decided = await contacts.ask(
            wanted, request=call.request(body.request_id) or name, actor=actor, command_id=name
        )
    made = decided.event.outcome != "nothing"
    if made:
        await call.services.drafts.sent(wanted.customer, wanted.agent_id, DraftKind.NEW, body.request_id)
    return answer({**shown(decided, call.named), "outbound_id": decided.event.decision_id if made else ""})


@router.get("/v1/outbound/{outbound_id}", summary="How far a contact is", responses=told(OutboundState))
async def state(outbound_id: str, call: ContactCall) -> Response:
    """By the decision that first said it may be made, or any later one."""
    found = await call.services.paths.contacts.find(outbound_id)
    if found is None:
        raise NotFoundError(f"no contact was to be made by decision {outbound_id}")
    return answer(_state(found))


@router.post(
    "/v1/path-decisions/{decision_id}/release", summary="A contact is not made after all", responses=told(EventsAnswer)
)
async def release(decision_id: str, body: NotMade, call: ContactCall) -> Response:
    """Its slot is given back, so that another contact may be made. Made or given back before: 409."""
    asked = call.asked()
    done = await call.services.paths.contacts.release(
        decision_id, body.reason, actor=asked["actor"], command_id=asked["id"]
    )
    return events([(one.stream, one.version, one.event) for one in done])


@router.put("/v1/path-capacity", summary="How many contacts a path can take", responses=told(EventsAnswer))
async def tell_capacity(body: Places, call: ContactCall) -> Response:
    """Each contact that is to be made there takes one place, until this is told again."""
    asked = call.asked()
    done = await call.services.paths.capacities.tell(
        body.channel, body.speaker, body.places, body.more_at, actor=asked["actor"], command_id=asked["id"]
    )
    return events([(one.stream, one.version, one.event) for one in done])


def _wanted(body: OutboundContact, call: Call) -> WantedContact:
    point, channels = "", body.channels
    if body.at is not None:
        point = point_named(body.at, call.services, "at").point
        channels = channels or CHANNELS_OF[body.at.kind]
    elif body.purpose is Purpose.REPLY:
        channels = channels or tuple(Channel)
    customer = customer_named(body.customer_id, body.identifier, call.services)
    return WantedContact(
        customer, body.purpose, body.sender, channels or _REACHABLE, body.subject, body.text, body.html,
        mail_addresses(body.cc, "cc"), body.attachments, bool(body.propositions), body.propositions, point,
        body.account_id, body.speaker, body.by, body.service, body.language, body.interaction_id,
        body.agent_id or call.key.agent_id,
    )  # fmt: skip


_REACHABLE = tuple(dict.fromkeys(channel for channels in CHANNELS_OF.values() for channel in channels))


def _actor(body: OutboundContact, call: Call) -> str:
    agent = body.agent_id or call.key.agent_id
    return call.acting_for(agent) if agent else call.actor


def _state(found: Found) -> dict[str, Any]:
    one = found.contact
    made = one.dispatched if one.phase not in (Phase.WAITING, Phase.GIVEN_UP) else None
    return {
        "outbound_id": one.outbound_id,
        "phase": one.phase,
        "contact_id": made.contact_id if made else "",
        "channel": made.channel if made else None,
        "due_at": one.due_at,
        "tried": one.tried,
        "reason": one.why,
    }
