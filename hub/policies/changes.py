"""Which settings another policy of the same kind would change."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from pydantic import BaseModel

from hub.policies.sections import Section


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One value; None where the field or its table is not there."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.path}: {_shown(self.before)} -> {_shown(self.after)}"


def setting_changes(old: Section, new: Section, besides: Collection[str]) -> Iterator[SettingChange]:
    """All but the fields `besides`. Of a table that only one of them has, what is written in it."""
    yield from _changes(dict(_flat("", old, besides)), dict(_flat("", new, besides)))


def changes_by_name(table: str, old: Mapping[str, Section], new: Mapping[str, Section]) -> Iterator[SettingChange]:
    """The same of a list whose members are known by their names, wherever in it they stand."""
    yield from _changes(dict(_flat(table, old)), dict(_flat(table, new)))


def _changes(before: Mapping[str, "_Setting"], after: Mapping[str, "_Setting"]) -> Iterator[SettingChange]:
    for path in sorted({*before, *after}):
        was, becomes = before.get(path), after.get(path)
        if was is not None and becomes is not None:
            if was.value != becomes.value:
                yield SettingChange(path, was.value, becomes.value)
        elif was is not None and was.is_written:
            yield SettingChange(path, was.value, None)
        elif becomes is not None and becomes.is_written:
            yield SettingChange(path, None, becomes.value)


class _Setting(NamedTuple):
    """In types that JSON has; written in the file, or by default."""

    value: Any
    is_written: bool


def _flat(
    path: str, value: Any, besides: Collection[str] = (), *, is_written: bool = True
) -> Iterator[tuple[str, _Setting]]:
    """Every value with the path of its field, and each table that people name."""
    match value:
        case Section() if value.IS_ONE_VALUE:
            yield path, _Setting(str(value), is_written)
        case BaseModel():
            for name in type(value).model_fields:
                if name not in besides:
                    written = is_written and name in value.model_fields_set
                    yield from _flat(f"{path}.{name}" if path else name, getattr(value, name), is_written=written)
        case Mapping():
            for name, inner in value.items():
                if isinstance(inner, BaseModel | Mapping):
                    yield f"{path}.{name}", _Setting("there", is_written)
                yield from _flat(f"{path}.{name}", inner, is_written=is_written)
        case tuple() if any(isinstance(one, BaseModel) for one in value):
            for number, inner in enumerate(value, 1):
                yield from _flat(f"{path}.{number}", inner, is_written=is_written)
        case tuple() | frozenset():
            plain = [_plain(one) for one in value]
            yield path, _Setting(plain if isinstance(value, tuple) else sorted(plain), is_written)
        case None:
            return
        case _:
            yield path, _Setting(_plain(value), is_written)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | date):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "not there" if value is None else str(value)
