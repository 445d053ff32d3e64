"""How customers responded so far: by where they stood, on which channel, to which proposition."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hub.domain.event import Event
from hub.domain.grant.events import PropositionAnswered, PropositionPresented, Response


class Cell(NamedTuple):
    """Where it is counted: as the customer stood when it was presented."""

    segment: str
    value_tier: str
    lifecycle_stage: str
    channel: str
    proposition: str


class Counts(NamedTuple):
    """How often it was presented, and what was said. Who says nothing was shown it all the same."""

    shown: int = 0
    accepted: int = 0
    declined: int = 0
    deferred: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(one + more for one, more in zip(self, other, strict=True)))


ResponseTable = Mapping[Cell, Counts]
NOTHING_SHOWN = Counts()
_CHANGES = {
    Response.ACCEPTED: Counts(accepted=1),
    Response.DECLINED: Counts(declined=1),
    Response.DEFERRED: Counts(deferred=1),
    Response.NOT_PRESENTED: Counts(shown=-1),
}
"""What nobody told them of after all was never shown: it teaches nothing."""


def change_by(event: Event) -> tuple[Cell, Counts] | None:
    """What a fact adds, and where; None: nothing."""
    if isinstance(event, PropositionPresented):
        return _cell(event), Counts(shown=1)
    if isinstance(event, PropositionAnswered):
        return _cell(event), _CHANGES[event.response]
    return None


def fold(events: Iterable[Event], table: ResponseTable | None = None) -> ResponseTable:
    """The table after these facts, in whatever order they come."""
    cells = dict(table or {})
    for event in events:
        change = change_by(event)
        if change is not None:
            cell, counts = change
            cells[cell] = cells.get(cell, NOTHING_SHOWN).plus(counts)
    return {cell: counts for cell, counts in cells.items() if counts != NOTHING_SHOWN}


def _cell(event: PropositionPresented | PropositionAnswered) -> Cell:
    stood = event.standing
    return Cell(stood.segment, stood.value_tier, stood.lifecycle_stage, event.channel.value, event.proposition)
