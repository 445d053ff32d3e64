"""What every mapping of records says in the same way: which columns it reads, and where a field comes from."""

from collections.abc import Callable, Mapping, Sequence

from hub.tables.rows import Cells
from hub.tables.sources import FieldSource, IdentifierSource, Part, SkipRule, TimeSource, columns_of
from hub.tables.texts import text_reader

Source = FieldSource | TimeSource


def given_sources(part: Part) -> dict[str, Source]:
    """Those of its fields that are there, by name."""
    named = {name: getattr(part, name) for name in type(part).model_fields}
    return {name: one for name, one in named.items() if isinstance(one, FieldSource | TimeSource)}


def first_columns(identifiers: Sequence[IdentifierSource], *sections: Mapping[str, Source]) -> dict[str, str]:
    """The column that a kind of identifier or a source comes from first."""
    named = {name: one for section in sections for name, one in section.items()}
    read = {name: one.columns if isinstance(one, FieldSource) else (one.column,) for name, one in named.items()}
    found = {one.kind: one.column for one in reversed(identifiers)}
    return found | {name: columns[0] for name, columns in read.items() if columns}


def used_columns(
    skip: Sequence[SkipRule], identifiers: Sequence[IdentifierSource], **sections: Mapping[str, Source]
) -> dict[str, str]:
    """Each column that these read, with the dotted place that names it first."""
    return columns_of(
        [
            *[("skip", rule) for rule in skip],
            *[(f"identifiers.{one.kind}", one) for one in identifiers],
            *[(f"{place}.{name}", one) for place, section in sections.items() for name, one in section.items()],
        ]
    )


def text_readers(section: Mapping[str, Source], index: Mapping[str, int]) -> dict[str, Callable[[Cells], str]]:
    """Readers of its texts, by name."""
    return {name: text_reader(one, index) for name, one in section.items() if isinstance(one, FieldSource)}
