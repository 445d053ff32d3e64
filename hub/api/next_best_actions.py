"""Next best actions: what an agent may say to the customer who is there, and what came of it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response as HttpResponse

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body, Moment
from hub.api.callers import AgentCall, Call
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.paths.action_responses import Answered
from hub.application.paths.shown_actions import Kept, Shown, ShownAction
from hub.domain.contact import Channel
from hub.domain.grant.events import Response
from hub.paths.arbitration.arbitrate import Why

router = Routes("paths")


class ActionResponse(Body):
    """Which agent says what came of which action: its proposition, or its grant."""

    agent_id: str = Field(default="", max_length=64, description="Empty: whoever the key belongs to")
    proposition: str = Field(default="", max_length=64)
    grant_id: str = Field(default="", max_length=200)
    terms_hash: str = Field(default="", max_length=64, description="Of the terms that the customer was told")
    response: Response
    deferred_until: Moment | None = None


class FactorsRow(BaseModel):
    """What a score is made of: `score` = chance x context x lever x value."""

    chance: float
    context: float
    lever: float
    value: float
    score: float


class BecauseRow(BaseModel):
    """A reason. `value`: percent that the `lever` of this `name` adds; how often the `context` counts; the share of
    customers like them who accept it (`chance`), as far as `asked` tell, 0: as is presumed; what it is `worth`, as
    stored."""

    what: Literal["lever", "context", "chance", "worth"]
    value: float
    name: str
    asked: int


class NextAction(BaseModel):
    """Something to say. `grant_id` empty: it is granted in these terms when they answer. `text` is in `language`, the
    customer's where there is one. `response` null: none yet."""

    proposition: str
    kind: str
    channel: Channel
    grant_id: str
    terms: dict[str, int | str]
    terms_hash: str
    expires_at: datetime | None
    text: str
    language: str
    reasons: Annotated[list[str], Field(description="In words, what matters most first")]
    because: Annotated[list[BecauseRow], Field(description="The same, for screens that word it themselves")]
    factors: FactorsRow | None
    response: Response | None
    deferred_until: datetime | None


class ClosedGate(BaseModel):
    """A gate that keeps something back."""

    gate: str
    reason: str
    opens_at: datetime | None


class NotSaid(BaseModel):
    """Something that is not to be said, and why: in words, and by the gates that are closed."""

    proposition: str
    why: Why
    than: str
    reasons: list[str]
    gates: list[ClosedGate]


class NextActions(BaseModel):
    """Live grants first, then what is new, then what is not to be said. `decision_id` null: nothing was decided, as
    agents may say nothing. `unanswered`: what has no response yet."""

    interaction_id: str
    customer_id: str
    decision_id: str | None
    decided_at: datetime | None
    policy: str | None
    grants: list[NextAction]
    actions: list[NextAction]
    not_proposed: list[NotSaid]
    unanswered: list[str]


@router.get(
    "/v1/interactions/{interaction_id}/next-best-actions",
    summary="What to say to the customer",
    responses=told(NextActions),
)
async def next_best_actions(interaction_id: str, call: AgentCall) -> HttpResponse:
    """Decided when the work is offered, and anew when what is known of the customer has changed since."""
    actions = call.services.paths.actions
    shown = await actions.show(interaction_id, actor=call.actor, command_id=call.services.new_id())
    return answer(_shown(shown))


@router.post(
    "/v1/interactions/{interaction_id}/responses",
    summary="What came of an action",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def respond(interaction_id: str, body: ActionResponse, call: AgentCall) -> HttpResponse:
    """What was told is granted with it, in the terms that were shown; `not_presented` grants nothing and teaches
    nothing. Said so already: 200 without events."""
    said = Answered(body.response, body.proposition, body.grant_id, body.terms_hash, body.deferred_until)
    recorded = await call.services.paths.action_responses.respond(interaction_id, said, **_by(body, call))
    return events([one[1:] for one in recorded])


def _by(body: ActionResponse, call: Call) -> dict[str, str]:
    actor = call.acting_for(body.agent_id) if body.agent_id else call.actor
    return {"actor": actor, "command_id": call.services.new_id()}


def _shown(shown: Shown) -> dict[str, Any]:
    decided = shown.decided
    return {
        "interaction_id": shown.talk.interaction_id,
        "customer_id": shown.customer_id,
        "decision_id": decided.decision_id if decided else None,
        "decided_at": decided.at if decided else None,
        "policy": decided.policy if decided else None,
        "grants": [_action(one) for one in shown.granted],
        "actions": [_action(one) for one in shown.actions],
        "not_proposed": [_not_said(one) for one in shown.not_proposed],
        "unanswered": list(shown.unanswered),
    }


def _action(one: ShownAction) -> dict[str, Any]:
    factors, responded = one.factors, one.responded
    fields = one._asdict()
    del fields["responded"]
    return {
        **fields,
        "terms": dict(one.terms),
        "because": [reason._asdict() for reason in one.because],
        "factors": {**factors._asdict(), "score": factors.score} if factors else None,
        "response": responded.response if responded else None,
        "deferred_until": responded.deferred_until if responded else None,
    }


def _not_said(one: Kept) -> dict[str, Any]:
    kept = one.not_proposed
    gates = {verdict.gate: verdict for _, verdict in kept.closed}
    return {
        "proposition": kept.proposition,
        "why": kept.why,
        "than": kept.than,
        "reasons": list(one.reasons),
        "gates": [
            {"gate": verdict.gate, "reason": verdict.reason, "opens_at": verdict.opens_at} for verdict in gates.values()
        ],
    }
