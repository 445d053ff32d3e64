"""Stored facts for a person to read: each by its name in words, with its fields."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.event import Event
from hub.ports import Recorded

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_OWN = tuple(Event.model_fields)


@dataclass(frozen=True, slots=True)
class ExportedFact:
    """A fact. `fact` is its name in words; `fields`: what it holds beside who, when and why."""

    fact: str
    type: str
    at: datetime
    recorded_at: datetime
    actor: str
    causation: str
    correlation: str
    stream: str
    version: int
    position: int
    fields: dict[str, Any]


def exported(recorded: Recorded) -> ExportedFact:
    """A fact as an export tells it."""
    position, stream, version, event = recorded
    name = type(event).__name__
    return ExportedFact(
        fact=in_words(name),
        type=name,
        at=event.at,
        recorded_at=event.recorded_at,
        actor=event.actor,
        causation=event.causation,
        correlation=event.correlation,
        stream=stream,
        version=version,
        position=position,
        fields=event.model_dump(exclude=set(_OWN)),
    )


def in_words(name: str) -> str:
    """`ContactReceived` is a contact received."""
    return _CAPITAL.sub(" ", name).capitalize()
