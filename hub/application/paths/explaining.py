"""Why it was decided so: a decision of the path manager taken again from the log, by its own policy or by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hub.application.paths.decisions import Looked, looked_at, recorded_in
from hub.application.paths.in_force import Responses, responses_at
from hub.application.paths.laid_out import said_rows, shown
from hub.application.paths.whole import Whole, Wholes
from hub.application.policies.paths import PathPolicies, usable
from hub.domain.customer.consent.events import ConsentDenied, ConsentGranted, ConsentWithdrawn, Purpose
from hub.domain.customer.events import CustomerForgotten
from hub.domain.decision.events import PathDecided
from hub.domain.errors import InvalidError
from hub.paths.consent.purposes import Gate
from hub.paths.decision.decide import Decision
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.record import capacity_of, path_decided, question_of
from hub.paths.decision.rules import PathRules, rules_of
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.parsing import parse_path_policy
from hub.ports import Journal, Recorded

_SAID = (ConsentGranted, ConsentDenied, ConsentWithdrawn)
_META = ("recorded_at", "causation", "correlation", "actor")


class Policed(NamedTuple):
    """A version of the path policy, read and made ready."""

    policy: PathPolicy
    rules: PathRules


@dataclass(frozen=True, slots=True)
class Again:
    """A decision on record, and what the log makes of the same question. `different`: what came out otherwise, as it
    was and as it is; `forgotten`: who it was about is known no longer, so it may well be otherwise."""

    event: PathDecided
    looked: Looked
    different: Mapping[str, tuple[Any, Any]]
    forgotten: bool

    @property
    def same(self) -> bool:
        """Whether it is the same to the last digit."""
        return not self.different


class PathExplaining:
    """Takes decisions again; nothing is written."""

    def __init__(self, journal: Journal, wholes: Wholes, policies: PathPolicies, point_of: PointOf) -> None:
        self.journal = journal
        self.policies = policies
        self._wholes = wholes
        self._point_of = point_of
        self._ready: dict[str, Policed] = {}

    async def why(self, decision: str) -> dict[str, Any]:
        """Every candidate with every gate and what it looked at, the scores, and what all of it rests on. Raises
        NotFoundError."""
        event = (await recorded_in(self.journal, decision)).event
        again = await self.taken_again(event, await responses_at(self.journal, event.answers))
        return {
            **_head(event),
            "same": again.same,
            "different": {name: {"recorded": was, "recomputed": now} for name, (was, now) in again.different.items()},
            "forgotten": again.forgotten,
            **shown(again.looked, await self._consents(again.looked)),
        }

    async def what_if(self, decision: str, *, version: str = "", text: str = "") -> dict[str, Any]:
        """The same question by another policy: one that was in force, or a text. Raises NotFoundError, InvalidError,
        and PolicyError for a text that can't be used."""
        if bool(version) == bool(text):
            raise InvalidError("name a version, or give the text of a policy: one of the two", "version")
        event = (await recorded_in(self.journal, decision)).event
        responses = await responses_at(self.journal, event.answers)
        tried = _made_ready(usable(text)) if text else await self.ready(version)
        looked = await self._taken(event, tried, responses)
        now = _fact(event, looked)
        changed = [name for name in ("outcome", "due_at", "said") if getattr(now, name) != getattr(event, name)]
        return {
            **_head(event),
            "tried": {
                "policy": now.policy, "outcome": now.outcome, "due_at": now.due_at, "said": said_rows(now),
                "closed": now.closed,
            },
            "changed": changed,
            **shown(looked, await self._consents(looked)),
        }  # fmt: skip

    async def taken_again(self, event: PathDecided, responses: Responses) -> Again:
        """By its own policy, and responses as they were counted then. Raises NotFoundError where that policy is not in
        the log."""
        looked = await self._taken(event, await self.ready(event.policy), responses)
        now = _fact(event, looked)
        different = {
            name: (getattr(event, name), getattr(now, name))
            for name in PathDecided.model_fields
            if getattr(event, name) != getattr(now, name)
        }
        return Again(event, looked, different, await self._is_forgotten(looked.whole))

    async def ready(self, version: str) -> Policed:
        """A version that was in force once. Raises NotFoundError."""
        if version not in self._ready:
            self._ready[version] = _made_ready(parse_path_policy((await self.policies.version(version)).text))
        return self._ready[version]

    async def whole(self, customer: str, event: PathDecided) -> Whole:
        """The customer as they were known then."""
        return await self._wholes.read(
            customer,
            event.at,
            account_id=event.account_id,
            seen=event.seen,
            with_conversations=not question_of(event).they_came,
        )

    async def _taken(self, event: PathDecided, by: Policed, responses: Responses) -> Looked:
        whole = await self.whole(event.customer_id, event)
        question, capacity = question_of(event), capacity_of(event)
        return looked_at(whole, question, by.policy, by.rules, capacity, responses, self._point_of)

    async def _is_forgotten(self, whole: Whole) -> bool:
        """By now; then it was somebody."""
        found = await self.journal.load_only(list(whole.customer), (CustomerForgotten,))
        return any(found.values())

    async def _consents(self, looked: Looked) -> list[dict[str, Any]]:
        """What was said of each contact point that was looked at, and the fact that says so."""
        whole = looked.whole
        elsewhere = await self.journal.load_only(list(whole.looked_at), _SAID) if whole.looked_at else {}
        facts = [
            one
            for history in (*whole.customer.values(), *elsewhere.values())
            for one in history
            if isinstance(one.event, _SAID) and one.position <= whole.seen
        ]
        return [_relied(*about, inputs, facts) for about, inputs in _looked_up(looked.decision).items()]


