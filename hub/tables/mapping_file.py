"""A mapping file, read and checked once: whatever is wrong with it is told with file, line and field."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hub.domain.errors import HubError
from hub.tables.sources import Part


class MappingError(HubError):
    """A mapping file that can't be used; the message names file, line and field."""


P = TypeVar("P", bound=Part)


def load_part(path: Path, kind: type[P]) -> P:
    """The mapping in a file. Raises MappingError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MappingError(f"mapping file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MappingError(f"mapping file {path}: is not UTF-8 text") from None
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"mapping file {path}: {error}") from None
    except ValidationError as error:
        raise MappingError("\n".join(_explain(path, text, problem) for problem in error.errors())) from None


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line of a TOML text that stands for a place such as ("times", "zone"), or for the nearest above it."""
    wanted = [part for part in place if isinstance(part, str)]
    ordinal = next((part for part in place if isinstance(part, int)), 0)
    best, best_line, header, seen = 0, 1, list[str](), dict[str, int]()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            header = _key_parts(found[2])
            if found[1] == "[[":
                seen[found[2]] = seen.get(found[2], -1) + 1
                if seen[found[2]] != ordinal:
                    header = []
            parts = header
        elif found := re.match(r"""\s*((?:[\w+-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'+-]+)*)\s*=""", line):
            parts = header + _key_parts(found[1])
        else:
            continue
        if len(parts) > best and parts == wanted[: len(parts)]:
            best, best_line = len(parts), number
    return best_line


def _key_parts(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.split(".")]


def _explain(path: Path, text: str, problem: ErrorDetails) -> str:
    place = problem["loc"]
    field = ".".join(str(part) for part in place) or "mapping"
    where = f"{path}, line {line_of(text, place)}, {field}"
    if problem["type"] == "extra_forbidden":
        return f"{where}: there is no such field"
    if problem["type"] == "missing":
        return f"{where}: is missing"
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"
