"""From an expression of the hub's source to the templates of what it may say: `queue {} is unknown`."""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

HOLE = "{}"
_SIDE_BY_SIDE = re.compile(r"(?<!\{)\{\}(\{\})+(?!\})")
MOST = 8
"""Ways in which one expression may be worded; where there are more, what differs is a placeholder."""


@dataclass
class Names:
    """What names stand for where the expression is: the strings and tables that are assigned to them, but for
    those that are being looked up."""

    values: Mapping[str, Sequence[ast.expr]] = field(default_factory=dict)
    busy: tuple[str, ...] = ()
    makes_error: bool = False
    """Whether this is how an error of the hub is made."""

    def without(self, name: str) -> "Names":
        return Names(self.values, (*self.busy, name), self.makes_error)

    def of(self, name: str) -> Sequence[ast.expr]:
        return () if name in self.busy else self.values.get(name, ())


def templates(one: ast.expr, names: Names) -> list[str]:
    """Every way in which it may be worded; a placeholder alone where nobody can say."""
    match one:
        case ast.Constant(value=str(text)):
            return [text.replace("{", "{{").replace("}", "}}")]
        case ast.JoinedStr(values=parts):
            return _joined([templates(part, names) for part in parts])
        case ast.FormattedValue(value=value, format_spec=None, conversion=-1):
            return templates(value, names)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([templates(left, names), templates(right, names)])
        case ast.IfExp(body=body, orelse=other):
            return _few(templates(body, names) + templates(other, names))
        case ast.BoolOp(op=ast.Or(), values=values):
            return _few([text for value in values for text in templates(value, names)])
        case ast.Name(id=name):
            return _few([text for value in names.of(name) for text in templates(value, names.without(name))])
        case ast.Subscript(value=ast.Name(id=name)):
            return _few([text for table in names.of(name) for text in _rows(table, names.without(name))])
        case ast.Subscript(value=ast.Dict() as table):
            return _few(_rows(table, names))
    return [HOLE]


def is_sentence(template: str) -> bool:
    """Whether it says anything by itself, beside what is filled in: two words, or one beside a placeholder. What begins
    or ends like a part of a sentence is told with the whole of it."""
    literal = template.replace(HOLE, " ")
    whole = template.strip(" ") == template and template[:1] not in (",", ";", ":", "\n")
    return whole and " " in template and any(letter.isalpha() for letter in literal)


def _rows(table: ast.expr, names: Names) -> list[str]:
    if not isinstance(table, ast.Dict):
        return [HOLE]
    return [text for value in table.values for text in templates(value, names)]


def _few(texts: Iterable[str]) -> list[str]:
    """Without repeats; what can't be said is a placeholder beside what can."""
    told = list(dict.fromkeys(texts))
    return told if 0 < len(told) <= MOST else [HOLE]


def _joined(parts: Sequence[Sequence[str]]) -> list[str]:
    ways = 1
    for part in parts:
        ways *= len(part)
    kept = parts if ways <= MOST else [part if len(part) == 1 else [HOLE] for part in parts]
    return _few(_SIDE_BY_SIDE.sub(HOLE, "".join(way)) for way in product(*kept))
