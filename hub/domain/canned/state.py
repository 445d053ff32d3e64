"""The canned answers there are, by what was written, and the rules of writing them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.canned.events import CannedAnswerRemoved, CannedAnswerWritten
from hub.domain.canned.variables import VARIABLES, unknown_in
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """As it was written last. `version` counts what was done to it, from 1: name it to change just this."""

    answer_id: str
    version: int
    folder: str
    title: str
    texts: Mapping[str, str]
    channels: tuple[Channel, ...]
    written_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True)
class Library:
    """By id: those there are, and how often each was changed, also of what is there no more."""

    answers: Mapping[str, CannedAnswer]
    versions: Mapping[str, int]


def fold(history: Iterable[Event]) -> Library:
    """All that was written adds up to this."""
    answers: dict[str, CannedAnswer] = {}
    versions: dict[str, int] = {}
    for event in history:
        if isinstance(event, CannedAnswerWritten):
            name = event.answer_id
            versions[name] = versions.get(name, 0) + 1
            answers[name] = CannedAnswer(
                name, versions[name], event.folder, event.title, event.texts, event.channels, event.at, event.actor
            )
        elif isinstance(event, CannedAnswerRemoved):
            versions[event.answer_id] = versions.get(event.answer_id, 0) + 1
            answers.pop(event.answer_id, None)
    return Library(answers, versions)


def write(
    library: Library, answer_id: str, *, folder: str, title: str, texts: Mapping[str, str],
    channels: tuple[Channel, ...], expected_version: int | None, **meta: Any,
) -> list[Event]:  # fmt: skip
    """Nothing where it says so already. InvalidError with the place of a variable that there is not; RefusedError where
    somebody changed it since."""
    for language, text in texts.items():
        if not text.strip():
            raise InvalidError(f"the text in {language} says nothing: leave it out", f"texts.{language}")
        for one in unknown_in(text):
            raise InvalidError(
                f"line {one.line}, column {one.column}: there is no variable {{{one.name}}}; known are "
                + ", ".join(f"{{{name}}}" for name in VARIABLES),
                f"texts.{language}",
            )
    now = library.answers.get(answer_id)
    if now is not None and (now.folder, now.title, now.texts, now.channels) == (folder, title, texts, channels):
        return []
    _refuse_others(library, answer_id, expected_version)
    return [
        CannedAnswerWritten(
            **meta, answer_id=answer_id, folder=folder, title=title, texts=dict(texts), channels=channels
        )
    ]


def remove(library: Library, answer_id: str, expected_version: int | None, **meta: Any) -> list[Event]:
    """Nothing where it was removed already. NotFoundError: there never was one."""
    if answer_id not in library.versions:
        raise NotFoundError(f"there is no canned answer {answer_id}")
    if answer_id not in library.answers:
        return []
    _refuse_others(library, answer_id, expected_version)
    return [CannedAnswerRemoved(**meta, answer_id=answer_id)]


def _refuse_others(library: Library, answer_id: str, expected_version: int | None) -> None:
    now = library.versions.get(answer_id, 0)
    if expected_version is not None and expected_version != now:
        raise RefusedError(
            f"canned answer {answer_id} is at version {now}, not {expected_version}: see what changed, then write again"
        )
