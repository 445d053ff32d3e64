"""How customers responded so far: by where they stood, on which channel, to which proposition."""

from collections.abc import Iterable, Iterator, Mapping
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


Cells = Mapping[Cell, Counts]
Place = tuple[str, str, str, str]
"""All of a cell but the proposition."""
ResponseTable = Mapping[Place, Mapping[str, Counts]]
"""By place, then by proposition: a decision asks for many propositions at few places."""
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


def fold(events: Iterable[Event], before: Cells | None = None) -> Cells:
    """What was counted after these facts, in whatever order they come."""
    cells = dict(before or {})
    for event in events:
        change = change_by(event)
        if change is not None:
            cell, counts = change
            cells[cell] = cells.get(cell, NOTHING_SHOWN).plus(counts)
    return {cell: counts for cell, counts in cells.items() if counts != NOTHING_SHOWN}


def table_of(cells: Cells) -> ResponseTable:
    """As deciding wants it."""
    table: dict[Place, dict[str, Counts]] = {}
    for cell, counts in cells.items():
        table.setdefault(place_of(cell), {})[cell.proposition] = counts
    return table


def cells_of(table: ResponseTable) -> Iterator[tuple[Cell, Counts]]:
    """As it is shown."""
    return ((Cell(*place, name), counts) for place, there in table.items() for name, counts in there.items())


def place_of(cell: Cell) -> Place:
    """Where it is."""
    segment, value_tier, stage, channel, _ = cell
    return segment, value_tier, stage, channel


def _cell(event: PropositionPresented | PropositionAnswered) -> Cell:
    stood = event.standing
    return Cell(stood.segment, stood.value_tier, stood.lifecycle_stage, event.channel.value, event.proposition)
