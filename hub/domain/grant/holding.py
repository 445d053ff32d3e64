"""Which grants stand for a whole customer, or an account: of one proposition never more than one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain.grant.state import Answer, Grant, Grants
from hub.domain.grant.terms import Directions, rank

Whole = Mapping[str, Grants]
"""The grants of all streams that are one holder now, by stream: nobody asks this of a part of them."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a holder has at a moment."""

    stands: Mapping[str, Grant]
    """By proposition."""
    suspended: Mapping[str, str]
    """By grant the better one that stands in its place."""
    answers: Mapping[str, Answer]
    """What was said last, by proposition, on any grant of it."""
    is_forgotten: bool = False


def held(whole: Whole, at: datetime) -> Held:
    """Of each proposition the best of the grants that live at that moment; half-open: at `expires_at` it is over. It
    follows from the facts and the links that are there: link and unlink leave no trace."""
    living: dict[str, list[Grant]] = {}
    answers: dict[str, Answer] = {}
    for grants in whole.values():
        for proposition, newest in grants.newest.items():
            grant = grants.given[newest]
            if at < grant.expires_at:
                living.setdefault(proposition, []).append(grant)
        for proposition, answer in grants.answers.items():
            known = answers.get(proposition)
            answers[proposition] = answer if known is None or known < answer else known
    stands: dict[str, Grant] = {}
    suspended: dict[str, str] = {}
    for proposition, several in living.items():
        best = stands[proposition] = best_of(several)
        suspended |= {one.grant_id: best.grant_id for one in several if one is not best}
    return Held(stands, suspended, answers, any(grants.is_forgotten for grants in whole.values()))


def best_of(grants: Iterable[Grant]) -> Grant:
    """The best for who holds them, by the directions of the newest one: term after term, then the one that lives
    longest, then the oldest. What the directions of each said would be no order."""
    several = list(grants)
    if len(several) == 1:
        return several[0]
    better = max(several, key=lambda one: (one.granted_at, one.grant_id)).better
    oldest = sorted(several, key=lambda one: (one.granted_at, one.grant_id))
    return max(oldest, key=lambda one: _worth(one, better))


def _worth(grant: Grant, better: Directions) -> tuple[object, ...]:
    return rank(grant.terms, better), grant.expires_at
