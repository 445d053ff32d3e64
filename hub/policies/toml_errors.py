"""What pydantic finds wrong in a TOML file, in words for the person who wrote it."""

import types
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from hub.policies.toml_lines import Place

Mistake = tuple[Place, str]
"""Where, and what is wrong there."""


def mistakes_in(error: ValidationError, model: type[BaseModel], hidden: Collection[str] = ()) -> list[Mistake]:
    """Place and message of each mistake in a file that should be a `model`; `hidden` fields are not the file's."""
    return [_explain(problem, model, hidden) for problem in error.errors(include_url=False)]


def _explain(problem: Mapping[str, Any], model: type[BaseModel], hidden: Collection[str]) -> Mistake:
    place = tuple(part for part in problem["loc"] if part != "[key]")
    match problem["type"]:
        case "extra_forbidden":
            known = sorted(set(_model_at(model, place[:-1]).model_fields) - set(hidden))
            return place, f"there is no such field; known are {', '.join(known)}"
        case "missing":
            return place, "is missing"
        case "value_error":
            return place, str(problem["ctx"]["error"])
        case "model_type":
            return place, f"{problem['input']!r} can't be taken: write a table of fields"
        case _:
            message = f"{problem['msg'][0].lower()}{problem['msg'][1:]}"
            message = message.replace("tuple", "list").replace("dictionary", "table")
            return place, f"{problem['input']!r} can't be taken: {message}"


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The section that stands at a place: through tables by their keys, through arrays by their index."""
    kind: Any = model
    for part in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(part)].annotation
        else:
            inner = get_args(kind)
            kind = inner[-1] if get_origin(kind) is dict else inner[0]
        kind = _plain(kind)
    assert isinstance(kind, type)
    assert issubclass(kind, BaseModel)
    return kind


def _plain(kind: Any) -> Any:
    """The type without its bounds, and without the None that says it may be left out."""
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    return kind