def _looked_up(decision: Decision) -> dict[tuple[str, str, Purpose], Mapping[str, Any]]:
    """What the gate of consent found, by contact point, channel and purpose."""
    return {
        (place.reach.point, place.reach.channel, place.purpose): dict(verdict.inputs.items())
        for place in decision.places
        for verdict in place.verdicts
        if verdict.gate is Gate.CONSENT and verdict.inputs
    }


def _relied(
    point: str, channel: str, purpose: Purpose, inputs: Mapping[str, Any], facts: Sequence[Recorded]
) -> dict[str, Any]:
    found = [
        one
        for one in facts
        if isinstance(one.event, _SAID)
        and (one.event.point, one.event.channel, one.event.purpose) == (inputs["point"], inputs["channel"], purpose)
        and one.event.at.isoformat() == inputs["at"]
    ]
    fact = max(found, key=lambda one: one.position, default=None)
    told = None
    if fact is not None:
        told = {
            "type": type(fact.event).__name__, "stream": fact.stream, "version": fact.version,
            "position": fact.position,
        }  # fmt: skip
    return {**inputs, "point": point, "channel": channel, "purpose": purpose, "fact": told}


def _made_ready(policy: PathPolicy) -> Policed:
    return Policed(policy, rules_of(policy))


def _fact(event: PathDecided, looked: Looked) -> PathDecided:
    """What would be written now, of the same question at the same moment."""
    meta = {name: getattr(event, name) for name in _META}
    return path_decided(looked.decision, looked.state, seen=event.seen, answers=event.answers, **meta)


def _head(event: PathDecided) -> dict[str, Any]:
    """The fact as it stands in the log."""
    return {
        "decision_id": event.decision_id,
        "customer_id": event.customer_id,
        "account_id": event.account_id,
        "actor": event.actor,
        "asked": event.asked.model_dump(),
        "recorded": {
            "at": event.at, "policy": event.policy, "seed": event.seed, "seen": event.seen, "answers": event.answers,
            "outcome": event.outcome, "due_at": event.due_at, "said": said_rows(event), "closed": event.closed,
            "inputs": event.inputs,
        },
    }  # fmt: skip
