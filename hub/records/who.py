"""Whom a record is about: its columns with identifiers, in their one spelling."""

from collections.abc import Callable, Mapping, Sequence

from hub.domain.contact import Identifier
from hub.domain.customer.identity import STRENGTH, Spell
from hub.domain.customer.links.rules import BY_LAW, NUMBER
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import IdentifierSource
from hub.tables.texts import identifier_text

_ONE_OF = {**dict.fromkeys(BY_LAW, "national code or legal id"), NUMBER: "customer number"}
"""Kinds of which a record has one at most, together with what they are called."""
_UNSOUND = 1_000
"""What is unsound ranks behind all that is sound."""


def who_reader(
    sources: Sequence[IdentifierSource], spell: Spell, index: Mapping[str, int]
) -> Callable[[Cells], tuple[Identifier, ...]]:
    """Reads who a row is about: the strongest verified identifier first, then the strongest claimed one, each once.
    The reader raises BadValueError for a row that names nobody, and for a verified identifier that can't be one: no
    system can attest that. What is only claimed and unsound is kept as it was written, behind all sound ones."""
    placed = [
        (source, index[source.column], STRENGTH.get(source.kind, len(STRENGTH)) + 100 * (not source.verified))
        for source in sources
    ]

    def read(cells: Cells) -> tuple[Identifier, ...]:
        found: dict[tuple[str, str], tuple[int, Identifier]] = {}
        single: dict[str, str] = {}
        for source, place, strength in placed:
            told = identifier_text(source, cells[place].strip())
            if not told:
                continue
            kind = source.kind
            value, is_valid, problem = spelling = spell(kind, told)
            if not spelling.names_somebody:
                continue
            rank = strength if is_valid else strength + _UNSOUND
            if source.verified and not is_valid:
                raise BadValueError(source.column, f"is no {kind}: {problem.replace('_', ' ')}")
            key = (kind, value)
            if key not in found or rank < found[key][0]:
                found[key] = (rank, Identifier(kind=kind, value=value, verified=source.verified))
            called = _ONE_OF.get(kind)
            if called and source.verified and single.setdefault(called, value) != value:
                raise BadValueError(source.column, f"is a second {called}: one customer has one")
        if not found or min(found.values(), key=_rank)[0] >= _UNSOUND:
            raise BadValueError(placed[0][0].column, "names nobody: no identifier of the row can be used")
        return tuple([one for _, one in sorted(found.values(), key=_rank)])

    return read


def _rank(ranked: tuple[int, Identifier]) -> int:
    return ranked[0]
