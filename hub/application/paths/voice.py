"""What each channel would have said to a customer at a past moment: one image of the company, or where it differs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hub.application.explaining.log_times import last_position
from hub.application.paths.decisions import Looked, looked_at
from hub.application.paths.in_force import responses_at
from hub.application.paths.laid_out import action_row, not_proposed_row
from hub.application.paths.whole import Whole, Wholes
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel, Direction
from hub.domain.grant.terms import terms_hash
from hub.paths.arbitration.arbitrate import Action
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.gathering import PointOf, path_state
from hub.paths.decision.question import CameIn, Question
from hub.paths.decision.rules import rules_of
from hub.paths.decision.showing import not_proposed
from hub.paths.decision.state import NO_CAPACITY
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from hub.ports import Journal

_NAME = "voice"
"""Of the questions that are asked here: nobody decides anything."""


class Asked(NamedTuple):
    """Whom it is about, and when; who speaks, and whether it was certain who was there."""

    customer: str
    at: datetime
    sender: Sender = Sender.AGENT
    verified: bool = True


class Voice:
    """Asks every channel the same question; nothing is written."""

    def __init__(self, journal: Journal, wholes: Wholes, policies: PathPolicies, point_of: PointOf) -> None:
        self._journal = journal
        self._wholes = wholes
        self._policies = policies
        self._point_of = point_of

    async def at(self, asked: Asked) -> dict[str, Any]:
        """By all that was recorded by then, the policy in force, and responses so far; what paths could take then is
        not known: nothing is held for it. Raises NotFoundError for who was not known yet."""
        seen = await last_position(self._journal, await self._journal.head(), lambda moment: moment <= asked.at)
        whole = await self._wholes.read(asked.customer, asked.at, seen=seen)
        policy = await self._policy(asked.at)
        rules, responses = rules_of(policy), await responses_at(self._journal, seen)
        points = _points(whole, asked, policy, self._point_of)
        looked = [
            looked_at(whole, _question(asked, channel, points), policy, rules, NO_CAPACITY, responses, self._point_of)
            for channel in Channel
        ]
        rows = [_row(channel, points, one) for channel, one in zip(Channel, looked, strict=True)]
        return {
            "customer_id": whole.canonical,
            "at": asked.at,
            "seen": seen,
            "policy": policy.version,
            "sender": asked.sender,
            "one_voice": all(len(found) == 1 for found in _hashes(rows).values()),
            "channels": rows,
            "differences": list(_differences(rows)),
        }

    async def _policy(self, at: datetime) -> PathPolicy:
        """What was in force then."""
        history = await self._policies.history() or [await self._policies.in_force()]
        published = [one for one in history if one.published_at is not None and one.published_at <= at]
        return parse_path_policy((published or history[:1])[-1].text)


def _points(whole: Whole, asked: Asked, policy: PathPolicy, point_of: PointOf) -> Mapping[Channel, str]:
    """By which contact point they would be on each channel: one that is theirs for sure, where there is one."""
    anywhere = Question(_NAME, asked.at, Direction.OUTBOUND, tuple(Channel), asked.sender)
    reaches = path_state(whole.told(NO_CAPACITY), anywhere, policy, point_of).reaches
    best: dict[Channel, str] = {}
    for reach in sorted(reaches, key=lambda one: one.confidence is not Confidence.VERIFIED):
        best.setdefault(reach.channel, reach.point)
    return best


def _question(asked: Asked, channel: Channel, points: Mapping[Channel, str]) -> Question:
    return Question(
        _NAME, asked.at, Direction.INBOUND, (channel,), asked.sender,
        came_in=CameIn(channel, points[channel]) if channel in points else None,
        confidence=Confidence.VERIFIED if asked.verified else Confidence.CLAIMED,
    )  # fmt: skip


def _row(channel: Channel, points: Mapping[Channel, str], looked: Looked) -> dict[str, Any]:
    decision, rules = looked.decision, looked.rules
    return {
        "channel": channel,
        "point": points.get(channel, ""),
        "says": [_said(one, looked) for one in decision.actions],
        "not_proposed": [not_proposed_row(one) for one in not_proposed(decision, rules)],
    }


def _said(action: Action, looked: Looked) -> dict[str, Any]:
    """With the terms of the grant, or those that it would be granted in."""
    if action.grant is not None:
        terms = dict(action.grant.terms)
    else:
        proposition = looked.policy.propositions[looked.rules.places[action.proposition]]
        terms = {name: term.rule.value for name, term in proposition.terms.items()}
    return {**action_row(action), "terms": terms, "terms_hash": terms_hash(terms)}


def _hashes(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """By proposition its terms, and the channels that would say it with them."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        for said in row["says"]:
            found.setdefault(said["proposition"], {}).setdefault(said["terms_hash"], []).append(row["channel"])
    return found


def _differences(rows: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """What is not said alike on all channels, and why each that is silent is."""
    for proposition, by_hash in _hashes(rows).items():
        said_on = [channel for channels in by_hash.values() for channel in channels]
        if len(by_hash) > 1 or len(said_on) < len(rows):
            silent = {
                row["channel"]: _why(one)
                for row in rows
                for one in row["not_proposed"]
                if one["proposition"] == proposition
            }
            yield {"proposition": proposition, "terms": by_hash, "silent": silent}


def _why(not_proposed: Mapping[str, Any]) -> list[str]:
    """The reasons of the gates that are closed, else why it is not named."""
    closed = dict.fromkeys(str(one["reason"]) for one in not_proposed["closed"])
    return list(closed) or [str(not_proposed["why"])]
