"""What an agent does with a running conversation: hold, park, give away, ask others in."""

from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, events
from hub.api.bodies import ByAgent, Moment, QueueName, Reason
from hub.api.callers import AgentCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.domain.contact import CallbackOutcome, RecordingState
from hub.domain.errors import InvalidError
from hub.domain.ids import consult_id
from hub.router.pool.commands import (
    AskRecording,
    CompleteTransfer,
    Conference,
    Consult,
    Hold,
    MissCallback,
    Park,
    ReachCallback,
    Resume,
    Transfer,
    Unpark,
)

router = Routes("conversations")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}


class ParkIt(ByAgent):
    """Who lays it aside, and until when."""

    until: Moment | None = Field(default=None, description="Without it: until the customer answers")
    reason: Reason = ""


class GiveAway(ByAgent):
    """Who gives it away, to which queue or to which agent: one of the two."""

    queue: QueueName = Field(default="", examples=["billing"])
    to_agent: str = Field(default="", max_length=64, description="Straight to this agent, whatever they can do")
    reason: Reason = ""


class AskAdvice(GiveAway):
    """Who asks, and whom."""

    request_id: str = Field(
        default="",
        max_length=200,
        description="A name of the caller's own for this request: sent again with it, it is the same consultation",
    )


class ConsultAnswer(EventsAnswer):
    """What it led to, and the interaction that the consultation is."""

    consult_id: str


class HandOver(ByAgent):
    """Who hands over, and why."""

    reason: Reason = ""


class SwitchRecording(ByAgent):
    """Who has the call, and whether what is said is recorded from now on."""

    state: Literal[RecordingState.PAUSED, RecordingState.RUNNING] = Field(examples=["paused"])
    reason: Reason = ""


class NobodyAnswered(ByAgent):
    """Who called, and what came of it."""

    outcome: CallbackOutcome = CallbackOutcome.NO_ANSWER


@router.post("/v1/interactions/{interaction_id}/hold", summary="Put the customer on hold", responses=_EVENTS)
async def hold(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """The agent stays with it. On hold already: 200 without events."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Hold(**asked, agent_id=body.agent_id, interaction_id=interaction_id)
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/resume", summary="Take the customer off hold", responses=_EVENTS)
async def resume(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """The conversation goes on. Not on hold: 200 without events."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Resume(**asked, agent_id=body.agent_id, interaction_id=interaction_id)
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/interactions/{interaction_id}/recording", summary="Pause the recording, or go on with it", responses=_EVENTS
)
async def recording(interaction_id: str, body: SwitchRecording, call: AgentCall) -> Response:
    """By who has the call, while a card number is said, say. It is done when the timeline has a `RecordingSwitched` to
    that state; to `off`: the call is not recorded at all. Asked for already: 200 without events."""
    command = AskRecording(
        **call.asked(call.acting_for(body.agent_id)),
        agent_id=body.agent_id,
        interaction_id=interaction_id,
        state=body.state,
        reason=body.reason,
    )
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/park", summary="Lay work aside", responses=_EVENTS)
async def park(interaction_id: str, body: ParkIt, call: AgentCall) -> Response:
    """Mail, chat, SMS: it rests until a time or the customer's answer, its agent is free for other work, and gets it
    back first. A channel that is live can't be parked: 409."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Park(**asked, agent_id=body.agent_id, interaction_id=interaction_id, until=body.until, reason=body.reason)
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/unpark", summary="Take up what was parked", responses=_EVENTS)
async def unpark(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """It waits again, first for the agent who parked it. Not parked any more: 200 without events."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Unpark(**asked, agent_id=body.agent_id, interaction_id=interaction_id)
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/transfer", summary="Give a conversation away", responses=_EVENTS)
async def transfer(interaction_id: str, body: GiveAway, call: AgentCall) -> Response:
    """At once (cold): it waits in the queue, or for the agent, with the age it has."""
    _one_target(body)
    asked = call.asked(call.acting_for(body.agent_id))
    command = Transfer(
        **asked,
        agent_id=body.agent_id,
        interaction_id=interaction_id,
        queue=body.queue,
        to_agent=body.to_agent,
        reason=body.reason,
    )
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/interactions/{interaction_id}/consult",
    summary="Ask for advice",
    responses={200: {"model": ConsultAnswer}, **PROBLEMS},
)
async def consult(interaction_id: str, body: AskAdvice, call: AgentCall) -> Response:
    """Opens an interaction of its own, `consult_id`, which is offered like any other; it is no customer's contact. From
    there: `complete-transfer` (warm), `conference`, or end it."""
    _one_target(body)
    asked = call.asked(call.acting_for(body.agent_id))
    opens = consult_id(interaction_id, call.request(body.request_id) or asked["id"])
    command = Consult(
        **asked,
        agent_id=body.agent_id,
        interaction_id=interaction_id,
        consult_id=opens,
        queue=body.queue,
        to_agent=body.to_agent,
        reason=body.reason,
    )
    return events(await call.services.pool.execute(command), consult_id=opens)


@router.post(
    "/v1/interactions/{interaction_id}/complete-transfer", summary="Hand over to who was consulted", responses=_EVENTS
)
async def complete_transfer(interaction_id: str, body: HandOver, call: AgentCall) -> Response:
    """The consulted agent has the conversation from now on (warm). `interaction_id` is the customer's."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = CompleteTransfer(**asked, agent_id=body.agent_id, interaction_id=interaction_id, reason=body.reason)
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/conference", summary="Let who was consulted join in", responses=_EVENTS)
async def conference(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """Customer and both agents speak with each other. `interaction_id` is the customer's."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Conference(**asked, agent_id=body.agent_id, interaction_id=interaction_id)
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/interactions/{interaction_id}/callback-reached", summary="The customer called back answers", responses=_EVENTS
)
async def callback_reached(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """From now on it is a conversation like any other: it ends when the customer hangs up."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = ReachCallback(**asked, agent_id=body.agent_id, interaction_id=interaction_id)
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/interactions/{interaction_id}/callback-missed", summary="Nobody answered the callback", responses=_EVENTS
)
async def callback_missed(interaction_id: str, body: NobodyAnswered, call: AgentCall) -> Response:
    """The agent called the customer in vain: tried again later as the queue's policy says, or given up."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = MissCallback(**asked, agent_id=body.agent_id, interaction_id=interaction_id, outcome=body.outcome.value)
    return events(await call.services.pool.execute(command))


def _one_target(body: GiveAway) -> None:
    if bool(body.queue) == bool(body.to_agent):
        raise InvalidError("name a queue or an agent to give it to, one of the two", "queue")
