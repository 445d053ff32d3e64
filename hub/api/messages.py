"""A conversation in words: read by whoever works on it, and answered in by the agent who has it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body, Moment, Written, WrittenCopies
from hub.api.callers import AgentCall, Call
from hub.api.errors import PROBLEMS
from hub.api.path_decisions import Id
from hub.api.routes import Routes
from hub.api.rows import listed, row, told
from hub.api.services import Services
from hub.application.conversations.drafts import DraftKind
from hub.application.conversations.forwarding import forwarded
from hub.application.conversations.messages import Message, Opened, Talk, opened, talk_of
from hub.application.conversations.sending_again import once_more, request_of_repeat
from hub.application.customers.names import names_of
from hub.application.paths.contacts_facts import WantedContact
from hub.application.paths.decisions import Decided
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Channel, Html
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.outbound.words import says_something
from hub.domain.decision.events import Outcome
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.interaction.state import Phase
from hub.domain.mail_addresses import mail_addresses
from hub.paths.propositions.model import Sender

router = Routes("conversations")

_SPOKEN = (Channel.PHONE, Channel.IN_PERSON)
_NOWHERE = "it can't be sent: the customer withheld their address, or it is not known any more"
_HAS_IT = (Phase.ACTIVE, Phase.WRAP_UP, Phase.PARKED)

Messages = listed(
    "Messages", "messages", row("Message", Message, author=str),
    interaction_id=str, customer_id=str, channel=Channel, before=int | None,
)  # fmt: skip


class Forward(Body):
    """A mail of the conversation that goes on to somebody else, with what the agent says about it."""

    to: Written = Field(description="The customer does not get it; what is answered is heard in the conversation")
    contact_id: str = Field(default="", max_length=200, description="The mail; left out: the last that came in")


class Answer(Body):
    """What the agent answers."""

    agent_id: str = Field(default="", max_length=64, description="Who answers; left out: the agent of the key")
    text: str = Field(default="", max_length=100_000)
    html: Html = Field(default="", description="The same as `text`, laid out, for channels that can show it")
    subject: str = Field(default="", max_length=998)
    cc: WrittenCopies = Field(
        default=(), description="Whom else it goes to, where the channel can: name@domain, or Name <name@domain>"
    )
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=50)] = ()
    language: str = Field(default="", max_length=16)
    by: Moment | None = Field(default=None, description="It may be sent until then; left out: now or not")
    contact_id: str = Field(
        default="",
        max_length=200,
        description="The mail that is answered: it goes to who wrote that; left out: the last that somebody wrote",
    )
    request_id: Id = Field(default="", description="Your own: a repeat is the same answer; ends the draft that has it")
    forward: Forward | None = Field(default=None, description="It goes to somebody else, a mail enclosed as it came")


class Again(Body):
    """Who sends it."""

    agent_id: str = Field(default="", max_length=64, description="Left out: the agent of the key")


class Answered(Body):
    """It is on its way, or will be `due_at`. `outbound_id` says how far it is (`/v1/outbound/{outbound_id}`);
    `contact_id`: what the contact is called, empty where it is made only later."""

    outbound_id: str
    contact_id: str
    due_at: Moment | None


@router.get("/v1/interactions/{interaction_id}/messages", summary="A conversation in words", responses=told(Messages))
async def messages(
    interaction_id: str,
    call: AgentCall,
    before: Annotated[int | None, Query(ge=1, description="What was said on the thread earlier, until there")] = None,
) -> Response:
    """What the customer wrote, what we answered and what agents noted for each other, in order, from the log. `before`
    of the answer gets what was said on the same thread in earlier interactions; null: nothing. `author` is by name who
    wrote it, empty where nobody knows."""
    talk = await talk_of(call.services.journal, interaction_id, before)
    authors = await _authors(call.services, talk)
    return answer(
        {
            "interaction_id": talk.interaction_id,
            "customer_id": talk.customer_id,
            "channel": talk.channel,
            "messages": [{**asdict(one), "author": authors.get(_author(one), "")} for one in talk.messages],
            "before": talk.before,
        }
    )


@router.post(
    "/v1/interactions/{interaction_id}/messages",
    status_code=HTTPStatus.ACCEPTED,
    summary="Answer in a conversation",
    responses={202: {"model": Answered}, **PROBLEMS},
)
async def write(interaction_id: str, body: Answer, call: AgentCall) -> Response:
    """Leaves by the path the customer wrote on, through the gates of a reply; where these keep it from being sent, 409
    says which. Only the agent who has the conversation answers in it, or a supervisor."""
    agent_id = body.agent_id or call.key.agent_id
    asked = call.asked(call.acting_for(agent_id))
    known = await opened(call.services.journal, interaction_id)
    if not says_something(body) and body.forward is None:
        raise InvalidError("say something: a text, its layout, a subject, or a file", "text")
    _refuse(known)
    by = {"request": call.request(body.request_id) or asked["id"], "actor": asked["actor"], "command_id": asked["id"]}
    await _refuse_others(call, known, agent_id, by)
    wanted = _wanted(body, known, interaction_id, agent_id)
    if body.forward is not None:
        goes = await forwarded(call.services.journal, known, body.forward.to, body.forward.contact_id)
        files = (*body.attachments, goes.original)
        wanted = replace(wanted, subject=body.subject or goes.subject, attachments=files, forwarded_to=goes.to)
    told = await _sent(call.services, wanted, **by)
    kind = DraftKind.REPLY if body.forward is None else DraftKind.FORWARD
    await call.services.drafts.sent(interaction_id, agent_id, kind, body.request_id)
    return answer(told, HTTPStatus.ACCEPTED)


@router.post(
    "/v1/interactions/{interaction_id}/messages/{outbound_id}/again",
    status_code=HTTPStatus.ACCEPTED,
    summary="Send an answer again",
    responses={202: {"model": Answered}, **PROBLEMS},
)
async def send_again(interaction_id: str, outbound_id: str, body: Again, call: AgentCall) -> Response:
    """One that failed, was given up, or of which nobody knows whether it arrived: the same words to the same address,
    through the gates as they are now. It is another contact, and the only one: a repeat is answered as the first."""
    agent_id = body.agent_id or call.key.agent_id
    asked = call.asked(call.acting_for(agent_id))
    known = await opened(call.services.journal, interaction_id)
    _refuse(known)
    by = {"request": request_of_repeat(outbound_id), "actor": asked["actor"], "command_id": asked["id"]}
    await _refuse_others(call, known, agent_id, by)
    found = await call.services.paths.contacts.find(outbound_id)
    wanted = once_more(found.contact if found else None, known.first.customer_id, interaction_id, agent_id)
    return answer(await _sent(call.services, wanted, **by), HTTPStatus.ACCEPTED)


async def _sent(services: Services, wanted: WantedContact, **by: str) -> dict[str, Any]:
    """Raises RefusedError where nothing leaves."""
    try:
        return _answered(await services.paths.contacts.ask(wanted, **by))
    except InvalidError as error:
        raise (RefusedError(_NOWHERE) if error.field == "at" else error) from None


_AGENT = "agent:"


def _author(one: Message) -> str:
    return one.customer_id if one.by == "customer" else one.by


async def _authors(services: Services, talk: Talk) -> dict[str, str]:
    """By who wrote it, what they are called."""
    who = {_author(one) for one in talk.messages}
    agents = sorted(one.removeprefix(_AGENT) for one in who if one.startswith(_AGENT))
    known = [await services.views.agent(one) for one in agents]
    names = {f"{_AGENT}{one.agent_id}": one.name for one in known if one is not None}
    customers = {one.customer_id for one in talk.messages if one.by == "customer"}
    return names | await names_of(services.journal, customers)


def _refuse(known: Opened) -> None:
    """Raises RefusedError where nothing can be written."""
    if known.first.channel in _SPOKEN:
        raise RefusedError("this conversation is spoken: to write to its customer, ask for a contact elsewhere")
    if getattr(known.first, "consult_of", ""):
        raise RefusedError("this is a consultation: answer in the conversation it is about")


async def _refuse_others(call: Call, known: Opened, agent_id: str, by: Mapping[str, str]) -> None:
    """Raises InvalidError for nobody, RefusedError for an agent who does not have it, unless they wrote this when they
    did, and ask again what came of it."""
    if call.key.role is not Role.AGENT:
        return
    if not agent_id:
        raise InvalidError("say who answers: this key is no agent's own", "agent_id")
    has_it = known.state.agent_id == agent_id and known.state.phase in _HAS_IT
    if not has_it and not await call.services.paths.contacts.was_asked(known.first.customer_id, **by):
        raise RefusedError(f"agent {agent_id} does not have this interaction: accept it first")


def _wanted(body: Answer, known: Opened, interaction_id: str, agent_id: str) -> WantedContact:
    first = known.first
    return WantedContact(
        first.customer_id, Purpose.REPLY, Sender.AGENT, tuple(Channel), body.subject, body.text, body.html,
        mail_addresses(body.cc, "cc"), body.attachments, by=body.by, service=first.service, language=body.language,
        interaction_id=interaction_id, agent_id=agent_id, answers=body.contact_id,
    )  # fmt: skip


def _answered(decided: Decided) -> dict[str, Any]:
    event = decided.event
    if event.outcome is Outcome.NOTHING:
        why = ", ".join(event.closed) or "there is no path to them"
        raise RefusedError(f"it can't be sent: {why} (decision {event.decision_id} says more)")
    is_now = event.outcome is Outcome.NOW
    return {
        "outbound_id": event.decision_id,
        "contact_id": event.decision_id if is_now else "",
        "due_at": event.due_at,
    }
