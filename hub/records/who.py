"""Whom a record is about: its columns with identifiers, in their one spelling."""

from collections.abc import Callable, Mapping, Sequence

from hub.domain.contact import Identifier
from hub.domain.customer.identity import STRENGTH, Spell
from hub.domain.customer.links.rules import BY_LAW, NUMBER
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import IdentifierSource
from hub.tables.texts import identifier

_ONE_OF = {**dict.fromkeys(BY_LAW, "national code or legal id"), NUMBER: "customer number"}
"""Kinds of which a record has one at most, together with what they are called."""


def who_reader(
    sources: Sequence[IdentifierSource], spell: Spell, index: Mapping[str, int]
) -> Callable[[Cells], tuple[Identifier, ...]]:
    """Reads who a row is about: the strongest verified identifier first, then the strongest claimed one, each once.
    The reader raises BadValueError for a row that names nobody, and for a verified identifier that can't be one: no
    system can attest that. What is only claimed and unsound is kept as it was written, behind all sound ones."""
    placed = [(source, index[source.column]) for source in sources]

    def read(cells: Cells) -> tuple[Identifier, ...]:
        found: dict[tuple[str, str], tuple[int, Identifier]] = {}
        single: dict[str, str] = {}
        for source, place in placed:
            told = identifier(source, cells[place].strip())
            if told is None:
                continue
            spelling = spell(source.kind, str(told["value"]))
            if not spelling.names_somebody:
                continue
            if source.verified and not spelling.is_valid:
                reason = f"is no {source.kind}: {spelling.problem.replace('_', ' ')}"
                raise BadValueError(source.column, reason)
            rank = (
                STRENGTH.get(source.kind, len(STRENGTH)) + 100 * (not source.verified) + 1_000 * (not spelling.is_valid)
            )
            one = Identifier(kind=source.kind, value=spelling.value, verified=source.verified)
            key = (one.kind, one.value)
            if key not in found or rank < found[key][0]:
                found[key] = (rank, one)
            called = _ONE_OF.get(source.kind, "")
            if called and source.verified and single.setdefault(called, one.value) != one.value:
                raise BadValueError(source.column, f"is a second {called}: one customer has one")
        if not found or min(rank for rank, _ in found.values()) >= 1_000:
            raise BadValueError(placed[0][0].column, "names nobody: no identifier of the row can be used")
        return tuple(one for _, one in sorted(found.values(), key=lambda ranked: ranked[0]))

    return read
