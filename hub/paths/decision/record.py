"""A decision as a fact: small, and with a digest by which anybody who takes it again knows that it is the same."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from hub.domain.decision.events import Asked, Drawn, PathDecided, PathPlaces, Said
from hub.paths.arbitration.arbitrate import Action
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.decide import Decision
from hub.paths.decision.question import CameIn, Question
from hub.paths.decision.showing import closed
from hub.paths.decision.state import PathState
from hub.paths.gates.capacity import Capacity, Free
from hub.paths.gates.verdict import NOTHING, Told, Verdict
from hub.paths.propositions.model import Sender


def path_decided(decision: Decision, state: PathState, *, seen: int = 0, answers: int = 0, **meta: Any) -> PathDecided:
    """The fact; `seen`: the log's position that the state was read at, `answers` that up to which responses were
    counted; `meta`: when it was recorded, what caused it,
    who asked."""
    question = decision.question
    return PathDecided(
        **meta, at=question.at, decision_id=question.decision_id, customer_id=state.customer_id,
        account_id=state.account_id, asked=_asked(question), policy=decision.policy, seed=question.seed, seen=seen,
        answers=answers,
        capacity=tuple(
            PathPlaces(channel=channel, speaker=speaker, places=free.places, more_at=free.more_at)
            for (channel, speaker), free in sorted(state.capacity.items())
        ),
        inputs=inputs_digest(decision), outcome=decision.outcome, due_at=decision.at, said=tuple(_said(decision)),
        closed=closed(decision), drawn=tuple(_drawn(decision)),
    )  # fmt: skip


def question_of(event: PathDecided) -> Question:
    """The question that was decided, to decide it again."""
    asked = event.asked
    came_in = None if asked.came_in_on is None else CameIn(asked.came_in_on, asked.came_in_at)
    return Question(
        event.decision_id, event.at, asked.direction, asked.channels, Sender(asked.sender), asked.purpose,
        asked.proposes, asked.propositions, asked.speaker, asked.by, asked.service, asked.interaction_id, came_in,
        Confidence(asked.confidence), asked.slot_id, event.seed, asked.point, asked.given_for_it,
    )  # fmt: skip


def capacity_of(event: PathDecided) -> Capacity:
    """What was told of capacity then."""
    return {(one.channel, one.speaker): Free(one.places, one.more_at) for one in event.capacity}


def inputs_digest(decision: Decision) -> str:
    """SHA-256, its first 32 hex digits, of canonical JSON (names sorted, no blanks, UTF-8) of all that was looked at:
    each place and proposition with what its gates said and why, and the factors of what was compared."""
    looked = decision.looked
    told = {
        "places": [
            [place.purpose, place.reach.channel, place.reach.point, list(map(_told, place.verdicts))]
            for place in decision.places
        ],
        "propositions": [
            [number, _told(looked.fit[number]), _told(looked.conflict[number]), looked.levers[number],
             _told(decision.held_out[number])]
            for number in decision.asked
        ],
        "factors": [[one.proposition, one.channel, one.path, list(one.factors)] for one in decision.actions],
        "outdone": [
            [one.proposition, list(one.factors)]
            for one in decision.arbitrated.not_proposed
            if one.factors is not None
        ],
    }  # fmt: skip
    return hashlib.sha256(orjson.dumps(told, _plain, orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _plain(inputs: Mapping[str, Told]) -> dict[str, Told]:
    return dict(inputs.items())


def _told(verdict: Verdict) -> Sequence[Any]:
    inputs, opens = verdict.inputs, verdict.opens_at
    told = None if inputs is NOTHING else inputs
    return [verdict.gate, verdict.reason, verdict.is_open, told, opens.isoformat() if opens else None]


def _said(decision: Decision) -> Iterator[Said]:
    """What is proposed; of a contact that proposes nothing only where."""
    place = decision.place
    if not decision.question.proposes and place is not None:
        yield Said(proposition="", channel=place.reach.channel, point=place.reach.point)
    for action in decision.actions:
        yield Said(proposition=action.proposition, channel=action.channel, point=action.path, grant_id=_grant(action))


def _drawn(decision: Decision) -> Iterator[Drawn]:
    """Each campaign once, in the order of the file."""
    seen: set[str] = set()
    for number in decision.asked:
        verdict = decision.held_out[number]
        campaign = str(verdict.inputs.get("campaign", ""))
        if campaign and campaign not in seen:
            seen.add(campaign)
            yield Drawn(campaign=campaign, holder=str(verdict.inputs["holder"]), held_out=not verdict.is_open)


def _grant(action: Action) -> str:
    return action.grant.grant_id if action.grant is not None else ""


def _asked(question: Question) -> Asked:
    came_in = question.came_in
    return Asked(
        direction=question.direction, purpose=question.purpose, proposes=question.proposes,
        propositions=question.propositions, channels=question.channels, sender=question.sender.value,
        speaker=question.speaker, by=question.by, service=question.service, interaction_id=question.interaction_id,
        came_in_on=came_in.channel if came_in else None, came_in_at=came_in.point if came_in else "",
        confidence=question.confidence.value, slot_id=question.slot_id, point=question.point,
        given_for_it=question.given_for_it,
    )  # fmt: skip
