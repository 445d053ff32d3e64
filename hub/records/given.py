"""The sources that a section of a mapping names."""

from hub.tables.sources import FieldSource, Part, TimeSource


def given_sources(part: Part) -> dict[str, FieldSource | TimeSource]:
    """Those of its fields that are there, by name."""
    named = {name: getattr(part, name) for name in type(part).model_fields}
    return {name: one for name, one in named.items() if isinstance(one, FieldSource | TimeSource)}


def first_columns(*parts: Part) -> dict[str, str]:
    """The column that each of their sources reads first."""
    named = {name: one for part in parts for name, one in given_sources(part).items()}
    read = {name: one.columns if isinstance(one, FieldSource) else (one.column,) for name, one in named.items()}
    return {name: columns[0] for name, columns in read.items() if columns}
