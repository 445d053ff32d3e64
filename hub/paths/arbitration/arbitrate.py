"""What is proposed, where, and why all else is not: live grants first, then the best of what is new."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.grant.state import Grant
from hub.paths.arbitration.responses import ResponseTable
from hub.paths.arbitration.score import Factors, Occasion, Scoring
from hub.paths.gates.verdict import Verdict
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.contradictions import excluding
from hub.paths.propositions.model import Proposition


class Why(StrEnum):
    """Why something is not proposed."""

    GATE = "gate"
    """On no path all gates are open."""
    NO_PATH = "no_path"
    """Who asks can't say it, or on none of the channels that were asked for."""
    NO_VALUE = "no_value"
    """It would cost more than it is worth."""
    EXCLUDED = "excluded"
    """Something better was named that it can't be granted beside."""
    OUTRANKED = "outranked"
    """Enough that is better was named."""


class Candidate(NamedTuple):
    """A proposition on a path: a channel, and the contact point where there are several; with what all gates say."""

    proposition: str
    channel: Channel
    path: str = ""
    verdicts: Sequence[Verdict] = ()

    @property
    def is_open(self) -> bool:
        """Whether all gates are."""
        return all(verdict.is_open for verdict in self.verdicts)


class Action(NamedTuple):
    """Something to propose. `grant` None: it is granted when it is proposed."""

    proposition: str
    channel: Channel
    path: str
    factors: Factors
    grant: Grant | None = None


class NotProposed(NamedTuple):
    """Something that is not. `factors`: on its best open path; None: there is none. `than`: what came before it."""

    proposition: str
    why: Why
    closed: tuple[tuple[Candidate, Verdict], ...] = ()
    """The gates that are closed, path by path."""
    factors: Factors | None = None
    than: str = ""
    grant: Grant | None = None


class Arbitrated(NamedTuple):
    """`granted`: live grants, to be named first and in just their terms; `actions`: what is new, the best first."""

    granted: tuple[Action, ...]
    actions: tuple[Action, ...]
    not_proposed: tuple[NotProposed, ...]


class Arbiter:
    """A policy's way to choose, made ready once."""

    def __init__(self, policy: PathPolicy) -> None:
        self._propositions: Mapping[str, Proposition] = {one.name: one for one in policy.propositions}
        self._without = excluding(policy.propositions)
        self._most = policy.arbitration.actions
        self._scoring = Scoring(policy)

    def arbitrate(
        self,
        candidates: Iterable[Candidate],
        levers: Mapping[str, float],
        grants: Callable[[str], Grant | None],
        occasion: Occasion,
        table: ResponseTable,
    ) -> Arbitrated:
        """`levers`: L by proposition; `grants`: the grant of a proposition that stands."""
        paths: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            paths.setdefault(candidate.proposition, []).append(candidate)
        found: list[Action] = []
        not_proposed: list[NotProposed] = []
        for name, several in paths.items():
            one = self._best(name, several, levers[name], grants(name), occasion, table)
            (found if isinstance(one, Action) else not_proposed).append(one)  # type: ignore[arg-type]
        found.sort(key=_order)
        granted = tuple(one for one in found if one.grant is not None)
        actions, left = self._chosen([one for one in found if one.grant is None])
        return Arbitrated(granted, actions, (*left, *sorted(not_proposed, key=lambda one: one.proposition)))

    def _best(
        self,
        name: str,
        several: Sequence[Candidate],
        lever: float,
        grant: Grant | None,
        occasion: Occasion,
        table: ResponseTable,
    ) -> Action | NotProposed:
        """On the path where such customers accept it most, of those with open gates and some value."""
        one = self._propositions[name]
        tried = [
            Action(
                name,
                path.channel,
                path.path,
                self._scoring.factors(one, path.channel, path.path, lever, occasion, table),
                grant,
            )
            for path in several
            if path.is_open
        ]
        if not tried:
            closed = tuple((path, verdict) for path in several for verdict in path.verdicts if not verdict.is_open)
            return NotProposed(name, Why.GATE, closed, grant=grant)
        worth = [action for action in tried if action.factors.value > 0]
        best = min(worth or tried, key=_path_order)
        return best if worth else NotProposed(name, Why.NO_VALUE, factors=best.factors, grant=grant)

    def _chosen(self, new: Sequence[Action]) -> tuple[tuple[Action, ...], list[NotProposed]]:
        """From the best on, but nothing that can't be granted beside one of them."""
        chosen: list[Action] = []
        left: list[NotProposed] = []
        for action in new:
            rival = next(
                (one.proposition for one in chosen if one.proposition in self._without[action.proposition]), ""
            )
            if rival:
                left.append(NotProposed(action.proposition, Why.EXCLUDED, factors=action.factors, than=rival))
            elif len(chosen) == self._most:
                last = chosen[-1].proposition
                left.append(NotProposed(action.proposition, Why.OUTRANKED, factors=action.factors, than=last))
            else:
                chosen.append(action)
        return tuple(chosen), left


def _order(action: Action) -> tuple[float, str]:
    """The highest score first, of equals the first by name."""
    return -action.factors.score, action.proposition


def _path_order(action: Action) -> tuple[float, float, str, str]:
    """The highest chance first, of equals the one worth more, then the first by name."""
    return -action.factors.chance, -action.factors.value, action.channel.value, action.path
