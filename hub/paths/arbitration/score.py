"""The four factors of a score: P x C x L x V."""

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from hub.domain.contact import Channel, Standing
from hub.paths.arbitration.model import Arbitration, ContextWeight
from hub.paths.arbitration.responses import NOTHING_SHOWN, Cell, Counts, ResponseTable
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.model import Proposition, PropositionKind, Sender

NO_VALUE = float("-inf")


class Factors(NamedTuple):
    """What a score is made of."""

    chance: float
    """P: that they accept, as far as responses tell; or drawn."""
    context: float
    """C."""
    lever: float
    """L: 1 and the weights of the levers that hold."""
    value: float
    """V: contribution - service cost - contact cost / P."""

    @property
    def score(self) -> float:
        """What is compared."""
        return self.chance * self.context * self.lever * self.value


class Occasion(NamedTuple):
    """In which something may be proposed."""

    decision_id: str
    seed: int
    standing: Standing
    sender: Sender
    unasked: bool
    """We contact them: that costs what a contact costs. Else they came, and it costs nothing more."""
    service: str = ""
    """What their contact was about."""


def smoothed(counts: Counts, presumed: float, counts_as: float) -> float:
    """(n0 p0 + accepted) / (n0 + shown)."""
    return (counts_as * presumed + counts.accepted) / (counts_as + counts.shown)


def drawn(counts: Counts, presumed: float, counts_as: float, seed: int, *about: str) -> float:
    """From the Beta distribution with that mean, the same for the same seed, decision and candidate."""
    digest = hashlib.sha256("\x1f".join((str(seed), *about)).encode()).digest()
    yes = counts_as * presumed + counts.accepted
    no = counts_as * (1 - presumed) + max(0, counts.shown - counts.accepted)
    return random.Random(int.from_bytes(digest[:8])).betavariate(yes, no)


Path = tuple[Channel, str]
"""A channel, and the contact point where there are several."""
Choosing = Callable[[str, Sequence[Path], float], tuple[Path, Factors]]
"""By a proposition, its paths and its lever the best path, and what its score is made of there."""
_LEAST: tuple[float, ...] = (-1.0,)
_FREE: Mapping[Channel, int] = MappingProxyType({})


class _Worth(NamedTuple):
    """Of one proposition."""

    kind: PropositionKind
    presumed: float
    unasked: float
    """P where nobody was asked yet."""
    net: int
    free: float
    """V where the contact costs nothing."""
    contact_cost: Mapping[Channel, int]


class Scoring:
    """What a policy says of scores, made ready once."""

    def __init__(self, policy: PathPolicy) -> None:
        rules = policy.arbitration
        self._explores = rules.explores
        self._counts_as = rules.chance_counts
        self._contexts = rules.contexts
        self._known = {one.name: _worth_knowing(one, rules) for one in policy.propositions}

    def factors(
        self, name: str, channel: Channel, path: str, lever: float, occasion: Occasion, table: ResponseTable
    ) -> Factors:
        """Of one candidate: a proposition on a channel; `path` tells several contact points of a channel apart."""
        one = self._known[name]
        stood = occasion.standing
        counts = table.get(Cell(stood.segment, stood.value_tier, stood.lifecycle_stage, channel, name))
        if self._explores:
            about = (occasion.decision_id, name, channel, path)
            chance = drawn(counts or NOTHING_SHOWN, one.presumed, self._counts_as, occasion.seed, *about)
        else:
            chance = smoothed(counts, one.presumed, self._counts_as) if counts else one.unasked
        context = self._context(one.kind, channel, occasion) if self._contexts else 1.0
        cost = one.contact_cost.get(channel, 0) if occasion.unasked else 0
        return Factors(chance, context, lever, _value(one.net, cost, chance))

    def choosing(self, occasion: Occasion, table: ResponseTable) -> "Choosing":
        """Says of each proposition which of several paths is best: that where such customers accept it most, of those
        on which it has some value if there are any; of equals the one worth more, then the first by name."""
        if self._explores:
            return partial(self._best_drawn, occasion, table)
        known, counts_as, contexts, counted = self._known, self._counts_as, self._contexts, table.get
        stood, unasked = occasion.standing, occasion.unasked
        where = (stood.segment, stood.value_tier, stood.lifecycle_stage)

        def best(name: str, paths: Sequence[Path], lever: float) -> tuple[Path, Factors]:
            one = known[name]
            presumed, net, costs = counts_as * one.presumed, one.net, one.contact_cost if unasked else _FREE
            found, most = paths[0], _LEAST
            rank: tuple[float, ...]
            for path in paths:
                counts = counted((*where, path[0], name))  # type: ignore[call-overload]
                chance = (presumed + counts.accepted) / (counts_as + counts.shown) if counts else one.unasked
                if costs:
                    value = _value(net, costs.get(path[0], 0), chance)
                    rank = (value > 0, chance, value)
                else:  # it is worth the same on all of them
                    rank = (chance,)
                if rank > most or (rank == most and path < found):
                    found, most = path, rank
            chance = most[-2] if costs else most[0]
            value = most[-1] if costs else one.free
            context = self._context(one.kind, found[0], occasion) if contexts else 1.0
            return found, Factors(chance, context, lever, value)

        return best

    def _best_drawn(
        self, occasion: Occasion, table: ResponseTable, name: str, paths: Sequence[Path], lever: float
    ) -> tuple[Path, Factors]:
        scored = [(path, self.factors(name, *path, lever, occasion, table)) for path in paths]
        return min(scored, key=_path_order)

    def _context(self, kind: PropositionKind, channel: Channel, occasion: Occasion) -> float:
        return next((rule.weight for rule in self._contexts if _holds(rule, kind, channel, occasion)), 1.0)


def _worth_knowing(one: Proposition, rules: Arbitration) -> _Worth:
    presumed = one.chance or rules.chance
    unasked = smoothed(NOTHING_SHOWN, presumed, rules.chance_counts)
    net = one.contribution - one.service_cost
    return _Worth(one.kind, presumed, unasked, net, float(net), one.contact_cost)


def _value(net: int, contact_cost: int, chance: float) -> float:
    if not contact_cost:
        return float(net)
    return net - contact_cost / chance if chance > 0 else NO_VALUE


def _holds(rule: ContextWeight, kind: PropositionKind, channel: Channel, occasion: Occasion) -> bool:
    return (
        (not rule.kinds or kind in rule.kinds)
        and (rule.channels is None or channel in rule.channels)
        and (rule.senders is None or occasion.sender in rule.senders)
        and (not rule.services or occasion.service in rule.services)
    )


def _path_order(one: tuple[Path, Factors]) -> tuple[bool, float, float, Path]:
    path, factors = one
    return factors.value <= 0, -factors.chance, -factors.value, path
