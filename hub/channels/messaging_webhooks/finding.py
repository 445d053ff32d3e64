"""Finds what a mapping names in JSON: names and places with dots between, `*` for each, `^` for what is around."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATH = r"^(\^\.)*[^.\s^]+(\.[^.\s^]+)*$"


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and the object it stands in."""

    value: Any
    around: "Node | None" = None


def each(node: Node, path: str) -> Iterator[Node]:
    """All that stand there, in order; of a list its elements."""
    for found in _walked(node, path.split(".")):
        if isinstance(found.value, list):
            yield from (Node(one, found.around) for one in found.value)
        else:
            yield found


def text(node: Node, paths: Sequence[str]) -> str:
    """The first of these places where a word or a number stands; empty: none."""
    for path in paths:
        for found in _walked(node, path.split(".")):
            if isinstance(found.value, str | int | float) and not isinstance(found.value, bool):
                said = str(found.value).replace("\0", "")
                if said.strip():
                    return said
    return ""


def _walked(node: Node, names: Sequence[str]) -> Iterator[Node]:
    if not names:
        yield node
        return
    name, rest = names[0], names[1:]
    value = node.value
    if name == "^":
        if node.around is not None:
            yield from _walked(node.around, rest)
    elif isinstance(value, list):
        for one in value if name == "*" else _placed(value, name):
            yield from _walked(Node(one, node.around), rest)
    elif isinstance(value, Mapping):
        if name == "*":
            for one in value.values():
                yield from _walked(Node(one, node), rest)
        elif name in value:
            yield from _walked(Node(value[name], node), rest)


def _placed(values: list[Any], name: str) -> list[Any]:
    """By a number; negative ones count from the end."""
    try:
        return [values[int(name)]]
    except (ValueError, IndexError):
        return []
