"""What decisions go by, always at hand: the path policy in force, made ready, and how customers responded so far."""

from collections.abc import Sequence

from hub.application.policies.paths import PathPolicyInForce
from hub.domain.grant.events import PropositionAnswered, PropositionPresented
from hub.paths.arbitration.responses import (
    NOTHING_SHOWN,
    Cells,
    Counts,
    Place,
    ResponseTable,
    change_by,
    place_of,
    table_of,
)
from hub.paths.decision.rules import PathRules, rules_of
from hub.paths.policy.model import PathPolicy
from hub.ports import Journal, Recorded

COUNTED = (PropositionPresented, PropositionAnswered)
"""What the response table is counted from."""


class RulesInForce:
    """Of the path policy in force; made ready when they are first asked for."""

    def __init__(self, in_force: PathPolicyInForce) -> None:
        self._in_force = in_force
        self._ready: tuple[PathPolicy, PathRules] | None = None

    @property
    def policy(self) -> PathPolicy:
        """The policy in force."""
        return self._in_force.policy

    @property
    def rules(self) -> PathRules:
        """The same, made ready for decisions."""
        policy = self._in_force.policy
        if self._ready is None or self._ready[0] is not policy:
            self._ready = policy, rules_of(policy)
        return self._ready[1]


class Responses:
    """The response table as of a place in the log: `follow` it from there."""

    def __init__(self, cells: Cells, seen: int) -> None:
        self._table: dict[Place, dict[str, Counts]] = {place: dict(there) for place, there in table_of(cells).items()}
        self.seen = seen
        """Position in the log up to which responses are counted."""

    @property
    def table(self) -> ResponseTable:
        """As it is now: it changes as the log goes on."""
        return self._table

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        for one in batch:
            change = change_by(one.event) if type(one.event) in COUNTED else None
            if change is not None:
                cell, counts = change
                there, name = self._table.setdefault(place_of(cell), {}), cell.proposition
                counts = there.get(name, NOTHING_SHOWN).plus(counts)
                if counts == NOTHING_SHOWN:
                    there.pop(name, None)
                else:
                    there[name] = counts
        self.seen = max(self.seen, batch[-1].position)


async def responses_at(journal: Journal, seen: int) -> Responses:
    """The table as it was at that position, counted anew from the log."""
    table = Responses({}, 0)
    batch = await journal.scan(0, seen, COUNTED)
    if batch:
        table.follow(batch)
    return table
