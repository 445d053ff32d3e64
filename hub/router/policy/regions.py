"""What a decision table does with every contact there could be, told in as few combinations as possible.

A reduced decision diagram: condition by condition, values that lead to the same are kept together, and what has only
one outcome is not looked into. So it stays small where the product of all values is huge."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS, Channel
from hub.router.policy.language import matches_tag, normal_tag
from hub.router.policy.model import CONDITIONS, Rule

Outcome = TypeVar("Outcome", bound=Hashable)
Row = tuple[str | None, ...]
"""The conditions of a rule, languages in the form they are compared in."""
Winners = tuple[int | None, ...]
"""In each table the number, from 0, of the rule that decides; None: no rule does."""

_CLOSED: dict[str, tuple[str, ...]] = {
    "segment": SEGMENTS,
    "lifecycle_stage": LIFECYCLE_STAGES,
    "channel": tuple(channel.value for channel in Channel),
}
_OTHER = "\0"
"""Stands for all values no rule names; no TOML text has it."""
_LOOKED_AT = ("service", "channel", "segment", "value_tier", "lifecycle_stage", "language")
_COLUMNS = tuple(CONDITIONS.index(name) for name in _LOOKED_AT)
_LANGUAGE = CONDITIONS.index("language")


class Where(NamedTuple):
    """One condition of a region: any of the values; or, if `other_than`, anything but them (or nothing at all)."""

    condition: str
    values: tuple[str, ...]
    other_than: bool

    def __str__(self) -> str:
        if self.other_than and not self.values:
            return f"{self.condition.replace('_', ' ')} of any kind"
        text = f"{', '.join(self.values[:-1])} or {self.values[-1]}" if len(self.values) > 1 else self.values[0]
        return f"{self.condition.replace('_', ' ')} {'other than ' if self.other_than else ''}{text}"


@dataclass(frozen=True, slots=True)
class Region(Generic[Outcome]):
    """A set of contacts with one outcome; `where` says which, in the order of CONDITIONS. Empty: all there are."""

    where: tuple[Where, ...]
    outcome: Outcome

    def __str__(self) -> str:
        return ", ".join(str(one) for one in self.where) or "every contact"

    def where_json(self) -> dict[str, Any]:
        """`{"segment": ["B2B"], "service": {"other_than": ["sales"]}}`."""
        return {
            one.condition: {"other_than": list(one.values)} if one.other_than else list(one.values)
            for one in self.where
        }


@dataclass(frozen=True, slots=True)
class Found(Generic[Outcome]):
    """The first of `total` regions."""

    regions: list[Region[Outcome]]
    total: int

    def __str__(self) -> str:
        more = self.total - len(self.regions)
        return "; ".join(str(region) for region in self.regions) + (f"; and {more} more" if more else "")


def regions(
    tables: Sequence[Sequence[Rule]],
    outcome: Callable[[Winners], Outcome],
    *,
    wanted: Callable[[Outcome], bool] = lambda _: True,
    most: int | None = None,
) -> Found[Outcome]:
    """All contacts there could be, by what becomes of them in the tables; each is in exactly one region. Told are those
    with an outcome that is wanted, `most` of them."""
    diagram = _Diagram([[row_of(rule) for rule in table] for table in tables], outcome, wanted)
    return Found(list(islice(diagram.regions(), most)), diagram.total())


def outcomes(tables: Sequence[Sequence[Rule]], outcome: Callable[[Winners], Outcome]) -> set[Outcome]:
    """Everything that may become of a contact, without the regions, of which there may be very many."""
    return _Diagram([[row_of(rule) for rule in table] for table in tables], outcome, lambda _: True).outcomes()


def row_of(rule: Rule) -> Row:
    """The conditions of a rule as they are compared."""
    *others, language = rule.conditions
    return (*others, None if language is None else normal_tag(language))


Node = int
_Alive = tuple[tuple[int, ...], ...]


class _Diagram(Generic[Outcome]):
    """Nodes are numbers: leaves hold an outcome, all others a column and what its values lead to."""

    def __init__(
        self,
        tables: list[list[Row]],
        outcome: Callable[[Winners], Outcome],
        wanted: Callable[[Outcome], bool],
    ) -> None:
        self._tables = tables
        self._outcome = outcome
        self._wanted = wanted
        self._values = [_values_of(column, tables) for column in range(len(CONDITIONS))]
        self._made: dict[tuple[int, _Alive], Node] = {}
        self._numbers: dict[Hashable, Node] = {}
        self._leaves: dict[Node, Outcome] = {}
        self._inner: dict[Node, tuple[int, dict[Node, tuple[str, ...]]]] = {}
        self._ways: dict[Node, int] = {}
        """How many regions that are wanted each node leads to."""
        self._root = self._node(0, tuple(tuple(range(len(table))) for table in tables))

    def regions(self) -> Iterator[Region[Outcome]]:
        return self._walk(self._root, {})

    def total(self) -> int:
        return self._ways_from(self._root)

    def outcomes(self) -> set[Outcome]:
        return set(self._leaves.values())

    def _node(self, depth: int, alive: _Alive) -> Node:
        alive = tuple(self._still_in_it(table, rows, depth) for table, rows in zip(self._tables, alive, strict=True))
        while depth < len(_COLUMNS) and not self._names(_COLUMNS[depth], alive):
            depth += 1
        if (depth, alive) not in self._made:
            self._made[depth, alive] = self._leaf(alive) if depth == len(_COLUMNS) else self._branch(depth, alive)
        return self._made[depth, alive]

    def _leaf(self, alive: _Alive) -> Node:
        outcome = self._outcome(tuple(rows[0] if rows else None for rows in alive))
        number = self._number(("leaf", outcome))
        self._leaves[number] = outcome
        return number

    def _branch(self, depth: int, alive: _Alive) -> Node:
        column = _COLUMNS[depth]
        by_node: dict[Node, list[str]] = {}
        for value in self._values[column]:
            met = tuple(
                tuple(row for row in rows if _is_met(column, table[row][column], value))
                for table, rows in zip(self._tables, alive, strict=True)
            )
            by_node.setdefault(self._node(depth + 1, met), []).append(value)
        if len(by_node) == 1:
            return next(iter(by_node))
        children = {node: tuple(values) for node, values in by_node.items()}
        number = self._number((column, tuple(children.items())))
        self._inner[number] = (column, children)
        return number

    def _number(self, made: Hashable) -> Node:
        return self._numbers.setdefault(made, len(self._numbers))

    def _names(self, column: int, alive: _Alive) -> bool:
        return any(
            table[row][column] is not None for table, rows in zip(self._tables, alive, strict=True) for row in rows
        )

    def _still_in_it(self, table: list[Row], rows: tuple[int, ...], depth: int) -> tuple[int, ...]:
        """The rows that may still decide, best first: of those that ask for the same from here on only the best, and
        none behind one that asks for nothing more."""
        asked: dict[tuple[str | None, ...], int] = {}
        for row in sorted(rows, key=lambda row: (table[row].count(None), row)):
            ahead = tuple(table[row][column] for column in _COLUMNS[depth:])
            asked.setdefault(ahead, row)
            if not any(ahead):
                break
        return tuple(asked.values())

    def _ways_from(self, node: Node) -> int:
        if node not in self._ways:
            if node in self._leaves:
                self._ways[node] = int(self._wanted(self._leaves[node]))
            else:
                self._ways[node] = sum(self._ways_from(child) for child in self._inner[node][1])
        return self._ways[node]

    def _walk(self, node: Node, named: dict[int, tuple[str, ...]]) -> Iterator[Region[Outcome]]:
        if not self._ways_from(node):
            return
        if node in self._leaves:
            where = [self._where(column, named[column]) for column in sorted(named)]
            yield Region(tuple(where), self._leaves[node])
            return
        column, children = self._inner[node]
        for child, values in children.items():
            yield from self._walk(child, {**named, column: values})

    def _where(self, column: int, values: tuple[str, ...]) -> Where:
        if _OTHER not in values:
            return Where(CONDITIONS[column], values, other_than=False)
        rest = tuple(value for value in self._values[column] if value not in values)
        return Where(CONDITIONS[column], rest, other_than=True)


def _values_of(column: int, tables: list[list[Row]]) -> tuple[str, ...]:
    """All values that can make a difference, as the rules name them first."""
    if CONDITIONS[column] in _CLOSED:
        return _CLOSED[CONDITIONS[column]]
    named = dict.fromkeys(value for table in tables for row in table if (value := row[column]) is not None)
    return (*named, _OTHER)


def _is_met(column: int, asked: str | None, value: str) -> bool:
    if asked is None or asked == value:
        return True
    return column == _LANGUAGE and matches_tag(asked, value)
