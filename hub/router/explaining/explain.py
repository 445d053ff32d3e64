"""Why it was decided so: each decision of the log computed again from what the pool knew just before it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionMoved,
    InteractionOffered,
    InteractionPrioritised,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    RequirementRelaxed,
)
from hub.ports import Recorded
from hub.router.explaining.recomputing import Again, recompute
from hub.router.explaining.retelling import Taken
from hub.router.matching.candidates import AgentCandidate, Rule, WorkCandidate, candidates, choices
from hub.router.policy.classify import Traits, traits_kept, traits_of
from hub.router.pool.state import PoolState

SHOWN = 50
"""Candidates told of one decision, unless all are asked for: those who may, then the others."""


def explain(
    state: PoolState, recorded: Recorded, taken: Taken | None = None, shown: int | None = SHOWN
) -> dict[str, Any]:
    """A decision with everything it was decided on; `state` is what the pool knew just before, `taken` the contact it
    is about, where it is about one. `shown`: how many candidates are told, None: all."""
    event = recorded.event
    told: dict[str, Any] = {
        "position": recorded.position,
        "at": event.at,
        "type": type(event).__name__,
        "actor": event.actor,
        "causation": event.causation,
        "policy": getattr(event, "policy", "") or state.policy.version,
        "reasons": list(getattr(event, "reasons", ())),
    }
    more = _EXPLAIN.get(type(event))
    if more is not None:
        told |= more(state, recorded, taken, shown)
    return told | _told_again(recompute(state, recorded, taken))


def _told_again(again: Again | None) -> dict[str, Any]:
    """Whether it came out the same; None: it was not computed again, because a person decided it."""
    if again is None:
        return {"same": None}
    if again.same:
        return {"same": True}
    return {"same": False, "different": differences(again)}


def differences(again: Again) -> dict[str, Any]:
    """By field, what is on record and what came out."""
    return {name: {"recorded": was, "recomputed": now} for name, (was, now) in again.different.items()}


def _explain_placed(state: PoolState, recorded: Recorded, taken: Taken | None, _: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionQueued | InteractionReopened)
    traits = _traits(event, taken)
    return {
        "queue": event.queue,
        "priority": event.priority,
        "traits": traits._asdict() if traits else None,
        "rules": [check._asdict() for check in state.classifier.explain_traits(traits)] if traits else [],
        "asks_for": {
            "skills": dict(event.skills),
            "languages": list(event.languages),
            "attributes": dict(event.attributes),
            "units": event.units,
        },
        "known_agent": {"agent_id": event.known_agent, "reason": event.known_reason, "until": event.known_until}
        if event.known_agent
        else None,
        "steps": [step.model_dump() for step in event.steps],
        "waiting_in_queue": state.waiting_in.get(event.queue, 0),
        "place": getattr(event, "place", 0) or None,
        "estimated_wait_seconds": getattr(event, "estimated_wait_seconds", None),
    }


def _traits(event: InteractionQueued | InteractionReopened, taken: Taken | None) -> Traits | None:
    if taken is not None:
        return traits_of(taken.contact)
    return traits_kept(event) if isinstance(event, InteractionQueued) and event.contact_id else None


def _explain_offered(state: PoolState, recorded: Recorded, _: Taken | None, shown: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionOffered)
    interaction = state.interactions.get(recorded.stream)
    if interaction is None:
        return {}
    now, work = event.at.timestamp(), interaction.work
    agents = candidates(state.matcher, work, now)
    works = choices(state.matcher, state.agent(event.agent_id).seat, now)
    return {
        "offer_id": event.offer_id,
        "agent_id": event.agent_id,
        "order": state.matcher.order.value,
        "agent_choice": work.need.choice.value,
        "work": {
            "queue": work.line.queue,
            "priority": work.line.priority,
            "age": now - work.since,
            "credit": work.credit,
            "step": interaction.step,
            "skills": dict(work.need.skills),
            "languages": list(work.need.languages),
            "attributes": dict(work.need.attributes),
            "channel": work.need.channel,
            "units": work.need.units,
            "only_for": work.bound.agent_id if work.bound else None,
        },
        "agents": _told(agents, shown, now),
        "agents_by_rule": dict(Counter(one.rule.value for one in agents)),
        "interactions": _told(works, shown, now),
        "interactions_by_rule": dict(Counter(one.rule.value for one in works)),
    }


def _explain_relaxed(state: PoolState, recorded: Recorded, _: Taken | None, __: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, RequirementRelaxed)
    interaction = state.interactions.get(recorded.stream)
    if interaction is None:
        return {}
    return {
        "reason": event.reason,
        "step": event.step,
        "age": event.at.timestamp() - interaction.since,
        "signed_on_who_fit": interaction.work.need.signed_on,
    }


def _explain_refused(state: PoolState, recorded: Recorded, _: Taken | None, __: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionRefused)
    return {
        "queue": event.queue,
        "reason": event.reason,
        "opens_at": event.opens_at,
        "waiting_in_queue": state.waiting_in.get(event.queue, 0),
    }


def _explain_moved(_: PoolState, recorded: Recorded, __: Taken | None, ___: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionMoved)
    return {"from_queue": event.from_queue, "queue": event.queue, "reason": event.reason}


def _explain_prioritised(state: PoolState, recorded: Recorded, _: Taken | None, __: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionPrioritised)
    interaction = state.interactions.get(recorded.stream)
    if interaction is None:
        return {}
    before = interaction.priority
    return {
        "queue": interaction.queue,
        "priority_before": before,
        "priority": before if event.priority is None else event.priority,
        "credit_before": interaction.credit,
        "credit": event.credit_seconds,
    }


def _told(
    found: Sequence[AgentCandidate] | Sequence[WorkCandidate], shown: int | None, now: float
) -> list[dict[str, Any]]:
    return [_candidate(one, now) for one in (found if shown is None else found[:shown])]


def _candidate(one: AgentCandidate | WorkCandidate, now: float) -> dict[str, Any]:
    told: dict[str, Any] = {"rule": one.rule.value, "rank": one.rank}
    if isinstance(one, WorkCandidate):
        return {"interaction_id": one.work_id, "queue": one.queue, **told, "inputs": dict(one.inputs)}
    inputs = dict(one.inputs)
    idle = now - float(inputs.pop("idle_since"))
    for name in ("turn", "pace"):
        del inputs[name]
    inputs = {} if one.rule is Rule.NOT_SIGNED_ON else {"idle_seconds": round(idle, 3), **inputs}
    return {"agent_id": one.agent_id, **told, "inputs": inputs}


_EXPLAIN: dict[type[Event], Callable[[PoolState, Recorded, Taken | None, int | None], dict[str, Any]]] = {
    InteractionQueued: _explain_placed,
    InteractionReopened: _explain_placed,
    InteractionOffered: _explain_offered,
    RequirementRelaxed: _explain_relaxed,
    InteractionRefused: _explain_refused,
    InteractionMoved: _explain_moved,
    InteractionPrioritised: _explain_prioritised,
}
