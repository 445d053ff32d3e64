"""Interactions: what waits, what is spoken, how it went, and how an agent ends it."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from hub.api.actor_names import names_of_actors
from hub.api.answers import EventsAnswer, answer, events, found, page
from hub.api.bodies import ByAgent
from hub.api.callers import AgentCall, ForbiddenError, SupervisorCall
from hub.api.decision_rows import DecisionsTold
from hub.api.errors import PROBLEMS
from hub.api.lists import Names, named
from hub.api.routes import Routes
from hub.api.rows import Interactions, InteractionStory, told
from hub.application.linking.by_contacts import whole_customers
from hub.application.views.read_models import Row
from hub.domain.access.events import Role
from hub.domain.contact import Channel
from hub.domain.interaction.state import Phase
from hub.router.pool.commands import CompleteWrapUp, End, Pull

router = Routes("interactions")


class WrapUp(ByAgent):
    """Who finished the work, and its result."""

    code: str = Field(max_length=64, examples=["solved"])


@router.get("/v1/interactions", summary="Interactions", responses=told(Interactions))
async def interactions(
    call: AgentCall,
    queue: Annotated[str, Query()] = "",
    phase: Annotated[Phase | None, Query(description="Left out with an agent or a customer: what is open")] = None,
    agent_id: Annotated[str, Query(max_length=64, description="Who has it, parked it, or had it last")] = "",
    customer_id: Annotated[str, Query(max_length=200, description="Any id of theirs: of all their streams")] = "",
    channel: Channel | None = None,
    names: Names = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[str, Query(description="The next page's is in `after`")] = "",
) -> Response:
    """Of one queue, phase, agent, customer and channel, or of all. `after` of the answer gets the next page; null:
    there is none. Agents are told of their own work, and of a customer's."""
    if call.key.role is Role.AGENT and not customer_id:
        agent_id = agent_id or call.key.agent_id
        if not agent_id:
            raise ForbiddenError("everybody's work takes a key of role supervisor or admin: name agent_id")
        call.acting_for(agent_id)
    services = call.services
    customers = sorted(await whole_customers(services.journal, [customer_id])) if customer_id else ()
    found = await services.views.interactions(
        queue, phase.value if phase else "", limit, after,
        agent_id=agent_id, customers=customers, channel=channel.value if channel else "",
    )  # fmt: skip
    return page("interactions", found._replace(rows=await named(services, found.rows, names)), "after")


@router.get(
    "/v1/interactions/{interaction_id}", summary="An interaction and its timeline", responses=told(InteractionStory)
)
async def interaction(interaction_id: str, call: AgentCall) -> Response:
    """Where it is in its life, every event of it with its reasons, and the consultations in which its agent asks others
    for advice now. `names`: what people and agents in it are called, by actor (`agent:ID`, `person:ID`)."""
    story = await call.services.views.interaction(interaction_id)
    if story is None:
        return found(None, f"interaction {interaction_id}")
    return answer({**story, "names": await names_of_actors(call.services, _actors(story))})


def _actors(story: Row) -> set[str]:
    """Whoever is in it, and whoever did something to it."""
    lines = story["timeline"]
    agents = {story["agent_id"], *(one["agent_id"] for one in (*lines, *story["participants"]))} - {""}
    return {one["actor"] for one in lines} | {f"agent:{one}" for one in agents}


@router.get(
    "/v1/interactions/{interaction_id}/decisions", summary="Why it went to whom it went", responses=told(DecisionsTold)
)
async def decisions(interaction_id: str, call: SupervisorCall) -> Response:
    """Of each decision: every candidate with the rule that kept or excluded it and its rank, the inputs, and the
    version of the policy. Computed again from the log, exactly as it was decided then."""
    return found(await call.services.decisions(interaction_id), f"interaction {interaction_id}")


@router.post(
    "/v1/interactions/{interaction_id}/pull",
    summary="Take waiting work",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def pull(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """Out of a queue whose policy lets agents pull, if it could be offered to this agent: the conversation runs. Having
    it already: 200 without events. Somebody else was faster, or the agent may not have it: 409."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Pull(**asked, agent_id=body.agent_id, interaction_id=interaction_id)
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/interactions/{interaction_id}/end",
    summary="End a conversation",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def end(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """Wrap-up begins. Ending it again changes nothing: 200 without events."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = End(**asked, agent_id=body.agent_id, interaction_id=interaction_id)
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/interactions/{interaction_id}/wrap-up",
    summary="Complete the wrap-up",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def wrap_up(interaction_id: str, body: WrapUp, call: AgentCall) -> Response:
    """The capacity is free again. Completing it again changes nothing: 200 without events. Where the path policy asks
    for a response to each next best action, one that has none keeps it from being completed: 409 lists them."""
    await call.services.paths.action_responses.refuse_unanswered(interaction_id)
    asked = call.asked(call.acting_for(body.agent_id))
    command = CompleteWrapUp(**asked, agent_id=body.agent_id, interaction_id=interaction_id, code=body.code)
    return events(await call.services.pool.execute(command))
