"""A decision as people are shown it: every candidate with every gate, and why what is not proposed is not."""

from collections.abc import Iterator

from hub.domain.decision.events import Outcome
from hub.paths.arbitration.arbitrate import Candidate, NotProposed, Why
from hub.paths.decision.decide import Decision
from hub.paths.decision.places import BEFORE_FIT
from hub.paths.decision.rules import PathRules
from hub.paths.gates.verdict import Verdict


def candidates(decision: Decision, rules: PathRules) -> Iterator[Candidate]:
    """Every proposition on every path it was asked for, at the moment of the question; of a contact that proposes
    nothing every path."""
    if not decision.question.proposes:
        for place in decision.places:
            yield Candidate("", place.reach.channel, place.reach.point, place.verdicts)
    for number in decision.asked:
        one = rules.propositions[number]
        mine = (decision.looked.fit[number], decision.looked.conflict[number])
        for place in decision.places:
            if place.purpose is one.purpose and place.reach.channel in one.channels:
                before, after = place.verdicts[:BEFORE_FIT], place.verdicts[BEFORE_FIT:]
                verdicts = (*before, *mine, *after, decision.held_out[number])
                yield Candidate(one.name, place.reach.channel, place.reach.point, verdicts)


def not_proposed(decision: Decision, rules: PathRules) -> Iterator[NotProposed]:
    """All that was asked for and is not said: first what was compared, then what gates keep back, and what this sender
    can say on none of these channels."""
    yield from decision.arbitrated.not_proposed
    told = {one.proposition for one in decision.arbitrated.not_proposed}
    told |= {one.proposition for one in decision.actions}
    closed: dict[str, list[tuple[Candidate, Verdict]]] = {}
    for candidate in candidates(decision, rules):
        if candidate.proposition not in told:
            shut = ((candidate, verdict) for verdict in candidate.verdicts if not verdict.is_open)
            closed.setdefault(candidate.proposition, []).extend(shut)
    sayable = rules.by_sender[decision.question.sender]
    for number in decision.asked:
        name = rules.propositions[number].name
        if name not in told:
            why = Why.GATE if number in sayable and closed.get(name) else Why.NO_PATH
            yield NotProposed(name, why, tuple(closed.get(name, ())))


def closed(decision: Decision) -> dict[str, int]:
    """How many of what was looked at each reason kept back: places by their own gates, propositions by theirs. Where
    nothing is said though no gate is closed: what is worth nothing, or that there is no path."""
    verdicts = [verdict for place in decision.places for verdict in place.verdicts]
    for number in decision.asked:
        verdicts += (decision.looked.fit[number], decision.looked.conflict[number], decision.held_out[number])
    reasons = [str(verdict.reason) for verdict in verdicts if not verdict.is_open]
    if not reasons and decision.outcome is Outcome.NOTHING:
        reasons = [str(one.why) for one in decision.arbitrated.not_proposed] or [str(Why.NO_PATH)]
    return {reason: reasons.count(reason) for reason in sorted(set(reasons))}
