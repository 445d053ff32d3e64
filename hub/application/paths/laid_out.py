"""A decision with all it was taken on, as it is told to whoever asks why: plain values by name."""

from collections.abc import Sequence
from math import isinf
from typing import Any

from hub.application.paths.decisions import Looked
from hub.domain.decision.events import PathDecided
from hub.domain.grant.state import Grant
from hub.paths.arbitration.arbitrate import Action, NotProposed
from hub.paths.arbitration.score import Factors
from hub.paths.decision.kept_back import KeptBack, every_candidate
from hub.paths.decision.showing import not_proposed
from hub.paths.decision.state import PathState
from hub.paths.gates.verdict import Verdict

Row = dict[str, Any]


def shown(looked: Looked, consents: Sequence[Row]) -> Row:
    """Everything; `consents`: what was said of the contact points, with the facts that say so."""
    decision, rules, state = looked.decision, looked.rules, looked.state
    return {
        "policy": rules.version,
        "actions": [action_row(one) for one in decision.actions],
        "not_proposed": [not_proposed_row(one) for one in not_proposed(decision, rules)],
        "candidates": [_candidate(one) for one in every_candidate(decision, rules)],
        "relied_on": {
            "customer": state.customer_id,
            "streams": sorted(looked.whole.customer),
            "standing": state.standing.model_dump(),
            "preferred_channel": state.preferred_channel,
            "grants": [_grant(one) for one in _grants(state)],
            "open_cases": [{"case_id": one.case_id, "severity": int(one.severity)} for one in state.known.open_cases],
            "conversations": [one._asdict() for one in state.conversations],
            "capacity": [
                {"channel": channel, "speaker": speaker, "places": free.places, "more_at": free.more_at}
                for (channel, speaker), free in sorted(state.capacity.items())
            ],
            "consents": list(consents),
            "slots": {whose.value: [entry._asdict() for entry in ledger] for whose, ledger in state.ledgers.items()},
        },
    }


def said_rows(event: PathDecided) -> list[Row]:
    """What a fact says is proposed."""
    return [one.model_dump() for one in event.said]


def action_row(action: Action) -> Row:
    """Something that is proposed, and its score."""
    return {
        "proposition": action.proposition,
        "channel": action.channel,
        "point": action.path,
        "grant_id": action.grant.grant_id if action.grant is not None else "",
        "factors": _factors(action.factors),
    }


def not_proposed_row(one: NotProposed) -> Row:
    """Something that is not, and why."""
    return {
        "proposition": one.proposition,
        "why": one.why,
        "than": one.than,
        "factors": _factors(one.factors) if one.factors is not None else None,
        "closed": [
            {"channel": candidate.channel, "point": candidate.path, **_gate(verdict)}
            for candidate, verdict in one.closed
        ],
    }


def _candidate(one: KeptBack) -> Row:
    """`rule`: what keeps it back beside its gates; None: nothing does."""
    candidate = one.candidate
    return {
        "proposition": candidate.proposition,
        "channel": candidate.channel,
        "point": candidate.path,
        "open": one.is_open,
        "rule": one.rule,
        "gates": [_gate(verdict) for verdict in candidate.verdicts],
    }


def _gate(verdict: Verdict) -> Row:
    return {
        "gate": verdict.gate,
        "open": verdict.is_open,
        "reason": verdict.reason,
        "inputs": dict(verdict.inputs.items()),
        "opens_at": verdict.opens_at,
    }


def _factors(factors: Factors) -> Row:
    """What would cost more than anything is worth has no value and no score: JSON knows no infinity."""
    found = {**factors._asdict(), "score": factors.score}
    return {name: None if isinf(value) else value for name, value in found.items()}


def _grants(state: PathState) -> list[Grant]:
    of_account = state.known.account.stands if state.known.account is not None else {}
    return [*state.known.held.stands.values(), *of_account.values()]


def _grant(grant: Grant) -> Row:
    return {
        "grant_id": grant.grant_id,
        "proposition": grant.proposition,
        "holder": grant.holder,
        "terms": dict(grant.terms),
        "terms_hash": grant.terms_hash,
        "expires_at": grant.expires_at,
    }
