"""An export for people to read, as Markdown, written piece by piece."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from hub.application.export.as_json import PIECE, plain_json
from hub.application.export.export import Export
from hub.application.export.facts import ExportedFact, exported
from hub.ports import Recorded


async def as_markdown(export: Export) -> AsyncIterator[bytes]:
    """Who they are, then every fact on a line or a few."""
    lines: list[str] = []
    size = 0
    async for line in _lines(export):
        lines.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(lines).encode()
            lines, size = [], 0
    yield "".join(lines).encode()


async def _lines(export: Export) -> AsyncIterator[str]:
    dossier = export.dossier
    yield f"# All that is stored about {dossier.canonical_id}\n\nWritten {_moment(export.made_at)}.\n"
    if dossier.forgotten:
        yield "\n**This customer was forgotten**: nothing that is stored tells who it was. What happened stays.\n"
    for name, value in orjson.loads(plain_json(export.customer())).items():
        for line in _told(name, value, 0):
            yield line
    yield "\n## What is on record\n"
    async for fact in export.facts():
        yield _fact(fact)
    yield "\n## Interactions\n"
    async for story in export.interactions():
        yield f"\n### {story.interaction_id}\n"
        for one in story.facts:
            yield _fact(one)
    yield "\n## Who read it\n"
    async for reading in export.readings():
        yield _fact(reading)


def _told(name: str, value: Any, depth: int) -> Iterator[str]:
    """A value by its name; what is empty is left out below the top."""
    title = name.replace("_", " ")
    if depth == 0 and isinstance(value, list | dict):
        yield f"\n## {title.capitalize()}\n\n"
        if not value:
            yield "none\n"
            return
    elif not isinstance(value, list | dict):
        yield f"{_bullet(depth)}{title}: {_value(value)}\n" if depth else f"\n{title}: {_value(value)}\n"
        return
    elif value:
        yield f"{_bullet(depth)}{title}:\n"
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _told(inner, one, depth + 1)
        return
    for one in value:
        if isinstance(one, dict):
            yield f"{_bullet(depth + 1)}{_flat(one)}\n"
        else:
            yield f"{_bullet(depth + 1)}{_value(one)}\n"


def _fact(recorded: Recorded) -> str:
    """One fact: when, what, who, then what it holds."""
    fact: ExportedFact = exported(recorded)
    held = orjson.loads(plain_json(fact.fields))
    lines = [f"\n- {_moment(fact.at)} **{fact.fact}** by {fact.actor}\n"]
    lines += [f"  - {name.replace('_', ' ')}: {_value(value)}\n" for name, value in held.items() if _holds(value)]
    if fact.recorded_at != fact.at:
        lines.append(f"  - recorded: {_moment(fact.recorded_at)}\n")
    because = f", in {fact.correlation}" if fact.correlation else ""
    lines.append(f"  - from {fact.causation}{because}; {fact.stream}, fact {fact.version}, log {fact.position}\n")
    return "".join(lines)


def _flat(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in values.items() if _holds(value))


def _value(value: Any) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case dict():
            return f"({_flat(value)})"
        case list():
            return "; ".join(_value(one) for one in value) or "-"
        case _:
            return " / ".join(str(value).splitlines())


def _holds(value: Any) -> bool:
    return value not in (None, "", [], {})


def _bullet(depth: int) -> str:
    return "  " * max(0, depth - 1) + "- "


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
