"""What is proposed, where, and why all else is not: live grants first, then the best of what is new."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.grant.state import Grant
from hub.paths.arbitration.responses import ResponseTable
from hub.paths.arbitration.score import Factors, Occasion, Path, Scoring
from hub.paths.gates.verdict import Verdict
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.contradictions import excluding


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


_Scored = tuple[float, str, Path, Factors]
"""The score, negative so that the best is the first; the proposition, on its best path."""


class Arbiter:
    """A policy's way to choose, made ready once."""

    def __init__(self, policy: PathPolicy) -> None:
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
        """Of candidates with what their gates say, or of such as are known to be open. See `choose`."""
        paths: dict[str, list[Path]] = {}
        shut: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            if not candidate.verdicts or candidate.is_open:
                paths.setdefault(candidate.proposition, []).append((candidate.channel, candidate.path))
            else:
                shut.setdefault(candidate.proposition, []).append(candidate)
        closed = [_closed(name, shut[name], grants(name)) for name in shut.keys() - paths.keys()]
        return self.choose(
            [((name,), several) for name, several in paths.items()], levers, grants, occasion, table, closed
        )

    def choose(
        self,
        open_to: Iterable[tuple[Sequence[str], Sequence[Path]]],
        levers: Mapping[str, float],
        grants: Callable[[str], Grant | None],
        occasion: Occasion,
        table: ResponseTable,
        closed: Iterable[NotProposed] = (),
    ) -> Arbitrated:
        """`open_to`: propositions of which a contact costs the same, and the paths on which all gates are open to them;
        `levers`: L by proposition; `grants`: the grant of
        a proposition that stands; `closed`: what was left out before."""
        found: list[_Scored] = []
        not_proposed = list(closed)
        for names, paths in open_to:
            for name, path, factors in self._scoring.best(names, paths, levers, occasion, table):
                if factors.value > 0:
                    found.append((-factors.score, name, path, factors))
                else:
                    not_proposed.append(NotProposed(name, Why.NO_VALUE, (), factors, "", grants(name)))
        found.sort()
        given = {name: grant for _, name, _, _ in found if (grant := grants(name)) is not None}
        granted = tuple(Action(name, *path, factors, given[name]) for _, name, path, factors in found if name in given)
        actions, left = self._chosen([one for one in found if one[1] not in given] if given else found)
        return Arbitrated(granted, actions, (*left, *sorted(not_proposed, key=lambda one: one.proposition)))

    def _chosen(self, new: Sequence[_Scored]) -> tuple[tuple[Action, ...], list[NotProposed]]:
        """From the best on, but nothing that can't be granted beside one of them."""
        chosen: list[Action] = []
        left: list[NotProposed] = []
        outranked, most, without, last = Why.OUTRANKED, self._most, self._without, ""
        for _, name, path, factors in new:
            rivals = without[name]
            rival = next((one.proposition for one in chosen if one.proposition in rivals), "") if rivals else ""
            if rival:
                left.append(NotProposed(name, Why.EXCLUDED, (), factors, rival))
            elif len(chosen) == most:
                # half the time of NotProposed(...), and most propositions end here
                left.append(tuple.__new__(NotProposed, (name, outranked, (), factors, last, None)))
            else:
                chosen.append(Action(name, *path, factors))
                last = name
        return tuple(chosen), left


def _closed(name: str, paths: Sequence[Candidate], grant: Grant | None) -> NotProposed:
    closed = tuple((path, verdict) for path in paths for verdict in path.verdicts if not verdict.is_open)
    return NotProposed(name, Why.GATE, closed, grant=grant)
