"""The four factors of a score: P x C x L x V."""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hub.domain.contact import Channel, Standing
from hub.paths.arbitration.model import Arbitration, ContextWeight
from hub.paths.arbitration.responses import NOTHING_SHOWN, Counts, ResponseTable
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
        chance, context, lever, value = self
        return chance * context * lever * value


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
Best = tuple[str, Path, Factors]
"""A proposition, its best path, and what its score is made of there."""
_FREE: Mapping[Channel, int] = MappingProxyType({})
_NOBODY_ASKED: Mapping[str, Counts] = MappingProxyType({})


class _Worth(NamedTuple):
    """Of one proposition."""

    kind: PropositionKind
    presumed: float
    presumed_yes: float
    """So many are presumed to have accepted before anybody was asked."""
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
        counts = _asked_there(table, occasion.standing, channel).get(name)
        if self._explores:
            about = (occasion.decision_id, name, channel, path)
            chance = drawn(counts or NOTHING_SHOWN, one.presumed, self._counts_as, occasion.seed, *about)
        else:
            chance = smoothed(counts, one.presumed, self._counts_as) if counts else one.unasked
        context = self._context(one.kind, channel, occasion) if self._contexts else 1.0
        cost = one.contact_cost.get(channel, 0) if occasion.unasked else 0
        return Factors(chance, context, lever, _value(one.net, cost, chance))

    def best(
        self,
        names: Sequence[str],
        paths: Sequence[Path],
        levers: Mapping[str, float],
        occasion: Occasion,
        table: ResponseTable,
    ) -> Iterator[Best]:
        """Of each of these propositions, of which a contact costs the same, the best of their paths: that where such
        customers accept it most, of those on which it has some value if there are any; of equals the one worth more,
        then the first by name."""
        if self._explores:
            for name in names:
                yield self._compared(name, paths, levers[name], occasion, table)
            return
        known, counts_as, contexts = self._known, self._counts_as, self._contexts
        costs = known[names[0]].contact_cost if occasion.unasked else _FREE
        cheapest = [
            (cost, path, _asked_there(table, occasion.standing, path[0]).get)
            for cost, path in sorted((costs.get(path[0], 0), path) for path in paths)
        ]
        for name in names:
            one = known[name]
            presumed, presumed_yes, found, chance = one.unasked, one.presumed_yes, cheapest[0], -1.0
            for costed in cheapest:  # of equal chances the first is worth most
                counts = costed[2](name)
                here = presumed if counts is None else (presumed_yes + counts[1]) / (counts_as + counts[0])
                if here > chance:
                    found, chance = costed, here
            cost, path, _ = found
            value = _value(one.net, cost, chance) if cost else one.free
            if value <= 0 and costs:
                yield self._compared(name, paths, levers[name], occasion, table)
                continue
            context = self._context(one.kind, path[0], occasion) if contexts else 1.0
            # half the time of Factors(...), for each of them in each decision
            yield name, path, tuple.__new__(Factors, (chance, context, levers[name], value))

    def _compared(
        self, name: str, paths: Sequence[Path], lever: float, occasion: Occasion, table: ResponseTable
    ) -> Best:
        scored = [(path, self.factors(name, *path, lever, occasion, table)) for path in paths]
        return name, *min(scored, key=_path_order)

    def _context(self, kind: PropositionKind, channel: Channel, occasion: Occasion) -> float:
        return next((rule.weight for rule in self._contexts if _holds(rule, kind, channel, occasion)), 1.0)


def _worth_knowing(one: Proposition, rules: Arbitration) -> _Worth:
    presumed = one.chance or rules.chance
    unasked = smoothed(NOTHING_SHOWN, presumed, rules.chance_counts)
    net = one.contribution - one.service_cost
    return _Worth(one.kind, presumed, rules.chance_counts * presumed, unasked, net, float(net), one.contact_cost)


def _asked_there(table: ResponseTable, stood: Standing, channel: Channel) -> Mapping[str, Counts]:
    return table.get((stood.segment, stood.value_tier, stood.lifecycle_stage, channel), _NOBODY_ASKED)


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
