"""Which levers of a proposition hold for somebody: for who wants to know what its score was moved by."""

from hub.paths.propositions.asked import Conditions
from hub.paths.propositions.known import Known
from hub.paths.propositions.model import Lever, Proposition


def moved_by(proposition: Proposition, known: Known) -> tuple[Lever, ...]:
    """In the order of the file."""
    conditions = Conditions([lever.when for lever in proposition.levers])
    held = [known.held] if known.account is None else [known.held, known.account]
    holds = conditions.answers(known, {name for one in held for name in (*one.stands, *one.answers)}).holds
    asked = zip(proposition.levers, conditions.asked, strict=True)
    return tuple(lever for lever, one in asked if holds & one.mask == one.mask)
