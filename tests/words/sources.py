"""What a module of the hub says to people: the messages of its errors, or, where it only talks, every sentence."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.words.templates import Names, is_sentence, templates

HUB = Path(__file__).parents[2] / "hub"
BESIDE = ("ValueError", "PydanticCustomError")
"""Errors that are not the hub's own, by which validators of pydantic say what is wrong."""
NOT_SAID = frozenset(
    {"compile", "execute", "executemany", "debug", "info", "warning", "error", "exception", "critical"}
)
"""Functions whose texts nobody reads: patterns, SQL, and the log, which is the operator's."""
DESCRIBED = frozenset({"description", "summary", "title", "responses", "response_description", "openapi_extra"})
"""Arguments that end up in the API's document."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def errors() -> frozenset[str]:
    """The names of the classes of HubError's family."""
    bases: dict[str, set[str]] = {}
    for path in HUB.rglob("*.py"):
        for one in ast.walk(_tree(path)):
            if isinstance(one, ast.ClassDef):
                bases.setdefault(one.name, set()).update(ast.unparse(base).split(".")[-1] for base in one.bases)
    family = {"HubError"}
    while more := {name for name, above in bases.items() if above & family} - family:
        family |= more
    return frozenset(family | set(BESIDE))


def raised(module: str) -> set[str]:
    """The messages of the errors that are made in a module."""
    tree = _tree(HUB / module)
    return {text for function in _functions(tree) for text in _raised_in(function, _names(tree, function))}


def spoken(module: str) -> set[str]:
    """Every sentence of a module that does nothing but talk: messages are put together in many places there."""
    tree = _tree(HUB / module)
    said = {text for body in _functions(tree) for one in _texts(body) for text in templates(one, _names(tree, body))}
    return {text for text in said if is_sentence(text)} | raised(module)


def constants() -> set[str]:
    """Every string that stands somewhere in the hub's source by itself."""
    nodes = (one for path in HUB.rglob("*.py") for one in ast.walk(_tree(path)))
    return {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _raised_in(body: ast.AST, names: Names) -> Iterator[str]:
    for one in _own(body):
        calls = [one] if isinstance(one, ast.Call) and _called(one) in errors() else []
        if isinstance(one, ast.Raise) and isinstance(one.exc, ast.Call):
            calls.append(one.exc)
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "super().__init__" and names.makes_error:
            calls.append(one)
        for call in calls:
            for argument in call.args:
                yield from (text for text in templates(argument, names) if is_sentence(text))


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def _texts(body: ast.AST) -> Iterator[ast.expr]:
    """The largest expressions that are texts, in what is said."""
    ahead = list(ast.iter_child_nodes(body))
    while ahead:
        one = ahead.pop()
        if isinstance(one, _Function | ast.ClassDef | ast.Assert) or _is_docstring(one):
            continue
        if isinstance(one, ast.Call) and _called(one) in NOT_SAID | {"join"}:
            ahead += [] if _called(one) in NOT_SAID else one.args
            continue
        if isinstance(one, ast.keyword) and one.arg in DESCRIBED:
            continue
        if isinstance(one, ast.JoinedStr | ast.BinOp) or (isinstance(one, ast.Constant) and isinstance(one.value, str)):
            yield one
        if isinstance(one, ast.JoinedStr):
            ahead += [part.value for part in one.values if isinstance(part, ast.FormattedValue)]
        elif not isinstance(one, ast.BinOp):
            ahead += ast.iter_child_nodes(one)


def _is_docstring(one: ast.AST) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    """The module itself, and every function and class in it: each says only what stands in no other within it."""
    yield tree
    for one in ast.walk(tree):
        if isinstance(one, _Function | ast.ClassDef):
            yield one


def _own(body: ast.AST) -> Iterator[ast.AST]:
    ahead = list(ast.iter_child_nodes(body))
    while ahead:
        one = ahead.pop()
        if not isinstance(one, _Function | ast.ClassDef):
            yield one
            ahead += ast.iter_child_nodes(one)


def _names(tree: ast.Module, body: ast.AST) -> Names:
    """What is assigned to names of the module, and to those of the function."""
    found = _assigned(tree.body)
    if body is not tree:
        found = {**found, **_assigned(list(_own(body)))}
        arguments = body.args if isinstance(body, _Function) else None
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs] if arguments else []:
            found.pop(argument.arg, None)
    kinds = (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and one.name in errors())
    return Names(found, makes_error=any(body in one.body for one in kinds))


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    unknown: set[str] = set()
    for one in nodes:
        match one:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found.setdefault(name, []).append(value)
            case ast.For(target=target) | ast.AugAssign(target=target) | ast.comprehension(target=target):
                unknown |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
            case ast.Assign(targets=targets):
                unknown |= {part.id for each in targets for part in ast.walk(each) if isinstance(part, ast.Name)}
            case ast.NamedExpr(target=ast.Name(id=name)):
                unknown.add(name)
    return {name: values for name, values in found.items() if name not in unknown}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def modules(*prefixes: str) -> Mapping[str, None]:
    """The modules of these folders, or these modules themselves, as paths within `hub`, in order."""
    found = {}
    for prefix in prefixes:
        at = HUB / prefix
        for path in [at] if at.is_file() else sorted(at.rglob("*.py")):
            found[path.relative_to(HUB).as_posix()] = None
    return found
